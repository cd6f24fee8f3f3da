//! Problems and gaps, a line each.

use super::page::{Item, Page, Section};
use super::text::{code, prose};
use crate::report::several::graded;
use crate::resource::{Problem, Severity};
use crate::snapshot::Gap;

/// Writes what is wrong with manifests that could not be taken, for a command's page.
pub fn problems_markdown(command: &str, problems: &[Problem]) -> String {
    let many = graded(problems);
    let head = format!(
        "### flowbind {command}: the manifest has {many}\n\nNothing was read from AWS and nothing was written.\n"
    );
    let items = problems.iter().map(|problem| problem_item(problem, "")).collect();
    let sections = vec![Section { heading: "Problems".to_owned(), meaning: "", items }];
    Page { head, sections, foot: String::new(), whole: "flowbind validate" }.render()
}

/// Writes a problem: how bad, about what, what is wrong, where, and what to do. `set` goes in front of an address.
pub(super) fn problem_item(problem: &Problem, set: &str) -> Item {
    let Problem { code: kind, severity, origin, address, message, hint } = problem;
    let word = match severity {
        Severity::Error => "error",
        Severity::Held => "blocked",
        Severity::Warning => "warning",
    };
    let address =
        address.as_ref().map(|address| format!("{}: ", code(&format!("{set}{address}")))).unwrap_or_default();
    let place =
        origin.as_ref().map(|origin| format!(" at {}", code(&origin.to_string()))).unwrap_or_default();
    let hint = hint.as_ref().map(|hint| format!("<br>{}", prose(hint))).unwrap_or_default();
    Item::line(format!("**{word}** {address}{} ({kind}{place}){hint}", prose(message)))
}

/// Writes what could not be read.
pub(super) fn gap_item(gap: &Gap, set: &str) -> Item {
    let Gap { operation, address, denied: _, message, hint } = gap;
    let hint = hint.as_ref().map(|hint| format!("<br>{}", prose(hint))).unwrap_or_default();
    let address = code(&format!("{set}{address}"));
    Item::line(format!("**not read** {address}: {}: {}{hint}", operation.facts().name, prose(message)))
}
