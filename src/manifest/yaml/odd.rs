//! Characters that look like others, or belong to another tool: spaces that YAML does not know, and Git's markers.

use super::Position;

/// A space of another kind than YAML's.
pub(in super::super) struct OddSpace {
    /// What it is, in words.
    pub(in super::super) message: String,
    /// Where it is in its line, counted from 1.
    column: usize,
}

/// What to do about such a space.
pub(in super::super) const HINT: &str = "replace it with an ordinary space";

/// Finds a space that YAML does not know behind the first `:` of a line, or before its text.
pub(in super::super) fn odd_space(line: &str) -> Option<OddSpace> {
    let indent = line.chars().position(|c| !c.is_whitespace()).unwrap_or(0);
    let before = line.chars().take(indent).position(is_odd);
    let found = before.map(|at| (at, "in the indentation"));
    let found = found.or_else(|| {
        let (key, rest) = line.split_once(':')?;
        let plain = !key.trim_start_matches([' ', '-', '{']).contains([' ', '"', '#']);
        (plain && rest.starts_with(is_odd)).then(|| (key.chars().count() + 1, "after `:`"))
    });
    let (at, place) = found?;
    let character = line.chars().nth(at)?;
    let number = u32::from(character);
    let message = format!("the character {place} is {} (U+{number:04X})", what(character));
    Some(OddSpace { message, column: at + 1 })
}

/// Whether a character is such a space.
fn is_odd(character: char) -> bool {
    !character.is_ascii() && (character.is_whitespace() || "\u{200B}\u{2060}\u{FEFF}".contains(character))
}

fn what(character: char) -> &'static str {
    match character {
        '\u{A0}' => "a no-break space",
        '\u{202F}' => "a narrow no-break space",
        '\u{3000}' => "an ideographic space",
        '\u{200B}' => "a zero-width space",
        '\u{FEFF}' => "a byte order mark",
        _ => "not an ordinary space",
    }
}

/// Finds the nearest odd space in a line and the few above it.
pub(super) fn odd_space_near(lines: &[&str], position: Position) -> Option<(Position, String)> {
    let last = position.line.min(lines.len());
    let near = (1..=last).rev().filter(|number| !lines[number - 1].trim().is_empty()).take(3);
    let mut found = near.filter_map(|line| {
        let OddSpace { message, column } = odd_space(lines[line - 1])?;
        Some((Position { line, column }, message))
    });
    found.next()
}

/// Whether a line is one that Git leaves where a merge has a conflict.
pub(in super::super) fn merge_marker(line: &str) -> bool {
    let line = line.trim_end();
    line == "======="
        || ["<<<<<<<", ">>>>>>>", "|||||||"]
            .iter()
            .any(|mark| line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}
