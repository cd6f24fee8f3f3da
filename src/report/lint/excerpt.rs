//! Finds the words that findings are about, in texts of any shape: a flow is often exported as a single line of a
//! hundred thousand characters.

use std::ops::Range;

use crate::flow::finding::Finding;
use crate::lint::Report;
use crate::manifest::Sources;

/// The longest line that is shown whole, in bytes.
const LONGEST: usize = 140;

/// What is shown of a longer line in front of the word, and from its start, in bytes.
const BEFORE: usize = 30;
const AFTER: usize = 90;

/// The longest word that is measured, in bytes.
const LONGEST_WORD: usize = 4_096;

/// Walks through a text from finding to finding, which must come in the order of the text: so all of them together
/// cost one reading of it.
#[derive(Debug)]
pub(in crate::report) struct Walk<'t> {
    text: &'t str,
    offset: usize,
    line_start: usize,
    line: usize,
    column: usize,
}

/// A word in its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Excerpt<'t> {
    text: &'t str,
    line_start: usize,
    start: usize,
    end: usize,
    /// The column behind the word, from 1, in characters.
    pub(in crate::report) end_column: usize,
}

impl<'t> Walk<'t> {
    pub(in crate::report) const fn new(text: &'t str) -> Self {
        Self { text, offset: 0, line_start: 0, line: 1, column: 1 }
    }

    /// Goes to a place that is not before the last one; nothing where the text has no such place.
    pub(in crate::report) fn to(&mut self, line: usize, column: usize) -> Option<Excerpt<'t>> {
        if column == 0 || (line, column) < (self.line, self.column) {
            return None;
        }
        while self.line < line {
            let end = self.text.get(self.offset..)?.find('\n')?;
            self.offset += end + 1;
            self.line_start = self.offset;
            (self.line, self.column) = (self.line + 1, 1);
        }
        let rest = self.text.get(self.offset..)?;
        let skip = column - self.column;
        let (at, _) = rest.char_indices().chain([(rest.len(), '\n')]).nth(skip)?;
        if rest[..at].contains('\n') {
            return None;
        }
        (self.offset, self.column) = (self.offset + at, column);
        let length = word(&rest[at..]);
        let end_column = column + rest[at..at + length].chars().count();
        let (start, end) = (self.offset, self.offset + length);
        Some(Excerpt { text: self.text, line_start: self.line_start, start, end, end_column })
    }
}

/// Returns a report's findings, each with its excerpt where its file is at hand.
pub(in crate::report) fn located<'a>(
    report: &'a Report,
    sources: &'a Sources,
) -> impl Iterator<Item = (&'a Finding, Option<Excerpt<'a>>)> {
    let mut current: Option<(&str, Walk<'a>)> = None;
    report.findings.iter().map(move |finding| {
        let Some(file) = finding.file.as_deref() else { return (finding, None) };
        if current.as_ref().is_none_or(|(name, _)| *name != file) {
            current = sources.get(file).map(|text| (file, Walk::new(text)));
        }
        let excerpt = match &mut current {
            Some((_, walk)) => walk.to(finding.line, finding.column),
            None => None,
        };
        (finding, excerpt)
    })
}

/// Measures the string, the bracket, or the number or word that begins a text.
fn word(rest: &str) -> usize {
    let rest = &rest[..rest.floor_char_boundary(LONGEST_WORD)];
    let rest = rest.split(['\n', '\r']).next().unwrap_or_default();
    let ends_at = |(at, found): (usize, &str)| at + found.len();
    match rest.chars().next() {
        // Inside of a flow that stands in a string, quotes are escaped.
        Some('\\') if rest.starts_with("\\\"") => {
            rest.match_indices("\\\"").nth(1).map_or(rest.len(), ends_at)
        }
        Some('"') => {
            let mut escaped = false;
            let closes = |c: char| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            };
            rest[1..].find(closes).map_or(rest.len(), |end| end + 2)
        }
        Some('{' | '[') => 1,
        _ => rest.find([',', '}', ']', ' ', '\t', '"', '\\']).unwrap_or(rest.len()),
    }
}

impl Excerpt<'_> {
    /// Returns the text to show and the word in it: the whole line, or what is around the word in a long one. Of an
    /// object whose bracket stands alone the next line is shown too, since it says what it is. Characters that steer a
    /// terminal are replaced.
    pub(in crate::report) fn shown(&self) -> (String, Range<usize>) {
        let &Self { text, line_start, start, end, .. } = self;
        let (line_end, whole) = self.line_end(start);
        if whole && line_end - line_start <= LONGEST {
            let end = end.min(line_end);
            let alone = matches!(text[line_start..line_end].trim(), "{" | "[");
            let next = alone.then(|| text[line_end..].find('\n')).flatten().map(|at| line_end + at + 1);
            let next = next.map(|next| (next, self.line_end(next)));
            let next = next.filter(|(next, (end, whole))| *whole && end > next && end - next <= LONGEST);
            let after = match next {
                Some((next, (next_end, _))) => format!("{}\n{}", &text[end..line_end], &text[next..next_end]),
                None => text[end..line_end].to_owned(),
            };
            return pieces("", &text[line_start..start], &text[start..end], &after, "");
        }
        let from = text.ceil_char_boundary(start.saturating_sub(BEFORE).max(line_start));
        let to = text.floor_char_boundary((start + AFTER).min(line_end));
        let front = if from > line_start { "..." } else { "" };
        let back = if to < line_end || !whole { "..." } else { "" };
        let middle = end.clamp(start, to);
        pieces(front, &text[from..start], &text[start..middle], &text[middle..to], back)
    }

    /// Finds the end of the line that a byte is in, if it is near.
    fn line_end(&self, from: usize) -> (usize, bool) {
        let near = self.text.floor_char_boundary(from.saturating_add(LONGEST + 1).min(self.text.len()));
        let end = self.text[from..near].find('\n').map(|at| from + at);
        let whole = end.is_some() || near == self.text.len();
        let end = end.unwrap_or(near);
        let end = if self.text[from..end].ends_with('\r') { end - 1 } else { end };
        (end, whole)
    }
}

fn pieces(front: &str, before: &str, word: &str, after: &str, back: &str) -> (String, Range<usize>) {
    let kept = |c: char| matches!(c, '\t' | '\n') || !crate::report::visible::steers(c);
    let mask = |c: char| if kept(c) { c } else { '\u{FFFD}' };
    let mut out = front.to_owned();
    out.extend(before.chars().map(mask));
    let start = out.len();
    out.extend(word.chars().map(mask));
    let end = out.len();
    out.extend(after.chars().map(mask));
    out.push_str(back);
    (out, start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_their_lines() {
        let text = "{\n  \"ü\": \"a \\\" b\", \"n\": 12,\r\n\t\"x\": {\\\"y\\\": tru}\n";
        let mut walk = Walk::new(text);
        for (line, column, word, end) in [
            (1, 1, "{", 2),
            (2, 3, "\"ü\"", 6),
            (2, 8, "\"a \\\" b\"", 16),
            (2, 23, "12", 25),
            (3, 7, "{", 8),
            (3, 8, "\\\"y\\\"", 13),
            (3, 15, "tru", 18),
        ] {
            let excerpt = walk.to(line, column).unwrap();
            let (shown, span) = excerpt.shown();
            assert_eq!((&shown[span], excerpt.end_column), (word, end), "{line}:{column}");
            let first = shown.lines().next().unwrap();
            assert_eq!(first, text.lines().nth(line - 1).unwrap().trim_end_matches('\r'));
        }
        let (shown, _) = Walk::new(text).to(1, 1).unwrap().shown();
        assert_eq!(shown.lines().nth(1), text.lines().nth(1), "a bracket alone says nothing");
        assert_eq!(walk.to(2, 3), None, "it only goes forward");
        assert_eq!(walk.to(3, 99), None);
        assert_eq!(walk.to(9, 1), None);
    }

    #[test]
    fn of_a_long_line_what_is_around_the_word_is_shown() {
        let long = format!("{}\"wörd\"{}", "é".repeat(50_000), "x".repeat(50_000));
        let (shown, span) = Walk::new(&long).to(1, 50_001).unwrap().shown();
        assert_eq!(&shown[span], "\"wörd\"");
        assert!(shown.starts_with("...é") && shown.ends_with("x...") && shown.len() < LONGEST, "{shown}");
        let (shown, span) = Walk::new(&long).to(1, 1).unwrap().shown();
        assert!(shown.starts_with('é') && shown.ends_with("...") && span.end <= shown.len());
        let endless = format!("[\"{}", "y".repeat(10_000));
        let (shown, span) = Walk::new(&endless).to(1, 2).unwrap().shown();
        assert!(shown[span].starts_with("\"yyy") && shown.ends_with("..."));
    }

    #[test]
    fn what_steers_a_terminal_is_masked() {
        let (shown, span) = Walk::new("\u{1b}[2J\u{9b}\"\u{202e}\"").to(1, 6).unwrap().shown();
        assert_eq!((shown.as_str(), &shown[span]), ("\u{FFFD}[2J\u{FFFD}\"\u{FFFD}\"", "\"\u{FFFD}\""));
    }

    #[test]
    fn every_place_of_every_text_has_an_excerpt_or_none() {
        for text in ["", "\n", "é", "\"", "\\", "a\r\n\r\n\\\"é\\", "[\"é\n\"]"] {
            for (line, column) in (0..5).flat_map(|line| (0..9).map(move |column| (line, column))) {
                if let Some(excerpt) = Walk::new(text).to(line, column) {
                    let (shown, span) = excerpt.shown();
                    assert!(
                        shown.get(span).is_some() && !shown.contains(['\n', '\r']),
                        "{text:?} {line}:{column}"
                    );
                }
            }
        }
    }
}
