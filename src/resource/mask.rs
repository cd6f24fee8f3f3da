//! Takes secret values out of texts, however a text writes them: verbatim, escaped, encoded, in another case, and in the
//! words of others cut short.
//!
//! A value is looked for in two ways. In what the program writes, only values that are telling are hidden, and whole: at
//! least [`SHORTEST`] characters, and no plain word or number, or `warning` would turn half the output into stars. In
//! what a service said ([`Mask::foreign`]), shorter values and beginnings of values are hidden too: whoever repeats a
//! request may have cut it. A value that the manifest also writes in the open, such as an alias or a Region, is no secret.

mod encodings;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};

use super::secret::HIDDEN;
use encodings::encodings;

/// A shorter value, in characters, is not looked for in what the program writes.
const SHORTEST: usize = 6;
/// A shorter value, in characters, is looked for nowhere: it would be found everywhere.
const SHORTEST_FOREIGN: usize = 4;
/// A beginning of a value with at least so many characters is hidden in what a service said.
const BEGINNING: usize = 8;
/// A plain word of fewer letters is not looked for in what the program writes.
const WORD: usize = 12;
/// A line of a value with at least so many characters is looked for by itself, for a text may be wrapped.
const LINE: usize = 12;
/// The bytes of a pattern by which its places are found; the rest is compared there.
const NEEDLE: usize = 24;

/// The secret values that a run knows. Clones share them.
#[derive(Clone, Default)]
pub struct Mask(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    hidden: BTreeSet<String>,
    /// Read from AWS: the program writes none of them, but a service may repeat them.
    live: BTreeSet<String>,
    open: BTreeSet<String>,
    built: Option<Arc<Finders>>,
}

/// What looks for the values, in the two ways.
struct Finders {
    own: Finder,
    foreign: Finder,
}

impl Mask {
    /// Hides values from now on.
    pub fn hide<'a>(&self, values: impl IntoIterator<Item = &'a str>) {
        self.learn(values, |known| &mut known.hidden);
    }

    /// Hides values in what services say from now on. The program itself writes none of them: whatever it writes that
    /// looks like one is something else, such as a name of the same text.
    pub fn hide_live<'a>(&self, values: impl IntoIterator<Item = &'a str>) {
        self.learn(values, |known| &mut known.live);
    }

    /// Leaves values alone that are written in the open anyway.
    pub fn open<'a>(&self, values: impl IntoIterator<Item = &'a str>) {
        self.learn(values, |known| &mut known.open);
    }

    fn learn<'a>(
        &self,
        values: impl IntoIterator<Item = &'a str>,
        set: impl Fn(&mut Known) -> &mut BTreeSet<String>,
    ) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for value in values {
            if value.chars().nth(SHORTEST_FOREIGN - 1).is_some() && set(&mut known).insert(value.to_owned()) {
                known.built = None;
            }
        }
    }

    /// Hides the values in a text that the program writes.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.finders().map_or(Cow::Borrowed(text), |finders| finders.own.hide(text))
    }

    /// Hides the values in a text that a service said, where they may be cut short.
    pub fn foreign<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.finders().map_or(Cow::Borrowed(text), |finders| finders.foreign.hide(text))
    }

    fn finders(&self) -> Option<Arc<Finders>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if (known.hidden.is_empty() && known.live.is_empty()) || known.built.is_some() {
            return known.built.clone();
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let built = Arc::new(Finders { own: known.own(), foreign: known.foreign() });
        known.built = Some(Arc::clone(&built));
        Some(built)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

impl Known {
    /// The values of some that are looked for, and their longer lines.
    fn values<'k>(&'k self, all: impl Iterator<Item = &'k String>) -> BTreeSet<&'k str> {
        let secret = all.map(String::as_str).filter(|value| !self.open.contains(*value));
        let lines = |value: &'_ str| value.contains(['\n', '\r']);
        let mut values: BTreeSet<&str> = BTreeSet::new();
        for value in secret {
            values.insert(value);
            if lines(value) {
                let lines = value.lines().map(str::trim);
                // `-----BEGIN PRIVATE KEY-----` says nothing.
                values
                    .extend(lines.filter(|line| line.chars().count() >= LINE && !line.starts_with("-----")));
            }
        }
        values
    }

    fn own(&self) -> Finder {
        let mut patterns = Vec::new();
        for value in self.values(self.hidden.iter()).into_iter().filter(|value| is_telling(value)) {
            for text in encodings(value) {
                let least = text.len();
                patterns.push(Pattern { text, least, word: false });
            }
        }
        Finder::new(patterns)
    }

    fn foreign(&self) -> Finder {
        let mut patterns = Vec::new();
        for value in self.values(self.hidden.union(&self.live)) {
            let word = value.len() < BEGINNING && value.bytes().all(|byte| byte.is_ascii_alphabetic());
            if matches!(value.to_ascii_lowercase().as_str(), "true" | "false" | "null" | "none") {
                continue;
            }
            let beginning = value.char_indices().nth(self.beginning(value)).map(|(at, _)| &value[..at]);
            let beginnings = beginning.map(encodings).unwrap_or_default();
            for text in encodings(value) {
                // The encoding of a beginning begins the encoding of the whole.
                let begins = beginnings.iter().filter(|begins| text.starts_with(begins.as_str()));
                let least = begins.map(String::len).max().unwrap_or(text.len());
                patterns.push(Pattern { text, least, word });
            }
        }
        Finder::new(patterns)
    }

    /// With how many characters a beginning of a value tells something of it: what any value of its kind begins with,
    /// and what is written in the open, does not.
    fn beginning(&self, value: &str) -> usize {
        let count = |text: &str| text.chars().count();
        let kind = if value.starts_with("arn:") {
            value.match_indices(':').nth(5).map(|(at, _)| count(&value[..=at])).unwrap_or(usize::MAX / 2)
        } else if value.starts_with("-----") {
            value.find('\n').map(|at| count(&value[..=at])).unwrap_or(usize::MAX / 2)
        } else {
            value.find("://").filter(|at| *at < 12).map_or(0, |at| at + 3)
        };
        let common = |open: &String| value.chars().zip(open.chars()).take_while(|(a, b)| a == b).count();
        let open = self.open.iter().map(common).max().unwrap_or_default();
        kind.max(open + 1).max(if kind > 0 { kind + BEGINNING } else { BEGINNING })
    }
}

/// Whether a value can be told from ordinary words and numbers.
fn is_telling(value: &str) -> bool {
    let length = value.chars().count();
    let word = value.chars().skip(1).all(|c| c.is_ascii_lowercase())
        || value.chars().all(|c| c.is_ascii_uppercase())
        || value.chars().all(|c| c.is_ascii_digit() || c == '.');
    length >= SHORTEST && !(word && length < WORD)
}

/// A value in one encoding.
struct Pattern {
    text: String,
    /// The bytes of it that have to be there.
    least: usize,
    /// Whether it has to stand alone.
    word: bool,
}

/// Looks for patterns whatever the case of ASCII letters.
struct Finder {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
}

impl Finder {
    fn new(mut patterns: Vec<Pattern>) -> Self {
        patterns.retain(|pattern| pattern.least > 0);
        let needles = patterns.iter().map(|pattern| &pattern.text.as_bytes()[..pattern.least.min(NEEDLE)]);
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(needles);
        Self { automaton: automaton.ok(), patterns }
    }

    fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // Only a set of needles of more than 2 GB has no automaton: nothing is shown then.
        let Some(automaton) = &self.automaton else { return Cow::Borrowed(HIDDEN) };
        let mut found: Vec<Range<usize>> = automaton
            .find_overlapping_iter(text)
            .filter_map(|found| self.range(text, found.start(), &self.patterns[found.pattern().as_usize()]))
            .collect();
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_by_key(|range| range.start);
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for Range { start, end } in found {
            if start >= done {
                out.push_str(&text[done..start]);
                out.push_str(HIDDEN);
            }
            done = done.max(end);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// What a pattern covers of a text from where its needle was found.
    fn range(&self, text: &str, start: usize, pattern: &Pattern) -> Option<Range<usize>> {
        let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
        let bytes = text.as_bytes();
        let length = bytes[start..].iter().zip(pattern.text.as_bytes()).take_while(same).count();
        if length < pattern.least {
            return None;
        }
        let mut range = start..start + length;
        if pattern.word && !stands_alone(bytes, &range) {
            return None;
        }
        if length < pattern.text.len() {
            // The rest may be there in a mixture of encodings.
            range.end += rest_of_word(&text.as_bytes()[range.end..]);
        }
        // Half a character or half an escape goes with it.
        while !text.is_char_boundary(range.start) || is_escaped(bytes, range.start) {
            range.start -= 1;
        }
        while !text.is_char_boundary(range.end) {
            range.end += 1;
        }
        Some(range)
    }
}

/// The bytes up to the end of a word, without the punctuation behind it.
fn rest_of_word(text: &[u8]) -> usize {
    let rest = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let end = rest.iter().rposition(|byte| !b"'\"`,;:.)]}>".contains(byte));
    end.map_or(0, |end| end + 1)
}

fn stands_alone(bytes: &[u8], range: &Range<usize>) -> bool {
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let before = &bytes[..range.start];
    let after_escape = before.len() >= 3
        && before[before.len() - 3] == b'%'
        && before[before.len() - 2..].iter().all(u8::is_ascii_hexdigit);
    (after_escape || !before.last().is_some_and(joins)) && !bytes.get(range.end).is_some_and(joins)
}

/// Whether an odd number of `\` stands in front of a place.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests;
