//! Makes what a stranger wrote safe to stand in Markdown, and in the HTML within it.
//!
//! What a reader would take for syntax is not escaped one by one: a word that holds anything but letters, digits and
//! plain punctuation is shown as code, where Markdown, GitHub's mentions (`@`), references (`#1`, commits), links and
//! formulas (`$`) all end.

use std::borrow::Cow;

use crate::report::visible::{steers, visible};

/// The longest sentence, in characters.
const SENTENCE: usize = 600;
/// The longest name, in characters.
const NAME: usize = 200;
/// The longest line of a fenced text, in characters.
const LINE: usize = 300;

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Letters, digits and plain punctuation.
    Words(String),
    /// Anything else.
    Code(String),
}

/// Writes a sentence as Markdown, on one line; what stands between backticks becomes code.
pub(super) fn prose(text: &str) -> String {
    let write = |piece: &Piece| match piece {
        Piece::Words(words) => entities(words),
        Piece::Code(text) => span(text),
    };
    pieces(&cut(text, SENTENCE)).iter().map(write).collect()
}

/// Writes a sentence as HTML, on one line.
pub(super) fn prose_html(text: &str) -> String {
    let write = |piece: &Piece| match piece {
        Piece::Words(words) => entities(words),
        Piece::Code(text) => element(text),
    };
    pieces(&cut(text, SENTENCE)).iter().map(write).collect()
}

/// Writes a name as code in Markdown.
pub(super) fn code(name: &str) -> String {
    span(&visible(&cut(name, NAME)))
}

/// Writes a name as code in HTML.
pub(super) fn code_html(name: &str) -> String {
    element(&visible(&cut(name, NAME)))
}

/// Writes lines in a fence that none of them can close.
pub(super) fn fence(language: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| visible_line(&cut(line, LINE))).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut out = format!("{fence}{language}\n");
    for line in lines {
        out.push_str(&line);
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
    out
}

/// Shows what steers in a line but for tabs.
fn visible_line(line: &str) -> String {
    line.split('\t').map(visible).collect::<Vec<_>>().join("\t")
}

/// Cuts a text that is too long, and says so.
pub(super) fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let parts: Vec<&str> = text.split('`').collect();
    for (index, part) in parts.iter().enumerate() {
        match (index % 2 == 1, index + 1 == parts.len()) {
            (true, false) => push(&mut pieces, Piece::Code(visible(part).into_owned())),
            // Nothing closes it.
            (true, true) => words(&format!("`{part}"), &mut pieces),
            (false, _) => words(part, &mut pieces),
        }
    }
    pieces
}

/// Takes a text apart where it holds more than plain words. Spaces at its ends are kept as one.
fn words(text: &str, pieces: &mut Vec<Piece>) {
    let spaced = |c: Option<char>| c.is_some_and(|c| c == ' ');
    for (index, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if index > 0 || (spaced(text.chars().next()) && !pieces.is_empty()) {
            push(pieces, Piece::Words(" ".to_owned()));
        }
        let before = word.len() - word.trim_start_matches(['(', '"', '\'']).len();
        let core = word[before..].trim_end_matches([',', ';', ':', '.', '!', '?', ')', '"', '\'']);
        let (core, after) = (&word[before..before + core.len()], &word[before + core.len()..]);
        if is_plain(core) && !is_shortcode(word) && !(pieces.is_empty() && begins_a_block(word)) {
            push(pieces, Piece::Words(word.to_owned()));
        } else if is_shortcode(word) {
            push(pieces, Piece::Code(visible(word).into_owned()));
        } else {
            push(pieces, Piece::Words(word[..before].to_owned()));
            push(pieces, Piece::Code(visible(core).into_owned()));
            push(pieces, Piece::Words(after.to_owned()));
        }
    }
    if spaced(text.chars().next_back()) && !pieces.is_empty() {
        push(pieces, Piece::Words(" ".to_owned()));
    }
}

/// Adds a piece; two of a kind side by side become one, since the marks of two spans of code would be read together.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (_, Piece::Words(text) | Piece::Code(text)) if text.is_empty() => {}
        (Some(Piece::Words(last)), Piece::Words(text)) | (Some(Piece::Code(last)), Piece::Code(text)) => {
            last.push_str(&text);
        }
        (_, piece) => pieces.push(piece),
    }
}

/// Tells a word such as `:smile:`, of which GitHub makes a picture.
fn is_shortcode(word: &str) -> bool {
    word.matches(':').count() > 1
}

/// Tells a word that Markdown and GitHub take for nothing else.
fn is_plain(word: &str) -> bool {
    let letters = |c: char| {
        if c.is_ascii() { c.is_ascii_alphanumeric() || ".,;:!?'\"()-%=+<>&".contains(c) } else { !steers(c) }
    };
    let lower = word.to_ascii_lowercase();
    let reference =
        lower.strip_prefix("gh-").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let commit = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.chars().all(letters) && !lower.contains("www.") && !reference && !commit
}

/// Tells a word that at the start of a line would begin a list, a heading or a rule.
fn begins_a_block(word: &str) -> bool {
    !word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '(' | '"' | '\'' | '…'))
        && word.contains(|c: char| c.is_ascii_punctuation())
}

fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn element(text: &str) -> String {
    format!("<code>{}</code>", entities(text))
}

/// Writes a span of code (CommonMark 6.1): its marks are longer than any run of backticks in it, and one space at each
/// end is taken off by the reader, unless there are only spaces.
fn span(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let marks = "`".repeat(longest_run(text) + 1);
    let ends = |c: char| text.starts_with(c) || text.ends_with(c);
    let blank = text.chars().all(|c| c == ' ');
    let pad = if ends('`') || (ends(' ') && !blank) { " " } else { "" };
    format!("{marks}{pad}{text}{pad}{marks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_reads_as_it_was_meant() {
        for (text, expected) in [
            ("block `Look up caller` differs", "block `Look up caller` differs"),
            ("flow/main-ivr needs it.", "`flow/main-ivr` needs it."),
            ("it's (nearly) done; 3 -> 8", "it's (nearly) done; 3 -&gt; 8"),
            ("one `odd tick", "one `` `odd `` tick"),
            ("a `x``y` b", "a `xy` b"),
            ("` ` ` `", "` ` ` `"),
            ("ask @ops, see #12 or GH-3", "ask `@ops`, see `#12` or `GH-3`"),
            ("http://a.invalid/x and www.b.invalid", "`http://a.invalid/x` and `www.b.invalid`"),
            ("in 1a2b3c4d5e", "in `1a2b3c4d5e`"),
            ("1. first", "`1`. first"),
            ("- x", "`-` x"),
            ("a\nb", "`a\\nb`"),
            ("", ""),
        ] {
            assert_eq!(prose(text), expected, "{text:?}");
        }
        assert_eq!(prose_html("`<b>` & x@y"), "<code>&lt;b&gt;</code> &amp; <code>x@y</code>");
    }

    #[test]
    fn a_name_keeps_its_backticks_and_spaces() {
        for (name, expected) in [
            ("a", "`a`"),
            ("``", "``` `` ```"),
            ("a`b", "``a`b``"),
            (" a ", "`  a  `"),
            (" ", "` `"),
            ("", "(empty)"),
        ] {
            assert_eq!(code(name), expected, "{name:?}");
        }
        assert_eq!(code(&"ü".repeat(201)).chars().count(), 203);
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let lines = ["````".to_owned(), "a\tb\u{1b}".to_owned()];
        assert_eq!(fence("diff", &lines), "`````diff\n````\na\tb\\u001b\n`````\n");
        assert_eq!(fence("", &[]), "```\n```\n");
    }
}
