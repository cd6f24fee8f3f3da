//! Where files come from: the disk, or memory in tests; and how paths are written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none.
    #[error("there is no such file")]
    Missing,
    /// It is a symbolic link that leads nowhere.
    #[error("it is a symbolic link to `{}`, which does not exist", target.display())]
    Dangling {
        /// What the link names.
        target: PathBuf,
    },
    /// It is a folder, a device or a pipe.
    #[error("it is not a file")]
    NotAFile,
    /// It is larger than the reader takes.
    #[error("it has more than {limit} bytes")]
    TooLarge {
        /// The most bytes that are taken.
        limit: u64,
    },
    /// It was written to while it was read.
    #[error("it changed while it was read; run again when nothing writes to it")]
    Changed,
    /// The system refuses.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, whatever it points to.
    Link,
    /// A device, a pipe or a socket.
    Other,
}

/// Where files come from.
pub trait Files {
    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// When there is no such file, it is larger than `limit` bytes, or it cannot be read.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileError>;

    /// Lists what lies in a folder, by name; `None` when the path is not a folder.
    ///
    /// # Errors
    ///
    /// When there is a folder that cannot be read.
    fn list(&self, folder: &Path) -> Result<Option<Vec<PathBuf>>, FileError>;

    /// Says what lies at a path, without following a link.
    ///
    /// # Errors
    ///
    /// When nothing lies there, or it cannot be looked at.
    fn kind(&self, path: &Path) -> Result<FileKind, FileError>;

    /// Returns what a symbolic link points to, as it is written in it.
    ///
    /// # Errors
    ///
    /// When there is no link, or it cannot be read.
    fn target(&self, _link: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns a path as an absolute one in which no part is a symbolic link.
    ///
    /// # Errors
    ///
    /// When nothing is there, or links lead in a circle.
    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}

fn missing(error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing,
        _ => FileError::Unreadable(error),
    }
}

/// The files of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
        // Asked before it is opened: to open a pipe would wait for its writer.
        match std::fs::metadata(path).map_err(missing) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Err(FileError::NotAFile),
            Err(FileError::Missing) => {
                let link = std::fs::read_link(path);
                return Err(link.map_or(FileError::Missing, |target| FileError::Dangling { target }));
            }
            Err(error) => return Err(error),
        }
        read(&File::open(path).map_err(missing)?, limit, || {})
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<PathBuf>>, FileError> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if !folder.is_dir() {
            return Ok(None);
        }
        let entries = std::fs::read_dir(folder)?.map(|entry| Ok(folder.join(entry?.file_name())));
        let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(Some(paths))
    }

    fn kind(&self, path: &Path) -> Result<FileKind, FileError> {
        let kind = std::fs::symlink_metadata(path).map_err(missing)?.file_type();
        Ok(if kind.is_symlink() {
            FileKind::Link
        } else if kind.is_dir() {
            FileKind::Folder
        } else if kind.is_file() {
            FileKind::File
        } else {
            FileKind::Other
        })
    }

    fn target(&self, link: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(link)
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(if path.as_os_str().is_empty() { Path::new(".") } else { path })
    }
}

/// Reads a file; `between` is what happens to it until it is looked at again.
fn read(mut file: &File, limit: u64, between: impl FnOnce()) -> Result<Vec<u8>, FileError> {
    let before = state(file)?;
    let mut bytes = Vec::new();
    file.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    between();
    if before != state(file)? {
        return Err(FileError::Changed);
    }
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { limit });
    }
    Ok(bytes)
}

/// What changes when a file is written to: its length and its time.
fn state(file: &File) -> io::Result<(u64, SystemTime)> {
    let metadata = file.metadata()?;
    Ok((metadata.len(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
}

/// Files in memory, by their paths without `.` and without `x/..`.
impl Files for BTreeMap<PathBuf, Vec<u8>> {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
        let bytes = self.get(path).ok_or(FileError::Missing)?;
        if bytes.len() as u64 > limit { Err(FileError::TooLarge { limit }) } else { Ok(bytes.clone()) }
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<PathBuf>>, FileError> {
        let inside = |path: &PathBuf| Some(folder.join(path.strip_prefix(folder).ok()?.components().next()?));
        let mut paths: Vec<PathBuf> = self.keys().filter_map(inside).collect();
        paths.dedup();
        Ok((!paths.is_empty()).then_some(paths))
    }

    fn kind(&self, path: &Path) -> Result<FileKind, FileError> {
        if self.contains_key(path) {
            return Ok(FileKind::File);
        }
        self.list(path)?.map(|_| FileKind::Folder).ok_or(FileError::Missing)
    }
}

/// Writes a path without `.` and without `x/..`, so that one file has one name.
pub(in crate::manifest) fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Names a file in messages and reports, with `/` on every system.
pub(in crate::manifest) fn display(path: &Path) -> String {
    let text = path.display().to_string();
    let text = if text.is_empty() { ".".to_owned() } else { text };
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_name() {
        for (path, expected) in [
            ("./a/../b.yaml", "b.yaml"),
            ("../a/./b", "../a/b"),
            ("a/b/../../../c", "../c"),
            ("/a/../b", "/b"),
            (".", ""),
        ] {
            assert_eq!(clean(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_not_taken_in_half() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.js");
        std::fs::write(&path, "old").unwrap();
        let file = File::open(&path).unwrap();
        let longer = read(&file, 9, || std::fs::write(&path, "newer").unwrap());
        assert!(matches!(longer, Err(FileError::Changed)), "{longer:?}");
        let touch = || {
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        let touched = read(&File::open(&path).unwrap(), 9, touch);
        assert!(matches!(touched, Err(FileError::Changed)), "{touched:?}");
        assert_eq!(read(&File::open(&path).unwrap(), 9, || {}).unwrap(), b"newer");
    }

    #[test]
    fn the_disk_gives_files_within_the_limit_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b.yaml"), "12345").unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        assert_eq!(Disk.read(&folder.path().join("b.yaml"), 5).unwrap(), b"12345");
        let error = |path: PathBuf, limit| Disk.read(&path, limit).unwrap_err().to_string();
        assert_eq!(error(folder.path().join("b.yaml"), 4), "it has more than 4 bytes");
        assert_eq!(error(folder.path().join("c.yaml"), 4), "there is no such file");
        assert_eq!(error(folder.path().join("b.yaml/x"), 4), "there is no such file");
        assert_eq!(error(folder.path().join("a"), 4), "it is not a file");
        let names = Disk.list(folder.path()).unwrap().unwrap();
        assert_eq!(names, [folder.path().join("a"), folder.path().join("b.yaml")]);
        assert!(Disk.list(&folder.path().join("b.yaml")).unwrap().is_none());
        assert_eq!(Disk.kind(&names[0]).unwrap(), FileKind::Folder);
        assert_eq!(Disk.kind(&names[1]).unwrap(), FileKind::File);
        assert!(matches!(Disk.kind(&folder.path().join("c")), Err(FileError::Missing)));
    }
}
