//! Identifiers that are the same in every run: each is a digest of what it names, never a random number.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Formats the digest of `parts` as a UUID. The parts are length-prefixed, so `["a", "bc"]` and `["ab", "c"]` differ.
pub(crate) fn uuid(parts: &[&str]) -> String {
    let hex = hex(&digest(parts));
    format!("{}-{}-4{}-a{}-{}", &hex[0..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// Returns the first `length` (at most 64) hexadecimal digits of the digest of `parts`, in upper case, as IAM's
/// unique ids look.
pub(crate) fn upper(parts: &[&str], length: usize) -> String {
    let mut text = hex(&digest(parts)).to_uppercase();
    text.truncate(length);
    text
}

/// Returns a number in 0.0..1.0 that depends on `parts` only.
pub(crate) fn fraction(parts: &[&str]) -> f64 {
    let bytes = digest(parts);
    let high = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    f64::from(high) / (f64::from(u32::MAX) + 1.0)
}

/// Returns the SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_uuid() {
        let id = uuid(&["instance", "111122223333", "eu-west-2", "acme"]);
        assert_eq!(id, uuid(&["instance", "111122223333", "eu-west-2", "acme"]));
        assert_eq!(id.len(), 36);
        assert_eq!(id.matches('-').count(), 4);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(uuid(&["a", "bc"]), uuid(&["ab", "c"]));
    }

    #[test]
    fn a_fraction_lies_below_one() {
        for n in 0..100 {
            let value = fraction(&[&n.to_string()]);
            assert!((0.0..1.0).contains(&value));
        }
    }
}
