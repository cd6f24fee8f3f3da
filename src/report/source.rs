//! A problem with the lines that it is about, in the layout of rustc.
//!
//! Only text is made here: who prints it decides where, and whether in colour.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::layout::Layout;
use super::visible::visible;
use crate::manifest::Sources;
use crate::resource::{Origin, Problem, Severity, said_of};

/// Why a line is not shown as it was written.
const HIDDEN: &str = "`*` hides values of variables, environments and unknown keys: they may be secret";
/// The longest line that is shown, in bytes: a flow is often exported as a single one.
const MAX_LINE: usize = 400;

/// Renders a problem with its source, or on one line where the source is not at hand. It ends without a line break.
pub fn render(problem: &Problem, sources: &Sources, color: bool, layout: &Layout) -> String {
    let Problem { code, severity, origin, address, message, hint } = problem;
    // Names in it are anybody's text: a line break in one must not begin a line of a pipeline's log.
    let message = match address {
        Some(address) => {
            let address = address.to_string();
            let (parts, said) = said_of(&address, message);
            format!("{address}{parts}{}", visible(said))
        }
        None => visible(message).into_owned(),
    };
    let hint = hint.as_deref().map(visible);
    let (level, word) = match severity {
        Severity::Error => (Level::ERROR, "error"),
        Severity::Held => (Level::WARNING.with_name("blocked"), "blocked"),
        Severity::Warning => (Level::WARNING, "warning"),
    };
    let label = title_label(word, code.as_str());
    let renderer = renderer(color, layout);
    let place = origin.as_ref().and_then(|origin| Some((origin, line_of(origin, sources)?)));
    let Some((Origin { file, line, column }, text)) = place else {
        let place = origin.as_ref().map(|origin| format!("{}: ", visible(&origin.to_string())));
        let title = layout.beside(label, &format!("{}{message}", place.unwrap_or_default()));
        let title = renderer.render(&[Group::with_title(level.primary_title(title).id(code.as_str()))]);
        let hint = hint.map(|hint| format!("\nhint: {}", under(&layout.typed_beside(HINT, &hint), HINT)));
        return format!("{}{}", title.trim_end(), hint.unwrap_or_default());
    };
    let snippet = Snippet::source(text).path(visible(file)).line_start(*line).fold(false);
    let snippet = snippet.annotation(AnnotationKind::Primary.span(span(text, *column)));
    let message = layout.beside(label, &message);
    let mut group = Group::with_title(level.primary_title(message).id(code.as_str())).element(snippet);
    if sources.hides(file, *line) {
        group = group.element(Level::NOTE.message(layout.beside(gutter(*line), HIDDEN)));
    }
    match hint {
        Some(hint) => {
            let hint = layout.typed_beside(gutter(*line), &hint);
            renderer.render(&[group.element(Level::HELP.message(hint))])
        }
        None => renderer.render(&[group]),
    }
}

/// The columns of `hint: `.
const HINT: usize = 6;

/// Indents the lines after the first.
fn under(text: &str, columns: usize) -> String {
    text.replace('\n', &format!("\n{:columns$}", ""))
}

/// The columns that `error[code]: ` takes, and those of the lines under it.
pub(super) fn title_label(word: &str, code: &str) -> usize {
    word.len() + code.len() + "[]: ".len()
}

/// The columns that the gutter with `= help: ` takes in front of what is said below a line.
pub(super) fn gutter(line: usize) -> usize {
    line.to_string().len() + " = help: ".len()
}

/// What draws excerpts, as wide as the layout.
pub(super) fn renderer(color: bool, layout: &Layout) -> Renderer {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    match layout.columns {
        Some(columns) => renderer.term_width(columns),
        None => renderer,
    }
}

/// Finds the line of an origin, if it can be shown.
fn line_of<'s>(origin: &Origin, sources: &'s Sources) -> Option<&'s str> {
    let line = sources.get(&origin.file)?.split('\n').nth(origin.line.checked_sub(1)?)?;
    let line = line.strip_suffix('\r').unwrap_or(line);
    (line.len() <= MAX_LINE && !line.is_empty()).then_some(line)
}

/// Finds the bytes of the key or value that starts in a column: to its closing quote, or to what ends a plain text.
fn span(line: &str, column: usize) -> std::ops::Range<usize> {
    let start = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let rest = &line[start..];
    let length = match rest.chars().next() {
        None => 0,
        Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
        Some('$') if rest.starts_with("${") => rest.find('}').map_or(rest.len(), |end| end + 1),
        Some(open @ ('[' | '{')) => {
            let close = if open == '[' { ']' } else { '}' };
            rest.rfind(close).map_or(1, |end| end + 1)
        }
        Some(_) => plain(rest, &line[..start]),
    };
    start..start + length
}

/// Counts the bytes of a plain text, by what stands before it in its line: behind `: ` or `- ` outside of brackets it is
/// a value, which may hold blanks, commas and more colons.
fn plain(rest: &str, before: &str) -> usize {
    let count = |open: char, close: char| before.matches(open).count() > before.matches(close).count();
    let inside = count('[', ']') || count('{', '}') || before.trim_start().starts_with('"');
    let value = !inside && before.trim_end().ends_with([':', '-']);
    let mut last = ' ';
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        let next = rest[at + c.len_utf8()..].chars().next();
        let ends = (c == '#' && last.is_whitespace())
            || (!value && c == ':' && next.is_none_or(char::is_whitespace))
            || (!value && "[]{},\"".contains(c));
        if ends && at > 0 {
            end = at;
            break;
        }
        last = c;
    }
    rest[..end].trim_end().len().max(rest.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: usize, column: usize) -> Problem {
        let origin = Origin { file: "a.yaml".to_owned(), line, column };
        Problem::error(crate::resource::Code::UnknownKey, "a binding has no key `timelimit`")
            .at(&origin)
            .hint("did you mean `timeLimit`?")
    }

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.insert("a.yaml", text);
        sources
    }

    #[test]
    fn a_problem_is_shown_with_its_line() {
        let text = "a: b\n  ü: 1\n  timelimit: 8s\r\n";
        insta::assert_snapshot!(render(&problem(3, 3), &sources(text), false, &Layout::default()), @r"
        error[unknown-key]: a binding has no key `timelimit`
         --> a.yaml:3:3
          |
        3 |   timelimit: 8s
          |   ^^^^^^^^^
          |
          = help: did you mean `timeLimit`?
        ");
        let colored = render(&problem(3, 3), &sources(text), true, &Layout::default());
        assert!(colored.contains("\u{1b}[") && colored.contains("timelimit"), "{colored}");
    }

    #[test]
    fn a_line_in_which_values_are_hidden_says_why() {
        let text = "a: b\n  A: secret\n";
        let mut hidden = sources(text);
        hidden.insert_masked("a.yaml", text, "a: b\n  A: ******\n".to_owned());
        let shown = render(&problem(2, 6), &hidden, false, &Layout::default());
        assert!(
            shown.contains("note: `*` hides values of variables, environments and unknown keys"),
            "{shown}"
        );
        assert!(!render(&problem(1, 1), &hidden, false, &Layout::default()).contains("hides"));
    }

    #[test]
    fn the_whole_value_is_underlined() {
        for (line, column, word) in [
            ("a: [x, ünq:1, z]", 8, "ünq:1"),
            ("a: 'b c' d", 4, "'b c'"),
            ("a: b", 1, "a"),
            ("a: us west: 2, x # why", 4, "us west: 2, x"),
            ("  Look up: { f: x y, g: z }", 3, "Look up"),
            ("  Look up: { f: x y, g: z }", 17, "x y"),
            ("  q: [live, b] # c", 6, "[live, b]"),
            ("  - one two", 5, "one two"),
            ("  \"Time\": 12,", 11, "12"),
            ("\"Arn\": \"x ${function.y.arn} z\"", 11, "${function.y.arn}"),
            ("a: \"open", 4, "\"open"),
            ("a", 9, ""),
        ] {
            assert_eq!(&line[span(line, column)], word, "{line}");
        }
    }

    #[test]
    fn without_its_source_a_problem_names_its_place() {
        let line = |line| {
            format!(
                "error[unknown-key]: a.yaml:{line}: a binding has no key `timelimit`\nhint: did you mean `timeLimit`?"
            )
        };
        assert_eq!(render(&problem(3, 3), &Sources::default(), false, &Layout::default()), line("3:3"));
        let long = format!("a: {}", "x".repeat(MAX_LINE));
        assert_eq!(render(&problem(1, 4), &sources(&long), false, &Layout::default()), line("1:4"));
        assert_eq!(render(&problem(9, 4), &sources("a: b"), false, &Layout::default()), line("9:4"));
        let lost =
            Problem { origin: None, hint: None, ..Problem::warning(crate::resource::Code::Rule("w"), "m") };
        assert_eq!(render(&lost, &Sources::default(), false, &Layout::default()), "warning[w]: m");
    }

    #[test]
    fn control_characters_of_a_file_do_not_reach_the_terminal() {
        let shown = render(&problem(1, 4), &sources("a: \u{1b}[31mred\u{7}\n"), false, &Layout::default());
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'), "{shown:?}");
    }
}
