//! The file of a saved plan: nobody else can read it, and it is never half written.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{SavedError, SavedPlan};
use crate::disk::{self, Access};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why a saved plan could not be read from its file or written to it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file could not be read.
    #[error("the saved plan {} could not be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What it holds is not a saved plan, or a damaged one.
    #[error("{} cannot be used as a saved plan", path.display())]
    Saved {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SavedError,
    },
    /// Something else stands there.
    #[error("{} already exists and is not a saved plan; it was not overwritten", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be written.
    #[error("the plan could not be saved to {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl SavedPlan {
    /// Reads one from a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is too large, or holds no whole saved plan.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let bytes = disk::read(path, MAX_BYTES)
            .map_err(|source| FileError::Read { path: path.to_owned(), source })?;
        let wrong = |source| FileError::Saved { path: path.to_owned(), source };
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let text = String::from_utf8(bytes).map_err(|_| wrong(SavedError::Encoding { utf16 }))?;
        Self::parse(&text).map_err(wrong)
    }

    /// Writes it to a file that only the owner can read: beside it first, then in its place. An older saved plan is
    /// replaced, and nothing else.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or something else stands there; what was there before is still there then.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let failed = |source| FileError::Write { path: path.to_owned(), source };
        if !may_replace(path).map_err(failed)? {
            return Err(FileError::Taken { path: path.to_owned() });
        }
        disk::replace(path, self.to_text().as_bytes(), Access::Private).map_err(failed)
    }
}

/// Whether nothing stands there, or a saved plan, whole or not.
fn may_replace(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(there) if !there.is_file() => Ok(false),
        Ok(_) => {
            let mut head = Vec::new();
            File::open(path)?.take(4096).read_to_end(&mut head)?;
            let head = String::from_utf8_lossy(&head);
            let head = head.strip_prefix(super::BYTE_ORDER_MARK).unwrap_or(&head);
            Ok(head.trim_start().starts_with('{') && head.contains("\"flowbind.saved-plan/"))
        }
    }
}
