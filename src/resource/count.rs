//! Numbers of things in sentences.

/// Counts something whose plural ends in `s`: `1 flow`, `2 flows`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
