//! From a file's bytes to text: the encodings in which flows are found.

use std::borrow::Cow;

/// Bytes that are no text in any encoding that is known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (byte {offset}); save the file as UTF-8")]
pub struct DecodeError {
    /// The first byte that does not fit.
    pub offset: usize,
    /// What is wrong with it.
    pub message: String,
}

/// Windows-1252 from 0x80 to 0x9F; the rest is Latin-1. `None`: not assigned.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// Decodes UTF-8, with or without a byte-order mark, UTF-16 with one, and else Windows-1252. The mark is left out.
///
/// # Errors
/// Bytes that are none of these: broken UTF-16, or bytes that Windows-1252 does not assign or that no text holds
/// (control characters other than tab, line feed, carriage return and form feed).
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return utf16(rest, u16::from_le_bytes).map(Cow::Owned);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return utf16(rest, u16::from_be_bytes).map(Cow::Owned);
    }
    let rest = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match std::str::from_utf8(rest) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) if rest.len() < bytes.len() => Err(DecodeError {
            offset: 3 + error.valid_up_to(),
            message: "the file begins with the mark of UTF-8 but is not UTF-8".into(),
        }),
        Err(error) => windows_1252(bytes, error.valid_up_to()).map(Cow::Owned),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, DecodeError> {
    let broken = |offset: usize| DecodeError {
        offset: offset + 2,
        message: "the file begins with the mark of UTF-16 but is not UTF-16".into(),
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(broken(bytes.len() - 1));
    }
    let (mut text, mut offset) = (String::with_capacity(bytes.len() / 2), 0);
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let character = character.map_err(|_| broken(offset))?;
        text.push(character);
        offset += 2 * character.len_utf16();
    }
    Ok(text)
}

fn windows_1252(bytes: &[u8], not_utf8: usize) -> Result<String, DecodeError> {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for (offset, byte) in bytes.iter().enumerate() {
        let character = match byte {
            0x80..=0x9F => WINDOWS_1252.get(usize::from(byte - 0x80)).copied().flatten(),
            0..=8 | 0x0B | 0x0E..=0x1F | 0x7F => None,
            _ => Some(char::from(*byte)),
        };
        text.push(character.ok_or_else(|| DecodeError {
            offset: offset.min(not_utf8),
            message: "the file is neither UTF-8 nor Windows-1252 text".into(),
        })?);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_left_out() {
        assert_eq!(decode(b"\xEF\xBB\xBF{}").unwrap(), "{}");
        assert_eq!(decode(b"\xFF\xFE{\0\xE9\0\x3D\xD8\x00\xDE").unwrap(), "{é😀");
        assert_eq!(decode(b"\xFE\xFF\0{\0\xE9").unwrap(), "{é");
    }

    #[test]
    fn windows_1252_is_the_last_resort() {
        assert_eq!(decode(b"\"caf\xE9 \x80\x93\"").unwrap(), "\"café €“\"");
        assert_eq!(decode("\"café\"".as_bytes()).unwrap(), "\"café\"");
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(decode(b"PK\x03\x04\xFF").unwrap_err().offset, 2);
        assert!(decode(b"ab\x81").is_err());
        assert!(decode(b"\xEF\xBB\xBFab\xFF").is_err());
        assert!(decode(b"\xFF\xFEa").is_err());
        assert!(decode(b"\xFF\xFE\x00\xDC").is_err());
    }
}
