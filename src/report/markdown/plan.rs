//! A plan for whoever reviews a pull request.

use std::collections::BTreeMap;

use super::changes::diff_lines;
use super::page::{Item, Page, Section, capital};
use super::problems::{note_item, problem_item};
use super::text::{code, code_html, fence, prose, prose_html};
use crate::plan::Counts;
use crate::report::plan::{Entry, Grade, Note, PlanView, RemarkKind, Section as Changes};
use crate::resource::{Problem, set_prefix};

/// The most sets with a row of their own.
const SETS: usize = 40;

/// The most headings of changes.
const HEADINGS: usize = 40;

/// Writes plans as a page of Markdown that GitHub takes for a comment. `checksum` is that of the plans where they can be
/// applied.
pub fn plan_markdown(plans: &[PlanView], warnings: &[Problem], checksum: Option<&str>) -> String {
    let warned = warnings.iter().map(|problem| problem_item(problem, ""));
    let warned = warned.chain(notes(plans, Grade::Warning)).collect();
    let section = |heading: &str, items| Section { heading: heading.to_owned(), meaning: "", items };
    let mut sections = vec![section("Needs attention", attention(plans))];
    sections.extend(changes(plans));
    sections.push(section("Warnings", warned));
    Page { head: head(plans), sections, foot: foot(checksum), whole: "flowbind plan" }.render()
}

/// Writes what changes, under headings as long as there are not too many of them.
fn changes(plans: &[PlanView]) -> Vec<Section> {
    let count: usize = plans.iter().map(|plan| plan.sections.len()).sum();
    let mut all = Vec::new();
    for plan in plans {
        let set = prefix(plans, plan);
        all.extend(plan.sections.iter().map(|changes| of_section(changes, &set, plan.aliases())));
    }
    if count <= HEADINGS {
        return all;
    }
    let items = all.into_iter().flat_map(|section| section.items).collect();
    vec![Section { heading: "Changes".to_owned(), meaning: "", items }]
}

/// Returns the checksum to approve.
fn foot(checksum: Option<&str>) -> String {
    let Some(checksum) = checksum else { return String::new() };
    let command = format!("flowbind apply --checksum {checksum} PATH...");
    let sure = "To apply exactly this, with the options of this plan; nothing is written if AWS or the manifest has changed since:";
    format!("{sure}\n\n{}", fence("sh", &[command]))
}

/// The prefix of addresses where there are several sets.
fn prefix(plans: &[PlanView], plan: &PlanView) -> String {
    set_prefix(&plan.set, plans.len() > 1)
}

fn notes(plans: &[PlanView], grade: Grade) -> impl Iterator<Item = Item> {
    plans.iter().flat_map(move |plan| {
        let set = prefix(plans, plan);
        let of_grade = |note: &&Note| note.grade == grade;
        let notes = plan.problems.iter().chain(&plan.unread).filter(of_grade);
        notes.map(|note| note_item(note, &set)).collect::<Vec<_>>()
    })
}

/// What keeps the plan, or a part of it, from being applied: the worst first.
fn attention(plans: &[PlanView]) -> Vec<Item> {
    let forced = plans.iter().flat_map(|plan| {
        let much = plan.remarks.iter().filter(|remark| remark.kind == RemarkKind::Protected);
        much.map(|remark| {
            let (set, much) = (code(&plan.set), prose(&remark.text));
            Item::line(format!("**protected** {set}: {much}; to do it anyway: `--force`"))
        })
    });
    let guarded = plans.iter().flat_map(|plan| {
        let set = prefix(plans, plan);
        let guards = plan.sections.iter().flat_map(Changes::all).flat_map(|entry| &entry.guards);
        guards.flat_map(move |guard| {
            let verb = if guard.deletes { "delete" } else { "write" };
            let option = code(&format!("--allow {set}{}", guard.allow));
            let why = prose(&guard.message);
            let line = |address: &String| {
                let address = code(&format!("{set}{address}"));
                Item::line(format!("**protected** {address}: {why}; to {verb} it anyway: {option}"))
            };
            guard.addresses.iter().map(line).collect::<Vec<_>>()
        })
    });
    let bad = notes(plans, Grade::Error).chain(notes(plans, Grade::Unread));
    bad.chain(forced).chain(guarded).chain(notes(plans, Grade::Blocked)).collect()
}

/// Writes what changes under one heading.
fn of_section(changes: &Changes, set: &str, aliases: &BTreeMap<String, String>) -> Section {
    let live = changes.instance.as_ref().map(|arn| match aliases.get(arn) {
        Some(alias) => code(&format!("{alias}, {}", arn.split(':').nth(3).unwrap_or_default())),
        None => code(arn),
    });
    let heading = match (changes.title.is_empty(), live) {
        (true, Some(live)) => live,
        (false, Some(live)) => format!("{set}{} {live}", changes.title),
        (_, None) => format!("{set}{}", capital(&changes.title)),
    };
    Section { heading, meaning: "", items: changes.entries.iter().map(|entry| item(entry, set)).collect() }
}

/// Writes one thing with what belongs to it: its lines are always seen, what exactly changes is folded under them.
fn item(entry: &Entry, set: &str) -> Item {
    let mut text = line(entry, set, code, prose);
    let mut html = line(entry, set, code_html, prose_html);
    let mut body = body(entry);
    if !body.is_empty() {
        body.push_str("\n\n");
    }
    for part in &entry.parts {
        text.push_str(&format!("\n  - {}", line(part, "", code, prose)));
        html.push_str(&format!("<br>&emsp;{}", line(part, "", code_html, prose_html)));
        let details = self::body(part);
        if !details.is_empty() {
            body.push_str(&format!("{}\n\n{details}\n\n", code(&part.name)));
        }
    }
    match body.is_empty() {
        true => Item::line(text),
        false => Item::folded(&text, &html, &body),
    }
}

/// Writes the line of a thing, as Markdown or as HTML.
fn line(entry: &Entry, set: &str, code: fn(&str) -> String, prose: fn(&str) -> String) -> String {
    let Entry { mark, name, beside, target, binding, why, .. } = entry;
    let first = if *binding { None } else { why.first() };
    let target = target.as_ref().map(|target| format!("({target})"));
    let mut line = format!("{} {}", code(mark.sign()), code(&format!("{set}{name}")));
    for more in [Some(beside), target.as_ref(), first].into_iter().flatten().filter(|it| !it.is_empty()) {
        let space = if more.starts_with(':') { "" } else { " " };
        line.push_str(&format!("{space}{}", prose(more)));
    }
    line
}

/// Writes what exactly changes; nothing where the line says it all.
fn body(entry: &Entry) -> String {
    let mut out = String::new();
    for why in entry.why.iter().skip(usize::from(!entry.binding)) {
        out.push_str(&format!("{}\n\n", prose(why)));
    }
    let lines = diff_lines(&entry.details, entry.mark);
    if !lines.is_empty() {
        out.push_str(&fence("diff", &lines));
    }
    out.trim_end().to_owned()
}

fn head(plans: &[PlanView]) -> String {
    let mut sum = Counts::default();
    let mut in_sync = 0;
    for plan in plans {
        let Counts { create, update, delete } = plan.counts();
        sum.create += create;
        sum.update += update;
        sum.delete += delete;
        in_sync += plan.agree;
    }
    let any = |grade: Grade| plans.iter().map(|plan| plan.count(grade)).sum::<usize>();
    let errors = any(Grade::Error);
    let idle = plans.iter().all(PlanView::is_empty);
    let remarked = |kind| plans.iter().any(|plan| plan.remarks_on(kind));
    let gaps = remarked(RemarkKind::Incomplete);
    let mut title = match idle {
        true if errors > 0 => "could not be planned".to_owned(),
        true if gaps || any(Grade::Blocked) > 0 => "nothing to write".to_owned(),
        true if remarked(RemarkKind::Orphaned) => "nothing to write".to_owned(),
        true if remarked(RemarkKind::Partial) => "nothing to do there".to_owned(),
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
            out.push_str(&format!("Set {}. {agree}.\n", code(&plan.set)));
        }
        plans => table(plans, &mut out),
    }
    out.push_str(&remarks(plans));
    if errors > 0 {
        out.push_str("\nNothing is written until the errors are fixed.\n");
    }
    if gaps {
        out.push_str("\nSome of AWS could not be read; only what could be read is shown.\n");
    }
    out
}

/// Writes what else must be known; a part of a plan is the same part of all.
fn remarks(plans: &[PlanView]) -> String {
    let mut out = String::new();
    let of_kind = |plan: &PlanView, kinds: &[RemarkKind]| -> Vec<String> {
        let kept = plan.remarks.iter().filter(|remark| kinds.contains(&remark.kind));
        kept.map(|remark| prose(&remark.text)).collect()
    };
    let partial = plans.iter().flat_map(|plan| of_kind(plan, &[RemarkKind::Partial])).next();
    out.extend(partial.map(|line| format!("\n{line}\n")));
    for plan in plans.iter().take(SETS) {
        let set = if plans.len() > 1 { format!("{}: ", code(&plan.set)) } else { String::new() };
        for line in of_kind(plan, &[RemarkKind::Orphaned, RemarkKind::Unchecked]) {
            out.push_str(&format!("\n{set}{line}\n"));
        }
    }
    out
}

fn table(plans: &[PlanView], out: &mut String) {
    out.push_str("| set | create | update | delete | agree | problems | not read |\n");
    out.push_str("|---|--:|--:|--:|--:|--:|--:|\n");
    for plan in plans.iter().take(SETS) {
        let Counts { create, update, delete } = plan.counts();
        let (set, agree) = (code(&plan.set), plan.agree);
        let (problems, unread) = (plan.problems.len(), plan.unread.len());
        out.push_str(&format!(
            "| {set} | {create} | {update} | {delete} | {agree} | {problems} | {unread} |\n"
        ));
    }
    if let Some(more @ 1..) = plans.len().checked_sub(SETS) {
        out.push_str(&format!("\n{more} more sets are counted above but not listed.\n"));
    }
}
