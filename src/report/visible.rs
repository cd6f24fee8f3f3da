//! Makes what a stranger wrote safe to show.

use std::borrow::Cow;
use std::fmt::Write;

/// Tells characters that steer a terminal or turn the direction of text, and line breaks other than a line feed.
pub(in crate::report) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Writes such characters as the escapes of JSON, so that the text stays on one line and does nothing.
pub(in crate::report) fn visible(text: &str) -> Cow<'_, str> {
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

/// Writes a text on one line with nothing in it that steers a terminal or a log: lines are parted by ` / `.
pub fn one_line(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.lines().map(|line| visible(line.trim_end())).collect();
    lines.join(" / ")
}

/// Writes a JSON object on one line, with nothing in it that steers a terminal or a log.
pub fn line(object: &serde_json::Map<String, serde_json::Value>) -> String {
    let text = serde_json::Value::Object(object.clone()).to_string();
    // All that JSON leaves raw and that steers stands inside of strings.
    visible(&text).into_owned()
}

/// Writes a JSON document with nothing in it that steers a terminal: what JSON leaves raw is escaped as well.
pub fn document(value: &impl serde::Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(value)?;
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c != '\n' && steers(c) {
            // All of them are in the first plane, and they stand only inside of strings.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_steer_are_shown_and_others_stay() {
        assert_eq!(visible("Größe 東京 🙂"), "Größe 東京 🙂");
        assert_eq!(visible("a\u{1b}[31m\n\u{9b}\u{202e}\0"), "a\\u001b[31m\\n\\u009b\\u202e\\u0000");
    }

    #[test]
    fn a_document_means_the_same_and_steers_nothing() {
        let value = serde_json::json!({"a\u{7f}": "x\u{9b}2J\u{1b}\n\u{202e}"});
        let text = document(&value).unwrap();
        assert!(!text.trim_end().chars().any(|c| c != '\n' && steers(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
