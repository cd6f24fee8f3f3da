//! Percent-encoding of paths and of policy documents (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Decodes `%XX`. A malformed escape stays as it is, and bytes that are not UTF-8 become U+FFFD.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Encodes everything but the unreserved characters, as IAM does with policy documents in its answers.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_decoded_and_a_plus_in_it_stays() {
        assert_eq!(decode("abc%3A%24SAVED+x"), "abc:$SAVED+x");
    }

    #[test]
    fn a_broken_escape_is_kept() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
    }

    #[test]
    fn what_was_encoded_decodes_to_itself() {
        let text = "{\"Version\":\"2012-10-17\"} ä+/";
        assert_eq!(decode(&encode(text)), text);
        assert_eq!(encode("a-b_c.d~e *é"), "a-b_c.d~e%20%2A%C3%A9");
    }
}
