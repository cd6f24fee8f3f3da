//! A zip writer whose output depends on nothing but the files: the same files give the same bytes on every machine
//! and in every version. And a look into zips that somebody else made.
//!
//! Files are stored, or compressed by [`deflate`], whose output is fixed. Times are 1980-01-01, the first that the
//! format knows. Permissions are 0755 for every file: a checkout on Windows has no execute bit, so copying the
//! machine's would tell machines apart, and the runtimes of the `provided` family refuse a `bootstrap` without one.
//! A symbolic link is an entry with its target as text, as `zip --symlinks` writes it.

use super::deflate::deflate;

/// 1980-01-01: the year counts from 1980 in bits 9 to 15, the month from 1 in bits 5 to 8, the day from 1 below.
const DATE: u16 = 1 << 5 | 1;
/// What a reader needs to know: version 2.0 of the format.
const NEEDED: u16 = 20;
/// Made on Unix (3), so that permissions count.
const MADE_BY: u16 = 3 << 8 | NEEDED;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// A regular file that all may read and execute, in the upper half of the external attributes.
const FILE_MODE: u32 = 0o100_755 << 16;
/// A symbolic link, likewise.
const LINK_MODE: u32 = 0o120_777 << 16;
/// How an entry's bytes are kept: as they are, or by Deflate.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The end of the directory without its comment, in bytes, and its signature.
const END: usize = 22;
const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
/// An entry of the directory without its name, in bytes, and its signature.
const ENTRY: usize = 46;
const ENTRY_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// What stands before a file's bytes without its name, in bytes.
const LOCAL: usize = 30;
/// The longest comment that can follow the end of the directory, in bytes.
const LONGEST_COMMENT: usize = u16::MAX as usize;

/// A file or a link of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path in the package, with `/` between the parts.
    pub(super) name: String,
    /// What it holds: a file's bytes, or the target of a link as text.
    pub(super) bytes: Vec<u8>,
    /// Whether it is a symbolic link.
    pub(super) link: bool,
}

/// Whether files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// As they are.
    Store,
    /// Compressed where that makes them smaller.
    Deflate,
}

/// Returns the size in bytes of the zip that these entries make when they are stored.
pub(super) fn size(entries: &[Entry]) -> usize {
    entries
        .iter()
        .map(|Entry { name, bytes, .. }| LOCAL + ENTRY + 2 * name.len() + bytes.len())
        .sum::<usize>()
        + END
}

/// Writes a zip with these entries, in this order.
///
/// `None` when the format cannot hold them: more than 65,535 entries, a name over 65,535 bytes, or 4 GiB.
pub(super) fn write(entries: &[Entry], method: Method) -> Option<Vec<u8>> {
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for Entry { name, bytes, link } in entries {
        let offset = u32::try_from(zip.len()).ok()?;
        let size = u32::try_from(bytes.len()).ok()?;
        let deflated = (method == Method::Deflate && !link).then(|| deflate(bytes));
        let deflated = deflated.filter(|deflated| deflated.len() < bytes.len());
        let kind = if deflated.is_some() { DEFLATED } else { STORED };
        let kept = deflated.as_ref().unwrap_or(bytes);
        let mut shared = Vec::with_capacity(26);
        for field in [NEEDED, FLAGS, kind, 0, DATE] {
            shared.extend(field.to_le_bytes());
        }
        for field in [crc32fast::hash(bytes), u32::try_from(kept.len()).ok()?, size] {
            shared.extend(field.to_le_bytes());
        }
        shared.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
        shared.extend(0_u16.to_le_bytes());
        zip.extend(b"PK\x03\x04");
        zip.extend(&shared);
        zip.extend(name.as_bytes());
        zip.extend(kept);
        directory.extend(ENTRY_SIGNATURE);
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&shared);
        // No comment, the first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(if *link { LINK_MODE } else { FILE_MODE }.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, length) = (u32::try_from(zip.len()).ok()?, u32::try_from(directory.len()).ok()?);
    let count = u16::try_from(entries.len()).ok()?.to_le_bytes();
    zip.extend(directory);
    zip.extend(END_SIGNATURE);
    zip.extend([0; 4]);
    zip.extend([count, count].concat());
    zip.extend(length.to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0; 2]);
    Some(zip)
}

/// Returns the number of files of a zip and the sum of their sizes in bytes when they are unpacked, as its directory
/// says. `None` when this is no zip, or one that is split or over 4 GiB.
pub(super) fn unpacked(zip: &[u8]) -> Option<(usize, u64)> {
    let (mut count, mut size) = (0, 0);
    directory(zip, |_, at| {
        count += 1;
        size += u64::from(u32::from_le_bytes(array(zip, at + 24)?));
        Some(())
    })?;
    Some((count, size))
}

/// Returns the bytes of a file that is kept as it is; none of one that is compressed or not there.
pub(super) fn stored<'z>(zip: &'z [u8], name: &str) -> Option<&'z [u8]> {
    let mut found = None;
    directory(zip, |entry, at| {
        if entry == name.as_bytes() {
            found = Some(at);
        }
        Some(())
    })?;
    let at = found?;
    let field = |at| Some(usize::from(u16::from_le_bytes(array(zip, at)?)));
    let wide = |at| usize::try_from(u32::from_le_bytes(array(zip, at)?)).ok();
    if field(at + 10)? != usize::from(STORED) {
        return None;
    }
    let (size, local) = (wide(at + 24)?, wide(at + 42)?);
    let start = local.checked_add(LOCAL + field(local + 26)? + field(local + 28)?)?;
    zip.get(start..start.checked_add(size)?)
}

/// Visits the entries of a zip's directory with their names, and where each is.
fn directory<'z>(zip: &'z [u8], mut visit: impl FnMut(&'z [u8], usize) -> Option<()>) -> Option<()> {
    let last = zip.len().checked_sub(END)?;
    let first = last.saturating_sub(LONGEST_COMMENT);
    let at = (first..=last).rev().find(|at| zip[*at..].starts_with(&END_SIGNATURE))?;
    let count = usize::from(u16::from_le_bytes(array(zip, at + 10)?));
    let mut next = usize::try_from(u32::from_le_bytes(array(zip, at + 16)?)).ok()?;
    for _ in 0..count {
        if !zip.get(next..)?.starts_with(&ENTRY_SIGNATURE) {
            return None;
        }
        let lengths = [28, 30, 32].map(|field| array(zip, next + field).map(u16::from_le_bytes));
        let [Some(name), Some(extra), Some(comment)] = lengths else { return None };
        visit(zip.get(next + ENTRY..next + ENTRY + usize::from(name))?, next)?;
        next += ENTRY + usize::from(name) + usize::from(extra) + usize::from(comment);
    }
    Some(())
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use crate::resource::sha256;

    use super::*;

    fn file(name: impl Into<String>, bytes: &[u8]) -> Entry {
        Entry { name: name.into(), bytes: bytes.to_vec(), link: false }
    }

    fn sample() -> Vec<Entry> {
        vec![file("a/index.mjs", b"export {}\n"), file("ü.txt", b"")]
    }

    fn stored(entries: &[Entry]) -> Vec<u8> {
        write(entries, Method::Store).unwrap()
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32fast::hash(b""), 0);
    }

    #[test]
    fn the_bytes_are_those_of_every_other_machine() {
        let zip = stored(&sample());
        let digest = sha256(&zip);
        // Fixed for ever: with another value, every function of every user would be updated.
        assert_eq!(digest, "8d8a7205b8b7e6df7d4eb3b28d7e40ff34f5f355ff0390452a046dc4decd12df");
    }

    #[test]
    fn links_and_compressed_files_are_fixed_too() {
        let mut entries = vec![file("a.txt", &b"again and ".repeat(100)), file("b.bin", b"short")];
        entries.push(Entry { name: "c".to_owned(), bytes: b"a.txt".to_vec(), link: true });
        let zip = write(&entries, Method::Deflate).unwrap();
        assert!(zip.len() < size(&entries) - 900);
        assert_eq!(unpacked(&zip), Some((3, 1_010)));
        assert_eq!(sha256(&zip), "cbf1a953d147834dd8f2f70a1a9cb68f4c5b4f1972ef215a4a508a8e5b9de813");
        assert_eq!(
            sha256(stored(&entries)),
            "4e960fad62ee4ba9c3ee23860f3f0331605cc6cd1231f333bc3ecdb3cefc776d"
        );
    }

    #[test]
    fn what_was_written_can_be_looked_into() {
        assert_eq!(unpacked(&stored(&sample())), Some((2, 10)));
        assert_eq!(stored(&sample()).len(), size(&sample()));
        assert_eq!(unpacked(&stored(&[])), Some((0, 0)));
        let zip = stored(&sample());
        assert_eq!(super::stored(&zip, "a/index.mjs"), Some(&b"export {}\n"[..]));
        assert_eq!((super::stored(&zip, "ü.txt"), super::stored(&zip, "index.mjs")), (Some(&[][..]), None));
        let compressed = write(&[file("a", &b"again and ".repeat(100))], Method::Deflate).unwrap();
        assert_eq!(super::stored(&compressed, "a"), None);
        let mut commented = stored(&sample());
        commented.extend(b"a comment");
        assert_eq!(unpacked(&commented), Some((2, 10)));
    }

    #[test]
    fn no_zip_and_a_broken_one_are_told() {
        let zip = stored(&sample());
        assert_eq!(unpacked(b""), None);
        assert_eq!(unpacked(&[b'x'; 100_000]), None);
        for cut in 0..zip.len() {
            assert_eq!(unpacked(&zip[..cut]), None, "cut at {cut}");
        }
        for at in 0..zip.len() {
            let mut broken = zip.clone();
            broken[at] ^= 0xff;
            let _ = (unpacked(&broken), super::stored(&broken, "a/index.mjs"));
        }
    }

    #[test]
    fn what_the_format_cannot_hold_is_refused() {
        let files: Vec<Entry> = (0..65_536).map(|n| file(n.to_string(), b"")).collect();
        assert!(write(&files[1..], Method::Store).is_some());
        assert!(write(&files, Method::Store).is_none());
        assert!(write(&[file("x".repeat(65_536), b"")], Method::Store).is_none());
    }
}
