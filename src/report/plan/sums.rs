//! What a plan comes to, and what is said below it.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Grade, PlanView, Remark, RemarkKind, Section};
use crate::operations::Operation;
use crate::plan::{self, Counts, Partial, Plan};
use crate::report::layout::{Layout, Page};
use crate::report::several::{cut, of};
use crate::report::style::{bold, dim};
use crate::report::undeclared::{orphaned, unchecked};

/// Says what a plan comes to.
pub(in crate::report) fn verdict(view: &PlanView) -> String {
    let silent = view.is_empty() && !view.remarks_on(RemarkKind::Incomplete) && view.problems.is_empty();
    match silent {
        true if view.remarks_on(RemarkKind::Partial) => "nothing to do there".to_owned(),
        true if view.orphans > 0 => "nothing to write".to_owned(),
        true => "in sync".to_owned(),
        false => sums(view),
    }
}

/// Says what else must be known of a plan.
pub(super) fn remarks(plan: &Plan) -> Vec<Remark> {
    let incomplete = "Incomplete: some of AWS could not be read; only what could be read is shown.";
    let all = [
        (RemarkKind::Partial, plan.partial.as_ref().map(partial_line)),
        (RemarkKind::Protected, plan.force.clone()),
        (RemarkKind::Orphaned, orphaned(&plan.undeclared)),
        (RemarkKind::Unchecked, unchecked(&plan.undeclared)),
        (RemarkKind::Incomplete, plan.is_incomplete().then(|| incomplete.to_owned())),
    ];
    all.into_iter().filter_map(|(kind, text)| Some(Remark { kind, text: text? })).collect()
}

/// Counts what would be done and everything that is shown above it, the errors last.
fn sums(view: &PlanView) -> String {
    let Counts { create, update, delete } = view.counts();
    // Without a plan, that nothing would be done says nothing.
    let planned = !view.is_empty() || view.count(Grade::Error) == 0;
    let mut sums = Vec::new();
    if planned {
        sums =
            vec![format!("{create} to create"), format!("{update} to update"), format!("{delete} to delete")];
    }
    let guards = view.sections.iter().flat_map(Section::all).flat_map(|entry| &entry.guards);
    let protected = guards.flat_map(|guard| &guard.addresses).collect::<BTreeSet<_>>().len();
    let unread = if view.remarks_on(RemarkKind::Incomplete) { view.unread.len() } else { 0 };
    let others = [
        (protected, format!("{protected} protected")),
        (view.count(Grade::Blocked), format!("{} blocked", view.count(Grade::Blocked))),
        (view.orphans, format!("{} orphaned", view.orphans)),
        (view.count(Grade::Warning), of(view.count(Grade::Warning), "warning")),
        (unread, format!("{unread} could not be read")),
        (view.count(Grade::Error), of(view.count(Grade::Error), "error")),
    ];
    sums.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words));
    format!("{}{}", if planned { "" } else { "could not be planned: " }, sums.join(", "))
}

/// Says that a plan is a part, and of what.
fn partial_line(partial: &Partial) -> String {
    let only: Vec<String> = partial.only.iter().map(ToString::to_string).collect();
    let rest = match partial.left_out {
        0 => "nothing else differs".to_owned(),
        1 => "1 other change is left out".to_owned(),
        n => format!("{n} other changes are left out"),
    };
    if only.is_empty() {
        return format!("`--only` selects nothing in this set; {rest}.");
    }
    format!("Partial: only {}, and what must come before; {rest}.", cut(only))
}

/// Whether apply would begin to carry plans out, and would have something to do.
fn can_be_approved(plans: &[Plan]) -> bool {
    let begins = |plan: &Plan| plan::may_begin(plan).is_ok() && !plan.is_incomplete();
    plans.iter().all(begins) && !plans.iter().all(|plan| plan.actions.is_empty())
}

/// The checksum to approve plans by, where they can be applied and there is something to apply.
pub fn approvable(plans: &[Plan]) -> Option<String> {
    can_be_approved(plans).then(|| plan::checksum(plans))
}

/// Writes the checksum of plans and the command that applies them by it, where they can be applied and there is something
/// to apply.
pub fn checksum_text(plans: &[Plan], apply: &dyn Fn(&str) -> String, layout: &Layout) -> String {
    let Some(checksum) = approvable(plans) else { return String::new() };
    let how = format!("To apply exactly this: {}", apply(&checksum));
    let mut page = Page::default();
    page.line(&format!("Checksum: {checksum}"));
    page.typed(format!("{}\n", dim(&how)));
    page.finish(layout)
}

/// Sums up the plans of several sets: each has its own sums above.
pub fn total_text(plans: &[Plan], layout: &Layout) -> String {
    if plans.len() < 2 || plans.iter().all(|plan| plan.actions.is_empty()) {
        return String::new();
    }
    let mut all = Counts { create: 0, update: 0, delete: 0 };
    for Counts { create, update, delete } in plans.iter().map(Plan::counts) {
        (all.create, all.update, all.delete) =
            (all.create + create, all.update + update, all.delete + delete);
    }
    let Counts { create, update, delete } = all;
    let total =
        format!("All {} sets: {create} to create, {update} to update, {delete} to delete.", plans.len());
    layout.text(&format!("{}\n", bold(&total)))
}

/// Writes the calls that a run has made.
pub fn calls_text(calls: &BTreeMap<Operation, u32>, layout: &Layout) -> String {
    let sum: u32 = calls.values().sum();
    let name = |operation: &Operation| {
        let name = operation.facts().name;
        // Two services have one of that name.
        let shared = calls.keys().any(|other| other != operation && other.facts().name == name);
        if shared { operation.to_string() } else { name.to_owned() }
    };
    let each: Vec<String> = calls.iter().map(|(operation, n)| format!("{} {n}", name(operation))).collect();
    layout.text(&format!("{}\n", dim(&format!("Calls: {sum} ({}).", each.join(", ")))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, AssociationSpec, Cause, Write};
    use crate::resource::{Address, FunctionRef, InstanceArn, Kind, Label, SetName};

    #[test]
    fn two_operations_of_one_name_are_told_apart() {
        let calls =
            [(Operation::TagResource, 6), (Operation::TagFunction, 8), (Operation::GetPolicy, 1)].into();
        let text = calls_text(&calls, &Layout::default());
        assert!(
            text.contains("Calls: 15 (connect:TagResource 6, GetPolicy 1, lambda:TagResource 8)."),
            "{text}"
        );
    }

    #[test]
    fn several_plans_have_one_sum() {
        let (instance, function) = (Label::parse("i").unwrap(), Label::parse("f").unwrap());
        let address = Address::between(Kind::Association, &instance, &function);
        let arn = "arn:aws:connect:eu-west-2:111122223333:instance/0f1e2d3c-0f1e-0f1e-0f1e-0f1e2d3c4b5a";
        let instance = InstanceArn::parse(arn).unwrap();
        let function = FunctionRef { place: instance.place.clone(), name: "f".to_owned(), qualifier: None };
        let write = Write::Association(AssociationSpec { instance, function });
        let action = Action::new(address, write, (Cause::Unknown, String::new()), Vec::new(), None);
        let plan = |set: &str, actions| Plan { actions, ..Plan::empty(SetName::parse(set).unwrap()) };
        let text = |plans: &[Plan]| total_text(plans, &Layout::default());
        let (one, other) = (plan("a", vec![action.clone()]), plan("b", vec![action]));
        let both = text(&[one.clone(), other]);
        assert!(both.contains("All 2 sets: 2 to create, 0 to update, 0 to delete."), "{both}");
        assert_eq!(text(std::slice::from_ref(&one)), "", "its own sum says it");
        assert_eq!(text(&[plan("a", Vec::new()), plan("b", Vec::new())]), "", "each is in sync");
    }
}
