//! Findings for whoever reviews a pull request.

use super::page::{Item, Page, Section};
use super::text::{code, code_html, fence, prose, prose_html};
use crate::flow::finding::{Confidence, Finding, PathStep, Severity, Taken};
use crate::lint::{Report, find};
use crate::manifest::Sources;
use crate::report::lint::excerpt::{Excerpt, located};
use crate::report::lint::{Notice, tally};

/// The longest way that is shown, in steps.
const LONGEST_PATH: usize = 30;

/// Writes findings as a page of Markdown that GitHub takes for a comment. `notices` are inputs that could not be read.
pub fn lint_markdown(report: &Report, sources: &Sources, notices: &[Notice]) -> String {
    let mut head = format!("### flowbind lint: {}\n", tally(report));
    match report.suppressed.len() {
        0 => {}
        1 => head.push_str("\n1 finding is suppressed by the manifest.\n"),
        n => head.push_str(&format!("\n{n} findings are suppressed by the manifest.\n")),
    }
    let mut sections = vec![Section {
        heading: "Could not be read".to_owned(),
        meaning: "",
        items: notices
            .iter()
            .map(|notice| Item::line(format!("{}: {}", code(&notice.file), prose(&notice.message))))
            .collect(),
    }];
    let kinds = [
        (Severity::Error, "Errors"),
        (Severity::Warning, "Warnings"),
        (Severity::Advice, "Advice"),
        (Severity::Info, "Worth knowing"),
    ];
    for (severity, heading) in kinds {
        let of = located(report, sources).filter(|(finding, _)| finding.severity == severity);
        let items = of.map(|(finding, excerpt)| item(finding, excerpt.as_ref())).collect();
        sections.push(Section { heading: heading.to_owned(), meaning: "", items });
    }
    Page { head, sections, foot: String::new(), whole: "flowbind lint" }.render()
}

fn item(finding: &Finding, excerpt: Option<&Excerpt<'_>>) -> Item {
    let Finding { code: rule, confidence, file, line, column, message, path, .. } = finding;
    let sure = match confidence {
        Confidence::High => String::new(),
        other => format!(", {} confidence", other.as_str()),
    };
    let place = file.as_ref().map(|file| format!("{file}:{line}:{column}"));
    let at = |code: fn(&str) -> String| {
        place.as_ref().map(|place| format!(" at {}", code(place))).unwrap_or_default()
    };
    let text = format!("{} ({rule}{}{sure})", prose(message), at(code));
    let html = format!("{} ({rule}{}{sure})", prose_html(message), at(code_html));
    let mut body = String::new();
    if let Some(excerpt) = excerpt {
        let (shown, _) = excerpt.shown();
        let lines: Vec<String> = shown.lines().map(str::to_owned).collect();
        body.push_str(&fence("json", &lines));
    }
    if !path.is_empty() {
        body.push_str(&format!("\nThe path:\n\n{}", way(path)));
    }
    if let Some(meta) = find(rule) {
        body.push_str(&format!("\nWhat to do: {}\n\n`flowbind lint --explain {rule}`\n", prose(meta.fix)));
    }
    Item::folded(&text, &html, &body)
}

/// Writes the way of a contact as a numbered list.
fn way(path: &[PathStep]) -> String {
    let step = |(index, step): (usize, &PathStep)| {
        let PathStep { block, pointer: _, callee, by, line, seconds, rounds } = step;
        let callee = callee.as_ref().map(|callee| format!("{} &gt; ", code(callee)));
        let by = match by {
            Taken::End => String::new(),
            by => format!(", left by {}", code(&by.to_string())),
        };
        let sum = seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
        let rounds = rounds.map(|rounds| format!(" ({rounds} rounds)")).unwrap_or_default();
        format!(
            "{}. {}{}{by}, line {line}{sum}{rounds}\n",
            index + 1,
            callee.unwrap_or_default(),
            code(block)
        )
    };
    let mut out: String = path.iter().enumerate().take(LONGEST_PATH).map(step).collect();
    if let Some(more @ 1..) = path.len().checked_sub(LONGEST_PATH) {
        out.push_str(&format!("\n{more} more steps.\n"));
    }
    out
}
