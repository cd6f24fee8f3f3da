//! The project that a manifest lies in: what its `content:` and `code:` may name. A manifest comes with somebody's pull
//! request, and is checked by machines that hold more than the project.
//!
//! The root is the nearest folder above the manifest that holds `.git`, else the working folder if the manifest is in it,
//! else the manifest's own. Files on the command line are the user's choice and may lie anywhere; only where a link takes
//! a path out of the project that it is written in, the choice was the link's.

use std::path::{Component, Path, PathBuf};

use super::files::{Files, clean, display};

/// How to name files outside of the root.
pub(crate) const HINT: &str = "copy it into the project, or allow it with `--allow-outside`";

/// The files that a manifest may name.
pub(crate) struct Project<'f> {
    files: &'f dyn Files,
    /// Without links in it; `None` where it cannot be found out.
    root: Option<PathBuf>,
    allowed: bool,
}

impl<'f> Project<'f> {
    /// Finds the project of a manifest in `folder`; `allowed` lets it name everything.
    pub(crate) fn of(folder: &Path, files: &'f dyn Files, allowed: bool) -> Self {
        let root = files.real(folder).ok().map(|real| {
            let git = real.ancestors().find(|above| files.kind(&above.join(".git")).is_ok());
            let working = || files.real(Path::new("")).ok().filter(|working| contains(working, &real));
            git.map(Path::to_owned).or_else(working).unwrap_or_else(|| real.clone())
        });
        Self { files, root, allowed }
    }

    /// Whether a file lies outside of the root, wherever its links lead.
    pub(in crate::manifest) fn is_outside(&self, path: &Path) -> bool {
        let real = real(path, self.files);
        !self.root.as_ref().zip(real).is_some_and(|(root, real)| contains(root, &real))
    }

    /// Says why a file that a manifest names cannot be read, if it lies outside and nobody allowed that.
    pub(crate) fn refusal(&self, path: &Path) -> Option<String> {
        (!self.allowed && self.is_outside(path)).then(|| {
            let root = self.root.as_ref().map_or_else(|| "?".to_owned(), |root| display(root));
            format!("it is outside of the project (`{root}`)")
        })
    }

    /// The same for a file on the command line: refused only if it is written as one of the project, and is a link that
    /// leaves it.
    pub(in crate::manifest) fn refusal_of_link(&self, path: &Path) -> Option<String> {
        let working = self.files.real(Path::new("")).ok()?;
        let written = clean(&working.join(path));
        let inside = self.root.as_ref().is_some_and(|root| contains(root, &written));
        self.refusal(path).filter(|_| inside)
    }
}

/// Whether a path is in a folder, both without links.
fn contains(folder: &Path, path: &Path) -> bool {
    path.strip_prefix(folder).is_ok_and(|rest| rest.components().all(|part| part != Component::ParentDir))
}

/// Returns a path without links; of what is not there, the part that is.
fn real(path: &Path, files: &dyn Files) -> Option<PathBuf> {
    let mut there = path.to_owned();
    let mut rest = Vec::new();
    loop {
        if let Ok(real) = files.real(&there) {
            return Some(rest.iter().rev().fold(real, |path, name| path.join(name)));
        }
        let Some(Component::Normal(name)) = there.components().next_back() else { return None };
        rest.push(name.to_owned());
        there.pop();
    }
}
