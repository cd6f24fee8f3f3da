//! Tests, for machines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::wrongs;
use super::{Test, Tests};
use crate::manifest::EndKind;
use crate::resource::Problem;
use crate::simulate::{Part, Share, Stop, heard, queue_name};

/// `flowbind.test/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TestDocument<'a> {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.test/v1")))]
    format: &'static str,
    /// Whether every scenario passes, and they come to enough of the flows.
    ok: bool,
    scenarios: Vec<ScenarioLine<'a>>,
    coverage: CoverageLine,
    /// What is wrong with the files: nothing was played.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'a [Problem],
}

/// A scenario, and what came of it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ScenarioLine<'a> {
    name: &'a str,
    set: String,
    flow: String,
    instance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    ok: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<FailureLine>,
    /// What the contact heard, in order.
    heard: Vec<String>,
    /// The name of the working queue at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    /// How it ended; none where an answer was missing or wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<EndKind>,
    /// How many blocks the contact came to.
    steps: usize,
    /// The time of the contact, in milliseconds.
    clock_ms: u64,
    /// The longest silence, in milliseconds.
    longest_silence_ms: u64,
}

/// Something that is not as it must be.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FailureLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// What the scenarios came to.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CoverageLine {
    all: PartsLine,
    /// By flow or module.
    flows: BTreeMap<String, FlowLine>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PartsLine {
    blocks: ShareLine,
    next: ShareLine,
    conditions: ShareLine,
    errors: ShareLine,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ShareLine {
    taken: usize,
    all: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FlowLine {
    file: String,
    #[serde(flatten)]
    parts: PartsLine,
    /// Blocks that no contact came to, and branches of the others that none took.
    missed: Vec<MissedLine>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct MissedLine {
    block: String,
    line: usize,
    /// The branch: `next`, a condition or an error type; none where it is the block.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
}

impl<'a> TestDocument<'a> {
    /// Creates the document of tests.
    pub fn new(tests: &'a Tests<'_>) -> Self {
        let flows = tests.coverage.files.iter().map(|(path, file)| {
            let missed = file.missed().map(|missed| MissedLine {
                block: missed.block.clone(),
                line: missed.line,
                branch: (!missed.branch.is_empty()).then(|| missed.branch.clone()),
            });
            let parts = PartsLine::new(|part| file.share(part));
            (file.key.to_string(), FlowLine { file: path.clone(), parts, missed: missed.collect() })
        });
        let flows = flows.collect();
        Self {
            format: "flowbind.test/v1",
            ok: tests.pass() && tests.problems.is_empty(),
            scenarios: tests.all.iter().map(ScenarioLine::new).collect(),
            coverage: CoverageLine { all: PartsLine::new(|part| tests.coverage.share(part)), flows },
            problems: &tests.problems,
        }
    }
}

impl PartsLine {
    fn new(share: impl Fn(Part) -> Share) -> Self {
        let line = |part| {
            let Share { taken, all } = share(part);
            ShareLine { taken, all }
        };
        Self {
            blocks: line(Part::Blocks),
            next: line(Part::Next),
            conditions: line(Part::Conditions),
            errors: line(Part::Errors),
        }
    }
}

impl<'a> ScenarioLine<'a> {
    fn new(test: &'a Test<'_>) -> Self {
        let simulation = &test.played.simulation;
        let (subject, scenario) = (&simulation.subject, &simulation.scenario);
        let failures = wrongs(test).into_iter().map(|wrong| FailureLine {
            line: wrong.origin.as_ref().map(|origin| origin.line),
            file: wrong.origin.map(|origin| origin.file),
            message: wrong.message,
            hint: wrong.hint,
        });
        Self {
            name: &scenario.name,
            set: subject.manifest.set.to_string(),
            flow: subject.flow.to_string(),
            instance: subject.instance.to_string(),
            file: scenario.origin.as_ref().map(|origin| origin.file.as_str()),
            line: scenario.origin.as_ref().map(|origin| origin.line),
            ok: test.passes(),
            failures: failures.collect(),
            heard: heard(&test.played.steps).into_iter().map(|heard| heard.text).collect(),
            queue: queue_name(simulation),
            end: match &test.played.stop {
                Stop::Ended(ending) => Some(ending.kind()),
                Stop::Needs(_) | Stop::Refused(_) => None,
            },
            steps: test.played.steps.len(),
            clock_ms: simulation.state.clock_ms,
            longest_silence_ms: simulation.state.longest_silence_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_schema_is_that_of_the_type() {
        crate::report::schema::check_shipped::<TestDocument<'_>>("test");
    }
}
