//! A plan for people: one line a change with its reason, what is written under it, then the sums.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::fields::{fields_text, function_line, role_line};
use super::flow_diff::flow_diff;
use super::removal::removal_lines;
use super::several::cut;
use super::style::{bold, dim, green, red, yellow};
use super::undeclared::{orphaned, unchecked};
use crate::operations::Operation;
use crate::plan::{self, Action, Change, Counts, GrantSpec, Partial, Plan, Spec, Step};

const INDENT: &str = "      ";

/// Writes a plan; where it is one of several, addresses have the set in front.
pub fn plan_text(plan: &Plan, several: bool) -> String {
    let mut out = String::new();
    let set = if several { format!("{}:", plan.set) } else { String::new() };
    for action in &plan.actions {
        out.push_str(&action_text(action, &set));
    }
    if !plan.actions.is_empty() {
        out.push('\n');
    }
    let Counts { create, update, delete } = plan.counts();
    let verdict = match (plan.actions.is_empty(), plan.is_incomplete(), plan.problems.is_empty()) {
        (true, false, true) if plan.partial.is_some() => format!("{}: nothing to do there.", plan.set),
        (true, false, true) if !plan.undeclared.orphans.is_empty() => {
            format!("{}: nothing to write.", plan.set)
        }
        (true, false, true) => format!("{}: in sync.", plan.set),
        _ => format!("{}: {create} to create, {update} to update, {delete} to delete.", plan.set),
    };
    let agree = match plan.in_sync {
        0 => String::new(),
        1 => " 1 resource agrees already.".to_owned(),
        n => format!(" {n} resources agree already."),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}{agree}", bold(&format!("Plan: {verdict}")));
    if let Some(partial) = &plan.partial {
        let _ = writeln!(out, "{}", yellow(&partial_line(partial)));
    }
    if let Some(much) = &plan.force {
        let _ = writeln!(out, "{} {much}; to do it anyway: --force", red("protected:"));
    }
    if let Some(orphaned) = orphaned(&plan.undeclared) {
        let _ = writeln!(out, "{}", yellow(&orphaned));
    }
    if let Some(unchecked) = unchecked(&plan.undeclared) {
        let _ = writeln!(out, "{}", dim(&unchecked));
    }
    if plan.is_incomplete() {
        let _ = writeln!(
            out,
            "{}",
            red("Incomplete: some of AWS could not be read; what is shown is what could be.")
        );
    }
    out
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

/// Writes the checksum of plans, where they can be applied and there is something to apply.
pub fn checksum_text(plans: &[Plan]) -> String {
    if !can_be_approved(plans) {
        return String::new();
    }
    let checksum = plan::checksum(plans);
    let how =
        dim("(to write exactly this: flowbind apply --checksum CHECKSUM, with the same options and PATH...)");
    format!("Checksum: {checksum} {how}\n")
}

/// Writes the calls that a run has made.
pub fn calls_text(calls: &BTreeMap<Operation, u32>) -> String {
    let sum: u32 = calls.values().sum();
    let each: Vec<String> =
        calls.iter().map(|(operation, n)| format!("{} {n}", operation.facts().name)).collect();
    format!("{}\n", dim(&format!("Calls: {sum} ({}).", each.join(", "))))
}

fn action_text(action: &Action, set: &str) -> String {
    let mark = match action.change {
        Change::Create(_) => green("+"),
        Change::Update(_) => yellow("~"),
        Change::Delete(_) => red("-"),
    };
    let step = step_text(action.id.step);
    let mut out = String::new();
    let _ =
        writeln!(out, "  {mark} {}{step}  {}", bold(&format!("{set}{}", action.id.address)), action.reason);
    out.push_str(&spec_text(action.change.spec()));
    if let Some(guard) = &action.guard {
        let _ = writeln!(
            out,
            "{INDENT}{} {}; to {} it anyway: --allow {}",
            red("protected:"),
            guard.message,
            if matches!(action.change, Change::Delete(_)) { "delete" } else { "write" },
            guard.allow
        );
    }
    out
}

/// What is written, under the line of its action.
pub(super) fn spec_text(spec: &Spec) -> String {
    let mut out = String::new();
    match spec {
        Spec::Role(spec) if spec.before.is_none() => {
            let _ = writeln!(out, "{INDENT}{}", dim(&role_line(spec)));
        }
        Spec::Role(spec) => out.push_str(&fields_text(&spec.fields, INDENT)),
        Spec::Function(spec) if spec.before.is_none() => {
            let _ = writeln!(out, "{INDENT}{}", dim(&function_line(spec)));
        }
        Spec::Function(spec) => out.push_str(&fields_text(&spec.fields, INDENT)),
        Spec::Association(spec) => {
            let _ =
                writeln!(out, "{INDENT}{}", dim(&format!("{} on {}", spec.function.arn(), spec.instance)));
        }
        Spec::Grant(spec) => {
            let _ = writeln!(out, "{INDENT}{}", dim(&grant_text(spec)));
        }
        Spec::Flow(spec) if spec.id.is_none() => {
            let _ = writeln!(
                out,
                "{INDENT}{}",
                dim(&format!("`{}`, type {}, on {}", spec.name, spec.kind, spec.instance))
            );
        }
        Spec::Flow(spec) => out.push_str(&flow_diff(&spec.diff, INDENT)),
        Spec::FlowMetadata(spec) => {
            let name = spec.name.as_ref().map(|name| format!("name -> `{name}`"));
            let description = spec.description.as_ref().map(|text| format!("description -> `{text}`"));
            let state = spec.state.map(|state| format!("state -> {state:?}").to_lowercase());
            for line in [name, description, state].into_iter().flatten() {
                let _ = writeln!(out, "{INDENT}{line}");
            }
        }
        Spec::Tags(spec) => {
            for (key, value) in &spec.tags {
                let _ = writeln!(out, "{INDENT}{}", dim(&format!("tag {key} -> {value}")));
            }
        }
        Spec::Attributes(spec) => {
            for (name, value) in &spec.attributes {
                let _ = writeln!(out, "{INDENT}{name} -> {value}");
            }
        }
        Spec::Instance(spec) => {
            let _ = writeln!(out, "{INDENT}{}", dim(&format!("alias `{}` in {}", spec.alias, spec.place)));
        }
        Spec::Removal(removal) => {
            for line in removal_lines(removal) {
                let _ = writeln!(out, "{INDENT}{}", dim(&line));
            }
        }
    }
    out
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
