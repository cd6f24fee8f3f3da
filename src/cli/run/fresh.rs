//! What is said of fresh plans: what is wrong, what could not be read, and the plans in words.

use std::collections::BTreeSet;

use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::note::Note;
use crate::manifest::Sources;
use crate::plan::Plan;
use crate::report::{self, PlanView};
use crate::resource::{set_prefix, spoken};
use crate::snapshot::Gap;

/// Puts plans into words.
pub(in crate::cli) fn views(plans: &[Plan], terminal: &Terminal) -> Vec<PlanView> {
    let aliases = terminal.layout().aliases;
    plans.iter().map(|plan| PlanView::of(plan).named(&aliases).masked(terminal.mask())).collect()
}

/// Shows what is wrong and what could not be read.
pub(in crate::cli) fn show(plan: &Plan, several: bool, sources: &Sources, terminal: &Terminal) {
    load::show_live(&plan.problems, sources, terminal);
    if plan.is_incomplete() {
        let (cut_off, failed): (Vec<&Gap>, Vec<&Gap>) =
            plan.gaps.iter().partition(|gap| gap.cut_off.is_some());
        failed.into_iter().for_each(|gap| terminal.note(&unread(plan, gap, several)));
        if let Some(limit) = cut_off.first().and_then(|gap| gap.cut_off) {
            let resources: BTreeSet<_> = cut_off.iter().map(|gap| &gap.address).collect();
            terminal.note(&not_read(plan, &spoken(limit), resources.len(), several));
        }
    }
}

/// What the run's time limit cut off is said once.
fn not_read(plan: &Plan, limit: &str, count: usize, several: bool) -> Note {
    let were = if count == 1 { "was" } else { "were" };
    let of = if several { format!(" of {}", plan.set) } else { String::new() };
    let message =
        format!("after {limit} (--timeout): {}{of} {were} not read", report::count(count, "resource"));
    let hint = "give a longer --timeout, or plan fewer resources at a time with --for TARGET.";
    let note = Note::error("reading AWS was cut off", message).hint(Some(hint));
    note.field("set", plan.set.to_string()).field("cut_off", count)
}

fn unread(plan: &Plan, gap: &Gap, several: bool) -> Note {
    let Gap { address, operation, message, hint, .. } = gap;
    let set = set_prefix(&plan.set, several);
    Note::error("could not be read:", format!("{set}{address}: {operation}: {message}"))
        .hint(hint.as_ref())
        .field("set", plan.set.to_string())
        .field("address", address.to_string())
        .field("operation", operation.to_string())
}
