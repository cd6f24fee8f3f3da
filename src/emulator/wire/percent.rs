//! Percent-encoding of paths, query strings and forms (RFC 3986; `+` is a space in forms only).

use std::fmt::Write as _;

/// Decodes `%XX`; with `plus` a `+` becomes a space. A malformed escape stays as it is, and bytes that are not
/// UTF-8 become U+FFFD.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = match bytes[at] {
            b'%' => bytes.get(at + 1..at + 3).and_then(|pair| Some(hex(pair[0])? << 4 | hex(pair[1])?)),
            _ => None,
        };
        match escaped {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if plus && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Encodes everything but the unreserved characters, as IAM does with policy documents in its answers.
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_decoded_and_a_plus_in_it_stays() {
        assert_eq!(decode("abc%3A%24SAVED+x", false), "abc:$SAVED+x");
        assert_eq!(decode("a+b%20c", true), "a b c");
    }

    #[test]
    fn a_broken_escape_is_kept() {
        assert_eq!(decode("100%", false), "100%");
        assert_eq!(decode("%zz%4", false), "%zz%4");
    }

    #[test]
    fn what_was_encoded_decodes_to_itself() {
        let text = "{\"Version\":\"2012-10-17\"} ä+/";
        assert_eq!(decode(&encode(text), true), text);
    }
}
