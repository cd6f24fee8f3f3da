//! Makes what a stranger wrote safe to show.

use std::borrow::Cow;
use std::fmt::Write;

pub(in crate::report) use crate::resource::{steers, visible};

/// Writes a text on one line with nothing in it that steers a terminal or a log: lines are parted by ` / `.
pub(crate) fn one_line(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.lines().map(|line| visible(line.trim_end())).collect();
    lines.join(" / ")
}

/// Writes a text of several lines with nothing in it that steers a terminal but lines, tabs and colours: the last exit,
/// for names of others that stand in it as they are.
pub fn tame(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = if c == '\u{1b}' { colour(rest) } else { 0 };
        let length = colour.max(c.len_utf8());
        if colour > 0 || matches!(c, '\n' | '\t') {
            out.push_str(&rest[..length]);
        } else {
            out.push_str(&visible(&rest[..length]));
        }
        rest = &rest[length..];
    }
    out
}

/// The bytes of the colour that a text begins with (`ESC [ 1 ; 31 m`); 0 without one.
fn colour(text: &str) -> usize {
    let Some(inside) = text.strip_prefix("\u{1b}[") else { return 0 };
    let end = inside.find(|c: char| !c.is_ascii_digit() && c != ';');
    end.filter(|end| inside[*end..].starts_with('m')).map_or(0, |end| end + 3)
}

/// Writes a JSON object on one line, with nothing in it that steers a terminal or a log.
pub(crate) fn line(object: &serde_json::Map<String, serde_json::Value>) -> String {
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

/// Keeps a line that somebody else wrote from being taken for a command by GitHub's runner.
pub(super) fn unforged(line: &str) -> String {
    if line.trim_start().starts_with("::") { format!("| {line}") } else { line.to_owned() }
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
    fn colours_and_lines_are_all_that_is_left_of_what_steers() {
        let good = "\u{1b}[1;31merror:\u{1b}[0m a\tb\nGröße 東京\n";
        assert_eq!(tame(good), good);
        assert_eq!(
            tame("a\rb\u{202e}c\u{1b}[2Jd\u{1b}]0;x\u{7}e\u{1b}"),
            "a\\rb\\u202ec\\u001b[2Jd\\u001b]0;x\\u0007e\\u001b"
        );
    }

    #[test]
    fn a_document_means_the_same_and_steers_nothing() {
        let value = serde_json::json!({"a\u{7f}": "x\u{9b}2J\u{1b}\n\u{202e}"});
        let text = document(&value).unwrap();
        assert!(!text.trim_end().chars().any(|c| c != '\n' && steers(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
