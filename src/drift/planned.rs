//! What the planner found, as differences.

use std::collections::BTreeSet;

use super::{Detail, Difference, DriftKind, Moved};
use crate::flow::compare::{self, BlockChange};
use crate::manifest::Manifest;
use crate::plan::{Cause, FieldChange, FieldPath, Plan, Write, editing};
use crate::resource::{Address, Code, InDrift, Problem, Severity, count};
use crate::snapshot::{FlowSeen, Gap, Look, Snapshot};

/// Turns actions, differences that are held back, and problems into differences; what is only wrong is a finding.
pub(super) fn differences(desired: &Manifest, plan: &Plan, findings: &mut Vec<Problem>) -> Vec<Difference> {
    let mut found = Vec::new();
    for action in &plan.actions {
        let write = (&action.id.address, action.write(), action.cause);
        found.extend(planned(desired, write, &action.reason, None));
    }
    let mut explained = BTreeSet::new();
    for held in &plan.withheld {
        let why = plan.problems.iter().find(|problem| {
            problem.address.as_ref() == Some(&held.address) && problem.severity == Severity::Held
        });
        explained.insert(&held.address);
        let write = (&held.address, &held.write, held.cause);
        let Some(mut difference) = planned(desired, write, &held.reason, why.map(|why| why.code)) else {
            continue;
        };
        if let Some(why) = why {
            explain(&mut difference, why);
        }
        found.push(difference);
    }
    for problem in &plan.problems {
        match fate(problem) {
            Fate::Difference(_, _) if problem.address.as_ref().is_some_and(|a| explained.contains(a)) => {}
            Fate::Difference(kind, moved) => found.extend(of_problem(desired, problem, kind, moved)),
            Fate::Finding => findings.push(problem.clone()),
            Fate::OfPlanning => {}
        }
    }
    found
}

/// What becomes of a problem of the plan.
enum Fate {
    /// It says how something differs.
    Difference(DriftKind, Moved),
    /// It says what is wrong.
    Finding,
    /// It is about the writing alone, or is told otherwise.
    OfPlanning,
}

fn fate(problem: &Problem) -> Fate {
    use DriftKind::{Changed, ChangedOutside, CouldNotTell, LeftOver, Missing};
    match problem.code.in_drift() {
        InDrift::Missing => Fate::Difference(Missing, Moved::Unknown),
        InDrift::Changed => Fate::Difference(Changed, Moved::Unknown),
        InDrift::ChangedByAws => Fate::Difference(ChangedOutside, Moved::Aws),
        InDrift::NotNeeded => Fate::Difference(LeftOver, Moved::Repository),
        InDrift::CouldNotTell => Fate::Difference(CouldNotTell, Moved::Unknown),
        InDrift::Finding => Fate::Finding,
        InDrift::OfWriting => Fate::OfPlanning,
    }
}

fn of_problem(desired: &Manifest, problem: &Problem, kind: DriftKind, moved: Moved) -> Option<Difference> {
    let address = problem.address.clone()?;
    let origin = problem.origin.clone().or_else(|| desired.origin(&address).cloned());
    let hint = problem.hint.clone();
    Some(Difference {
        kind,
        address,
        moved,
        message: problem.message.clone(),
        by_kind: false,
        detail: None,
        hint,
        origin,
        ignored: None,
    })
}

/// A write, as a difference: its message says what differs and who changed it; `held` is why it is not done.
fn planned(
    desired: &Manifest,
    (address, write, cause): (&Address, &Write, Cause),
    reason: &str,
    held: Option<Code>,
) -> Option<Difference> {
    let kind = DriftKind::of(cause)?;
    let (message, by_kind) = match kind {
        DriftKind::Missing | DriftKind::LeftOver => (reason.to_owned(), false),
        _ if matches!(write, Write::Tags(_)) => (reason.to_owned(), false),
        _ if matches!(cause, Cause::Outside | Cause::Manifest | Cause::Both) => (what(write, reason), true),
        DriftKind::Changed if held == Some(Code::NotOwned) => {
            let what = what(write, reason);
            (format!("{what}: which side changed is unknown, this set did not create it"), false)
        }
        _ => (moved(&what(write, reason), write, cause), false),
    };
    Some(Difference {
        kind,
        address: address.clone(),
        moved: Moved::by(cause),
        message,
        by_kind,
        detail: Some(Detail::Planned(Box::new(write.clone()))),
        hint: None,
        origin: desired.origin(address).cloned(),
        ignored: None,
    })
}

fn moved(what: &str, write: &Write, cause: Cause) -> String {
    match cause {
        Cause::OutsideAtLeast => format!(
            "{what}: changed in AWS since flowbind wrote it last; whether the manifest changed too is unknown, because not every value is declared"
        ),
        _ => {
            let why = match write {
                Write::Stub(flow) | Write::Flow(flow) if !flow.marked => {
                    "nothing on it says what was applied last"
                }
                Write::Aside(_)
                | Write::Metadata(_)
                | Write::Archive(_)
                | Write::Attributes(_)
                | Write::Grant(_) => "flowbind keeps no record of what was last applied to these",
                Write::Role(_)
                | Write::Function(_)
                | Write::Association(_)
                | Write::Stub(_)
                | Write::Flow(_)
                | Write::Tags(_)
                | Write::Instance(_)
                | Write::Removal(_) => "it has no tag that says what was applied last",
            };
            format!("{what}: which side changed is unknown, {why}")
        }
    }
}

/// Names what differs, with the verb.
fn what(write: &Write, reason: &str) -> String {
    match write {
        Write::Stub(spec) | Write::Flow(spec) => {
            let names: Vec<&str> = spec.diff.blocks.iter().map(BlockChange::name).collect();
            match names.as_slice() {
                [] if spec.before.is_none() => reason.to_owned(),
                [] => "it differs outside its blocks".to_owned(),
                [one] => format!("block `{one}` differs"),
                [first, rest @ ..] => {
                    format!("block `{first}` and {} differ", count(rest.len(), "more block"))
                }
            }
        }
        Write::Function(spec) => fields(&spec.fields, reason),
        Write::Role(spec) => fields(&spec.fields, reason),
        Write::Association(_)
        | Write::Grant(_)
        | Write::Aside(_)
        | Write::Metadata(_)
        | Write::Archive(_)
        | Write::Tags(_)
        | Write::Attributes(_)
        | Write::Instance(_)
        | Write::Removal(_) => reason.to_owned(),
    }
}

fn fields(changes: &[FieldChange], reason: &str) -> String {
    let mut names: Vec<&FieldPath> = changes.iter().map(|change| &change.path).collect();
    names.dedup();
    match names.as_slice() {
        [] => reason.to_owned(),
        [FieldPath::Publish(_)] => reason.to_owned(),
        [one] => format!("{one} differs"),
        [a, b] => format!("{a} and {b} differ"),
        [a, b, rest @ ..] => format!("{a}, {b} and {} more differ", rest.len()),
    }
}

/// Adds to a difference why it is not written.
fn explain(difference: &mut Difference, why: &Problem) {
    difference.hint.clone_from(&why.hint);
    if why.code.in_drift() == InDrift::ChangedByAws {
        (difference.kind, difference.moved) = (DriftKind::ChangedOutside, Moved::Aws);
        difference.message.clone_from(&why.message);
        difference.by_kind = false;
    }
}

/// Flows and modules whose draft is newer than what is published, and different.
pub(super) fn edited(desired: &Manifest, observed: &Snapshot) -> Vec<Difference> {
    let mut found = Vec::new();
    for ((kind, instance, name), look) in &observed.flows {
        let Look::Found(seen) = look else { continue };
        if !editing(seen) {
            continue;
        }
        let address = desired.flow_address(*kind, name, instance);
        let diff = draft_diff(seen);
        let blocks: Vec<String> =
            diff.iter().flat_map(|diff| &diff.blocks).map(|block| format!("`{}`", block.name())).collect();
        let what = match blocks.as_slice() {
            [] => String::new(),
            [one] => format!(" (block {one})"),
            [first, rest @ ..] => format!(" (block {first} and {} more)", rest.len()),
        };
        let message = format!(
            "someone is editing `{}`: its draft is newer than what is published, and different{what}",
            seen.name
        );
        let hint = "ask who it is, and publish or discard the draft in Amazon Connect; `flowbind apply` leaves this alone meanwhile.";
        found.push(Difference {
            kind: DriftKind::BeingEdited,
            origin: desired.origin(&address).cloned(),
            address,
            moved: Moved::Aws,
            message,
            by_kind: false,
            detail: diff.map(Detail::Draft),
            hint: Some(hint.to_owned()),
            ignored: None,
        });
    }
    found
}

fn draft_diff(seen: &FlowSeen) -> Option<compare::FlowDiff> {
    let published = seen.published.as_ref()?.text.document().ok()?;
    Some(compare::diff(published, seen.draft.as_ref()?.text.document().ok()?))
}

/// What could not be read.
pub(super) fn gap(desired: &Manifest, gap: &Gap) -> Difference {
    Difference {
        kind: DriftKind::CouldNotTell,
        address: gap.address.clone(),
        moved: Moved::Unknown,
        message: format!("{} could not be read: {}", gap.operation, gap.message),
        by_kind: false,
        detail: gap.cut_off.map(Detail::CutOff),
        hint: gap.hint.clone(),
        origin: desired.origin(&gap.address).cloned(),
        ignored: None,
    }
}
