//! What exploring found, for machines.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::rules::rule_of;
use super::words::{block, branch, message};
use super::{Exploration, ExploredFlows};
use crate::flow::engine::{Branch, Place, Program};
use crate::flow::explore::{Finding, Way};
use crate::manifest::scenario_yaml;
use crate::report::lint::Notice;
use crate::simulate::words_of;

/// `flowbind.explore/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExploreDocument {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.explore/v1")))]
    format: &'static str,
    instances: Vec<InstanceLine>,
    /// Files that cannot be read as a flow.
    unreadable: Vec<UnreadableLine>,
    /// Inputs that could not be read.
    unread: Vec<Notice>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnreadableLine {
    code: &'static str,
    file: Option<String>,
    line: usize,
    column: usize,
    message: String,
}

/// The flows of one instance, or one flow file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct InstanceLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<String>,
    /// The instance, by its name in the manifest; none for a flow file.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The file of each flow.
    files: BTreeMap<String, String>,
    /// How many states were looked at.
    states: usize,
    /// Whether that was all; otherwise no branch is called unreachable.
    complete: bool,
    /// How many branches of each flow a contact can take.
    taken: BTreeMap<String, usize>,
    /// Branches that no contact takes.
    unreachable: Vec<BranchLine>,
    /// Branches of which it is not known.
    undecided: Vec<BranchLine>,
    findings: Vec<FindingLine>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct BranchLine {
    block: String,
    /// `next`, a condition, an error type, or `end`.
    branch: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FindingLine {
    #[cfg_attr(test, schemars(extend("enum" = ["hang-up-unheard", "no-queue-set", "endless-cycle", "failure-unheard", "contact-lost", "longest-silence"])))]
    code: &'static str,
    block: String,
    /// Where the block is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    message: String,
    hint: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    silence_ms: Option<u64>,
    way: WayLine,
    /// The scenario that shows it, as a document of YAML; none where no manifest has the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<String>,
}

/// A way that can be walked again.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WayLine {
    flow: String,
    contact: Value,
    blocks: Vec<PassedLine>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PassedLine {
    block: String,
    branch: String,
    /// What it was answered, as `simulate --answer` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

impl ExploreDocument {
    /// Creates the document of what was explored.
    pub fn new(exploration: &Exploration) -> Self {
        let Exploration { all, unreadable, unread, .. } = exploration;
        let unreadable = unreadable.findings.iter().map(|found| UnreadableLine {
            code: found.code,
            file: found.file.clone(),
            line: found.line,
            column: found.column,
            message: found.message.clone(),
        });
        Self {
            format: "flowbind.explore/v1",
            instances: all.iter().map(InstanceLine::new).collect(),
            unreadable: unreadable.collect(),
            unread: unread.clone(),
        }
    }
}

impl InstanceLine {
    fn new(flows: &ExploredFlows) -> Self {
        let ExploredFlows { set, instance, program, explored, files, scenarios } = flows;
        let mut taken = BTreeMap::new();
        for (place, _) in explored.taken.keys() {
            *taken.entry(place.flow.to_string()).or_default() += 1;
        }
        let lines = |branches: &std::collections::BTreeSet<(Place, Branch)>| {
            branches.iter().map(|(place, of)| BranchLine::new(program, place, *of)).collect()
        };
        let findings = explored.findings.iter().enumerate();
        let findings =
            findings.map(|(at, found)| FindingLine::new(flows, found, scenarios.get(&at).map(scenario_yaml)));
        Self {
            set: set.clone(),
            instance: instance.clone(),
            states: explored.states,
            complete: explored.complete,
            files: files.iter().map(|(key, source)| (key.to_string(), source.name.clone())).collect(),
            taken,
            unreachable: lines(&explored.unreachable),
            undecided: lines(&explored.undecided),
            findings: findings.collect(),
        }
    }
}

impl BranchLine {
    fn new(program: &Program, place: &Place, of: Branch) -> Self {
        Self { block: block(program, place), branch: branch(program, place, of) }
    }
}

impl FindingLine {
    fn new(flows: &ExploredFlows, found: &Finding, scenario: Option<String>) -> Self {
        let rule = rule_of(found.problem);
        let at = flows.at(&found.at);
        Self {
            code: rule.code,
            block: block(&flows.program, &found.at),
            file: at.map(|(file, _)| file.to_owned()),
            line: at.map(|(_, position)| position.line),
            column: at.map(|(_, position)| position.column),
            message: message(found),
            hint: rule.fix,
            silence_ms: found.silence_ms,
            way: WayLine::new(&flows.program, &found.way),
            scenario,
        }
    }
}

impl WayLine {
    fn new(program: &Program, way: &Way) -> Self {
        let blocks = way.passed.iter().map(|passed| PassedLine {
            block: block(program, &passed.at),
            branch: branch(program, &passed.at, passed.branch),
            answer: passed.answer.as_ref().map(|answer| words_of(&answer.reply)),
            after_ms: passed.answer.as_ref().map(|answer| answer.after_ms),
            data: passed.answer.as_ref().and_then(|answer| answer.data.clone()),
        });
        Self { flow: way.start.to_string(), contact: way.contact.clone(), blocks: blocks.collect() }
    }
}
