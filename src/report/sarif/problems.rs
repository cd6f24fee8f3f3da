//! What is wrong with manifests as SARIF: each code is a rule, and each problem stands at its place.

use std::collections::{BTreeMap, BTreeSet};

use super::log::*;
use super::{about, pascal, physical, plain};
use crate::report::document::Failed;
use crate::report::visible::visible;
use crate::resource::{Origin, Problem, Severity};

/// The key of the fingerprint; its version changes when the way it is made does.
const FINGERPRINT: &str = "flowbindProblem/v1";

/// Writes the log, with a line break at its end. `category` is GitHub's, such as `flowbind/validate/`, and `head` the
/// file at whose head stands what is wrong with no line of it, since GitHub takes no result without a place.
///
/// # Errors
/// None that this data can cause.
pub fn problems_sarif(
    category: &'static str,
    problems: &[Problem],
    head: Option<&str>,
) -> serde_json::Result<String> {
    let invocation = Invocation { execution_successful: true, tool_execution_notifications: Vec::new() };
    log(category, problems, head, invocation)
}

/// Writes the log of a command that ended early: a program does not take it for one that found nothing.
///
/// # Errors
/// None that this data can cause.
pub fn failed_sarif(failed: &Failed) -> serde_json::Result<String> {
    let gaps = failed.found.gaps.iter().map(|gap| about(Some(&gap.address), &gap.message));
    let texts = gaps.chain([failed.error.lines().join("\n")]);
    let notifications = texts.map(|text| Notification {
        level: "error",
        message: Message { text: plain(&text) },
        locations: Vec::new(),
    });
    let invocation =
        Invocation { execution_successful: false, tool_execution_notifications: notifications.collect() };
    log(&format!("flowbind/{}/", failed.command), &failed.found.problems, None, invocation)
}

fn log(
    category: &str,
    problems: &[Problem],
    head: Option<&str>,
    invocation: Invocation,
) -> serde_json::Result<String> {
    let codes: BTreeSet<&'static str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    let codes: Vec<&'static str> = codes.into_iter().collect();
    let mut seen = BTreeMap::new();
    let results = problems.iter().map(|problem| result(problem, &codes, head, &mut seen)).collect();
    let rules = codes.iter().map(|code| descriptor(code)).collect();
    super::write(category, rules, invocation, results)
}

fn descriptor(code: &'static str) -> ReportingDescriptor {
    let text = code.replace('-', " ");
    ReportingDescriptor {
        id: code,
        name: pascal(code),
        short_description: Message { text: text.clone() },
        full_description: Message { text: format!("A manifest's problem: {text}.") },
        help: Help {
            text: "The message says what to do.".to_owned(),
            markdown: "The message says what to do.\n".to_owned(),
        },
        default_configuration: Configuration { level: "error" },
        properties: RuleProperties { precision: "very-high", problem_severity: "error" },
    }
}

fn result(
    problem: &Problem,
    codes: &[&'static str],
    head: Option<&str>,
    seen: &mut BTreeMap<String, u32>,
) -> SarifResult {
    let Problem { code, severity, origin, address, message, hint } = problem;
    let message = about(address.as_ref(), message);
    let hint = hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    let first = || Some(Origin { file: head?.to_owned(), line: 1, column: 1 });
    let place = origin.clone().or_else(first);
    let file = place.as_ref().map(|place| place.file.clone()).unwrap_or_default();
    // The line is not a part: it moves with every edit above it.
    let text = format!("{code}\0{file}\0{message}");
    SarifResult {
        rule_id: code.as_str(),
        rule_index: codes.iter().position(|other| *other == code.as_str()),
        level: if *severity == Severity::Error { "error" } else { "warning" },
        message: Message { text: plain(&format!("{message}{hint}")) },
        locations: vec![Location {
            physical_location: place.map(|Origin { file, line, column }| {
                let region =
                    Region { start_line: line.max(1), start_column: Some(column.max(1)), end_column: None };
                physical(&file, Some(region))
            }),
            logical_locations: Vec::new(),
            message: None,
        }],
        partial_fingerprints: [(FINGERPRINT, super::fingerprint(text, seen))].into(),
        code_flows: Vec::new(),
        suppressions: Vec::new(),
        properties: ResultProperties::Problem {
            address: address.as_ref().map(|address| visible(&address.to_string()).into_owned()),
        },
    }
}
