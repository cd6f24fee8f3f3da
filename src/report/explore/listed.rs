//! What exploring found as findings of files, for formats that list those: SARIF and GitHub's annotations.

use super::rules::{UNREACHABLE_BRANCH, all, rule_of};
use super::words::{branch, message};
use super::{Exploration, ExploredFlows};
use crate::flow::engine::{Branch, Place};
use crate::flow::explore::{Passed, Way};
use crate::flow::finding::{Finding, PathStep, Taken, fingerprint};
use crate::flow::graph::EdgeKind;
use crate::flow::rules::RuleMeta;
use crate::lint::Report;
use crate::report::lint;

/// Writes a command of GitHub Actions for each finding, and for each branch that no contact takes.
pub fn explore_github(exploration: &Exploration) -> String {
    lint::github(&listed(exploration), &exploration.sources)
}

/// Writes the findings, and the branches that no contact takes, as SARIF, with a line break at the end.
///
/// # Errors
/// None that this data can cause.
pub fn explore_sarif(exploration: &Exploration) -> serde_json::Result<String> {
    let Exploration { sources, unread, .. } = exploration;
    lint::sarif_of("flowbind/explore/", &all(), &listed(exploration), sources, unread)
}

/// The findings by file and place. What flows of several instances share is listed once.
fn listed(exploration: &Exploration) -> Report {
    let mut findings = exploration.unreadable.findings.clone();
    for flows in &exploration.all {
        for found in &flows.explored.findings {
            let path = path(flows, &found.at, &found.way);
            findings.extend(finding(flows, &found.at, rule_of(found.problem), message(found), path));
        }
        for (place, of) in &flows.explored.unreachable {
            let said = format!("no contact takes this branch: {}", branch(&flows.program, place, *of));
            findings.extend(finding(flows, place, &UNREACHABLE_BRANCH, said, Vec::new()));
        }
    }
    let order = |it: &Finding| (it.file.clone(), it.line, it.column, it.code, it.message.clone());
    findings.sort_by_cached_key(order);
    findings.dedup_by(|a, b| order(a) == order(b));
    let files = exploration.all.iter().map(|flows| flows.files.len()).sum::<usize>();
    Report { findings, suppressed: Vec::new(), files: files + exploration.unreadable.files }
}

fn finding(
    flows: &ExploredFlows,
    place: &Place,
    rule: &RuleMeta,
    message: String,
    path: Vec<PathStep>,
) -> Option<Finding> {
    let (file, position) = flows.at(place)?;
    let block = flows.program.block(place)?;
    Some(Finding {
        code: rule.code,
        severity: rule.severity,
        confidence: rule.confidence,
        file: Some(file.to_owned()),
        line: position.line,
        column: position.column,
        pointer: block.pointer.clone(),
        block: Some(block.name.clone()),
        fingerprint: fingerprint(
            rule.code,
            Some(file),
            Some(block),
            &format!("{}\0{message}", block.pointer),
        ),
        message,
        path,
    })
}

/// The way to a finding, as the steps of a path. What is in another flow is named by it.
fn path(flows: &ExploredFlows, at: &Place, way: &Way) -> Vec<PathStep> {
    let step = |passed: &Passed| {
        let block = flows.program.block(&passed.at)?;
        let label = || branch(&flows.program, &passed.at, passed.branch);
        let by = match passed.branch {
            Branch::Next => Taken::Branch(EdgeKind::Next),
            Branch::Condition(_) => Taken::Branch(EdgeKind::Condition(label())),
            Branch::Error(_) => Taken::Branch(EdgeKind::Error(label())),
            Branch::Leaves | Branch::Missing => Taken::End,
        };
        Some(PathStep {
            block: block.name.clone(),
            pointer: block.pointer.clone(),
            callee: (passed.at.flow != at.flow).then(|| passed.at.flow.to_string()),
            by,
            line: flows.at(&passed.at).map_or(1, |(_, position)| position.line),
            seconds: None,
            rounds: None,
        })
    };
    way.passed.iter().filter_map(step).collect()
}
