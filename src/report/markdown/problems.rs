//! Problems and gaps, a line each, and the page of a command that ended early.

use super::page::{Item, Page, Section};
use super::text::{code, prose};
use crate::report::document::Failed;
use crate::report::plan::Note;
use crate::resource::{Problem, said_of};

/// Writes why a command ended early, and what it had found until then.
pub fn failed_markdown(failed: &Failed) -> String {
    let (problems, unread) = Note::of_found(&failed.found);
    let section = |heading: &str, notes: Vec<Note>| Section {
        heading: heading.to_owned(),
        meaning: "",
        items: notes.iter().map(|note| note_item(note, "")).collect(),
    };
    let sections = vec![section("Problems", problems), section("Could not be read", unread)];
    let lines: Vec<String> = failed.error.lines().iter().map(|line| prose(line)).collect();
    let head = format!("### {}\n", failed.title());
    let foot = format!("**error** {}\n", lines.join("<br>"));
    Page { head, sections, foot, whole: "flowbind validate" }.render()
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
