//! Files that are read and written whole: never a part of one, never a device or a pipe, never through a link that
//! somebody else put there.
//!
//! Written here: libraries that replace files whole follow links, and none bounds what it reads.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Reads a file.
///
/// # Errors
///
/// When it cannot be read, is no file (a pipe might never end), or is larger than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Asked before it is opened: to open a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Reads a text file; see [`read`].
///
/// # Errors
///
/// As [`read`], and when it is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// Who may read a file that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever the system's settings say.
    Usual,
    /// Only its owner.
    Private,
}

/// Creates a file that is not there yet. When that fails nothing of it is left.
///
/// # Errors
///
/// When something is there already, a dangling link too, or it cannot be written whole.
pub fn create(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let _ = access;
    let mut file = options.open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.inspect_err(|_| drop(fs::remove_file(path)))
}

/// Puts a file in the place of whatever file is there, which stays as it is when that fails. A link is refused.
///
/// # Errors
///
/// When something else than a file is there, or it cannot be written whole.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => {
            return Err(io::Error::other("it is a symbolic link, which is not followed"));
        }
        Ok(there) if !there.is_file() => return Err(io::Error::other("it is not a file")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    // Hidden: what a crash leaves of it is no file of the folder's.
    let mut draft = std::ffi::OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}.new", std::process::id()));
    let draft = path.with_file_name(draft);
    create(&draft, bytes, access)?;
    fs::rename(&draft, path).inspect_err(|_| drop(fs::remove_file(&draft)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_within_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_text(&path, 5).unwrap(), "12345");
        assert!(read(&path, 4).unwrap_err().to_string().contains("larger than 4 bytes"));
        assert!(read(folder.path(), 4).unwrap_err().to_string().contains("not a file"));
        fs::write(&path, [0xff]).unwrap();
        assert!(read_text(&path, 4).unwrap_err().to_string().contains("not UTF-8"));
    }

    #[test]
    fn what_is_there_is_not_made_again_and_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        create(&path, b"old", Access::Usual).unwrap();
        assert_eq!(create(&path, b"new", Access::Usual).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        replace(&path, b"new", Access::Private).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(folder.path(), b"new", Access::Usual).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (link, victim) = (folder.path().join("link"), folder.path().join("victim"));
        fs::write(&victim, "mine").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        assert!(replace(&link, b"new", Access::Usual).unwrap_err().to_string().contains("symbolic link"));
        assert!(create(&link, b"new", Access::Usual).is_err());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
        assert!(read(Path::new("/dev/zero"), 10).unwrap_err().to_string().contains("not a file"));
    }
}
