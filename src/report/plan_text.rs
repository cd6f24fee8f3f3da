//! A plan for people: what changes in groups, then the sums.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{fields_text, function_line, role_line};
use super::flow_diff::flow_diff;
use super::layout::{Layout, Page};
use super::plan_groups_text::groups_text;
use super::removal::removal_lines;
use super::several::{cut, of};
use super::style::{bold, dim, red, yellow};
use super::undeclared::{orphaned, unchecked};
use crate::operations::Operation;
use crate::plan::{self, Counts, GrantSpec, Partial, Plan, Spec, Step};
use crate::resource::Severity;

const INDENT: &str = "      ";

/// Writes a plan, grouped by instance and flow; where it is one of several, it begins with the set's name.
pub fn plan_text(plan: &Plan, several: bool, layout: &Layout) -> String {
    let mut page = groups_text(plan, several, layout);
    let verdict = match (plan.actions.is_empty(), plan.is_incomplete(), plan.problems.is_empty()) {
        (true, false, true) if plan.partial.is_some() => "nothing to do there".to_owned(),
        (true, false, true) if !plan.undeclared.orphans.is_empty() => "nothing to write".to_owned(),
        (true, false, true) => "in sync".to_owned(),
        _ => sums(plan),
    };
    let verdict = match plan.is_rollback() {
        true => format!("{verdict}."),
        false => format!("{}: {verdict}.", plan.set),
    };
    let agree = match plan.in_sync {
        0 => String::new(),
        1 => " 1 resource agrees already.".to_owned(),
        n => format!(" {n} resources agree already."),
    };
    page.line(&format!("{}{agree}", bold(&format!("Plan: {verdict}"))));
    if let Some(partial) = &plan.partial {
        page.line(&yellow(&partial_line(partial)));
    }
    if let Some(much) = &plan.force {
        page.line(&format!("{} {much}; to do it anyway: --force", red("protected:")));
    }
    if let Some(orphaned) = orphaned(&plan.undeclared) {
        page.line(&yellow(&orphaned));
    }
    if let Some(unchecked) = unchecked(&plan.undeclared) {
        page.line(&dim(&unchecked));
    }
    if plan.is_incomplete() {
        page.line(&red("Incomplete: some of AWS could not be read; what is shown is what could be."));
    }
    if several {
        page.line("");
    }
    page.finish(layout)
}

/// Counts what would be done and everything that is shown above it, the errors last.
fn sums(plan: &Plan) -> String {
    let Counts { create, update, delete } = plan.counts();
    // Without a plan, that nothing would be done says nothing.
    let planned = !plan.actions.is_empty() || !plan.has_errors();
    let mut sums = Vec::new();
    if planned {
        sums =
            vec![format!("{create} to create"), format!("{update} to update"), format!("{delete} to delete")];
    }
    let guarded = plan.actions.iter().filter(|action| action.guard.is_some());
    let protected = guarded.map(|action| &action.id.address).collect::<BTreeSet<_>>().len();
    let severe = |severity| plan.problems.iter().filter(|problem| problem.severity == severity).count();
    let unread = if plan.is_incomplete() { plan.gaps.len() } else { 0 };
    let others = [
        (protected, format!("{protected} protected")),
        (severe(Severity::Held), format!("{} blocked", severe(Severity::Held))),
        (plan.undeclared.orphans.len(), format!("{} orphaned", plan.undeclared.orphans.len())),
        (severe(Severity::Warning), of(severe(Severity::Warning), "warning")),
        (unread, format!("{unread} could not be read")),
        (severe(Severity::Error), of(severe(Severity::Error), "error")),
    ];
    sums.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words));
    format!("{}{}", if planned { "" } else { "could not be planned: " }, sums.join(", "))
}

/// Says that a plan is a part, and of what.
pub(super) fn partial_line(partial: &Partial) -> String {
    let only: Vec<String> = partial.only.iter().map(ToString::to_string).collect();
    let only = if only.is_empty() { "nothing of this set".to_owned() } else { cut(only) };
    let rest = match partial.left_out {
        0 => "nothing else differs".to_owned(),
        1 => "1 other change is left out".to_owned(),
        n => format!("{n} other changes are left out"),
    };
    format!("Partial: only {only}, and what must come before; {rest}.")
}

/// Whether apply would begin to carry plans out, and would have something to do.
pub(super) fn can_be_approved(plans: &[Plan]) -> bool {
    let begins = |plan: &Plan| plan::may_begin(plan).is_ok() && !plan.is_incomplete();
    plans.iter().all(begins) && !plans.iter().all(|plan| plan.actions.is_empty())
}

/// Writes the checksum of plans and the command that applies them by it, where they can be applied and there is something
/// to apply.
pub fn checksum_text(plans: &[Plan], apply: &dyn Fn(&str) -> String, layout: &Layout) -> String {
    if !can_be_approved(plans) {
        return String::new();
    }
    let checksum = plan::checksum(plans);
    let how = format!("To write exactly this: {}", apply(&checksum));
    let mut page = Page::default();
    page.line(&format!("Checksum: {checksum}"));
    page.typed(format!("{}\n", dim(&how)));
    page.finish(layout)
}

/// Writes the calls that a run has made.
pub fn calls_text(calls: &BTreeMap<Operation, u32>, layout: &Layout) -> String {
    let sum: u32 = calls.values().sum();
    let each: Vec<String> =
        calls.iter().map(|(operation, n)| format!("{} {n}", operation.facts().name)).collect();
    layout.text(&format!("{}\n", dim(&format!("Calls: {sum} ({}).", each.join(", ")))))
}

/// What is written, under the line of its action.
pub(super) fn spec_text(spec: &Spec) -> Page {
    let mut page = Page::default();
    match spec {
        Spec::Role(spec) if spec.before.is_none() => {
            page.line(&format!("{INDENT}{}", dim(&role_line(spec))));
        }
        Spec::Role(spec) => page.text(fields_text(&spec.fields, INDENT)),
        Spec::Function(spec) if spec.before.is_none() => {
            page.line(&format!("{INDENT}{}", dim(&function_line(spec))));
        }
        Spec::Function(spec) => page.text(fields_text(&spec.fields, INDENT)),
        Spec::Association(spec) => {
            page.line(&format!("{INDENT}{}", dim(&format!("{} on {}", spec.function.arn(), spec.instance))));
        }
        Spec::Grant(spec) => page.line(&format!("{INDENT}{}", dim(&grant_text(spec)))),
        Spec::Flow(spec) if spec.id.is_none() => {
            let what = format!("`{}`, type {}, on {}", spec.name, spec.kind, spec.instance);
            page.line(&format!("{INDENT}{}", dim(&what)));
        }
        Spec::Flow(spec) => page.append(flow_diff(&spec.diff, INDENT)),
        Spec::FlowMetadata(spec) => {
            let name = spec.name.as_ref().map(|name| format!("name -> `{name}`"));
            let description = spec.description.as_ref().map(|text| format!("description -> `{text}`"));
            let state = spec.state.map(|state| format!("state -> {state:?}").to_lowercase());
            for line in [name, description, state].into_iter().flatten() {
                page.line(&format!("{INDENT}{line}"));
            }
        }
        Spec::Tags(spec) => {
            for (key, value) in &spec.tags {
                page.line(&format!("{INDENT}{}", dim(&format!("tag {key} -> {value}"))));
            }
        }
        Spec::Attributes(spec) => {
            for (name, value) in &spec.attributes {
                page.line(&format!("{INDENT}{name} -> {value}"));
            }
        }
        Spec::Instance(spec) => {
            page.line(&format!("{INDENT}{}", dim(&format!("alias `{}` in {}", spec.alias, spec.place))));
        }
        Spec::Removal(removal) => {
            for line in removal_lines(removal) {
                page.line(&format!("{INDENT}{}", dim(&line)));
            }
        }
    }
    page
}

/// Says which of the writes to a resource it is.
pub(super) fn step_text(step: Step) -> &'static str {
    match step {
        Step::Stub => " (empty at first)",
        Step::Aside => " (temporary name)",
        Step::Archive => " (state)",
        Step::Metadata => " (name, description, state)",
        Step::Tag => " (tags)",
        Step::Write | Step::Delete => "",
    }
}

fn grant_text(spec: &GrantSpec) -> String {
    format!("{} lets {} call {}", spec.sid(), spec.grant.instance, spec.grant.function.arn())
}
