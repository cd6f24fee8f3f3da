//! Tests, for people.

use std::collections::BTreeMap;

use super::words::{name, wrongs};
use super::{Test, Tests};
use crate::report::layout::{Layout, Page};
use crate::report::style::{bold, dim, green, red, yellow};
use crate::report::visible::one_line;
use crate::resource::count;
use crate::simulate::{Coverage, Part, Share};

/// How many parts that no contact came to are named; `-v` names all.
const NAMED: usize = 10;
/// The columns of the first column of the table of coverage.
const FIRST: usize = 28;
/// The columns of each other one.
const EACH: usize = 13;

/// Writes tests: those that fail with what is wrong, the others as sums for each flow, or each by itself with `whole`.
/// Then follows what they took of the flows.
pub fn test_text(tests: &Tests<'_>, whole: bool, layout: &Layout) -> String {
    let mut page = Page::default();
    let mut flows: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for test in &tests.all {
        let subject = &test.played.simulation.subject;
        let sums = flows.entry(format!("flow/{}", subject.flow)).or_default();
        *(if test.passes() { &mut sums.0 } else { &mut sums.1 }) += 1;
        match test.passes() {
            false => failed(test, &mut page),
            true if whole => page.under(8, format!("{}  {} {}\n", green("passed"), visible(test), of(test))),
            true => {}
        }
    }
    if !whole {
        for (flow, (passed, failed)) in flows {
            let failed = if failed > 0 { red(&format!(", {failed} failed")) } else { String::new() };
            page.under(4, format!("{flow}: {passed} passed{failed}\n"));
        }
    }
    coverage(tests, whole, &mut page);
    let failed = tests.all.iter().filter(|test| !test.passes()).count();
    let passed = tests.all.len() - failed;
    let sums = format!("{}: {passed} passed, {failed} failed.", count(tests.all.len(), "scenario"));
    page.line(&bold(&sums));
    page.finish(layout)
}

fn visible(test: &Test<'_>) -> String {
    bold(&one_line(&name(test)))
}

/// Says of which flow a test is.
fn of(test: &Test<'_>) -> String {
    let subject = &test.played.simulation.subject;
    dim(&format!("flow/{} on {}", subject.flow, subject.instance))
}

fn failed(test: &Test<'_>, page: &mut Page) {
    page.under(8, format!("{}  {} {}\n", red("failed"), visible(test), of(test)));
    for wrong in wrongs(test) {
        let place = wrong.origin.map(|origin| format!("{} ", dim(&one_line(&format!("{origin}:")))));
        page.under(10, format!("        {}{}\n", place.unwrap_or_default(), one_line(&wrong.message)));
        if let Some(hint) = wrong.hint {
            page.under(10, format!("          hint: {hint}\n"));
        }
    }
    page.line("");
}

fn coverage(tests: &Tests<'_>, whole: bool, page: &mut Page) {
    let Coverage { files } = &tests.coverage;
    if files.is_empty() {
        return;
    }
    let cells = |cells: [String; 4]| cells.map(|cell| format!("{cell:>EACH$}")).concat();
    let heads = ["blocks", "next", "conditions", "errors"].map(str::to_owned);
    page.content(format!("\n{}\n", bold(&format!("{:FIRST$}{}", "Coverage", cells(heads)))));
    let share = |share: Share| match share.all {
        0 => "-".to_owned(),
        all => format!("{}/{all}", share.taken),
    };
    for file in files.values() {
        let row = Part::ALL.map(|part| share(file.share(part)));
        page.content(format!("{:FIRST$}{}\n", one_line(&file.key.to_string()), cells(row)));
    }
    let all = Part::ALL.map(|part| format!("{} %", tests.coverage.share(part).percent()));
    page.content(format!("{}\n", bold(&format!("{:FIRST$}{}", "all", cells(all)))));
    let missed: Vec<String> = files
        .values()
        .flat_map(|file| {
            file.missed().map(move |missed| {
                let branch =
                    if missed.branch.is_empty() { String::new() } else { format!(": {}", missed.branch) };
                format!("{}#{}{branch}", file.key, missed.block)
            })
        })
        .collect();
    let shown = if whole { missed.len() } else { missed.len().min(NAMED) };
    if shown > 0 {
        page.line("\nNot covered:");
        missed.iter().take(shown).for_each(|missed| page.under(4, format!("  {}\n", one_line(missed))));
        if missed.len() > shown {
            page.line(&dim(&format!("  and {} more; -v lists all", missed.len() - shown)));
        }
    }
    page.line("");
    if let Some(least) = tests.least.filter(|_| !tests.is_covered()) {
        let (blocks, branches) = (tests.coverage.share(Part::Blocks), tests.coverage.branches());
        page.under(2, format!(
            "{} the scenarios come to {} % of the blocks and {} % of the branches; --min-coverage asks for {least} %\n",
            yellow("too little:"),
            blocks.percent(),
            branches.percent()
        ));
    }
}
