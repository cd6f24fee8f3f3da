//! A plan for whoever reviews a pull request.

use super::changes::change_lines;
use super::page::{Item, Page, Section};
use super::problems::{gap_item, problem_item};
use super::text::{code, code_html, fence, prose, prose_html};
use crate::plan::{self, Action, Change, Counts, Plan};
use crate::report::plan_text::{can_be_approved, partial_line, step_text};
use crate::report::undeclared::{orphaned, unchecked};
use crate::resource::{Problem, Severity};

/// The most sets with a row of their own.
const SETS: usize = 40;

/// Writes plans as a page of Markdown that GitHub takes for a comment.
pub fn plan_markdown(plans: &[Plan], warnings: &[Problem]) -> String {
    let deletions = changes(plans, |change| matches!(change, Change::Delete(_)));
    let updates = changes(plans, |change| matches!(change, Change::Update(_)));
    let creations = changes(plans, |change| matches!(change, Change::Create(_)));
    let minor = |problem: &Problem| problem.severity == Severity::Warning;
    let warned = warnings.iter().map(|problem| problem_item(problem, ""));
    let warned = warned.chain(problems(plans, minor)).collect();
    let section = |heading: &str, items| Section { heading: heading.to_owned(), meaning: "", items };
    let sections = vec![
        section("Needs attention", attention(plans)),
        section("To delete", deletions),
        section("To update", updates),
        section("To create", creations),
        section("Warnings", warned),
    ];
    Page { head: head(plans), sections, foot: foot(plans), whole: "flowbind plan" }.render()
}

/// Gives the checksum to approve, where the plans can be applied and there is something to apply.
fn foot(plans: &[Plan]) -> String {
    if !can_be_approved(plans) {
        return String::new();
    }
    let command = format!("flowbind apply --checksum {} PATH...", plan::checksum(plans));
    let sure = "To write exactly this, with the options of this plan, and nothing if AWS or the manifest has changed since:";
    format!("{sure}\n\n{}", fence("sh", &[command]))
}

/// The prefix of addresses where there are several sets.
fn prefix(plans: &[Plan], plan: &Plan) -> String {
    if plans.len() > 1 { format!("{}:", plan.set) } else { String::new() }
}

fn problems(plans: &[Plan], wanted: impl Fn(&Problem) -> bool + Copy) -> impl Iterator<Item = Item> {
    plans.iter().flat_map(move |plan| {
        let set = prefix(plans, plan);
        plan.problems.iter().filter(move |it| wanted(it)).map(move |it| problem_item(it, &set))
    })
}

/// What keeps the plan, or a part of it, from being applied: the worst first.
fn attention(plans: &[Plan]) -> Vec<Item> {
    let of = |severity| problems(plans, move |problem: &Problem| problem.severity == severity);
    let gaps = plans.iter().flat_map(|plan| {
        let set = prefix(plans, plan);
        plan.gaps.iter().map(move |gap| gap_item(gap, &set))
    });
    let forced = plans.iter().filter_map(|plan| {
        let much = prose(plan.force.as_ref()?);
        Some(Item::line(format!(
            "**protected** {}: {much}; to do it anyway: `--force`",
            code(&plan.set.to_string())
        )))
    });
    let guarded = plans.iter().flat_map(|plan| {
        let set = prefix(plans, plan);
        plan.actions.iter().filter_map(move |action| {
            let guard = action.guard.as_ref()?;
            let verb = if matches!(action.change, Change::Delete(_)) { "delete" } else { "write" };
            let option = code(&format!("--allow {set}{}", guard.allow));
            let why = prose(&guard.message);
            let address = code(&format!("{set}{}", action.id.address));
            Some(Item::line(format!("**protected** {address}: {why}; to {verb} it anyway: {option}")))
        })
    });
    of(Severity::Error).chain(gaps).chain(forced).chain(guarded).chain(of(Severity::Held)).collect()
}

fn changes(plans: &[Plan], wanted: fn(&Change) -> bool) -> Vec<Item> {
    let of_plan = |plan| {
        let set = prefix(plans, plan);
        let actions: std::slice::Iter<'_, Action> = plan.actions.iter();
        // The first, empty content of a flow is not worth a line beside the flow's own.
        let told = actions.filter(move |it| !it.id.step.is_aid() && wanted(&it.change));
        told.map(move |action| change(action, &set))
    };
    plans.iter().flat_map(of_plan).collect()
}

fn change(action: &Action, set: &str) -> Item {
    let name = format!("{set}{}", action.id.address);
    let step = step_text(action.id.step);
    let text = format!("{}{step} {}", code(&name), prose(&action.reason));
    let html = format!("{}{step} {}", code_html(&name), prose_html(&action.reason));
    Item::folded(&text, &html, &fence("diff", &change_lines(action.change.spec())))
}

fn head(plans: &[Plan]) -> String {
    let mut sum = Counts::default();
    let mut in_sync = 0;
    for plan in plans {
        let Counts { create, update, delete } = plan.counts();
        sum.create += create;
        sum.update += update;
        sum.delete += delete;
        in_sync += plan.in_sync;
    }
    let errors = plans.iter().flat_map(|plan| &plan.problems);
    let errors = errors.filter(|problem| problem.severity == Severity::Error).count();
    let idle = plans.iter().all(|plan| plan.actions.is_empty());
    let gaps = plans.iter().any(Plan::is_incomplete);
    let held = plans.iter().any(Plan::is_held);
    let mut title = match idle {
        true if errors > 0 => "could not be planned".to_owned(),
        true if gaps || held => "nothing to write".to_owned(),
        true if plans.iter().any(|plan| !plan.undeclared.orphans.is_empty()) => "nothing to write".to_owned(),
        true if plans.iter().any(|plan| plan.partial.is_some()) => "nothing to do there".to_owned(),
        true => "in sync".to_owned(),
        false => format!("{} to create, {} to update, {} to delete", sum.create, sum.update, sum.delete),
    };
    match errors {
        0 => {}
        1 => title.push_str("; 1 error"),
        n => title.push_str(&format!("; {n} errors")),
    }
    if gaps {
        title.push_str("; incomplete");
    }
    let mut out = format!("### flowbind plan: {title}\n\n");
    match plans {
        [plan] => {
            let agree = match in_sync {
                0 => "No resource agrees already".to_owned(),
                1 => "1 resource agrees already".to_owned(),
                n => format!("{n} resources agree already"),
            };
            out.push_str(&format!("Set {}. {agree}.\n", code(&plan.set.to_string())));
        }
        plans => table(plans, &mut out),
    }
    if let Some(partial) = plans.iter().find_map(|plan| plan.partial.as_ref()) {
        out.push_str(&format!("\n{}\n", prose(&partial_line(partial))));
    }
    for plan in plans.iter().take(SETS) {
        let set = if plans.len() > 1 { format!("{}: ", code(&plan.set.to_string())) } else { String::new() };
        for line in [orphaned(&plan.undeclared), unchecked(&plan.undeclared)].into_iter().flatten() {
            out.push_str(&format!("\n{set}{}\n", prose(&line)));
        }
    }
    if errors > 0 {
        out.push_str("\nNothing is written until the errors are fixed.\n");
    }
    if gaps {
        out.push_str("\nSome of AWS could not be read; what is shown is what could be.\n");
    }
    out
}

fn table(plans: &[Plan], out: &mut String) {
    out.push_str("| set | create | update | delete | agree | problems | not read |\n");
    out.push_str("|---|--:|--:|--:|--:|--:|--:|\n");
    for plan in plans.iter().take(SETS) {
        let Counts { create, update, delete } = plan.counts();
        let Plan { set, problems, gaps, in_sync, .. } = plan;
        let (set, problems, gaps) = (code(&set.to_string()), problems.len(), gaps.len());
        out.push_str(&format!(
            "| {set} | {create} | {update} | {delete} | {in_sync} | {problems} | {gaps} |\n"
        ));
    }
    if let Some(more @ 1..) = plans.len().checked_sub(SETS) {
        out.push_str(&format!("\n{more} more sets are in the sums and not in the table.\n"));
    }
}
