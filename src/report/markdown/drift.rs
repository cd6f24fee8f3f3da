//! Drift for an issue that somebody finds in the morning.

use super::changes::diff_lines;
use super::page::{Item, Page, Section, capital};
use super::problems::problem_item;
use super::text::{code, code_html, fence, prose, prose_html};
use crate::drift::{Detail, Difference, Drift, DriftKind, Finding, Ignored, Verdict};
use crate::report::count;
use crate::report::drift::next_step;
use crate::report::plan::{Mark, beyond_message, flow_details};
use crate::resource::{Problem, said_of, set_prefix};

/// The most sets with a row of their own.
const SETS: usize = 40;

/// The kinds by their weight on a page: what could not be told may be anything.
const KINDS: [DriftKind; 9] = [
    DriftKind::CouldNotTell,
    DriftKind::ChangedOutside,
    DriftKind::ChangedBoth,
    DriftKind::Changed,
    DriftKind::Missing,
    DriftKind::BeingEdited,
    DriftKind::ChangedInManifest,
    DriftKind::LeftOver,
    DriftKind::Unmanaged,
];

/// Writes drifts as a page of Markdown that GitHub takes for an issue or a comment. `warnings` are about the ignore
/// file; `show_ignored` adds what it ignores.
pub fn drift_markdown(drifts: &[Drift], warnings: &[Problem], show_ignored: bool) -> String {
    let mut sections: Vec<Section> = KINDS.iter().map(|kind| of_kind(drifts, *kind)).collect();
    let findings = drifts.iter().flat_map(|drift| {
        let set = prefix(drifts, drift);
        let shown = drift.findings.iter().filter(|finding| finding.ignored.is_none());
        shown.map(move |finding| problem_item(&finding.problem, &set))
    });
    let findings = findings.collect();
    let meaning = "whoever caused them";
    sections.push(Section { heading: "Problems in live AWS".to_owned(), meaning, items: findings });
    let warned = warnings.iter().map(|warning| problem_item(warning, "")).collect();
    sections.push(Section { heading: "The ignore file".to_owned(), meaning: "", items: warned });
    if show_ignored {
        sections.push(Section { heading: "Ignored".to_owned(), meaning: "", items: passed(drifts) });
    }
    Page { head: head(drifts), sections, foot: foot(drifts), whole: "flowbind drift" }.render()
}

/// The prefix of addresses where there are several sets.
fn prefix(drifts: &[Drift], drift: &Drift) -> String {
    set_prefix(&drift.set, drifts.len() > 1)
}

fn of_kind(drifts: &[Drift], kind: DriftKind) -> Section {
    let mut hinted = None;
    let mut items = Vec::new();
    for drift in drifts {
        let set = prefix(drifts, drift);
        for difference in drift.counted().filter(|difference| difference.kind == kind) {
            items.push(item(difference, &set, &mut hinted));
        }
    }
    Section { heading: capital(kind.words()), meaning: kind.meaning(), items }
}

/// A hint that one difference after the other has is said once.
fn item(difference: &Difference, set: &str, hinted: &mut Option<String>) -> Item {
    let Difference { address, message, detail, hint, origin, .. } = difference;
    let name = format!("{set}{address}");
    let address = address.to_string();
    let (_, message) = said_of(&address, message);
    let place = origin.as_ref().map(ToString::to_string);
    let at = |code: fn(&str) -> String| {
        place.as_ref().map(|place| format!(" (declared at {})", code(place))).unwrap_or_default()
    };
    let hint = hint.as_ref().filter(|hint| hinted.as_ref() != Some(*hint));
    if let Some(hint) = hint {
        *hinted = Some(hint.clone());
    }
    let text = format!("{} {}{}", code(&name), prose(message), at(code));
    let said = hint.map(|hint| prose(hint)).unwrap_or_default();
    let Some((legend, lines)) = detail.as_ref().and_then(lines) else {
        let said = if said.is_empty() { said } else { format!("<br>{said}") };
        return Item::line(format!("{text}{said}"));
    };
    let html = format!("{} {}{}", code_html(&name), prose_html(message), at(code_html));
    let said = if said.is_empty() { said } else { format!("{said}\n\n") };
    Item::folded(&text, &html, &format!("{said}{legend}:\n\n{}", fence("diff", &lines)))
}

/// Says what exactly differs, with what the marks of the lines mean; nothing where the message says it all.
fn lines(detail: &Detail) -> Option<(&'static str, Vec<String>)> {
    let (legend, lines) = match detail {
        Detail::Planned(write) => {
            ("`-` is in AWS, `+` is declared", diff_lines(&beyond_message(write)?, Mark::Update))
        }
        Detail::Draft(diff) => {
            ("`-` is published, `+` is the draft", diff_lines(&flow_details(diff), Mark::Update))
        }
        Detail::CutOff(_) | Detail::Association { .. } | Detail::Statement { .. } | Detail::Flow { .. } => {
            return None;
        }
    };
    (!lines.is_empty()).then_some((legend, lines))
}

fn passed(drifts: &[Drift]) -> Vec<Item> {
    let line = |address: String, what: &str, Ignored { reason, until }: &Ignored| {
        let until = until.as_ref().map(|until| format!(" (until {until})")).unwrap_or_default();
        Item::line(format!("{} {what}: {}{until}", code(&address), prose(reason)))
    };
    let mut items = Vec::new();
    for drift in drifts {
        let set = prefix(drifts, drift);
        for Difference { address, kind, ignored, .. } in &drift.differences {
            items.extend(ignored.as_ref().map(|it| line(format!("{set}{address}"), kind.words(), it)));
        }
        for Finding { problem, ignored } in &drift.findings {
            let address = problem.address.as_ref().map(ToString::to_string).unwrap_or_default();
            items.extend(
                ignored.as_ref().map(|it| line(format!("{set}{address}"), problem.code.as_str(), it)),
            );
        }
    }
    items
}

/// Says how much of what kind: `2 changed outside, 1 missing`.
fn sums(drifts: &[Drift]) -> String {
    let mut sums: Vec<String> = Vec::new();
    for kind in KINDS {
        let count =
            drifts.iter().flat_map(Drift::counted).filter(|difference| difference.kind == kind).count();
        if count > 0 {
            sums.push(format!("{count} {}", kind.words()));
        }
    }
    let findings = drifts.iter().flat_map(|drift| &drift.findings);
    match findings.filter(|finding| finding.ignored.is_none()).count() {
        0 => {}
        many => sums.push(count(many, "problem")),
    }
    if sums.is_empty() { "in sync".to_owned() } else { sums.join(", ") }
}

fn head(drifts: &[Drift]) -> String {
    let mut out = format!("### flowbind drift: {}\n\n", sums(drifts));
    match drifts {
        [drift] => {
            let agree = match drift.in_sync {
                0 => "No resource agrees".to_owned(),
                1 => "1 resource agrees".to_owned(),
                many => format!("{many} resources agree"),
            };
            out.push_str(&format!(
                "Set {}. {agree}.{}\n",
                code(drift.set.as_str()),
                ignored(drift.ignored())
            ));
        }
        drifts => {
            out.push_str("| set | differs | agree | ignored |\n|---|---|--:|--:|\n");
            for drift in drifts.iter().take(SETS) {
                let (set, agree, passed) = (code(drift.set.as_str()), drift.in_sync, drift.ignored());
                let sums = sums(std::slice::from_ref(drift));
                out.push_str(&format!("| {set} | {sums} | {agree} | {passed} |\n"));
            }
            if let Some(more @ 1..) = drifts.len().checked_sub(SETS) {
                out.push_str(&format!("\n{more} more sets are counted above but not listed.\n"));
            }
        }
    }
    if drifts.iter().any(|drift| drift.verdict() == Verdict::Incomplete) {
        out.push_str("\nSome of AWS could not be read or compared; only what could be read is shown.\n");
    }
    out
}

fn ignored(count: usize) -> String {
    match count {
        0 => String::new(),
        many => format!(" {many} ignored by the ignore file."),
    }
}

fn foot(drifts: &[Drift]) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for kind in KINDS {
        let there = drifts.iter().flat_map(Drift::counted).any(|difference| difference.kind == kind);
        steps.extend(next_step(kind).filter(|step| there && !steps.contains(step)));
    }
    let step = |step: &&str| format!("- {}\n", prose(&capital(step)));
    if steps.is_empty() {
        String::new()
    } else {
        format!("#### Next\n\n{}", steps.iter().map(step).collect::<String>())
    }
}
