//! Findings as SARIF.

use super::excerpt::{Excerpt, located};
use super::explain::first_sentence;
use crate::flow::finding::{Finding, PathStep, Severity, Taken};
use crate::flow::rules::RuleMeta;
use crate::lint::{Report, codes};
use crate::manifest::Sources;
use crate::report::sarif::log::*;
use crate::report::sarif::{pascal, physical, plain, write};
use crate::report::visible::visible;

/// Something that went wrong beside the findings: an input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Notice {
    /// The file or folder, as the caller named it.
    pub file: String,
    /// What went wrong.
    pub message: String,
}

/// The key of the fingerprint; its version changes when the way it is made does.
const FINGERPRINT: &str = "flowbindFingerprint/v1";

/// Writes the log, with a line break at its end. `notices` are inputs that could not be read.
///
/// # Errors
/// None that this data can cause.
pub fn sarif(report: &Report, sources: &Sources, notices: &[Notice]) -> serde_json::Result<String> {
    sarif_of("flowbind/lint/", &codes(), report, sources, notices)
}

/// Writes the log of other rules than lint's.
pub(in crate::report) fn sarif_of(
    category: &'static str,
    metas: &[&RuleMeta],
    report: &Report,
    sources: &Sources,
    notices: &[Notice],
) -> serde_json::Result<String> {
    let shown =
        located(report, sources).map(|(finding, excerpt)| result(finding, excerpt.as_ref(), metas, None));
    let passed = report.suppressed.iter().map(|it| result(&it.finding, None, metas, Some(&it.reason)));
    let rules = metas.iter().map(|meta| descriptor(meta)).collect();
    let notifications = notices.iter().map(|notice| Notification {
        level: "error",
        message: Message { text: plain(&notice.message) },
        locations: vec![Location {
            physical_location: Some(physical(&notice.file, None)),
            ..Location::default()
        }],
    });
    let invocation = Invocation {
        execution_successful: notices.is_empty(),
        tool_execution_notifications: notifications.collect(),
    };
    write(category, rules, invocation, shown.chain(passed).collect())
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice | Severity::Info => "note",
    }
}

fn descriptor(meta: &RuleMeta) -> ReportingDescriptor {
    let RuleMeta { code, severity, confidence, what, why, fix, bad, good } = meta;
    let text = format!("{what}\n\nWhy it matters: {why}\n\nWhat to do: {fix}");
    let mut markdown = format!("{what}\n\n**Why it matters.** {why}\n\n**What to do.** {fix}\n");
    if !bad.is_empty() {
        markdown.push_str(&format!("\nFails:\n\n```\n{bad}\n```\n\nPasses:\n\n```\n{good}\n```\n"));
    }
    ReportingDescriptor {
        id: code,
        name: pascal(code),
        short_description: Message { text: plain(first_sentence(what)) },
        full_description: Message { text: plain(what) },
        help: Help { text: plain(&text), markdown },
        default_configuration: Configuration { level: level(*severity) },
        properties: RuleProperties { precision: confidence.as_str(), problem_severity: problem(*severity) },
    }
}

/// GitHub's three words.
const fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice | Severity::Info => "recommendation",
    }
}

fn result(
    finding: &Finding,
    excerpt: Option<&Excerpt<'_>>,
    metas: &[&RuleMeta],
    reason: Option<&str>,
) -> SarifResult {
    let Finding {
        code,
        severity,
        confidence,
        file,
        line,
        column,
        pointer,
        block,
        message,
        path,
        fingerprint,
    } = finding;
    let region = Region {
        start_line: (*line).max(1),
        start_column: Some((*column).max(1)),
        end_column: excerpt.map(|excerpt| excerpt.end_column),
    };
    let block =
        block.as_ref().map(|block| LogicalLocation { name: visible(block).into_owned(), kind: "element" });
    let location = Location {
        physical_location: file.as_deref().map(|file| physical(file, Some(region))),
        logical_locations: block.into_iter().collect(),
        message: None,
    };
    let steps = path.iter().map(|step| step_location(step, file.as_deref()));
    let flow = CodeFlow { thread_flows: [ThreadFlow { locations: steps.collect() }] };
    let suppression =
        |reason: &str| Suppression { kind: "external", justification: visible(reason).into_owned() };
    SarifResult {
        rule_id: code,
        rule_index: metas.iter().position(|meta| meta.code == *code),
        level: level(*severity),
        message: Message { text: plain(message) },
        locations: if file.is_some() || !location.logical_locations.is_empty() {
            vec![location]
        } else {
            Vec::new()
        },
        partial_fingerprints: [(FINGERPRINT, fingerprint.clone())].into(),
        code_flows: if path.is_empty() { Vec::new() } else { vec![flow] },
        suppressions: reason.map(suppression).into_iter().collect(),
        properties: ResultProperties::Finding {
            pointer: pointer.clone(),
            confidence: confidence.as_str(),
            severity: severity.as_str(),
        },
    }
}

fn step_location(step: &PathStep, file: Option<&str>) -> ThreadFlowLocation {
    let PathStep { block, pointer: _, callee, by, line, seconds, rounds } = step;
    let mut text = match by {
        Taken::End => block.clone(),
        by => format!("{block} - {by}"),
    };
    if let Some(callee) = callee {
        text = format!("{callee} > {text}");
    }
    if let Some(rounds) = rounds {
        text = format!("{text}, {rounds} rounds");
    }
    if let Some(seconds) = seconds {
        text = format!("{text}, {seconds} s");
    }
    // The lines of a module are those of another file, which a step does not name.
    let region = Region { start_line: (*line).max(1), start_column: None, end_column: None };
    let file = file.filter(|_| callee.is_none());
    let location = Location {
        physical_location: file.map(|file| physical(file, Some(region))),
        logical_locations: vec![LogicalLocation { name: visible(block).into_owned(), kind: "element" }],
        message: Some(Message { text: plain(&text) }),
    };
    ThreadFlowLocation { location }
}

#[cfg(test)]
mod tests;
