//! The file of a saved plan: nobody else can read it, and it is never half written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{SavedError, SavedPlan};

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
    /// The file is larger than any plan.
    #[error("{} is larger than any saved plan, {} MiB", path.display(), MAX_BYTES / 1024 / 1024)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// What it holds is no saved plan, or a damaged one.
    #[error("{} cannot be used as a saved plan", path.display())]
    Saved {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SavedError,
    },
    /// Something else stands there.
    #[error("{} is there already and is no saved plan: it was not overwritten", path.display())]
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
        let failed = |source| FileError::Read { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        // Asked before it is opened: to open a pipe would wait for its writer.
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(failed(io::Error::other("it is not a file")));
        }
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(FileError::TooLarge { path: path.to_owned() });
        }
        let wrong = |source| FileError::Saved { path: path.to_owned(), source };
        let text = String::from_utf8(bytes).map_err(|error| wrong(SavedError::Json(error.to_string())))?;
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
        let name = path.file_name().ok_or_else(|| failed(io::Error::from(io::ErrorKind::IsADirectory)))?;
        let mut draft = name.to_owned();
        draft.push(format!(".{}.draft", std::process::id()));
        let draft = path.with_file_name(draft);
        let written = write_new(&draft, self.to_text().as_bytes()).and_then(|()| fs::rename(&draft, path));
        written.map_err(|source| {
            // The draft may never have been made; then there is nothing to take away.
            let _ = fs::remove_file(&draft);
            failed(source)
        })
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
            Ok(head.trim_start().starts_with('{') && head.contains("\"flowbind.saved-plan/"))
        }
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
