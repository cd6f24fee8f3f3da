//! String escapes, both ways, with the place of each character kept.

use std::borrow::Cow;

/// The content of a JSON string with its escapes resolved.
#[derive(Debug, Clone)]
pub struct Unescaped<'a> {
    /// The text that the string stands for.
    pub text: Cow<'a, str>,
    /// (offset in `text`, offset in the raw string) behind each escape; between two of them offsets run alike.
    marks: Vec<(usize, usize)>,
}

impl Unescaped<'_> {
    /// Finds the raw offset of the character that stands at `offset` of the text.
    pub fn raw_offset(&self, offset: usize) -> usize {
        let mark = self.marks.partition_point(|(resolved, _)| *resolved <= offset);
        match mark.checked_sub(1).and_then(|mark| self.marks.get(mark)) {
            Some((resolved, raw)) => raw + (offset - resolved),
            None => offset,
        }
    }

    /// Gives (offset in the text behind its first `cut` bytes, offset in a whole whose byte `begin` is the raw
    /// string's first) for the beginning and for each escape; between two of them both run alike.
    pub fn marks(&self, begin: usize, cut: usize) -> Vec<(usize, usize)> {
        let escapes = self.marks.iter().filter(|(resolved, _)| *resolved >= cut);
        let first = (0, begin + self.raw_offset(cut));
        std::iter::once(first).chain(escapes.map(|(resolved, raw)| (resolved - cut, begin + raw))).collect()
    }
}

/// Resolves the escapes of `raw`, the bytes between the quotes of a JSON string.
///
/// # Errors
/// The offset of an unknown escape, bad hex digits or half a surrogate pair, with a message.
pub fn unescape(raw: &str) -> Result<Unescaped<'_>, (usize, String)> {
    let Some(first) = raw.find('\\') else {
        return Ok(Unescaped { text: Cow::Borrowed(raw), marks: Vec::new() });
    };
    let (mut text, mut marks) = (String::with_capacity(raw.len()), Vec::new());
    let (mut copied, mut next) = (0, Some(first));
    while let Some(at) = next {
        text.push_str(raw.get(copied..at).unwrap_or_default());
        // The mark in front pins the escape's own start: an escape may be longer than what it stands for.
        marks.push((text.len(), at));
        let (character, length) = escape(raw, at)?;
        text.push(character);
        copied = at + length;
        marks.push((text.len(), copied));
        next = raw.get(copied..).and_then(|rest| rest.find('\\')).map(|found| copied + found);
    }
    text.push_str(raw.get(copied..).unwrap_or_default());
    Ok(Unescaped { text: Cow::Owned(text), marks })
}

/// Reads the escape that begins at `at`: its character and its length.
fn escape(raw: &str, at: usize) -> Result<(char, usize), (usize, String)> {
    let character = match raw.as_bytes().get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(raw, at),
        _ => return Err((at, "unknown escape in a string".into())),
    };
    Ok((character, 2))
}

fn unicode(raw: &str, at: usize) -> Result<(char, usize), (usize, String)> {
    let first = hex(raw, at).ok_or_else(|| (at, "`\\u` needs four hex digits".to_owned()))?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    let half = || (at, "half a surrogate pair in a string".to_owned());
    let second = hex(raw, at + 6).filter(|second| (0xDC00..0xE000).contains(second)).ok_or_else(half)?;
    if first >= 0xDC00 {
        return Err(half());
    }
    let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    char::from_u32(code).map(|character| (character, 12)).ok_or_else(half)
}

fn hex(raw: &str, at: usize) -> Option<u32> {
    let digits = raw.get(at..at + 6)?.strip_prefix("\\u")?;
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

/// Writes `text` as a JSON string, quotes included.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Escapes a key for use in a JSON pointer.
pub fn escape_pointer(key: &str) -> String {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1") } else { key.to_owned() }
}

/// The longest pointer that is made, in bytes: many places below one huge key would else fill the memory.
const LONGEST_POINTER: usize = 4_096;

/// Joins escaped keys and indices to a JSON pointer. One that would be too long ends at an ancestor.
pub(in crate::flow) fn join_pointer<'a>(tokens: impl Iterator<Item = &'a str>) -> String {
    let mut pointer = String::new();
    for token in tokens {
        if pointer.len() + token.len() >= LONGEST_POINTER {
            break;
        }
        pointer.push('/');
        pointer.push_str(token);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_leads_back_to_the_raw_text() {
        let raw = r#"a\"é\ud83d\ude00$\u007bx"#;
        let unescaped = unescape(raw).unwrap();
        assert_eq!(unescaped.text, "a\"é😀${x");
        let found: Vec<_> =
            unescaped.text.char_indices().map(|(offset, _)| unescaped.raw_offset(offset)).collect();
        assert_eq!(found, [0, 1, 3, 5, 17, 18, 24]);
        assert_eq!(unescaped.raw_offset(unescaped.text.len()), raw.len());
    }

    #[test]
    fn broken_escapes_are_refused() {
        for raw in [r"\x", r"\u12", r"\u12é4", r"\ud800", r"\ud800A", r"\udc00\udc00", r"ab\u+123"] {
            assert!(unescape(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_quoted_text_is_read_back() {
        for text in ["", "a\"b\\c\n\u{1}é", "${x}"] {
            let quoted = quote(text);
            assert_eq!(unescape(&quoted[1..quoted.len() - 1]).unwrap().text, text);
        }
    }
}
