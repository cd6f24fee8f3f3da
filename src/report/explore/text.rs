//! What exploring found, for people.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::rule_of;
use super::words::{block, branch, message, way};
use super::{Exploration, ExploredFlows};
use crate::flow::engine::{Branch, Key, Place};
use crate::flow::explore::Problem;
use crate::report::layout::{Layout, Page};
use crate::report::style::{bold, dim, red, yellow};
use crate::report::visible::visible;
use crate::resource::count;

/// How many branches of a kind are named for a flow; `-v` names all.
const NAMED: usize = 5;

/// The branches of one flow.
#[derive(Default)]
struct Sums {
    taken: usize,
    unreachable: Vec<(Place, Branch)>,
    undecided: Vec<(Place, Branch)>,
}

/// Writes the findings and the branches of each flow, and sums them up; with `whole` nothing is cut.
pub fn explore_text(exploration: &Exploration, whole: bool, layout: &Layout) -> String {
    let mut page = Page::default();
    let (mut findings, mut taken, mut branches) = (exploration.unreadable.findings.len(), 0, 0);
    for finding in &exploration.unreadable.findings {
        let file = finding.file.as_deref().unwrap_or_default();
        page.under(2, format!("{}: it cannot be read as a flow\n", bold(&visible(file))));
        let at = format!("{file}:{}:{}", finding.line, finding.column);
        page.under(10, format!("  {} {at}: {} [{}]\n", red("error  "), finding.message, finding.code));
    }
    for instance in &exploration.all {
        let mut flows: BTreeMap<&Key, Sums> = BTreeMap::new();
        for (place, _) in instance.explored.taken.keys() {
            flows.entry(&place.flow).or_default().taken += 1;
        }
        for (place, branch) in &instance.explored.unreachable {
            flows.entry(&place.flow).or_default().unreachable.push((place.clone(), *branch));
        }
        for (place, branch) in &instance.explored.undecided {
            flows.entry(&place.flow).or_default().undecided.push((place.clone(), *branch));
        }
        for (key, sums) in flows {
            taken += sums.taken;
            branches += sums.taken + sums.unreachable.len() + sums.undecided.len();
            findings += flow(instance, key, &sums, whole, &mut page);
        }
        if !instance.explored.complete {
            page.under(
                2,
                "  The flows are too large to look at every state, so no branch is called unreachable.\n",
            );
        }
    }
    page.line(&format!(
        "{}: a contact can take {taken} of {}.",
        count(findings, "problem"),
        count_branches(branches)
    ));
    let of_manifests = exploration.all.iter().any(|flows| flows.instance.is_some());
    if of_manifests && !exploration.saved {
        page.line("`--scenarios DIR` saves the way to each problem and over each branch as scenarios, for `flowbind test`.");
    }
    page.finish(layout)
}

fn count_branches(number: usize) -> String {
    format!("{number} {}", if number == 1 { "branch" } else { "branches" })
}

/// Writes one flow, and counts its problems.
fn flow(instance: &ExploredFlows, key: &Key, sums: &Sums, whole: bool, page: &mut Page) -> usize {
    let program = &instance.program;
    let set = instance.set.as_ref().map(|set| format!("{set}:")).unwrap_or_default();
    let file = instance.files.get(key).map(|source| visible(&source.name).into_owned()).unwrap_or_default();
    let at = match &instance.instance {
        Some(instance) => format!("{set}{key}@{instance}"),
        None => file,
    };
    let all = sums.taken + sums.unreachable.len() + sums.undecided.len();
    page.under(2, format!("{}: a contact can take {} of {}\n", bold(&at), sums.taken, count_branches(all)));
    let mut problems = 0;
    for found in instance.explored.findings.iter().filter(|found| found.at.flow == *key) {
        let rule = rule_of(found.problem);
        let is_problem = found.problem != Problem::LongestSilence;
        problems += usize::from(is_problem);
        let label = if is_problem { yellow("problem") } else { dim("note   ") };
        let name = program.block(&found.at).map(|block| block.name.as_str()).unwrap_or_default();
        page.under(10, format!("  {label} `{name}`: {} [{}]\n", message(found), rule.code));
        if let Some((file, position)) = instance.at(&found.at) {
            page.under(10, format!("{:10}at {}:{}:{}\n", "", visible(file), position.line, position.column));
        }
        page.under(10, format!("{:10}way: {}\n", "", way(program, &found.way)));
        if is_problem {
            page.typed(format!("{:10}hint: {}\n", "", rule.fix));
        }
    }
    list("no contact takes", &sums.unreachable, program, whole, page);
    if whole {
        list("not decided", &sums.undecided, program, whole, page);
    }
    problems
}

fn list(
    what: &str,
    branches: &[(Place, Branch)],
    program: &crate::flow::engine::Program,
    whole: bool,
    page: &mut Page,
) {
    if branches.is_empty() {
        return;
    }
    let names: BTreeSet<String> = branches
        .iter()
        .map(|(place, of)| format!("{} ({})", block(program, place), branch(program, place, *of)))
        .collect();
    let shown = if whole { names.len() } else { NAMED.min(names.len()) };
    let mut text = names.iter().take(shown).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > shown {
        text.push_str(&format!(" and {} more (`-v` names them)", names.len() - shown));
    }
    page.under(10, format!("  {} {what}: {text}\n", dim("note   ")));
}
