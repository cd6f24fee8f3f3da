//! What a manifest lets pass, and why.

use super::codes::{self, UNUSED_SUPPRESSION};
use super::selection::UnknownCode;
use crate::flow::Document;
use crate::flow::finding::{Finding, fingerprint};
use crate::manifest::Suppression;
use crate::resource::Label;

/// A finding that is suppressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why.
    pub reason: String,
}

/// Returns whether a finding is suppressed. `flow` and `document` are those that it was found in.
pub(super) fn covers(
    suppression: &Suppression,
    finding: &Finding,
    flow: Option<&Label>,
    document: Option<&Document>,
) -> bool {
    suppression.code == finding.code
        && suppression.flow.as_ref().is_none_or(|wanted| Some(wanted) == flow)
        && suppression.block.as_ref().is_none_or(|wanted| is_about(finding, wanted, document))
}

fn is_about(finding: &Finding, wanted: &str, document: Option<&Document>) -> bool {
    let Some(block) = &finding.block else { return false };
    let found = document.and_then(|document| document.find(wanted).ok());
    let inside = |pointer: &str| {
        finding.pointer.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    block == wanted || found.is_some_and(|found| *block == found.name && inside(&found.pointer))
}

/// Says that a suppression lets nothing pass.
pub(super) fn unused(suppression: &Suppression) -> Finding {
    let Suppression { code, flow, block, reason: _, origin } = suppression;
    let mut what = format!("`{code}`");
    if let Some(flow) = flow {
        what = format!("{what} in `{flow}`");
    }
    if let Some(block) = block {
        what = format!("{what} on the block `{block}`");
    }
    let hint = match codes::find(code) {
        Some(_) => "remove the entry".to_owned(),
        None => UnknownCode::of(code).hint.unwrap_or_else(|| format!("no rule has the code `{code}`")),
    };
    let meta = &UNUSED_SUPPRESSION;
    let flow = flow.as_ref().map_or("", Label::as_str);
    let place = format!("{code}/{flow}/{}", block.as_deref().unwrap_or(""));
    Finding {
        code: meta.code,
        severity: meta.severity,
        confidence: meta.confidence,
        file: Some(origin.file.clone()),
        line: origin.line,
        column: origin.column,
        block: None,
        message: format!("no finding matches this suppression: {what}; {hint}"),
        path: Vec::new(),
        fingerprint: fingerprint(meta.code, Some(&origin.file), None, &place),
        pointer: String::new(),
    }
}
