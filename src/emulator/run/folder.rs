//! The folder of an execution environment: the code, what serves as the runtime, and what the function may write to.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

/// What a function may write to, in the folder of its environment.
pub(super) const WRITABLE: &str = "tmp";

/// The folders of one environment.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    pub(super) root: PathBuf,
    pub(super) task: PathBuf,
    pub(super) runtime: PathBuf,
    pub(super) writable: PathBuf,
}

impl Folders {
    /// Creates them below `root`, which must not exist. `user` is whom the function runs as, in place of root.
    pub(super) fn make(root: PathBuf, user: Option<u32>) -> io::Result<Self> {
        let made = Self {
            task: root.join("task"),
            runtime: root.join("runtime"),
            writable: root.join(WRITABLE),
            root,
        };
        // Another user has to pass through to its own.
        let mode = if user.is_some() { 0o755 } else { 0o700 };
        let make = |path: &Path, mode| fs::DirBuilder::new().mode(mode).create(path);
        make(&made.root, mode)?;
        make(&made.task, 0o755)?;
        make(&made.runtime, 0o755)?;
        make(&made.writable, 0o700)?;
        if user.is_some() {
            chown(&made.writable, user, user)?;
        }
        Ok(made)
    }
}

/// Removes a folder with all that is in it, whatever permissions it was given.
pub(super) fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
        return;
    }
    open(folder);
    if let Err(error) = fs::remove_dir_all(folder) {
        tracing::warn!(%error, folder = %folder.display(), "a function's folder could not be removed");
    }
}

/// Makes folders writable again; links are not followed.
fn open(folder: &Path) {
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_locked_is_removed() {
        let around = tempfile::tempdir().unwrap();
        let folders = Folders::make(around.path().join("1"), None).unwrap();
        let inner = folders.writable.join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("c"), vec![7; 10_000]).unwrap();
        fs::set_permissions(folders.writable.join("a"), fs::Permissions::from_mode(0o000)).unwrap();
        remove(&folders.root);
        assert!(!folders.root.exists());
    }
}
