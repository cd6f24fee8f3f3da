//! `flowbind.lint/v1`: a field may be added within the version, none is renamed or removed.

use serde::Serialize;

use crate::flow::finding::{Finding, PathStep};
use crate::lint::Report;
use crate::report::document::ErrorLine;
use crate::report::lint::Notice;
use crate::report::visible::document;
use crate::resource::Problem;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LintDocument<'a> {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.lint/v1")))]
    format: &'static str,
    files: usize,
    findings: Vec<FindingLine<'a>>,
    suppressed: Vec<SuppressedLine<'a>>,
    /// What could not be read, and was not checked, or not with its manifest.
    unread: &'a [Notice],
    /// What is wrong with the manifests.
    problems: &'a [Problem],
    /// Why the command ended early, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FindingLine<'a> {
    code: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = ["error", "warning", "advice", "info"])))]
    severity: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = ["high", "medium", "low"])))]
    confidence: &'static str,
    file: Option<&'a str>,
    line: usize,
    column: usize,
    pointer: &'a str,
    block: Option<&'a str>,
    message: &'a str,
    path: Vec<StepLine<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StepLine<'a> {
    block: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    callee: Option<&'a str>,
    pointer: &'a str,
    by: String,
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<u32>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SuppressedLine<'a> {
    #[serde(flatten)]
    finding: FindingLine<'a>,
    reason: &'a str,
}

fn line(finding: &Finding) -> FindingLine<'_> {
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
    FindingLine {
        code,
        severity: severity.as_str(),
        confidence: confidence.as_str(),
        file: file.as_deref(),
        line: *line,
        column: *column,
        pointer,
        block: block.as_deref(),
        message,
        path: path.iter().map(step).collect(),
        fingerprint,
    }
}

fn step(step: &PathStep) -> StepLine<'_> {
    let PathStep { block, pointer, callee, by, line, seconds, rounds } = step;
    let (by, line, seconds, rounds) = (by.to_string(), *line, *seconds, *rounds);
    StepLine { block, callee: callee.as_deref(), pointer, by, line, seconds, rounds }
}

/// Writes the document, with a line break at its end.
///
/// # Errors
/// None that this data can cause.
pub fn json(report: &Report, unread: &[Notice], problems: &[Problem]) -> serde_json::Result<String> {
    document(&LintDocument {
        format: "flowbind.lint/v1",
        files: report.files,
        findings: report.findings.iter().map(line).collect(),
        suppressed: report
            .suppressed
            .iter()
            .map(|suppressed| SuppressedLine {
                finding: line(&suppressed.finding),
                reason: &suppressed.reason,
            })
            .collect(),
        unread,
        problems,
        error: None,
    })
}

/// Writes the document of a command that ended before anything was judged.
///
/// # Errors
/// None that this data can cause.
pub fn failed_json(error: ErrorLine) -> serde_json::Result<String> {
    document(&LintDocument {
        format: "flowbind.lint/v1",
        files: 0,
        findings: Vec::new(),
        suppressed: Vec::new(),
        unread: &[],
        problems: &[],
        error: Some(error),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::samples::{hostile, sample};
    use super::*;

    #[test]
    fn the_document_is_versioned_and_complete() {
        let text = json(&sample(), &[], &[]).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&document), ["format", "files", "findings", "suppressed", "unread", "problems"]);
        assert_eq!((&document["format"], &document["files"]), (&"flowbind.lint/v1".into(), &2.into()));
        let expected = [
            "code",
            "severity",
            "confidence",
            "file",
            "line",
            "column",
            "pointer",
            "block",
            "message",
            "path",
            "fingerprint",
        ];
        for finding in document["findings"].as_array().unwrap() {
            assert_eq!(keys(finding), expected);
        }
        assert_eq!(document["findings"][0]["file"], Value::Null);
        let path = serde_json::json!([
            {"block": "Welcome", "pointer": "/Actions/0", "by": "next", "line": 2, "seconds": 0},
            {"block": "Lookup", "callee": "auth", "pointer": "/Actions/0", "by": "NoMatchingError", "line": 4, "seconds": 8},
            {"block": "Lookup again", "pointer": "/Actions/0", "by": "", "line": 5, "seconds": 24, "rounds": 3},
        ]);
        assert_eq!(document["findings"][3]["path"], path);
        assert_eq!(document["suppressed"][0]["reason"], "until May");
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn hostile_names_come_through_as_they_are_and_raw_nowhere() {
        let report = hostile();
        let text = json(&report, &[], &[]).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && crate::report::visible::steers(c)), "{text}");
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["findings"][0]["block"].as_str(), report.findings[0].block.as_deref());
        assert_eq!(document["findings"][0]["message"], report.findings[0].message.as_str());
    }
}
