//! Texts in JUnit XML.

use super::visible::{unforged, visible};

/// The most of a text that is written, in characters.
const LONGEST: usize = 64 << 10;

/// Keeps lines, and shows what XML cannot hold or what steers a terminal.
pub(super) fn clean(text: &str) -> String {
    let text: String = text.chars().take(LONGEST).collect();
    let lines =
        text.lines().map(|line| unforged(&visible(line)).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"));
    lines.collect::<Vec<_>>().join("\n")
}
