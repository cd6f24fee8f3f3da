//! Plans kept contents back: what a run overwrote or deleted becomes what is wanted.

mod calls;
mod moves;

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::FlowText;
use crate::flow::compare::{self, FlowDiff};
use crate::manifest::{Manifest, Status, called_in};
use crate::plan::facts::editing::{editing, newer_draft};
use crate::plan::facts::ownership::APPLIED_TAG;
use crate::plan::model::{Cause, FlowSpec, Guard, Kept, KeptFlow, LateText, LiveFlow, Plan, Purpose};
use crate::plan::planner::builder::PlanBuilder;
use crate::plan::planner::flows::site::Planned;
use crate::plan::planner::flows::{self, Bridges};
use crate::resource::{Address, Code, FlowType, FunctionArn, FunctionRef, Problem, SetName};
use crate::snapshot::{FlowSeen, Gap, Look};
use moves::{Moves, Renamed};

pub use calls::kept_forecast;

/// Plans every kept content back; `live` tells of each in the same order, and what the `manifests` protect is guarded as
/// in any other plan.
pub fn plan_rollback(
    run: &str,
    (kept, manifests): (&[KeptFlow], &[Manifest]),
    live: &[LiveFlow],
    gaps: Vec<Gap>,
) -> Plan {
    let set = SetName::parse("rollback").expect("a set's name");
    let mut plan = Plan { gaps, purpose: Purpose::Restored, ..Plan::empty(set) };
    let moves = Moves::of(kept, live);
    let mut planned: BTreeMap<String, Vec<Planned>> = BTreeMap::new();
    // What flowbind itself published until the content could be written is nobody's old content: a caller who meets it is
    // hung up on.
    let placeholders = kept.iter().filter(|kept| kept.is_placeholder()).count();
    if placeholders > 0 {
        plan.problems.push(not_restored(placeholders));
    }
    let mut alone = false;
    for (kept, live) in kept.iter().zip(live).filter(|(kept, _)| !kept.is_placeholder()) {
        let address = kept_at(kept, planned.values().flatten().map(|planned| &planned.address));
        match back(run, (kept, manifests), live, address, &moves) {
            Back::Write(write) => {
                alone |= write.spec.id.is_none() || names_more(&kept.content, write.spec.before.as_ref());
                planned.entry(kept.instance.to_string()).or_default().push(*write);
            }
            Back::InSync => plan.in_sync += 1,
            Back::Held(problem) => plan.problems.push(*problem),
            Back::Unknown => {}
        }
    }
    if alone {
        plan.problems.push(contents_only(run));
    }
    let mut builder = PlanBuilder::default();
    planned.into_values().for_each(|planned| {
        flows::add_contents(planned, &BTreeSet::new(), &Bridges::default(), &mut builder)
    });
    plan.actions = builder.actions;
    plan.actions.sort_by(|a, b| a.id.cmp(&b.id));
    plan
}

fn not_restored(count: usize) -> Problem {
    let what = if count == 1 { "1 flow or module".to_owned() } else { format!("{count} flows and modules") };
    let message = format!("{what} had only flowbind's own placeholder before the run: not restored");
    Problem::warning(Code::PlaceholderNotRestored, message)
}

fn contents_only(run: &str) -> Problem {
    let message = format!(
        "only contents are restored, not the associations, grants and settings that run {run} removed"
    );
    Problem::warning(Code::RollbackContentsOnly, message)
        .hint("restore the old manifest in the repository and run `flowbind apply`.")
}

/// Whether a kept content names a function that the live one does not: nothing else need let the instance call it.
fn names_more(kept: &FlowText, live: Option<&FlowText>) -> bool {
    let live = live.map(functions_in).unwrap_or_default();
    !functions_in(kept).is_subset(&live)
}

/// The functions whose ARNs a text holds, wherever they stand.
fn functions_in(text: &FlowText) -> BTreeSet<FunctionRef> {
    let inside = |c: char| c.is_ascii_alphanumeric() || ":-_$".contains(c);
    let arns = text.match_indices("arn:aws").filter_map(|(at, _)| {
        let arn = text[at..].split(|c| !inside(c)).next()?;
        FunctionArn::parse(arn).ok()
    });
    let anywhere = arns.map(|FunctionArn { place, name, qualifier }| FunctionRef { place, name, qualifier });
    // A block's own parameter is found however its text is escaped.
    anywhere.chain(called_in(text, &[])).collect()
}

/// Several sets may have kept the same address in one run: the instance then tells them apart.
fn kept_at<'a>(kept: &KeptFlow, mut planned: impl Iterator<Item = &'a Address>) -> Address {
    let at = planned.any(|address| *address == kept.address).then(|| kept.instance_name.clone());
    Address { at: at.or_else(|| kept.address.at.clone()), ..kept.address.clone() }
}

/// What becomes of one content.
enum Back {
    /// It is written.
    Write(Box<Planned>),
    /// It stands there already.
    InSync,
    /// It cannot be written.
    Held(Box<Problem>),
    /// What stands there could not be read; a gap says why.
    Unknown,
}

fn back(
    run: &str,
    (kept, manifests): (&KeptFlow, &[Manifest]),
    live: &LiveFlow,
    address: Address,
    moves: &Moves<'_>,
) -> Back {
    let hint = format!("the kept content is in .flowbind/backup/{run}: restore it by hand from there.");
    let held =
        |code, message: String| Back::Held(Box::new(Problem::held(code, message).on(&address).hint(&hint)));
    let Renamed { text, names } = match moves.renamed(kept) {
        Ok(renamed) => renamed,
        Err(gone) => {
            let message = format!("the kept content names {}, which is not restored", gone.address);
            return held(Code::FlowHeld, message);
        }
    };
    let wanted = match text.document() {
        Ok(wanted) => wanted,
        Err(error) => return held(Code::FlowUnreadable, format!("the kept content cannot be read: {error}")),
    };
    let seen = match &live.flow {
        Look::Found(seen) => Some(seen),
        Look::Absent { .. } if live.name_taken => {
            let message = format!("`{}` was deleted, and another {} has its name now", kept.name, kept.key.0);
            return held(Code::NameTaken, message);
        }
        Look::Absent { .. } if kept.known_kind().is_none() => {
            let message = format!("it was deleted, and flowbind cannot create a flow of type {}", kept.kind);
            return held(Code::FlowTypeUnknown, message);
        }
        Look::Absent { .. } => None,
        Look::Unknown => return Back::Unknown,
    };
    let before =
        seen.and_then(|seen| if kept.published { seen.published.as_ref() } else { seen.draft.as_ref() });
    let before = before.map(|content| content.text.clone());
    if names.is_empty() && before.as_ref() == Some(&text) {
        return Back::InSync;
    }
    let live_document = before.as_ref().and_then(|text| text.document().ok());
    let diff = live_document.map_or_else(FlowDiff::default, |live| compare::diff(live, wanted));
    let draft = seen.is_some_and(|seen| kept.published && editing(seen));
    let guard = draft.then(|| Guard {
        code: "draft",
        message: format!("a draft is newer than what is published: someone is editing this {}", kept.key.0),
        allow: address.clone(),
        with: Vec::new(),
    });
    let protects = |manifest: &Manifest| kept.is_protected_in(manifest);
    let guard = guard.or_else(|| manifests.iter().any(protects).then(|| Guard::declared(&address)));
    let reason = match seen {
        Some(_) => format!("restored to its content before run {run}"),
        None => format!("it was deleted; restored to its content before run {run}"),
    };
    let renewed = if names.is_empty() { "" } else { "; what it names gets a new id, which is put in" };
    let reason = format!("{reason}{renewed}");
    let keys = names.iter().map(|(key, _)| key.clone()).collect();
    let content = if names.is_empty() { LateText::Known(text) } else { LateText::Kept(Kept { text, names }) };
    let spec = FlowSpec { content, before, diff, ..spec(kept, seen) };
    let (cause, after, before_name) = (Cause::Unknown, Vec::new(), Vec::new());
    Back::Write(Box::new(Planned { address, spec, reason, cause, guard, after, before_name, names: keys }))
}

fn spec(kept: &KeptFlow, seen: Option<&FlowSeen>) -> FlowSpec {
    // The tags of what stands there stay, but for the digest: what is written is flowbind's own, and no later look is
    // to take it for a change from outside.
    let applied = |tags: &BTreeMap<String, String>| tags.contains_key(APPLIED_TAG);
    let marked = applied(&kept.tags) || seen.is_some_and(|seen| applied(&seen.tags));
    let tags = if seen.is_none() { kept.tags.clone() } else { BTreeMap::new() };
    FlowSpec {
        key: kept.key.clone(),
        instance: kept.instance.clone(),
        instance_name: kept.instance_name.clone(),
        id: seen.map(|seen| seen.summary.id.clone()),
        arn: seen.map(|seen| seen.summary.arn.clone()),
        name: kept.name.clone(),
        // Only a creation needs it, and what is of an unknown type is not created.
        kind: kept.known_kind().unwrap_or(FlowType::ContactFlow),
        status: if kept.published { Status::Published } else { Status::Saved },
        description: Some(kept.description.clone()).filter(|text| !text.is_empty()),
        marked,
        tags,
        content: LateText::Known(FlowText::from("")),
        before: None,
        draft: seen.and_then(newer_draft),
        base: seen.map(|seen| Box::new(seen.clone())),
        diff: FlowDiff::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_counts_that_only_the_kept_content_names() {
        let names = |function: &str| {
            format!(r#"{{"a":"arn:aws:lambda:eu-west-2:111122223333:function:{function}"}}"#)
        };
        for (kept, live, more) in [
            (names("crm"), Some(names("crm")), false),
            (names("crm:live"), Some(names("crm")), true),
            (names("crm"), Some(names("orders")), true),
            (names("crm"), Some("{}".to_owned()), true),
            ("{}".to_owned(), Some(names("crm")), false),
            ("{}".to_owned(), None, false),
            (names("crm"), None, true),
        ] {
            let (kept, live) = (FlowText::from(kept), live.map(FlowText::from));
            assert_eq!(names_more(&kept, live.as_ref()), more, "{kept} {live:?}");
        }
    }
}
