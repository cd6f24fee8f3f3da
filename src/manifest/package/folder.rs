//! A folder's files and links, as they go into its package.

use crate::resource::Code;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::super::model::LeftOut;
use super::super::reading::files::{FileError, FileKind, Files, display};
use super::super::reading::log::quote;
use super::exclude::{Exclude, Verdict};
use super::suspect::suspect;
use super::zip::Entry;
use super::{Fault, MAX_UNPACKED, Warning};

/// The most files and links of a package: what the directory of a zip can count.
const MAX_PACKED: usize = 65_535;
/// The most entries of a folder that are looked at, those included that are left out.
const MAX_SEEN: usize = 250_000;
/// The most things of one kind that are listed; the others are counted.
const MAX_LISTED: usize = 20;

/// What to do about a link that leaves the folder.
const OUTSIDE: &str = "copy into the folder what it points to, let `code:` name a folder that holds both, or leave the \
                       link out with `exclude:`";

/// What a folder holds.
#[derive(Debug)]
pub(super) struct Contents {
    /// Files and links, by the bytes of their names.
    pub(super) entries: Vec<Entry>,
    /// What is not packed.
    pub(super) left_out: LeftOut,
    /// What is packed and should perhaps not be.
    pub(super) warnings: Vec<Warning>,
}

/// Reads a folder, or finds everything in it that cannot be packed.
pub(super) fn read(files: &dyn Files, folder: &Path, exclude: &Exclude) -> Result<Contents, Vec<Fault>> {
    let mut reader = Reader {
        files,
        folder,
        exclude,
        real: None,
        open: Vec::new(),
        entries: Vec::new(),
        links: BTreeMap::new(),
        left_out: LeftOut::default(),
        suspects: Vec::new(),
        faults: Vec::new(),
        left: MAX_UNPACKED,
        seen: 0,
    };
    reader.list(folder, false);
    while let Some((path, named)) = reader.open.pop() {
        if let Err(fault) = reader.entry(&path, named) {
            // What follows would only be read to be thrown away.
            return Err(vec![fault]);
        }
    }
    reader.finish()
}

struct Reader<'f> {
    files: &'f dyn Files,
    folder: &'f Path,
    exclude: &'f Exclude,
    /// The folder without links in its path, once a link was found in it.
    real: Option<PathBuf>,
    /// What is to be looked at, and whether a pattern with `!` names a folder around it.
    open: Vec<(PathBuf, bool)>,
    entries: Vec<Entry>,
    /// Links, and where each leads, relative to the folder.
    links: BTreeMap<String, String>,
    left_out: LeftOut,
    suspects: Vec<(String, &'static str)>,
    faults: Vec<Fault>,
    left: u64,
    seen: usize,
}

impl Reader<'_> {
    fn list(&mut self, folder: &Path, named: bool) {
        match self.files.list(folder) {
            Ok(paths) => self.open.extend(paths.into_iter().flatten().map(|path| (path, named))),
            Err(error) => self.fault(folder, &error),
        }
    }

    fn fault(&mut self, path: &Path, error: &FileError) {
        self.faults.push(Fault::new(format!("the code {}: {error}", quote(&display(path)))));
    }

    /// Takes one file, link or folder; the error is one after which nothing else matters.
    fn entry(&mut self, path: &Path, named: bool) -> Result<(), Fault> {
        let code = || quote(&display(self.folder));
        self.seen += 1;
        if self.seen > MAX_SEEN {
            let message = format!("the code {} has more than {MAX_SEEN} files", code());
            return Err(Fault::new(message).hint("name a folder that holds only the function's code"));
        }
        let kind = match self.files.kind(path) {
            Ok(kind) => kind,
            Err(error) => {
                self.fault(path, &error);
                return Ok(());
            }
        };
        let inside = path.strip_prefix(self.folder).unwrap_or(path);
        let verdict = self.exclude.judge(inside, kind == FileKind::Folder);
        let named = named || verdict == Verdict::Named;
        let shown = display(inside);
        if verdict == Verdict::LeftOut || (kind == FileKind::File && !named && is_shim(inside)) {
            self.left_out.add(if kind == FileKind::Folder { format!("{shown}/") } else { shown });
            return Ok(());
        }
        if inside.to_str().is_none() {
            let message = format!("the name of {} is not UTF-8", quote(&display(path)));
            self.faults.push(Fault::new(message).hint("rename it, or leave it out with `exclude:`"));
            return Ok(());
        }
        match kind {
            FileKind::Folder => self.list(path, named),
            FileKind::Link => self.link(path, shown),
            FileKind::Other => {
                let message = format!("{} is neither a file nor a folder", quote(&display(path)));
                self.faults.push(Fault::new(message).hint("leave it out with `exclude:`"));
            }
            FileKind::File => self.file(path, shown, named)?,
        }
        if self.entries.len() + self.links.len() > MAX_PACKED {
            let message =
                format!("the code {} has more than {MAX_PACKED} files to pack", quote(&display(self.folder)));
            return Err(Fault::new(message).hint("leave out with `exclude:` what the function does not need"));
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: String, named: bool) -> Result<(), Fault> {
        let bytes = match self.files.read(path, self.left) {
            Ok(bytes) => bytes,
            Err(FileError::TooLarge { .. }) => return Err(too_large(self.folder)),
            Err(error) => {
                self.fault(path, &error);
                return Ok(());
            }
        };
        self.left -= bytes.len() as u64;
        if let (Some(what), false) = (suspect(&name, &bytes), named) {
            self.suspects.push((name.clone(), what));
        }
        self.entries.push(Entry { name, bytes, link: false });
        Ok(())
    }

    /// Takes a link; what it leads to has to be in the folder.
    fn link(&mut self, path: &Path, name: String) {
        let target = match self.files.target(path) {
            Ok(target) => quote(&display(&target)),
            Err(error) => return self.fault(path, &error.into()),
        };
        let (why, hint) = match self.files.real(path) {
            Ok(real) => match self.inside(&real) {
                Ok(Some(inside)) => {
                    self.links.insert(name, inside);
                    return;
                }
                Ok(None) => (format!("which is outside of {}", quote(&display(self.folder))), OUTSIDE),
                Err(error) => return self.fault(self.folder, &error.into()),
            },
            Err(error) => (no_way(&error), "fix or remove the link, or leave it out with `exclude:`"),
        };
        let message = format!("{} is a symbolic link to {target}, {why}", quote(&display(path)));
        self.faults.push(Fault::new(message).hint(hint));
    }

    /// Returns a path without links relative to the folder, if it is in there; empty for the folder itself.
    fn inside(&mut self, real: &Path) -> io::Result<Option<String>> {
        if self.real.is_none() {
            self.real = Some(self.files.real(self.folder)?);
        }
        let inside = self.real.as_ref().and_then(|folder| real.strip_prefix(folder).ok());
        let named = |path: &Path| if path.as_os_str().is_empty() { String::new() } else { display(path) };
        Ok(inside.map(named))
    }

    fn finish(mut self) -> Result<Contents, Vec<Fault>> {
        if !self.faults.is_empty() {
            self.faults.sort_by(|a, b| a.message.cmp(&b.message));
            let more = self.faults.len().saturating_sub(MAX_LISTED);
            self.faults.truncate(MAX_LISTED);
            if more > 0 {
                let folder = quote(&display(self.folder));
                self.faults.push(Fault::new(format!("{more} more entries of {folder} cannot be packed")));
            }
            return Err(self.faults);
        }
        let names: BTreeSet<&str> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
        let packed = |target: &str| {
            let within = format!("{target}/");
            target.is_empty()
                || names.contains(target)
                || names.range(within.as_str()..).next().is_some_and(|name| name.starts_with(&within))
        };
        let (kept, lost): (Vec<_>, Vec<_>) = self.links.into_iter().partition(|(_, target)| packed(target));
        // A link to nothing that is packed would lead nowhere.
        lost.into_iter().for_each(|(name, _)| self.left_out.add(name));
        let links = kept.into_iter().map(|(name, target)| {
            let bytes = relative(&name, &target).into_bytes();
            Entry { name, bytes, link: true }
        });
        self.entries.extend(links);
        self.entries.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        self.left_out.names.sort();
        self.suspects.sort();
        let warnings = secrets(self.folder, &self.suspects)
            .into_iter()
            .chain(same_but_for_case(self.folder, &self.entries));
        Ok(Contents { warnings: warnings.collect(), entries: self.entries, left_out: self.left_out })
    }
}

fn too_large(folder: &Path) -> Fault {
    let message = format!(
        "the code {} has more than {MAX_UNPACKED} bytes; Lambda allows no more",
        quote(&display(folder))
    );
    Fault::new(message).hint("leave out with `exclude:` what the runtime or a layer provides")
}

/// What the system says of a link that leads back to itself: `ErrorKind` has no stable kind for it. On Windows it is
/// `ERROR_CANT_RESOLVE_FILENAME`, elsewhere `ELOOP`, whose number differs between Linux and the BSDs.
const LINK_LOOP: i32 = if cfg!(windows) {
    1921
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    40
} else {
    62
};

/// Says why a link cannot be followed.
fn no_way(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "which does not exist".to_owned(),
        _ if error.raw_os_error() == Some(LINK_LOOP) => "which leads back to itself".to_owned(),
        _ => format!("which cannot be followed: {error}"),
    }
}

/// Whether this is a command that pnpm, or npm on Windows, wrote instead of a link: it holds the path of this machine.
fn is_shim(inside: &Path) -> bool {
    let mut folders = inside.ancestors().skip(1).filter_map(Path::file_name);
    folders.next().is_some_and(|name| name == ".bin")
        && folders.next().is_some_and(|name| name == "node_modules")
}

/// Writes the way from the folder of a link to its target, both without links in them.
fn relative(link: &str, target: &str) -> String {
    let parts =
        |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (mut from, to) = (parts(link), parts(target));
    from.pop();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let way: Vec<String> = up.chain(to[shared..].iter().cloned()).collect();
    if way.is_empty() { ".".to_owned() } else { way.join("/") }
}

/// Warns of what looks like secrets, all in one.
fn secrets(folder: &Path, suspects: &[(String, &'static str)]) -> Option<Warning> {
    let (first, _) = suspects.first()?;
    let each = suspects.iter().take(MAX_LISTED).map(|(name, what)| format!("{} ({what})", quote(name)));
    let mut list = each.collect::<Vec<_>>().join(", ");
    if let Some(more @ 1..) = suspects.len().checked_sub(MAX_LISTED) {
        list.push_str(&format!(" and {more} more"));
    }
    let what = if suspects.len() == 1 { "what looks like a secret" } else { "what looks like secrets" };
    let message = format!("the package of {} would contain {what}: {list}", quote(&display(folder)));
    let hint =
        format!("leave it out with `exclude: [\"/{first}\"]`, or keep it with `exclude: [\"!/{first}\"]`");
    Some(Warning { code: Code::PackedSecret, fault: Fault::new(message).hint(hint) })
}

/// Warns of names that are one on a Mac or on Windows, where another package would come out.
fn same_but_for_case(folder: &Path, entries: &[Entry]) -> Option<Warning> {
    let mut seen = BTreeMap::new();
    let mut pairs = entries.iter().filter_map(|entry| {
        let first = seen.insert(entry.name.to_lowercase(), &entry.name)?;
        Some((first, &entry.name))
    });
    let (first, second) = pairs.next()?;
    let more = match pairs.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let (folder, first, second) = (quote(&display(folder)), quote(first), quote(second));
    let message = format!("{first} and {second} in {folder} differ only in upper and lower case{more}");
    let hint = "rename one: macOS and Windows keep only one of them, and would pack other code";
    Some(Warning { code: Code::NamesDifferInCase, fault: Fault::new(message).hint(hint) })
}
