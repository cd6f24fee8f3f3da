//! Texts of AWS as YAML scalars and in comments: whatever they hold, they are read back as they were.

use crate::manifest::writing::{is_hidden, quoted, scalar as plain_or_quoted};

/// Writes a text as a scalar; `${` in it stays what it is.
pub(super) fn scalar(text: &str) -> String {
    plain_or_quoted(&text.replace("${", "$${"))
}

/// Writes a text between quotes, for comments and messages: on one line, and without what moves a terminal's cursor.
pub(super) fn shown(text: &str) -> String {
    quoted(text)
}

/// Escapes what would end a comment's line or move a terminal's cursor.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}
