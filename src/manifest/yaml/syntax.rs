//! What is wrong with a text that is no YAML, in words that say where to look and what to type.
//!
//! The parser stops where it cannot go on, which is often lines below the mistake. Here the text above is looked at
//! again, roughly: quotes, comments and brackets are known, and nothing else of YAML.

use granit_parser::ErrorKind;

use super::{Position, odd};
use crate::resource::count;

mod words;

/// A syntax error, as it is reported.
pub(super) struct Syntax {
    /// Where the mistake most likely is.
    pub(super) position: Position,
    /// What the parser says.
    pub(super) message: String,
    /// What to do about it, where that can be told.
    pub(super) hint: Option<String>,
}

/// What to do about the braces of a template.
pub(super) const TEMPLATE: &str = "this looks like a template, as of Helm or Jinja: render it first, and give flowbind the \
                                   result; a value that starts with `{{` or `{%` needs quotes";

/// Returns whether a template's braces begin in a line, outside of quotes.
pub(super) fn template(line: &str) -> bool {
    ["{{", "{%", "{#"].iter().filter_map(|open| line.split_once(open)).any(|(before, _)| {
        let before = before.trim_end();
        before.is_empty() || before.ends_with([':', '-', '{', '['])
    })
}

/// Explains why the parser stopped in a text.
pub(super) fn explain(kind: &ErrorKind, words: &str, position: Position, text: &str) -> Syntax {
    let lines: Vec<&str> = text.lines().collect();
    let line = lines.get(position.line - 1).copied().unwrap_or_default();
    let (message, advice) = match words::plain(kind) {
        Some((message, hint)) => (format!("this is not YAML: {message}"), Some(hint.to_owned())),
        None => (format!("this is not YAML: {words}"), None),
    };
    if let Some(index) = lines.iter().position(|line| odd::merge_marker(line)) {
        let position = Position { line: index + 1, column: 1 };
        let message = format!("this is not YAML: line {} is a Git conflict marker", position.line);
        return Syntax { position, message, hint: Some("resolve the merge first".to_owned()) };
    }
    if let Some((position, message)) = odd::odd_space_near(&lines, position) {
        let message = format!("this is not YAML: {message}");
        return Syntax { position, message, hint: Some(odd::HINT.to_owned()) };
    }
    if let Some(number) = tab(&lines, position, words) {
        let column = lines[number - 1].chars().take_while(|c| *c != '\t').count() + 1;
        let position = Position { line: number, column };
        let message = "this is not YAML: a tab indents this line".to_owned();
        return Syntax { position, message, hint: Some("indent with spaces, not with tabs".to_owned()) };
    }
    let about_quotes = words.contains("quote");
    if template(line) && !about_quotes {
        return Syntax { position, message, hint: Some(TEMPLATE.to_owned()) };
    }
    if let Some((bracket, opened)) = unclosed(&lines, position)
        && !about_quotes
    {
        return in_brackets(bracket, opened, (position, message, advice), &lines);
    }
    if *kind == ErrorKind::MappingValueNotAllowed
        && let Some((position, plain)) =
            no_colon_above(&lines, position).zip(words::plain(&ErrorKind::SimpleKeyExpected))
    {
        let (message, hint) = (format!("this is not YAML: {}", plain.0), Some(plain.1.to_owned()));
        return Syntax { position, message, hint };
    }
    let hint = if unquoted_placeholder(Some(&line)) {
        Some("inside of `{ }` and `[ ]` a value with `${` needs quotes".to_owned())
    } else if *kind == ErrorKind::MappingValueNotAllowed && second_colon(line, position) {
        Some("a value that contains `: ` needs quotes".to_owned())
    } else if matches!(
        kind,
        ErrorKind::MappingValueNotAllowed
            | ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::InvalidIndentation
    ) {
        indentation(&lines, position).or(advice)
    } else {
        advice.or_else(|| indentation(&lines, position))
    };
    Syntax { position, message, hint }
}

/// Finds the line above, if it starts in the same column and has no `:`: YAML reads both as one text.
fn no_colon_above(lines: &[&str], position: Position) -> Option<Position> {
    let indent = |line: &str| line.chars().take_while(|c| *c == ' ').count();
    let number = (1..position.line).rev().find(|number| !lines[number - 1].trim().is_empty())?;
    let (above, here) = (lines[number - 1], indent(lines.get(position.line - 1)?));
    let key = !above.contains(": ")
        && !above.trim_end().ends_with(':')
        && above.trim_start().starts_with(|c: char| c.is_alphanumeric());
    (key && indent(above) == here).then_some(Position { line: number, column: here + 1 })
}

/// Explains why the parser stopped inside of a bracket, which is closed in its line or not at all.
fn in_brackets(
    bracket: char,
    opened: Position,
    (position, message, hint): (Position, String, Option<String>),
    lines: &[&str],
) -> Syntax {
    let close = if bracket == '{' { '}' } else { ']' };
    // The reason is told where it can be: a placeholder in braces ends them too early.
    let placeholder = (opened.line..=position.line).any(|at| unquoted_placeholder(lines.get(at - 1)));
    if placeholder {
        let hint = "inside of `{ }` and `[ ]` a value with `${` needs quotes".to_owned();
        let message = format!("this is not YAML: this `{bracket}` is not closed");
        return Syntax { position: opened, message, hint: Some(hint) };
    }
    let rest =
        lines.get(opened.line - 1).map(|line| line.chars().skip(opened.column - 1)).into_iter().flatten();
    let mut depth = 0;
    let closed = opened.line == position.line
        && rest.fold(false, |closed, c| {
            depth += i32::from(c == bracket) - i32::from(c == close);
            closed || depth == 0 && c == close
        });
    if closed {
        // `{ a: b c: d }`: the second `:` is where the parser sees that a comma is missing.
        return Syntax {
            position,
            message: match message.ends_with("is not expected here") || message.contains("`,`") {
                true => "this is not YAML: a `,` is missing between two entries".to_owned(),
                false => message,
            },
            hint: hint.map(|_| {
                format!("separate the entries of `{bracket} {close}` with commas; a value with `: ` or `,` needs quotes")
            }),
        };
    }
    let message = format!("this is not YAML: this `{bracket}` is not closed");
    Syntax { position: opened, message, hint: Some(format!("add the missing `{close}`")) }
}

/// Finds the line that a tab indents, at the place or, where the parser speaks of a tab, right beside it.
fn tab(lines: &[&str], position: Position, words: &str) -> Option<usize> {
    let indented = |number: &usize| {
        let line = lines.get(*number - 1).copied().unwrap_or_default();
        line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t')
    };
    let here = Some(position.line).filter(indented);
    let beside = [position.line.saturating_sub(1).max(1), position.line + 1].into_iter();
    here.or_else(|| beside.filter(|_| words.contains("tab")).find(indented))
}

/// Finds the innermost bracket that is still open before a place, and where it was opened. Only a bracket that begins a
/// value counts, or one inside of such; a line that is not further in than the one with the bracket and starts a key ends
/// what was open, for the value of a flow collection is always further in.
fn unclosed(lines: &[&str], position: Position) -> Option<(char, Position)> {
    let indent = |line: &str| line.chars().take_while(|c| *c == ' ').count();
    let mut open: Vec<(char, Position)> = Vec::new();
    let mut quote = None;
    for (index, line) in lines.iter().enumerate().take(position.line) {
        let last = index + 1 == position.line;
        if let Some((_, at)) = open.first()
            && !last
            && !line.trim().is_empty()
            && indent(line) <= indent(lines[at.line - 1])
            && line.trim_start().split_once(':').is_some_and(|(key, _)| !key.contains(['{', '[', '"', ' ']))
        {
            open.clear();
            quote = None;
        }
        let until = if last { position.column - 1 } else { usize::MAX };
        let mut before = ": ".to_owned();
        let mut escaped = false;
        for (column, character) in line.chars().enumerate().take(until) {
            // What a value begins after: a key, an item's dash, another bracket or a comma, and blanks.
            let begins = before.ends_with(' ') && before.trim_end().ends_with([':', '-', ',', '[', '{'])
                || before.trim_end().is_empty()
                || before.ends_with(['[', '{', ',']);
            match (quote, character) {
                (Some('"'), '\\') if !escaped => escaped = true,
                (Some(end), _) if end == character && !escaped => quote = None,
                (Some(_), _) => escaped = false,
                (None, '"' | '\'') if begins => quote = Some(character),
                (None, '#') if before.ends_with(' ') => break,
                (None, '{' | '[') if begins => {
                    open.push((character, Position { line: index + 1, column: column + 1 }))
                }
                (None, '}' | ']') => drop(open.pop()),
                (None, _) => {}
            }
            before.push(character);
        }
        if open.is_empty() {
            // A quoted text that goes on over lines in block style is not looked into further.
            quote = None;
        }
    }
    open.pop()
}

/// Returns whether a placeholder stands in braces or brackets without quotes around it.
fn unquoted_placeholder(line: Option<&&str>) -> bool {
    let Some((before, _)) = line.and_then(|line| line.split_once("${")) else { return false };
    let quotes = before.chars().filter(|c| *c == '"' || *c == '\'').count();
    before.contains(['{', '[']) && quotes % 2 == 0
}

/// Returns whether a place is at or behind the second `: ` of a line.
fn second_colon(line: &str, position: Position) -> bool {
    let before: String = line.chars().take(position.column).collect();
    let colons = |text: &str| text.matches(": ").count() + usize::from(text.ends_with(':'));
    colons(&before) > 1
}

/// Says how a line is indented where it fits none of the lines above.
fn indentation(lines: &[&str], position: Position) -> Option<String> {
    let indent = |line: &str| line.chars().take_while(|c| *c == ' ').count();
    let counts = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let line = lines.get(position.line - 1)?;
    let here = indent(line);
    let above: Vec<usize> = lines[..position.line - 1].iter().copied().filter(counts).map(&indent).collect();
    let last = *above.last()?;
    // Of the lines above at the same level, the nearest tells whether keys or items stand there.
    let list = |line: &str| line.trim_start().starts_with("- ");
    let level = lines[..position.line - 1].iter().rev().filter(|line| counts(line));
    let beside = level.take_while(|line| indent(line) >= here).find(|line| indent(line) == here);
    if beside.is_some_and(|beside| list(beside) != list(line)) {
        return Some("entries of one level are all keys, or all start with `- `".to_owned());
    }
    if here == last {
        return None;
    }
    let fits = here < last && above.contains(&here);
    let spaces = count(here, "space");
    (!fits).then(|| format!("check the indentation: {spaces} here, {last} in the line above"))
}

#[cfg(test)]
mod tests {
    use super::super::super::reading::log::Log;

    fn found(text: &str) -> String {
        let mut log = Log::new("f");
        super::super::parse(text, &mut log);
        let problem = log.into_problems().into_iter().next().expect("a problem");
        let at = problem.origin.unwrap();
        format!("{}:{} {} ({})", at.line, at.column, problem.message, problem.hint.unwrap_or_default())
    }

    #[test]
    fn a_mistake_is_shown_where_it_was_made_with_what_to_type() {
        for (text, expected) in [
            (
                "a:\n  b: x\n\tc: y\n",
                "3:1 this is not YAML: a tab indents this line (indent with spaces, not with tabs)",
            ),
            ("a: { b: 1\nc: [2]\n", "1:4 this is not YAML: this `{` is not closed (add the missing `}`)"),
            ("a: [1, 2\nc: 1\n", "1:4 this is not YAML: this `[` is not closed (add the missing `]`)"),
            (
                "a: { b: ${var.x}, c: 1 }\nd: 1\n",
                "1:4 this is not YAML: this `{` is not closed (inside of `{ }` and `[ ]` a value with `${` needs quotes)",
            ),
        ] {
            let found = found(text);
            assert!(found == expected, "{text}\n{found}\n{expected}");
        }
        for (value, place, message, hint) in [
            ("name Main", "2:3", "a `:` followed by a space is missing in this line", "`key: value`"),
            ("name:Main", "2:3", "a `:` followed by a space is missing in this line", "`key: value`"),
            ("name: *main", "2:9", "a value that starts with `*` or `&` is a reference", "in quotes"),
            ("name: @main", "2:9", "a value cannot start with `@`", "in quotes"),
            ("name: %main", "2:9", "a value cannot start with `%`", "in quotes"),
            ("name: `main`", "2:9", "a value cannot start with ```", "in quotes"),
            ("name: - main", "2:9", "a list with `- ` cannot start here", "line of its own"),
            ("name: |x", "2:9", "nothing else may follow", "in quotes"),
            ("name: ? x", "2:9", "a value cannot start with `? `", "in quotes"),
            ("name: 'Main's IVR'", "2:15", "more text after the closing quote", "as `''`"),
            ("name: \"Main\" IVR", "2:16", "more text after the closing quote", "as `\\\"`"),
            ("name: \"a\\d\"", "2:", "a `\\` starts an escape", "write `\\\\`"),
            ("name: { x: 1 y: 2 }", "2:", "a `,` is missing between two entries", "with commas"),
            ("name: { x: 1 }}", "2:17", "this bracket closes nothing", "take it out"),
            ("name: [x}", "2:", "a `[` is closed by `}`", "in the order"),
            ("name: {{ .Values.x }}", "2:10", "a key must be a text", "render it first"),
            ("name: !main", "2:", "the tag `!main` is not supported", "in quotes"),
            ("   c: 2", "3:3", "does not line up with the keys above", "2 spaces here, 5 in the line above"),
        ] {
            let found = found(&format!("a:\n  {value}\n  b: 1\n"));
            assert!(
                found.starts_with(place) && found.contains(message) && found.contains(hint),
                "{value}\n{found}"
            );
        }
        for (text, place, hint) in [
            ("a: Main IVR: v2\n", "1:", "a value that contains `: ` needs quotes"),
            ("a: \"Main IVR\nb: 1\n", "1:4", "must end with the same one"),
            ("a: see [1\nb: x: y\n", "2:", "a value that contains `: ` needs quotes"),
            ("a: {\n  b: 1\nc: x: y\n", "1:4", "add the missing `}`"),
            ("a: [\"q\\\"[\"]\nb: x: y\n", "2:", "a value that contains `: ` needs quotes"),
            ("a:\n   b: 1\n  c: 2\n", "3:3", "check the indentation: 2 spaces here, 3 in the line above"),
            ("a:\n  b: 1\n  - c: 2\n", "3:", "all keys, or all start with `- `"),
        ] {
            let found = found(text);
            assert!(found.starts_with(place) && found.contains(hint), "{text}\n{found}");
        }
    }
}
