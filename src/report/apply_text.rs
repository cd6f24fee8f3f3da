//! What an apply did, for people.

use std::fmt::Write;

use super::style::{bold, dim, green, red, yellow};
use crate::plan::{Action, ActionId, ApplyReport, Change, Outcome, Plan, Step};

/// Writes one action's end in a line, with the hint under it.
fn outcome_line(id: &ActionId, outcome: &Outcome) -> String {
    let address = bold(&id.address.to_string());
    let step = super::plan_text::step_text(id.step);
    match outcome {
        Outcome::Applied => format!("  {} {address}{step}", green("done   ")),
        Outcome::AlreadySo => format!("  {} {address}{step} {}", green("done   "), dim("it was so already")),
        Outcome::Skipped { because_of } => {
            format!(
                "  {} {address}{step} needs {}, which was not done",
                yellow("skipped"),
                because_of.address
            )
        }
        Outcome::Refused { message, allow } => {
            format!("  {} {address}{step} {message}; to do it all the same: --allow {allow}", red("refused"))
        }
        Outcome::Moved { message } => format!("  {} {address}{step} {message}", red("changed")),
        Outcome::NotBegun { message } => format!("  {} {address}{step} {message}", yellow("not begun")),
        Outcome::Failed { message, hint } => {
            format!("  {} {address}{step} {message}{}", red("failed "), hint_line(hint.as_deref()))
        }
        Outcome::Unknown { message, hint } => {
            format!("  {} {address}{step} {message}{}", red("unknown"), hint_line(hint.as_deref()))
        }
    }
}

fn hint_line(hint: Option<&str>) -> String {
    hint.map(|hint| format!("\n           hint: {hint}")).unwrap_or_default()
}

/// Writes the report of an apply.
pub fn apply_text(plan: &Plan, report: &ApplyReport) -> String {
    let mut out = String::new();
    for (id, outcome) in &report.outcomes {
        let _ = writeln!(out, "{}", outcome_line(id, outcome));
    }
    let find = |id: &ActionId| plan.actions.iter().find(|action: &&Action| action.id == *id);
    let count = |wanted: &dyn Fn(&Action, &Outcome) -> bool| {
        report
            .outcomes
            .iter()
            .filter(|(id, outcome)| find(id).is_some_and(|action| wanted(action, outcome)))
            .count()
    };
    let done = Outcome::is_done;
    let created = count(&|a, o| done(o) && matches!(a.change, Change::Create(_)));
    let stubs = count(&|a, o| done(o) && a.id.step == Step::Stub);
    let updated = count(&|a, o| done(o) && matches!(a.change, Change::Update(_)));
    let deleted = count(&|a, o| done(o) && matches!(a.change, Change::Delete(_)));
    let failed = count(&|_, o| matches!(o, Outcome::Failed { .. }));
    let unknown = count(&|_, o| matches!(o, Outcome::Unknown { .. }));
    let not = count(&|_, o| !done(o)) - failed - unknown;
    let created = created - stubs;
    let mut sums = format!("Apply: {}: {created} created, {updated} updated, {deleted} deleted", plan.set);
    if failed + not > 0 {
        let _ = write!(sums, "; {failed} failed, {not} not tried");
    }
    if unknown > 0 {
        let _ = write!(sums, "; {unknown} unknown");
    }
    if !report.outcomes.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}", bold(&format!("{sums}.")));
    if failed + not + unknown > 0 {
        let again = "Fix the errors above and run again; completed changes are kept.";
        let _ = writeln!(out, "{}", yellow(again));
    }
    for path in &report.backups {
        let draft = path.to_str().is_some_and(|path| path.ends_with(".draft.json"));
        let what = if draft { "The draft that was newer" } else { "The old content" };
        let _ = writeln!(out, "{}", dim(&format!("{what} is kept in {}.", path.display())));
    }
    out
}
