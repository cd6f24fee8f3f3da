//! Breaks lines at the width of a terminal: between words, under the text that they continue. The one place where text
//! for people is broken.
//!
//! Colours take no column. What stands between backticks stays together where it fits, and a command that ends a line
//! gets a line of its own, so that it can be copied: where even that is too narrow, the shell's `\` joins its lines.
//!
//! Written here: a library breaks text at spaces, and knows neither commands that have to stay whole nor what a line
//! continues.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// No terminal is taken to be narrower.
pub(crate) const NARROWEST: usize = 20;

/// What may follow `flowbind` at the start of a command: the commands of `cli`.
pub(crate) const VERBS: [&str; 22] = [
    "apply",
    "completions",
    "drift",
    "emulator",
    "event",
    "explain",
    "explore",
    "graph",
    "iam-policy",
    "import",
    "init",
    "invoke",
    "lint",
    "man",
    "plan",
    "rollback",
    "schema",
    "show",
    "simulate",
    "test",
    "validate",
    "watch",
];

/// Breaks the lines of a text at `columns`; the lines that continue one are indented under its text. Without columns
/// nothing is broken.
pub(crate) fn wrap(text: &str, columns: Option<usize>) -> String {
    each_line(text, columns, '`', hanging)
}

/// The same for code: it is broken at spaces outside of strings, where that means nothing.
pub(super) fn wrap_code(text: &str, columns: Option<usize>) -> String {
    each_line(text, columns, '"', |line| line.len() - line.trim_start_matches(' ').len() + 4)
}

/// The same; the lines that continue one are indented by `hang`.
pub(crate) fn wrap_under(text: &str, columns: Option<usize>, hang: usize) -> String {
    each_line(text, columns, '`', |_| hang)
}

/// The columns that a text takes in one line.
pub fn width(text: &str) -> usize {
    pieces(text).map(|piece| if piece.starts_with('\u{1b}') { 0 } else { piece.width() }).sum()
}

fn each_line(text: &str, columns: Option<usize>, quote: char, hang: impl Fn(&str) -> usize) -> String {
    let Some(columns) = columns.map(|columns| columns.max(NARROWEST)) else { return text.to_owned() };
    let broken = text.split('\n').map(|line| {
        if width(line) <= columns { line.to_owned() } else { broken(line, columns, quote, hang(line)) }
    });
    broken.collect::<Vec<_>>().join("\n")
}

/// Where the text of a line begins: behind its mark or its one-word label; else two columns further in.
fn hanging(line: &str) -> usize {
    let plain: String = pieces(line).filter(|piece| !piece.starts_with('\u{1b}')).collect();
    let rest = plain.trim_start_matches(' ');
    let indent = plain.len() - rest.len();
    let mark = ["+ ", "~ ", "- ", "? ", "! "].iter().any(|mark| rest.starts_with(mark));
    let label = rest.split_once(": ").map(|(label, _)| label);
    let label =
        label.filter(|label| label.len() <= 10 && label.bytes().all(|byte| byte.is_ascii_alphabetic()));
    match label {
        _ if mark => indent + 2,
        Some(label) => indent + label.len() + 2,
        None => indent + 2,
    }
}

fn broken(line: &str, columns: usize, quote: char, hang: usize) -> String {
    let hang = if hang + NARROWEST / 2 > columns { 0 } else { hang };
    let (prose, command) = match command_at(line) {
        Some(at) => line.split_at(at),
        None => (line, ""),
    };
    let mut out = Out { text: String::new(), column: 0, begun: false, columns, hang };
    let indent = prose.len() - prose.trim_start_matches(' ').len();
    out.space(indent);
    for (spaces, word) in words(&prose[indent..], quote, columns - hang) {
        out.word(spaces, word);
    }
    if !command.is_empty() {
        out.command(command, usize::from(prose.ends_with(' ')));
    }
    out.text
}

/// A text that is being broken.
struct Out {
    text: String,
    column: usize,
    /// Whether the line has a word.
    begun: bool,
    columns: usize,
    hang: usize,
}

impl Out {
    fn space(&mut self, spaces: usize) {
        self.text.extend(std::iter::repeat_n(' ', spaces));
        self.column += spaces;
    }

    fn new_line(&mut self, indent: usize) {
        self.text.push('\n');
        (self.column, self.begun) = (0, false);
        self.space(indent);
    }

    fn push(&mut self, word: &str) {
        self.text.push_str(word);
        self.column += width(word);
        self.begun = true;
    }

    fn word(&mut self, spaces: usize, word: &str) {
        let spaces = if self.begun { spaces } else { 0 };
        if self.begun && self.column + spaces + width(word) > self.columns {
            self.new_line(self.hang);
        } else {
            self.space(spaces);
        }
        let mut rest = word;
        while self.column + width(rest) > self.columns {
            let (head, tail) = rest.split_at(cut(rest, self.columns.saturating_sub(self.column)));
            self.push(head);
            self.new_line(self.hang);
            rest = tail;
        }
        self.push(rest);
    }

    /// Writes a command where it fits: behind the text, on a line of its own, or on several that the shell joins.
    fn command(&mut self, command: &str, spaces: usize) {
        if self.begun && self.column + spaces + width(command) > self.columns {
            self.new_line(self.hang);
        } else {
            self.space(if self.begun { spaces } else { 0 });
        }
        let (first, indent) = (self.column, self.column + 2);
        for argument in arguments(command) {
            let behind = usize::from(self.begun && self.column > first);
            // The last column but one is for what joins the lines.
            if behind > 0 && self.column + 1 + width(argument) + 2 > self.columns {
                self.text.push_str(" \\");
                self.new_line(indent);
            } else {
                self.space(behind);
            }
            self.push(argument);
        }
    }
}

/// Where a command begins that the line ends with.
fn command_at(line: &str) -> Option<usize> {
    let starts = |at: usize| {
        let before = &line[..at];
        let alone = before.trim_start_matches(' ').is_empty();
        let verb = line[at + "flowbind ".len()..].split([' ', '\u{1b}']).next().unwrap_or_default();
        (alone || before.ends_with(": ")) && VERBS.contains(&verb)
    };
    let found: Vec<usize> = line.match_indices("flowbind ").map(|(at, _)| at).collect();
    found.into_iter().rev().find(|at| starts(*at))
}

/// Parts a text into words with the spaces before them. What stands between quotes is one word, unless it is wider than
/// a line.
fn words(text: &str, quote: char, room: usize) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let (mut start, mut spaces, mut at) = (0, 0, 0);
    while let Some(c) = text[at..].chars().next() {
        if c == ' ' {
            if at > start {
                words.push((spaces, &text[start..at]));
                spaces = 0;
            }
            (at, spaces) = (at + 1, spaces + 1);
            start = at;
        } else {
            at += c.len_utf8();
            if c == quote
                && let Some(end) = text[at..].find(quote)
                && width(&text[at..at + end]) + 2 <= room
            {
                at += end + 1;
            }
        }
    }
    if at > start {
        words.push((spaces, &text[start..at]));
    }
    words
}

/// Parts a command into its arguments, which may be quoted.
fn arguments(command: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, c) in command.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == ' ' => {
                parts.push(&command[start..at]);
                start = at + 1;
            }
            None => {}
        }
    }
    parts.push(&command[start..]);
    parts
}

/// Where to cut a word that is wider than the room: behind the last mark in its second half, else where the room ends.
fn cut(word: &str, room: usize) -> usize {
    let (mut column, mut at, mut mark) = (0, 0, None);
    for piece in pieces(word) {
        let wide = if piece.starts_with('\u{1b}') { 0 } else { piece.width() };
        if column + wide > room && at > 0 {
            return mark.unwrap_or(at);
        }
        (column, at) = (column + wide, at + piece.len());
        if 2 * column > room && matches!(piece, "/" | ":" | "," | "." | "-" | "_" | "=") {
            mark = Some(at);
        }
    }
    word.len()
}

/// The colours and the characters of a text, those that join the one before them with it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let mut end = match (first, rest.find('m')) {
            ('\u{1b}', Some(end)) => end + 1,
            _ => first.len_utf8(),
        };
        if first != '\u{1b}' {
            let joins = |c: &char| c.width() == Some(0) && *c != '\u{1b}';
            end += rest[end..].chars().take_while(joins).map(char::len_utf8).sum::<usize>();
        }
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::super::style::{bold, red};
    use super::*;

    fn at(columns: usize, text: &str) -> String {
        wrap(text, Some(columns))
    }

    #[test]
    fn what_fits_stays_and_nothing_is_broken_without_a_width() {
        let long = "word ".repeat(50);
        assert_eq!(wrap(&long, None), long);
        assert_eq!(at(80, "  a  b\n\n c\n"), "  a  b\n\n c\n");
    }

    #[test]
    fn lines_continue_under_the_text_of_their_first() {
        assert_eq!(at(24, "  + flow/main  it is not here yet"), "  + flow/main  it is not\n    here yet");
        assert_eq!(at(24, "hint: do this and that first"), "hint: do this and that\n      first");
        assert_eq!(at(24, "      a sentence of six words"), "      a sentence of six\n        words");
        assert_eq!(
            wrap_under("  done    flow/main it is", Some(22), 10),
            "  done    flow/main it\n          is"
        );
    }

    #[test]
    fn colours_take_no_column_and_wide_characters_two() {
        let text = format!("{} {}", bold("error:"), red("one two three"));
        assert_eq!(width(&text), 20);
        assert_eq!(at(20, &text), text);
        assert_eq!((width("東京"), width("e\u{301}"), width("🙂")), (4, 1, 2));
        assert!(at(20, &"東京".repeat(20)).lines().all(|line| width(line) <= 20));
        assert!(
            at(20, &"e\u{301}".repeat(30))
                .lines()
                .all(|line| width(line) <= 20 && !line.starts_with('\u{301}'))
        );
    }

    #[test]
    fn what_stands_between_backticks_stays_together_where_it_fits() {
        let text = "hint: type `flowbind plan p` now";
        assert_eq!(at(26, text), "hint: type\n      `flowbind plan p`\n      now");
        assert_eq!(at(22, text).replace(['\n', ' '], ""), text.replace(' ', ""));
        assert_eq!(at(22, "an open ` stays where it was"), "an open ` stays where\n  it was");
    }

    #[test]
    fn a_command_has_a_line_of_its_own_and_the_shell_joins_a_long_one() {
        let text = "To apply it: flowbind apply --plan p.json m.yaml";
        assert_eq!(at(44, text), "To apply it:\n  flowbind apply --plan p.json m.yaml");
        let long = "hint: to do the rest: flowbind apply --var 'a=b c' --for prod --sandbox some/manifest";
        let shown = at(40, long);
        assert!(shown.lines().all(|line| width(line) <= 40), "{shown}");
        let (_, command) = shown.split_once("rest:").unwrap();
        let joined: Vec<&str> = command.split("\\\n").map(str::trim).collect();
        assert_eq!(joined.join(" "), long.split_once("rest: ").unwrap().1);
        assert_eq!(
            at(20, "error: flowbind is not at home here"),
            "error: flowbind is\n       not at home\n       here"
        );
    }

    #[test]
    fn code_is_broken_outside_of_its_strings() {
        let code = r#"{"Type": "A", "Text": "one two three four"}"#;
        let shown = wrap_code(code, Some(30));
        assert_eq!(shown, "{\"Type\": \"A\", \"Text\":\n    \"one two three four\"}");
    }

    #[test]
    fn a_word_that_is_wider_than_the_line_is_cut_behind_a_mark() {
        let text = "  association/contact-centre/orders-lookup";
        assert_eq!(at(24, text), "  association/contact-\n    centre/orders-lookup");
        let endless = "x".repeat(500);
        let shown = at(20, &endless);
        assert!(shown.lines().all(|line| width(line) <= 20), "{shown}");
        assert_eq!(shown.replace(['\n', ' '], ""), endless);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_wider(text in "[a-z`東é '\u{301}:./-]{0,200}", columns in 20_usize..100) {
            let shown = at(columns, &text);
            let bare = |text: &str| text.chars().filter(|c| !matches!(c, ' ' | '\n')).collect::<String>();
            proptest::prop_assert_eq!(bare(&shown), bare(&text));
            proptest::prop_assert!(shown.lines().all(|line| width(line) <= columns), "{}", shown);
        }
    }
}
