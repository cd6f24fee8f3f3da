//! The page of a rule.

use std::fmt::Write;

use super::super::style::{bold, dim, red, yellow};
use crate::flow::finding::Severity;
use crate::flow::rules::RuleMeta;

/// The width that prose is wrapped to, in characters.
const WIDTH: usize = 88;

/// The width of the list, in characters.
const LIST_WIDTH: usize = 100;

/// Writes a rule's page: what it finds, why that is bad, what to do, a flow that has it and the same without.
pub fn explain(meta: &RuleMeta) -> String {
    let RuleMeta { code, severity, confidence, what, why, fix, bad, good } = meta;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} {}",
        bold(code),
        dim(&format!("({}, {} confidence)", severity.as_str(), confidence.as_str()))
    );
    for (title, body) in [("What it finds", what), ("Why it matters", why), ("What to do", fix)] {
        let _ = write!(out, "\n{}\n\n{}\n", bold(title), indent(&wrap(body, WIDTH)));
    }
    for (title, body) in [("Has it", bad), ("Has it not", good)] {
        let _ = write!(out, "\n{}\n\n{}\n", bold(title), indent(body));
    }
    let _ = write!(
        out,
        "\n{}\n\n{}\n",
        bold("To let it pass"),
        indent(&format!(
            "everywhere     --ignore {code}\nin a manifest  spec.lint.ignore: [{{ code: {code}, flow: …, block: …, \
             reason: … }}]"
        ))
    );
    out
}

/// Writes a line for each rule.
pub fn list(codes: &[&RuleMeta]) -> String {
    let width = codes.iter().map(|meta| meta.code.len()).max().unwrap_or(0);
    let mut out = String::new();
    for RuleMeta { code, severity, what, .. } in codes {
        let word = format!("{:7}", severity.as_str());
        let word = match severity {
            Severity::Error => red(&word),
            Severity::Warning => yellow(&word),
            Severity::Advice | Severity::Info => dim(&word),
        };
        let what = wrap(first_sentence(what), LIST_WIDTH.saturating_sub(width + 11).max(30));
        let what = what.replace('\n', &format!("\n{:indent$}", "", indent = width + 11));
        let _ = writeln!(out, "{code:width$}  {word}  {what}");
    }
    let _ = writeln!(out, "\n{}", dim("The page of one: flowbind lint --explain CODE"));
    out
}

/// Gives the first sentence of a text.
pub(super) fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

/// Breaks prose into lines of at most `width` characters, where there is a space to break at.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

fn indent(text: &str) -> String {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!("  {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{codes, find};

    #[test]
    fn every_code_has_a_page_that_fits_the_screen() {
        for meta in codes() {
            let page = anstream_free(&explain(meta));
            for part in [meta.bad, meta.good].iter().flat_map(|text| text.lines()) {
                assert!(page.contains(part), "{}: {part}", meta.code);
            }
            let prose = page.split("\nHas it\n").next().unwrap();
            assert!(prose.lines().all(|line| line.chars().count() <= WIDTH + 2), "{page}");
        }
    }

    #[test]
    fn the_list_has_a_line_for_each_code() {
        let shown = list(&codes());
        for meta in codes() {
            assert_eq!(shown.lines().filter(|line| line.starts_with(&format!("{} ", meta.code))).count(), 1);
        }
        assert!(shown.contains(first_sentence(find("unused-suppression").unwrap().what)));
        assert!(anstream_free(&shown).lines().all(|line| line.chars().count() <= LIST_WIDTH), "{shown}");
    }

    #[test]
    fn prose_is_wrapped_at_spaces() {
        assert_eq!(wrap("aa bb  cc dddddd e", 5), "aa bb\ncc\ndddddd\ne");
        assert_eq!(first_sentence("One. Two."), "One.");
        assert_eq!(first_sentence("Only `a.b` one."), "Only `a.b` one.");
    }

    /// Takes the styles out.
    fn anstream_free(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            out.push_str(before);
            rest = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        out + rest
    }
}
