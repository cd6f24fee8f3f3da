//! A lock file for each set keeps two processes in one folder apart. Nothing is right only because of it: two of them end
//! in the declared state, at twice the calls.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::resource::SetName;

/// The locks of one process.
#[derive(Debug)]
pub(super) struct Locks {
    folder: PathBuf,
    held: Mutex<BTreeMap<SetName, File>>,
}

/// Whether a set's lock was taken.
#[derive(Debug)]
pub(super) enum Taken {
    /// This process has it.
    Own,
    /// Another process has it.
    Other,
    /// There can be none here.
    Without(io::Error),
}

impl Locks {
    /// Locks files in a folder, which is made with the first one.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, held: Mutex::default() }
    }

    /// Takes a set's lock, unless this process has it; it is let go when the process ends.
    pub(super) fn take(&self, set: &SetName) -> Taken {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.contains_key(set) {
            return Taken::Own;
        }
        match self.lock(set) {
            Ok(Some(file)) => {
                held.insert(set.clone(), file);
                Taken::Own
            }
            Ok(None) => Taken::Other,
            Err(error) => Taken::Without(error),
        }
    }

    fn lock(&self, set: &SetName) -> io::Result<Option<File>> {
        fs::create_dir_all(&self.folder)?;
        // A set's name is a DNS label.
        let path = self.folder.join(format!("{set}.lock"));
        if fs::symlink_metadata(&path).is_ok_and(|there| !there.is_file()) {
            return Err(io::Error::other("it is not a file"));
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_locked_by_one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let set = |name| SetName::parse(name).unwrap();
        let (one, other) = (Locks::new(folder.path().join("a")), Locks::new(folder.path().join("a")));
        assert!(matches!(one.take(&set("acme")), Taken::Own));
        assert!(matches!(one.take(&set("acme")), Taken::Own));
        assert!(matches!(other.take(&set("acme")), Taken::Other));
        assert!(matches!(other.take(&set("other")), Taken::Own));
        drop(one);
        assert!(matches!(other.take(&set("acme")), Taken::Own));
    }

    #[test]
    fn where_no_file_can_be_there_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(Locks::new(file).take(&SetName::parse("acme").unwrap()), Taken::Without(_)));
    }
}
