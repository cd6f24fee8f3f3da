//! Problems and gaps, a line each.

use super::page::{Item, Page, Section};
use super::text::{code, prose};
use crate::report::plan::Note;
use crate::report::several::graded;
use crate::resource::{Problem, said_of};

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

/// Writes a problem. `set` goes in front of an address.
pub(super) fn problem_item(problem: &Problem, set: &str) -> Item {
    note_item(&Note::of(problem), set)
}

/// Writes a problem, or what could not be read: how bad, about what, what is wrong, where, and what to do.
pub(super) fn note_item(note: &Note, set: &str) -> Item {
    let Note { grade, address, message, code: kind, place, hint } = note;
    let (parts, message) = said_of(address.as_deref().unwrap_or_default(), message);
    let address = address.as_ref().map(|address| format!("{}{parts}", code(&format!("{set}{address}"))));
    let address = address.unwrap_or_default();
    let place = place.as_ref().map(|place| format!(" at {}", code(place))).unwrap_or_default();
    let kind = kind.as_ref().map(|kind| format!(" ({kind}{place})")).unwrap_or_default();
    let hint = hint.as_ref().map(|hint| format!("<br>{}", prose(hint))).unwrap_or_default();
    Item::line(format!("**{}** {address}{}{kind}{hint}", grade.word(), prose(message)))
}
