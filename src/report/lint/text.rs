//! Findings for people: each with its line, the way that shows it, and once for each code what to do.

use std::collections::BTreeSet;
use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::super::style::red;
use super::excerpt::{Excerpt, located};
use super::sarif::Notice;
use crate::flow::finding::{Confidence, Finding, PathStep, Severity};
use crate::lint::{Report, find};
use crate::manifest::Sources;
use crate::report::count;
use crate::report::layout::Layout;
use crate::report::source::{gutter, renderer, title_label};
use crate::report::visible::visible;
use crate::report::wrap::{width as columns_of, wrap_under};

/// The longest way that is shown whole, in steps; of a longer one the two ends.
const LONGEST_PATH: usize = 40;

/// The widest name in a way, in characters; a wider one pushes its own line only.
const WIDEST: usize = 40;

/// The width that help is broken at where nothing is known of a terminal.
const WIDTH: usize = 80;

/// Writes all findings and how many there are.
pub fn text(report: &Report, sources: &Sources, color: bool, layout: &Layout) -> String {
    let renderer = renderer(color, layout);
    // What a file says of ARNs is about them as they are written.
    let layout = &Layout { whole_arns: true, ..layout.clone() };
    let mut out = String::new();
    let mut explained = BTreeSet::new();
    for (finding, excerpt) in located(report, sources) {
        let first = explained.insert(finding.code);
        out.push_str(render(&renderer, finding, excerpt.as_ref(), first, layout).trim_end());
        out.push_str("\n\n");
    }
    out.push_str(&layout.text(&summary(report)));
    out
}

/// Says that an input could not be read.
pub fn unread(notice: &Notice) -> String {
    format!("{} {}: {}", red("error:"), visible(&notice.file), visible(&notice.message))
}

fn render(
    renderer: &Renderer,
    finding: &Finding,
    excerpt: Option<&Excerpt<'_>>,
    first: bool,
    layout: &Layout,
) -> String {
    let Finding { code, severity, confidence, file, line, column, message, path, .. } = finding;
    let (level, word) = match severity {
        Severity::Error => (Level::ERROR, "error"),
        Severity::Warning => (Level::WARNING, "warning"),
        Severity::Advice => (Level::NOTE.with_name("advice"), "advice"),
        Severity::Info => (Level::INFO, "info"),
    };
    let mut message = visible(message).into_owned();
    if *confidence != Confidence::High {
        let _ = write!(message, " ({} confidence)", confidence.as_str());
    }
    let message = layout.beside(title_label(word, code), &message);
    let mut group = Group::with_title(level.primary_title(message).id(*code));
    let file = file.as_deref().map(visible);
    // The renderer counts columns in what it is shown, which of a long line is a piece.
    let mut shown_at = *column;
    match (&file, excerpt) {
        (Some(file), Some(excerpt)) => {
            let (shown, span) = excerpt.shown();
            shown_at = shown[..span.start].chars().count() + 1;
            let snippet = Snippet::source(shown).path(file.as_ref()).line_start(*line).fold(false);
            group = group.element(snippet.annotation(AnnotationKind::Primary.span(span)));
        }
        (Some(file), None) => {
            group = group.element(Origin::path(file.as_ref()).line(*line).char_column(*column));
        }
        (None, _) => {}
    }
    if !path.is_empty() {
        group = group.element(
            Level::NOTE.message(way(path, layout.columns.map(|all| all.saturating_sub(gutter(*line))))),
        );
    }
    if first && let Some(meta) = find(code) {
        let room = layout.columns.unwrap_or(WIDTH).saturating_sub(gutter(*line));
        let more = format!("more: flowbind lint --explain {code}");
        let help = match says(&finding.message, meta.fix) {
            true => more,
            false => format!("{}\n{more}", wrap_under(meta.fix, Some(room), 0)),
        };
        group = group.element(Level::HELP.message(help));
    }
    let out = renderer.render(&[group]);
    match (file, out.split_once('\n')) {
        (Some(file), Some((title, rest))) if shown_at != *column => {
            let (from, to) = (format!("{file}:{line}:{shown_at}"), format!("{file}:{line}:{column}"));
            format!("{title}\n{}", rest.replacen(&from, &to, 1))
        }
        _ => out,
    }
}

/// Whether a message says already what to do.
fn says(message: &str, fix: &str) -> bool {
    message.to_lowercase().ends_with(fix.trim_end_matches('.').to_lowercase().as_str())
}

/// Writes the way of a contact, a block a line; of a way that counts time, the sum at the end of each line.
fn way(path: &[PathStep], columns: Option<usize>) -> String {
    let mut rows: Vec<[String; 4]> = path.iter().map(row).collect();
    // In a flow of one line, its number says nothing.
    if path.len() > 1 && path.iter().all(|step| step.line == 1) {
        rows.iter_mut().for_each(|row| row[2].clear());
    }
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let mut widths = [width(0), width(1), width(2)];
    // Where the table is too wide, names are not padded.
    if columns.is_some_and(|columns| rows.iter().any(|row| row_width(row, widths) > columns)) {
        widths = [0; 3];
    }
    let mut out = "the path:".to_owned();
    let left_out = path.len().saturating_sub(LONGEST_PATH);
    let head = LONGEST_PATH / 2;
    for (index, [block, by, line, sum]) in rows.iter().enumerate() {
        if left_out > 0 && (head..head + left_out).contains(&index) {
            if index == head {
                let _ = write!(out, "\n... {left_out} more steps ...");
            }
            continue;
        }
        let [first, second, third] = widths;
        let line = if third == 0 { String::new() } else { format!("  {line:third$}") };
        let row = format!("{block:first$}  {by:second$}{line}  {sum}");
        let _ = write!(out, "\n{}", wrap_under(row.trim_end(), columns, 4));
    }
    out
}

/// The columns of a row of the table.
fn row_width(row: &[String; 4], widths: [usize; 3]) -> usize {
    let named: usize = row.iter().zip(widths).map(|(name, wide)| columns_of(name).max(wide) + 2).sum();
    named + columns_of(&row[3])
}

/// Returns a step's block, what it is left by, where, and after how many seconds.
fn row(step: &PathStep) -> [String; 4] {
    let PathStep { block, pointer: _, callee, by, line, seconds, rounds } = step;
    let block = visible(block);
    let block = match callee {
        Some(callee) => format!("{} > {block}", visible(callee)),
        None => block.into_owned(),
    };
    let rounds = rounds.map(|rounds| format!(" ({rounds} rounds)")).unwrap_or_default();
    let sum = seconds.map(|seconds| format!("{seconds:>3} s{rounds}")).unwrap_or_default();
    [block, visible(&by.to_string()).into_owned(), format!("line {line}"), sum]
}

/// Says how many findings there are, in how many files.
pub(in crate::report) fn tally(report: &Report) -> String {
    let findings = match report.findings.len() {
        0 => "no findings".to_owned(),
        number => count(number, "finding"),
    };
    format!("{findings} in {}", count(report.files, "file"))
}

/// Says how many findings there are, and how bad.
fn summary(report: &Report) -> String {
    let mut out = tally(report).replacen('n', "N", usize::from(report.findings.is_empty()));
    let kinds = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Advice, "advice", "advice"),
        (Severity::Info, "info", "info"),
    ];
    let counts = kinds.map(|(severity, one, many)| (report.count(severity), one, many));
    let counted = counts.into_iter().filter(|(number, ..)| *number > 0);
    let counted: Vec<_> = counted
        .map(|(number, one, many)| format!("{number} {}", if number == 1 { one } else { many }))
        .collect();
    if !counted.is_empty() {
        let _ = write!(out, ": {}", counted.join(", "));
    }
    if !report.suppressed.is_empty() {
        let _ = write!(out, "; {} suppressed by the manifest", report.suppressed.len());
    }
    out + ".\n"
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HOSTILE, finding, hostile, report, sample, sources};
    use super::*;

    #[test]
    fn a_finding_is_shown_with_its_line_its_way_and_once_what_to_do() {
        insta::assert_snapshot!(text(&sample(), &sources(), false, &Layout::default()), @r###"
        info[unreadable-flow]: it is wrong
         |
         = help: Fix the file where the message points to; a flow of another version is
                 exported again from the console.
                 more: flowbind lint --explain unreadable-flow

        error[unreadable-flow]: it is wrong
         --> flows/main.json:2:3
          |
        2 |   "StartAction": "a",
          |   ^^^^^^^^^^^^^

        warning[unused-suppression]: it is wrong
         --> flows/main.json:4:20
          |
        4 |     {"Identifier": "é", "Type": "X"}
          |                    ^^^
          |
          = help: Remove the entry, or correct its code, flow or block.
                  more: flowbind lint --explain unused-suppression

        advice[unused-suppression]: it is wrong (medium confidence)
         --> flows/main.json:4:27
          |
        4 |     {"Identifier": "é", "Type": "X"}
          |                           ^^^
          |
          = note: the path:
                  Welcome        next             line 2    0 s
                  auth > Lookup  NoMatchingError  line 4    8 s
                  Lookup again                    line 5   24 s (3 rounds)

        4 findings in 2 files: 1 error, 1 warning, 1 advice, 1 info; 1 suppressed by the manifest.
        "###);
    }

    #[test]
    fn in_a_flow_of_one_long_line_only_the_place_is_shown() {
        let line =
            format!("{{\"Actions\":[{}{{\"Identifier\":\"x\"}}]}}", "{\"Identifier\":\"y\"},".repeat(5_000));
        let column = line.find("\"x\"").unwrap() + 1;
        let mut sources = Sources::default();
        sources.insert("f.json", line);
        let found = report(vec![finding("duplicate-identifier", 1, column)]);
        let shown = text(&found, &sources, false, &Layout::default());
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
            let shown = text(&hostile(), &sources(), color, &Layout::default());
            for raw in HOSTILE {
                assert!(!shown.contains(raw), "{raw:?} in {shown}");
            }
        }
        let plain = text(&hostile(), &sources(), false, &Layout::default());
        assert!(!plain.chars().any(|c| c != '\n' && crate::report::visible::steers(c)), "{plain:?}");
    }

    #[test]
    fn a_long_way_is_shown_by_its_ends() {
        let step = |n: usize| super::super::samples::step(&format!("b{n}"), "next", n);
        let shown = way(&(0..100).map(step).collect::<Vec<_>>(), None);
        assert!(shown.contains("\n... 60 more steps ...\n"), "{shown}");
        assert!(
            shown.contains("b19 ")
                && !shown.contains("b20 ")
                && !shown.contains("b79 ")
                && shown.contains("b80 ")
        );
        assert_eq!(shown.lines().count(), LONGEST_PATH + 2);
    }

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(&Report::default()), "No findings in 0 files.\n");
        assert_eq!(
            summary(&report(vec![finding("duplicate-identifier", 1, 1)])),
            "1 finding in 1 file: 1 error.\n"
        );
    }
}
