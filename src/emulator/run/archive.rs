//! Unpacks the package of a function: nothing is written beside the folder, and no more than Lambda takes.
//!
//! Links are made when all files are there, so none is written through one. Checksums are compared.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// The most that all files have together, in bytes (Lambda quotas).
const MOST_UNPACKED: u64 = 262_144_000;

/// What says in the mode of an entry that it is a link.
const LINK: u32 = 0o120_000;
const KIND: u32 = 0o170_000;

/// Why a package was not unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    #[error("it is not a zip archive: {0}")]
    Broken(#[from] ZipError),
    #[error("its entry `{0}` would be outside of the function's folder")]
    Outside(String),
    #[error("its entry `{0}` is damaged")]
    Damaged(String),
    #[error("its entry `{name}` is {what}, which flowbind does not unpack")]
    Unsupported { name: String, what: &'static str },
    #[error("Unzipped size must be smaller than {MOST_UNPACKED} bytes")]
    TooLarge,
    #[error("`{name}` cannot be written: {source}")]
    Write { name: String, source: io::Error },
}

/// Unpacks a package into a folder, which exists and is empty.
pub(super) fn unpack(zip: &[u8], into: &Path) -> Result<(), ArchiveError> {
    let mut archive = ZipArchive::new(io::Cursor::new(zip))?;
    let mut sum: u64 = 0;
    for index in 0..archive.len() {
        sum = sum.saturating_add(archive.by_index_raw(index)?.size());
    }
    if sum > MOST_UNPACKED {
        return Err(ArchiveError::TooLarge);
    }
    let mut links = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = Entry::read(&mut archive, index)?;
        let path = into.join(inside(&entry.name).ok_or_else(|| ArchiveError::Outside(entry.name.clone()))?);
        let failed = |source| ArchiveError::Write { name: entry.name.clone(), source };
        if entry.name.ends_with('/') {
            fs::create_dir_all(&path).map_err(failed)?;
            continue;
        }
        if entry.mode.is_some_and(|mode| mode & KIND == LINK) {
            links.insert(path, (entry.name, std::mem::take(&mut entry.bytes)));
            continue;
        }
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        fs::write(&path, &entry.bytes).map_err(failed)?;
        // Readable for whom the function runs as.
        let mode = entry.mode.map_or(0o644, |mode| mode & 0o755 | 0o444);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).map_err(failed)?;
    }
    link(into, links)
}

/// One entry with what is in it.
struct Entry {
    name: String,
    mode: Option<u32>,
    bytes: Vec<u8>,
}

impl Entry {
    fn read(archive: &mut ZipArchive<io::Cursor<&[u8]>>, index: usize) -> Result<Self, ArchiveError> {
        let raw = archive.by_index_raw(index)?;
        let name = raw.name()?.into_owned();
        let what = match raw.compression() {
            _ if raw.encrypted() => Some("encrypted"),
            CompressionMethod::Stored | CompressionMethod::Deflated => None,
            _ => Some("compressed in another way than Deflate"),
        };
        drop(raw);
        if let Some(what) = what {
            return Err(ArchiveError::Unsupported { name, what });
        }
        let mut file = archive.by_index(index).map_err(|_| ArchiveError::Damaged(name.clone()))?;
        let (size, mode) = (file.size(), file.unix_mode());
        let mut bytes = Vec::new();
        // It may hold more than it says.
        let read = file.by_ref().take(size.saturating_add(1)).read_to_end(&mut bytes);
        match read {
            Ok(_) if u64::try_from(bytes.len()).is_ok_and(|read| read == size) => {
                Ok(Self { name, mode, bytes })
            }
            _ => Err(ArchiveError::Damaged(name)),
        }
    }
}

/// Creates the links, none of which may lead out of the folder.
fn link(into: &Path, links: BTreeMap<PathBuf, (String, Vec<u8>)>) -> Result<(), ArchiveError> {
    for (path, (name, target)) in &links {
        let failed = |source| ArchiveError::Write { name: name.clone(), source };
        // A link below a link would be made wherever that leads.
        if path.ancestors().skip(1).any(|above| links.contains_key(above)) {
            return Err(ArchiveError::Outside(name.clone()));
        }
        let target = std::str::from_utf8(target).map_err(|_| ArchiveError::Damaged(name.clone()))?;
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        std::os::unix::fs::symlink(target, path).map_err(failed)?;
    }
    let root = into.canonicalize().map_err(|source| ArchiveError::Write { name: ".".to_owned(), source })?;
    for (path, (name, _)) in &links {
        if !path.canonicalize().is_ok_and(|real| real.starts_with(&root)) {
            return Err(ArchiveError::Outside(name.clone()));
        }
    }
    Ok(())
}

/// The path of an entry, when it stays inside.
fn inside(name: &str) -> Option<PathBuf> {
    let normal = |component: &Component<'_>| matches!(component, Component::Normal(_) | Component::CurDir);
    let path = Path::new(name);
    let good = !name.is_empty() && !name.contains(['\0', '\\']) && path.components().all(|c| normal(&c));
    good.then(|| path.components().filter(|c| matches!(c, Component::Normal(_))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    const LOCAL: &[u8] = b"PK\x03\x04";
    const END_SIZE: usize = 22;
    const ENTRY_SIZE: usize = 46;
    /// The system on which permissions are Unix's.
    const UNIX: u8 = 3;

    /// An archive of stored entries, each with its mode.
    fn zip(entries: &[(&str, &[u8], u32)]) -> Vec<u8> {
        let (mut zip, mut directory) = (Vec::new(), Vec::new());
        for (name, bytes, mode) in entries {
            let offset = u32::try_from(zip.len()).unwrap();
            let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let shared = [
                &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
                &crc32fast::hash(bytes).to_le_bytes(),
                &size,
                &size,
                &length,
                &[0, 0],
            ]
            .concat();
            zip.extend([LOCAL, &shared, name.as_bytes(), bytes].concat());
            let outer = [&[0; 6][..], &(mode << 16).to_le_bytes(), &offset.to_le_bytes()].concat();
            directory.extend([ENTRY, &[20, UNIX], &shared, &outer, name.as_bytes()].concat());
        }
        let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
        let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
        let at = u32::try_from(zip.len()).unwrap().to_le_bytes();
        zip.extend([&directory, END, &[0; 4], &count, &count, &size, &at, &[0, 0]].concat());
        zip
    }

    fn unpacked(entries: &[(&str, &[u8], u32)]) -> (tempfile::TempDir, Result<(), ArchiveError>) {
        let around = tempfile::tempdir().unwrap();
        let into = around.path().join("task");
        fs::create_dir(&into).unwrap();
        let done = unpack(&zip(entries), &into);
        (around, done)
    }

    #[test]
    fn files_and_links_are_unpacked_with_their_permissions() {
        let (around, done) = unpacked(&[
            ("a/bootstrap", b"#!/bin/sh\n", 0o100_755),
            ("a/plain", b"x", 0o100_600),
            ("b/link", b"../a/plain", 0o120_777),
            ("empty/", b"", 0o040_755),
        ]);
        done.unwrap();
        let task = around.path().join("task");
        let mode = |name: &str| fs::metadata(task.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("a/bootstrap"), mode("a/plain")), (0o755, 0o644));
        assert_eq!(fs::read(task.join("b/link")).unwrap(), b"x");
        assert!(task.join("empty").is_dir());
    }

    #[test]
    fn no_link_and_no_folder_is_made_through_a_link() {
        let (around, done) = unpacked(&[
            ("a", b"../beside", 0o120_777),
            ("a/link", b"anything", 0o120_777),
            ("a/made/link", b"anything", 0o120_777),
        ]);
        assert!(matches!(done, Err(ArchiveError::Outside(_))), "{done:?}");
        assert!(!around.path().join("beside").exists());
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().to_str().unwrap().as_bytes().to_vec();
        let (_around, done) = unpacked(&[
            ("a", &target, 0o120_777),
            ("a/link", b"anything", 0o120_777),
            ("a/made/link", b"anything", 0o120_777),
        ]);
        assert!(matches!(done, Err(ArchiveError::Outside(_))), "{done:?}");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing was made there");
    }

    #[test]
    fn nothing_is_written_beside_the_folder() {
        let link = 0o120_777;
        for entries in [
            &[("../evil", &b"x"[..], 0o100_644)][..],
            &[("/evil", b"x", 0o100_644)],
            &[("a/../../evil", b"x", 0o100_644)],
            &[("a\\..\\evil", b"x", 0o100_644)],
            &[("out", b"../..", link)],
            &[("out", b"/etc", link)],
            &[("dangling", b"nothing", link)],
            &[("round", b"round", link)],
            // Each is inside as it is written, and the second leads out through the first.
            &[("d/e/up", b"../..", link), ("out", b"d/e/up/..", link)],
        ] {
            let (around, done) = unpacked(entries);
            assert!(matches!(done, Err(ArchiveError::Outside(_))), "{entries:?} {done:?}");
            assert!(!around.path().join("evil").exists() && !Path::new("/evil").exists());
        }
        // A file below a link: the link comes too late.
        let (around, done) = unpacked(&[("d", b"..", link), ("d/evil", b"x", 0o100_644)]);
        assert!(matches!(done, Err(ArchiveError::Write { .. })), "{done:?}");
        assert!(!around.path().join("evil").exists());
    }

    #[test]
    fn what_is_damaged_at_any_byte_never_panics() {
        let good = zip(&[("index.js", b"exports.handler = 1", 0o100_644)]);
        for at in 0..good.len() {
            for bytes in [good[..at].to_vec(), [&good[..at], &[good[at] ^ 0xff], &good[at + 1..]].concat()] {
                let into = tempfile::tempdir().unwrap();
                let _ = unpack(&bytes, into.path());
            }
        }
        let lying =
            good.iter().copied().map(|byte| if byte == b'1' { b'2' } else { byte }).collect::<Vec<_>>();
        let into = tempfile::tempdir().unwrap();
        assert!(matches!(unpack(&lying, into.path()), Err(ArchiveError::Damaged(_))));
    }

    #[test]
    fn what_is_packed_in_another_way_is_named() {
        let good = zip(&[("a", b"x", 0o100_644)]);
        let at = good.len() - END_SIZE - 1 - ENTRY_SIZE;
        // Flags and method stand in both headers.
        for (local, central, byte, says) in [
            (6, 8, 1, "its entry `a` is encrypted"),
            (8, 10, 12, "its entry `a` is compressed in another way than Deflate"),
        ] {
            let mut odd = good.clone();
            (odd[local], odd[at + central]) = (byte, byte);
            let into = tempfile::tempdir().unwrap();
            let refused = unpack(&odd, into.path()).unwrap_err().to_string();
            assert!(refused.starts_with(says), "{refused}");
        }
        let refused = unpack(b"nonsense", Path::new("/none")).unwrap_err().to_string();
        assert!(refused.starts_with("it is not a zip archive: "), "{refused}");
    }

    #[test]
    fn of_two_entries_with_one_name_one_is_unpacked() {
        let (around, done) = unpacked(&[("a", b"first", 0o100_644), ("a", b"second", 0o100_644)]);
        done.unwrap();
        assert_eq!(fs::read(around.path().join("task/a")).unwrap(), b"second");
        // It may be a file and a folder, which nothing can hold.
        let (_around, done) = unpacked(&[("a", b"x", 0o100_644), ("a/b", b"x", 0o100_644)]);
        assert!(matches!(done, Err(ArchiveError::Write { .. })), "{done:?}");
    }

    #[test]
    fn an_entry_that_holds_more_than_it_says_is_damaged() {
        let packed = miniz_oxide::deflate::compress_to_vec(&vec![0; 10_000_000], 9);
        let mut bomb = zip(&[("a", &packed, 0o100_644)]);
        let at = bomb.len() - END_SIZE - 1 - ENTRY_SIZE;
        // Deflated, ten bytes when unpacked.
        (bomb[8], bomb[at + 10]) = (8, 8);
        for at in [22, at + 24] {
            bomb[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
        let into = tempfile::tempdir().unwrap();
        assert!(matches!(unpack(&bomb, into.path()), Err(ArchiveError::Damaged(_))));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let mut bomb = zip(&[("a", b"x", 0o100_644)]);
        let at = bomb.len() - END_SIZE - 1 - ENTRY_SIZE + 24;
        bomb[at..at + 4].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
        let into = tempfile::tempdir().unwrap();
        assert!(matches!(unpack(&bomb, into.path()), Err(ArchiveError::TooLarge)));
    }
}
