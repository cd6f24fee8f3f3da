//! Findings for people: each with its line, the way that shows it, and once for each code why it matters.

use std::collections::BTreeSet;
use std::fmt::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::excerpt::{Excerpt, located};
use super::explain::wrap;
use super::visible::visible;
use crate::flow::finding::{Confidence, Finding, PathStep, Severity};
use crate::lint::{Report, find};
use crate::manifest::Sources;

/// The longest way that is shown whole, in steps; of a longer one the two ends.
const LONGEST_PATH: usize = 40;

/// The widest name in a way, in characters; a wider one pushes its own line only.
const WIDEST: usize = 40;

/// The width that help is wrapped to, in characters.
const WIDTH: usize = 90;

/// Writes all findings and how many there are.
pub fn text(report: &Report, sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    let mut explained = BTreeSet::new();
    for (finding, excerpt) in located(report, sources) {
        let first = explained.insert(finding.code);
        out.push_str(render(&renderer, finding, excerpt.as_ref(), first).trim_end());
        out.push_str("\n\n");
    }
    out.push_str(&summary(report));
    out
}

fn render(renderer: &Renderer, finding: &Finding, excerpt: Option<&Excerpt<'_>>, first: bool) -> String {
    let Finding { code, severity, confidence, file, line, column, message, path, .. } = finding;
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Advice => Level::NOTE.with_name("advice"),
        Severity::Info => Level::INFO,
    };
    let mut message = visible(message).into_owned();
    if *confidence != Confidence::High {
        let _ = write!(message, " ({} confidence)", confidence.as_str());
    }
    let mut group = Group::with_title(level.primary_title(message).id(*code));
    if let Some(file) = file {
        group = group.element(Origin::path(visible(file)).line(*line).char_column(*column));
    }
    if let Some(excerpt) = excerpt {
        let (shown, span) = excerpt.shown();
        let snippet = Snippet::source(shown).line_start(*line).fold(false);
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(span)));
    }
    if !path.is_empty() {
        group = group.element(Level::NOTE.message(way(path)));
    }
    if first && let Some(meta) = find(code) {
        let help = format!("{}\nmore: flowbind lint --explain {code}", wrap(meta.why, WIDTH));
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group])
}

/// Writes the way of a contact, a block a line.
fn way(path: &[PathStep]) -> String {
    let names: Vec<_> = path.iter().map(|step| visible(&step.block)).collect();
    let ways: Vec<_> = path.iter().map(|step| visible(&step.by)).collect();
    let width = |texts: &[std::borrow::Cow<'_, str>]| {
        texts.iter().map(|text| text.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let (name_width, way_width) = (width(&names), width(&ways));
    let mut out = "the way there:".to_owned();
    let left_out = path.len().saturating_sub(LONGEST_PATH);
    let head = LONGEST_PATH / 2;
    for (index, ((name, by), step)) in names.iter().zip(&ways).zip(path).enumerate() {
        if left_out > 0 && (head..head + left_out).contains(&index) {
            if index == head {
                let _ = write!(out, "\n... {left_out} more steps ...");
            }
            continue;
        }
        let _ = write!(out, "\n{name:name_width$}  {by:way_width$}  line {}", step.line);
    }
    out
}

/// Says how many findings there are, and how bad.
fn summary(report: &Report) -> String {
    let count = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    let files = count(report.files, "file", "files");
    let mut out = if report.findings.is_empty() {
        format!("No findings in {files}")
    } else {
        let kinds = [
            (Severity::Error, "error", "errors"),
            (Severity::Warning, "warning", "warnings"),
            (Severity::Advice, "advice", "advice"),
            (Severity::Info, "info", "info"),
        ];
        let counts = kinds.map(|(severity, one, many)| (report.count(severity), one, many));
        let told = counts.into_iter().filter(|(number, ..)| *number > 0);
        let told: Vec<_> = told.map(|(number, one, many)| count(number, one, many)).collect();
        format!("{} in {files}: {}", count(report.findings.len(), "finding", "findings"), told.join(", "))
    };
    if !report.suppressed.is_empty() {
        let _ = write!(out, "; {} let pass by the manifest", report.suppressed.len());
    }
    out + ".\n"
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HOSTILE, finding, hostile, report, sample, sources};
    use super::*;

    #[test]
    fn a_finding_is_shown_with_its_line_its_way_and_why_it_matters() {
        insta::assert_snapshot!(text(&sample(), &sources(), false), @"");
    }

    #[test]
    fn in_a_flow_of_one_long_line_only_the_place_is_shown() {
        let line = format!("{{\"Actions\":[{}{{\"Identifier\":\"x\"}}]}}", "{\"Identifier\":\"y\"},".repeat(5_000));
        let column = line.find("\"x\"").unwrap() + 1;
        let mut sources = Sources::default();
        sources.insert("f.json", line);
        let found = report(vec![finding("flow-shape", 1, column)]);
        let shown = text(&found, &sources, false);
        assert!(shown.contains(&format!("f.json:1:{column}\n")), "{shown}");
        assert!(shown.lines().all(|line| line.len() < 160), "{shown}");
        let lines: Vec<_> = shown.lines().collect();
        let at = lines.iter().position(|line| line.contains("^^^")).unwrap();
        let caret = lines[at].find('^').unwrap();
        assert_eq!(lines[at - 1].get(caret..caret + 3), Some("\"x\""), "{shown}");
    }

    #[test]
    fn nothing_that_a_flow_holds_steers_the_terminal() {
        for color in [false, true] {
            let shown = text(&hostile(), &sources(), color);
            for raw in HOSTILE {
                assert!(!shown.contains(raw), "{raw:?} in {shown}");
            }
        }
        let plain = text(&hostile(), &sources(), false);
        assert!(!plain.chars().any(|c| c != '\n' && super::super::visible::steers(c)), "{plain:?}");
    }

    #[test]
    fn a_long_way_is_shown_by_its_ends() {
        let step = |n: usize| PathStep { block: format!("b{n}"), by: "next".to_owned(), line: n };
        let shown = way(&(0..100).map(step).collect::<Vec<_>>());
        assert!(shown.contains("\n... 60 more steps ...\n"), "{shown}");
        assert!(shown.contains("b19 ") && !shown.contains("b20 ") && !shown.contains("b79 ") && shown.contains("b80 "));
        assert_eq!(shown.lines().count(), LONGEST_PATH + 2);
    }

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(&Report::default()), "No findings in 0 files.\n");
        assert_eq!(summary(&report(vec![finding("flow-shape", 1, 1)])), "1 finding in 1 file: 1 error.\n");
    }
}
