//! The page of a rule.

use std::fmt::Write;

use super::super::layout::Layout;
use super::super::style::{bold, dim, red, yellow};
use super::super::wrap::{NARROWEST, wrap_code, wrap_under};
use crate::flow::finding::Severity;
use crate::flow::rules::RuleMeta;

/// The width that a page is broken at where nothing is known of a terminal.
const WIDTH: usize = 80;

/// The widest that prose is set: longer lines are hard to read.
const WIDEST: usize = 100;

/// Writes a rule's page: what it finds, why that is bad, what to do, a flow that has it and the same without.
pub fn explain(meta: &RuleMeta, layout: &Layout) -> String {
    let RuleMeta { code, severity, confidence, what, why, fix, bad, good } = meta;
    let columns = columns(layout);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} {}",
        bold(code),
        dim(&format!("({}, {} confidence)", severity.as_str(), confidence.as_str()))
    );
    for (title, body) in [("What it finds", what), ("Why it matters", why), ("What to do", fix)] {
        let body = wrap_under(&one_space(body), Some(columns - 2), 0);
        let _ = write!(out, "\n{}\n\n{}\n", bold(title), indent(&body));
    }
    for (title, body) in [("Fails", bad), ("Passes", good)] {
        let body = wrap_code(body, Some(columns - 2));
        let _ = write!(out, "\n{}\n\n{}\n", bold(title), indent(&body));
    }
    let ignore = format!(
        "everywhere     --ignore {code}\nin a manifest  spec.lint.ignore:\n               - code: {code}\n                 \
         flow: …\n                 block: …\n                 reason: …"
    );
    let _ = write!(out, "\n{}\n\n{}\n", bold("To ignore it"), indent(&ignore));
    out
}

fn columns(layout: &Layout) -> usize {
    layout.columns.unwrap_or(WIDTH).clamp(NARROWEST + 2, WIDEST)
}

/// Writes a line for each rule.
pub fn list(codes: &[&RuleMeta], layout: &Layout) -> String {
    let width = codes.iter().map(|meta| meta.code.len()).max().unwrap_or(0);
    let mut out = String::new();
    for RuleMeta { code, severity, what, .. } in codes {
        let word = format!("{:7}", severity.as_str());
        let word = match severity {
            Severity::Error => red(&word),
            Severity::Warning => yellow(&word),
            Severity::Advice | Severity::Info => dim(&word),
        };
        let line = format!("{code:width$}  {word}  {}", one_space(first_sentence(what)));
        let _ = writeln!(out, "{}", wrap_under(&line, Some(columns(layout)), width + 11));
    }
    let _ = writeln!(out, "\n{}", dim("Details of a rule: flowbind lint --explain CODE"));
    out
}

/// Returns the first sentence of a text.
pub(super) fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

/// Joins the words of prose by one space each.
fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
            let page = anstream_free(&explain(meta, &Layout::default()));
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            for part in [meta.bad, meta.good].iter().flat_map(|text| text.lines()) {
                assert!(bare(&page).contains(&bare(part)), "{}: {part}", meta.code);
            }
            assert!(page.lines().all(|line| line.chars().count() <= WIDTH), "{page}");
        }
    }

    #[test]
    fn the_list_has_a_line_for_each_code() {
        let shown = list(&codes(), &Layout::default());
        for meta in codes() {
            assert_eq!(shown.lines().filter(|line| line.starts_with(&format!("{} ", meta.code))).count(), 1);
        }
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(first_sentence(find("unused-suppression").unwrap().what)));
        assert!(anstream_free(&shown).lines().all(|line| line.chars().count() <= WIDTH), "{shown}");
    }

    #[test]
    fn a_first_sentence_ends_with_a_full_stop_and_a_space() {
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
