//! A zip writer whose output depends on nothing but the files: the same files give the same bytes on every machine
//! and in every version. And a look into zips that somebody else made.
//!
//! Files are stored, not compressed: what a compressor makes differs between its versions, and each change of a byte
//! would be a change of code in every plan. Times are 1980-01-01, the first that the format knows. Permissions are
//! 0755 for every file: a checkout on Windows has no execute bit, so copying the machine's would tell machines apart,
//! and the runtimes of the `provided` family refuse a `bootstrap` without one.

/// 1980-01-01: the year counts from 1980 in bits 9 to 15, the month from 1 in bits 5 to 8, the day from 1 below.
const DATE: u16 = 1 << 5 | 1;
/// What a reader needs to know: version 2.0 of the format.
const NEEDED: u16 = 20;
/// Made on Unix (3), so that permissions count.
const MADE_BY: u16 = 3 << 8 | NEEDED;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// A regular file that all may read and execute, in the upper half of the external attributes.
const MODE: u32 = 0o100_755 << 16;
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

/// Gives the size in bytes of the zip that these files make.
pub(super) fn size(files: &[(String, Vec<u8>)]) -> usize {
    let each = |(name, bytes): &(String, Vec<u8>)| LOCAL + ENTRY + 2 * name.len() + bytes.len();
    files.iter().map(each).sum::<usize>() + END
}

/// Writes a zip with these files, in this order; names have `/` between their parts.
///
/// `None` when the format cannot hold them: more than 65,535 files, a name over 65,535 bytes, or 4 GiB.
pub(super) fn write(files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut zip = Vec::with_capacity(size(files));
    let mut directory = Vec::new();
    for (name, bytes) in files {
        let offset = u32::try_from(zip.len()).ok()?;
        let size = u32::try_from(bytes.len()).ok()?;
        let mut shared = Vec::with_capacity(26);
        for field in [NEEDED, FLAGS, 0, 0, DATE] {
            shared.extend(field.to_le_bytes());
        }
        for field in [crc32(bytes), size, size] {
            shared.extend(field.to_le_bytes());
        }
        shared.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
        shared.extend(0_u16.to_le_bytes());
        zip.extend(b"PK\x03\x04");
        zip.extend(&shared);
        zip.extend(name.as_bytes());
        zip.extend(bytes);
        directory.extend(ENTRY_SIGNATURE);
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&shared);
        // No comment, the first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, length) = (u32::try_from(zip.len()).ok()?, u32::try_from(directory.len()).ok()?);
    let count = u16::try_from(files.len()).ok()?.to_le_bytes();
    zip.extend(directory);
    zip.extend(END_SIGNATURE);
    zip.extend([0; 4]);
    zip.extend([count, count].concat());
    zip.extend(length.to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0; 2]);
    Some(zip)
}

/// Gives the number of files of a zip and the sum of their sizes in bytes when they are unpacked, as its directory
/// says. `None` when this is no zip, or one that is split or over 4 GiB.
pub(super) fn unpacked(zip: &[u8]) -> Option<(usize, u64)> {
    let last = zip.len().checked_sub(END)?;
    let first = last.saturating_sub(LONGEST_COMMENT);
    let at = (first..=last).rev().find(|at| zip[*at..].starts_with(&END_SIGNATURE))?;
    let count = usize::from(u16::from_le_bytes(array(zip, at + 10)?));
    let mut next = usize::try_from(u32::from_le_bytes(array(zip, at + 16)?)).ok()?;
    let mut size = 0;
    for _ in 0..count {
        if !zip.get(next..)?.starts_with(&ENTRY_SIGNATURE) {
            return None;
        }
        size += u64::from(u32::from_le_bytes(array(zip, next + 24)?));
        let lengths = [28, 30, 32].map(|field| array(zip, next + field).map(u16::from_le_bytes));
        let [Some(name), Some(extra), Some(comment)] = lengths else { return None };
        next += ENTRY + usize::from(name) + usize::from(extra) + usize::from(comment);
    }
    Some((count, size))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// CRC-32 as zip and Ethernet have it: polynomial 0xEDB88320, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |crc: u32, byte: &u8| {
        let [low, ..] = crc.to_le_bytes();
        TABLE[usize::from(low ^ byte)] ^ (crc >> 8)
    };
    !bytes.iter().fold(!0, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    let mut value = 0_u32;
    while index < table.len() {
        let mut crc = value;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
        value += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use crate::resource::sha256;

    use super::*;

    fn sample() -> Vec<(String, Vec<u8>)> {
        vec![("a/index.mjs".to_owned(), b"export {}\n".to_vec()), ("ü.txt".to_owned(), Vec::new())]
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn the_bytes_are_those_of_every_other_machine() {
        let zip = write(&sample()).unwrap();
        let digest = sha256(&zip);
        // Fixed for ever: with another value, every function of every user would be updated.
        assert_eq!(digest, "8d8a7205b8b7e6df7d4eb3b28d7e40ff34f5f355ff0390452a046dc4decd12df");
    }

    #[test]
    fn what_was_written_can_be_looked_into() {
        assert_eq!(unpacked(&write(&sample()).unwrap()), Some((2, 10)));
        assert_eq!(write(&sample()).unwrap().len(), size(&sample()));
        assert_eq!(unpacked(&write(&[]).unwrap()), Some((0, 0)));
        let mut commented = write(&sample()).unwrap();
        commented.extend(b"a comment");
        assert_eq!(unpacked(&commented), Some((2, 10)));
    }

    #[test]
    fn no_zip_and_a_broken_one_are_told() {
        let zip = write(&sample()).unwrap();
        assert_eq!(unpacked(b""), None);
        assert_eq!(unpacked(&[b'x'; 100_000]), None);
        for cut in 0..zip.len() {
            assert_eq!(unpacked(&zip[..cut]), None, "cut at {cut}");
        }
        for at in 0..zip.len() {
            let mut broken = zip.clone();
            broken[at] ^= 0xff;
            let _ = unpacked(&broken);
        }
    }

    #[test]
    fn what_the_format_cannot_hold_is_refused() {
        let files: Vec<(String, Vec<u8>)> = (0..65_536).map(|n| (n.to_string(), Vec::new())).collect();
        assert!(write(&files[1..]).is_some());
        assert!(write(&files).is_none());
        assert!(write(&[("x".repeat(65_536), Vec::new())]).is_none());
    }
}
