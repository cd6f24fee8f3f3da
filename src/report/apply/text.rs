//! What an apply did, for people: each action's line as it ends, then the sums.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::plan::{ActionId, ApplyReport, Outcome, Plan, Step, Verb};
use crate::report::layout::{Layout, Page};
use crate::report::several::{cut, first, of};
use crate::report::style::{bold, dim, green, red, yellow};
use crate::resource::{Address, SetName, Severity, said_of};

/// Where the address of an action's line begins: the lines that continue it are indented as far.
const UNDER: usize = 10;

/// Writes one action's end in a line, with the hint under it; where there are several sets, addresses have theirs in
/// front. What has not started has no line of its own: [`apply_text`] sums it up.
pub fn outcome_text(set: Option<&str>, id: &ActionId, outcome: &Outcome, layout: &Layout) -> String {
    let (plain, address) = (id.address.to_string(), bold(&in_set(set, &id.address)));
    let said = |message| said_of(&plain, message).1;
    let step = crate::report::plan::step_words(id.step);
    let line = match outcome {
        Outcome::Applied => format!("  {} {address}{step}", green("done   ")),
        Outcome::AlreadySo => format!("  {} {address}{step} {}", green("done   "), dim("already up to date")),
        Outcome::Skipped { because_of } => {
            let waits = in_set(set, &because_of.address);
            format!("  {} {address}{step} waits for {waits}, which was not done", yellow("skipped"))
        }
        Outcome::Refused { message, allow } => {
            let verb = if id.step == Step::Delete { "delete" } else { "write" };
            format!(
                "  {} {address}{step} {}; to {verb} it anyway: --allow {}",
                red("refused"),
                said(message),
                in_set(set, allow)
            )
        }
        Outcome::Moved { message } => format!("  {} {address}{step} {}", red("changed"), said(message)),
        Outcome::NotBegun { .. } => return String::new(),
        Outcome::Failed(why) => format!("  {} {address}{step} {}", red("failed "), said(&why.message)),
        Outcome::Unknown(why) => format!("  {} {address}{step} {}", red("unknown"), said(&why.message)),
    };
    let mut page = Page::default();
    page.under(UNDER, format!("{line}\n"));
    if let Some(hint) = outcome.hint() {
        page.typed(format!("{:UNDER$}hint: {hint}\n", ""));
    }
    page.finish(layout)
}

fn in_set(set: Option<&str>, address: &Address) -> String {
    set.map_or_else(|| address.to_string(), |set| format!("{set}:{address}"))
}

/// How many resources ended how: one that takes several writes counts once, by the worst of them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    created: usize,
    updated: usize,
    deleted: usize,
    already: usize,
    failed: usize,
    unknown: usize,
    not_begun: usize,
    not_tried: usize,
    refused: usize,
}

impl Sums {
    fn of(plan: &Plan, report: &ApplyReport) -> Self {
        let deletions: BTreeSet<&ActionId> = plan
            .actions
            .iter()
            .filter(|action| action.write().is_deletion())
            .map(|action| &action.id)
            .collect();
        let mut outcomes: BTreeMap<(&Address, bool), Vec<&Outcome>> = BTreeMap::new();
        for (id, outcome) in &report.outcomes {
            outcomes.entry((&id.address, deletions.contains(id))).or_default().push(outcome);
        }
        let changes = plan.changes();
        let mut sums = Self::default();
        for (resource, outcomes) in outcomes {
            let any = |wanted: fn(&Outcome) -> bool| outcomes.iter().any(|outcome| wanted(outcome));
            let sum = if any(|outcome| matches!(outcome, Outcome::Failed { .. })) {
                &mut sums.failed
            } else if any(|outcome| matches!(outcome, Outcome::Unknown { .. })) {
                &mut sums.unknown
            } else if any(|outcome| matches!(outcome, Outcome::NotBegun { .. })) {
                &mut sums.not_begun
            } else if any(|outcome| matches!(outcome, Outcome::Refused { .. })) {
                &mut sums.refused
            } else if !outcomes.iter().all(|outcome| outcome.is_done()) {
                &mut sums.not_tried
            } else if outcomes.iter().all(|outcome| **outcome == Outcome::AlreadySo) {
                &mut sums.already
            } else {
                match changes.get(&resource) {
                    Some(Verb::Create) => &mut sums.created,
                    Some(Verb::Delete) => &mut sums.deleted,
                    Some(Verb::Update) | None => &mut sums.updated,
                }
            };
            *sum += 1;
        }
        sums
    }

    /// What is not done, in words and the order in which they are said; nothing of what there is none of.
    fn not_done(&self) -> Vec<(usize, &'static str)> {
        let all = [
            (self.failed, "failed"),
            (self.refused, "refused"),
            (self.not_tried, "not tried"),
            (self.not_begun, "not started"),
            (self.unknown, "unknown"),
        ];
        all.into_iter().filter(|(count, _)| *count > 0).collect()
    }
}

/// Says of how many planned changes which are done: counted as plans count, by resource.
pub fn unfinished_text<'r>(reports: impl Iterator<Item = (&'r Plan, &'r ApplyReport)>) -> String {
    let mut all = Sums::default();
    for (plan, report) in reports {
        let Sums { created, updated, deleted, already, failed, unknown, not_begun, not_tried, refused } =
            Sums::of(plan, report);
        all.already += already;
        all.created += created;
        all.updated += updated;
        all.deleted += deleted;
        all.failed += failed;
        all.unknown += unknown;
        all.not_begun += not_begun;
        all.not_tried += not_tried;
        all.refused += refused;
    }
    let (done, not_done) = (all.created + all.updated + all.deleted + all.already, all.not_done());
    let planned = done + not_done.iter().map(|(count, _)| count).sum::<usize>();
    let mut text = format!("{done} of {} done", of(planned, "change"));
    for (count, word) in not_done {
        // Writing to a string cannot fail.
        let _ = write!(text, ", {count} {word}");
    }
    text
}

/// Writes the end of an apply's report, below the actions' own lines.
pub fn apply_text(plan: &Plan, report: &ApplyReport, several: bool, layout: &Layout) -> String {
    let mut page = not_begun(several.then_some(&plan.set), report);
    let sums = Sums::of(plan, report);
    let Sums { created, updated, deleted, already, .. } = sums;
    if !report.outcomes.is_empty() {
        page.line("");
    }
    let what = match plan.is_rollback() {
        true => "Rollback:".to_owned(),
        false => format!("Apply: {}:", plan.set),
    };
    let mut line = format!("{what} {created} created, {updated} updated, {deleted} deleted");
    if already > 0 {
        let _ = write!(line, ", {already} already up to date");
    }
    let not: Vec<String> = sums.not_done().iter().map(|(n, word)| format!("{n} {word}")).collect();
    if !not.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(line, "; {}", not.join(", "));
    }
    page.line(&bold(&format!("{line}.")));
    page.append(blocked(plan));
    page.append(empty(report));
    for path in &report.backups {
        let draft = path.to_str().is_some_and(|path| path.ends_with(".draft.json"));
        let what = if draft { "The draft that was newer" } else { "The old content" };
        page.line(&dim(&format!("{what} is kept in {}.", path.display())));
    }
    page.finish(layout)
}

/// Says what to do next about what several sets' applies have left, once for all of them.
pub fn next_text(reports: &[(Plan, ApplyReport)], layout: &Layout) -> String {
    let count = |of: fn(&Sums) -> usize| {
        reports.iter().map(|(plan, report)| of(&Sums::of(plan, report))).sum::<usize>()
    };
    let mut page = Page::default();
    if count(|sums| sums.failed) > 0 {
        page.line(&yellow("Fix the errors above and run again; completed changes are kept."));
    }
    if count(|sums| sums.unknown) > 0 {
        let see = match reports.iter().any(|(plan, _)| plan.is_rollback()) {
            true => "",
            false => "to see which, run `flowbind plan PATH...`; ",
        };
        let again = "running again reads AWS first and writes only what is missing";
        page.typed(yellow(&format!("What is unknown may have been written: {see}{again}.")) + "\n");
    }
    page.finish(layout)
}

/// Names what the plan could not write: the run ends with an error for it.
fn blocked(plan: &Plan) -> Page {
    let blocked = plan.problems.iter().filter(|problem| problem.severity == Severity::Held);
    let addresses: BTreeSet<String> =
        blocked.filter_map(|problem| problem.address.as_ref()).map(ToString::to_string).collect();
    let mut page = Page::default();
    if !addresses.is_empty() {
        page.line(&yellow(&format!("Blocked: {}; see above for why.", cut(addresses))));
    }
    page
}

/// Names what was made empty and not filled: the run ended between the two.
fn empty(report: &ApplyReport) -> Page {
    let done = |step: Step| {
        let done = report.outcomes.iter().filter(move |(id, outcome)| id.step == step && outcome.is_done());
        done.map(|(id, _)| &id.address).collect::<BTreeSet<_>>()
    };
    let filled = done(Step::Write);
    let empty: BTreeSet<String> =
        done(Step::Stub).into_iter().filter(|a| !filled.contains(a)).map(ToString::to_string).collect();
    let mut page = Page::default();
    if !empty.is_empty() {
        page.line(&yellow(&format!(
            "Still empty: {}; no flow that callers can reach leads there, and the next apply fills it.",
            cut(empty)
        )));
    }
    page
}

/// Names what has not started, once for each reason.
fn not_begun(set: Option<&SetName>, report: &ApplyReport) -> Page {
    let mut reasons: BTreeMap<&str, BTreeSet<&Address>> = BTreeMap::new();
    for (id, outcome) in &report.outcomes {
        if let Outcome::NotBegun { message } = outcome {
            reasons.entry(message).or_default().insert(&id.address);
        }
    }
    let mut page = Page::default();
    for (reason, addresses) in reasons {
        page.line("");
        let of = set.map(|set| format!(" of {set}")).unwrap_or_default();
        page.line(&yellow(&format!("Not started{of}: {reason}")));
        let (named, more) = first(addresses.into_iter().map(ToString::to_string));
        for address in named {
            page.line(&format!("  {address}"));
        }
        if more > 0 {
            page.line(&format!("  and {more} more"));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Cause, Failure, samples};
    use crate::resource::{InstanceArn, Kind, Label, SetName};

    fn id(name: &str, step: Step) -> ActionId {
        ActionId { address: Address::new(Kind::Flow, &Label::parse(name).unwrap()), step }
    }

    fn plan(ids: &[ActionId]) -> Plan {
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        let action = |id: &ActionId| {
            let write = samples::flow_write(id.step, Verb::Create, &instance);
            Action::new(id.address.clone(), write, (Cause::Unknown, String::new()), Vec::new(), None)
        };
        Plan { actions: ids.iter().map(action).collect(), ..Plan::empty(SetName::parse("acme").unwrap()) }
    }

    #[test]
    fn what_would_be_deleted_is_not_said_to_be_written() {
        for (step, verb) in [(Step::Delete, "delete"), (Step::Write, "write")] {
            let id = id("a", step);
            let refused = Outcome::Refused { message: "no".to_owned(), allow: id.address.clone() };
            let text = outcome_text(None, &id, &refused, &Layout::default());
            assert!(text.contains(&format!("; to {verb} it anyway: --allow flow/a")), "{text}");
            let text = outcome_text(Some("acme"), &id, &refused, &Layout::default());
            assert!(text.contains("--allow acme:flow/a"), "of this set alone: {text}");
        }
    }

    #[test]
    fn the_sums_are_those_of_the_plan_and_every_outcome_is_in_one_of_them() {
        let why = |message: &str| Failure { message: message.to_owned(), hint: None, call: None };
        let failed = || Outcome::Failed(why("no"));
        let unknown = || Outcome::Unknown(why("?"));
        let later = || Outcome::NotBegun { message: "the run was interrupted before".to_owned() };
        let refused =
            |name| Outcome::Refused { message: "no".to_owned(), allow: id(name, Step::Write).address };
        let skipped = || Outcome::Skipped { because_of: id("f", Step::Write) };
        let outcomes = vec![
            (id("a", Step::Stub), Outcome::Applied),
            (id("a", Step::Metadata), Outcome::Applied),
            (id("a", Step::Write), Outcome::AlreadySo),
            (id("b", Step::Metadata), Outcome::Applied),
            (id("c", Step::Stub), Outcome::Applied),
            (id("c", Step::Write), failed()),
            (id("d", Step::Write), unknown()),
            (id("e", Step::Write), later()),
            (id("f", Step::Write), skipped()),
            (id("g", Step::Write), Outcome::AlreadySo),
            (id("h", Step::Write), refused("h")),
        ];
        let ids: Vec<ActionId> = outcomes.iter().map(|(id, _)| id.clone()).collect();
        let mut plan = plan(&ids);
        let held = crate::resource::Problem::held(crate::resource::Code::Rule("unowned"), "it is somebody's");
        plan.problems.push(held.on(&id("held", Step::Write).address));
        let report = ApplyReport { outcomes, backups: Vec::new() };
        let Sums { created, updated, deleted, already, failed, unknown, not_begun, not_tried, refused } =
            Sums::of(&plan, &report);
        let all = created + updated + deleted + already + failed + unknown + not_begun + not_tried + refused;
        let counts = plan.counts();
        assert_eq!(all, counts.create + counts.update + counts.delete);
        let said = unfinished_text([(&plan, &report)].into_iter());
        assert_eq!(said, "3 of 8 changes done, 1 failed, 1 refused, 1 not tried, 1 not started, 1 unknown");
        let text = apply_text(&plan, &report, false, &Layout::default());
        let sums = "1 created, 1 updated, 0 deleted, 1 already up to date; 1 failed, 1 refused, 1 not tried, 1 not started, 1 unknown.";
        assert!(text.contains(sums), "{text}");
        assert!(text.contains("Blocked: flow/held; see above for why."), "{text}");
        assert!(text.contains("Not started: the run was interrupted before"), "{text}");
        let one_of_several = apply_text(&plan, &report, true, &Layout::default());
        let of = format!("Not started of {}: the run was interrupted before", plan.set);
        assert!(one_of_several.contains(&of), "{one_of_several}");
        assert!(text.contains("Still empty: flow/c; no flow that callers can reach leads there"), "{text}");
    }

    #[test]
    fn what_to_do_is_said_once_for_all_sets() {
        let ids: Vec<ActionId> = ["a", "b"].map(|name| id(name, Step::Write)).into();
        let ended = |outcome: fn(Failure) -> Outcome| {
            let outcomes = ids.iter().map(|id| (id.clone(), outcome(Failure::new("no", "do"))));
            (plan(&ids), ApplyReport { outcomes: outcomes.collect(), backups: Vec::new() })
        };
        let (failed, unknown) = (ended(Outcome::Failed), ended(Outcome::Unknown));
        let layout = Layout::default();
        let text = next_text(&[failed.clone(), unknown.clone(), failed.clone(), unknown], &layout);
        assert_eq!(text.matches("Fix the errors above and run again").count(), 1, "{text}");
        assert_eq!(text.matches("run `flowbind plan PATH...`").count(), 1, "{text}");
        assert!(!apply_text(&failed.0, &failed.1, true, &layout).contains("Fix the errors"));
        assert_eq!(next_text(&[], &layout), "");
    }

    #[test]
    fn a_message_that_begins_with_its_address_does_not_repeat_it() {
        let id = id("a", Step::Write);
        let moved = Outcome::Moved { message: "flow/a was deleted by someone".to_owned() };
        let failed = Outcome::Failed(Failure::new("flow/a: AWS does not show it", "do"));
        let line = |outcome| outcome_text(Some("acme"), &id, outcome, &Layout::default());
        assert!(line(&moved).contains("acme:flow/a\u{1b}[0m was deleted"), "{:?}", line(&moved));
        assert!(line(&failed).contains("acme:flow/a\u{1b}[0m AWS does"), "{:?}", line(&failed));
    }
}
