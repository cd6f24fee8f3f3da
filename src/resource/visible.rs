//! Text of others, made safe to show: it stays on its line, steers no terminal, and has an end.

use std::borrow::Cow;
use std::fmt::Write;

/// The most characters of a text of others that are shown.
const LONGEST: usize = 4_000;

/// Tells characters that steer a terminal or turn the direction of text, and line breaks other than a line feed.
pub(crate) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Writes such characters as the escapes of JSON, so that the text stays on one line and does nothing.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if steers(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Writes a text of others so that it can stand in a line: with escapes for what steers, and cut where it is too long.
pub fn said(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return visible(text).into_owned() };
    let more = text[end..].chars().count();
    format!("{}… ({more} more characters)", visible(&text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_stays_on_its_line_and_has_an_end() {
        assert_eq!(said("fine\r\nerror: forged \u{202e}x"), "fine\\r\\nerror: forged \\u202ex");
        assert_eq!(said(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
        let cut = said(&"é".repeat(LONGEST + 7));
        assert!(cut.ends_with("é… (7 more characters)") && cut.chars().count() < LONGEST + 30, "{cut}");
    }
}
