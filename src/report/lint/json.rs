//! `flowbind.lint/v1`: a field may be added within the version, none is renamed or removed.

use serde::Serialize;

use super::visible::document;
use crate::flow::finding::Finding;
use crate::lint::Report;

#[derive(Serialize)]
struct LintDocument<'a> {
    format: &'static str,
    files: usize,
    findings: Vec<FindingLine<'a>>,
    suppressed: Vec<SuppressedLine<'a>>,
}

#[derive(Serialize)]
struct FindingLine<'a> {
    code: &'static str,
    severity: &'static str,
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
struct StepLine<'a> {
    block: &'a str,
    by: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct SuppressedLine<'a> {
    #[serde(flatten)]
    finding: FindingLine<'a>,
    reason: &'a str,
}

fn line(finding: &Finding) -> FindingLine<'_> {
    let Finding { code, severity, confidence, file, line, column, pointer, block, message, path, fingerprint } = finding;
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
        path: path.iter().map(|step| StepLine { block: &step.block, by: &step.by, line: step.line }).collect(),
        fingerprint,
    }
}

/// Writes the document, with a line break at its end.
///
/// # Errors
/// None that this data can cause.
pub fn json(report: &Report) -> serde_json::Result<String> {
    document(&LintDocument {
        format: "flowbind.lint/v1",
        files: report.files,
        findings: report.findings.iter().map(line).collect(),
        suppressed: report
            .suppressed
            .iter()
            .map(|suppressed| SuppressedLine { finding: line(&suppressed.finding), reason: &suppressed.reason })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::samples::{hostile, sample};
    use super::*;

    #[test]
    fn the_document_is_versioned_and_complete() {
        insta::assert_snapshot!(json(&sample()).unwrap(), @"");
    }

    #[test]
    fn hostile_names_come_through_as_they_are_and_raw_nowhere() {
        let report = hostile();
        let text = json(&report).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && super::super::visible::steers(c)), "{text}");
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["findings"][0]["block"].as_str(), report.findings[0].block.as_deref());
        assert_eq!(document["findings"][0]["message"], report.findings[0].message.as_str());
    }
}
