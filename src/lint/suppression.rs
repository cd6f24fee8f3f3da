//! What a manifest lets pass, and why.

use super::codes;
use super::codes::UNUSED_SUPPRESSION;
use super::selection::UnknownCode;
use crate::flow::Document;
use crate::flow::finding::{Finding, fingerprint};
use crate::resource::{Label, Origin};

/// An entry of `spec.lint.ignore`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The code of the findings.
    pub code: String,
    /// The flow that they must be in, by its logical name; any where there is none.
    pub flow: Option<Label>,
    /// The block that they must be about, by its identifier or friendly name; any where there is none.
    pub block: Option<String>,
    /// Why they are let pass.
    pub reason: String,
    /// Where the entry stands.
    pub origin: Origin,
}

/// A finding that is let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why.
    pub reason: String,
}

impl Suppression {
    /// Tells whether a finding is let pass. `flow` and `document` are those that it was found in.
    pub(super) fn covers(
        &self,
        finding: &Finding,
        flow: Option<&Label>,
        document: Option<&Document>,
    ) -> bool {
        self.code == finding.code
            && self.flow.as_ref().is_none_or(|wanted| Some(wanted) == flow)
            && self.block.as_ref().is_none_or(|wanted| is_about(finding, wanted, document))
    }

    /// Says that it lets nothing pass.
    pub(super) fn unused(&self) -> Finding {
        let Self { code, flow, block, reason: _, origin } = self;
        let mut what = format!("`{code}`");
        if let Some(flow) = flow {
            what = format!("{what} in flow/{flow}");
        }
        if let Some(block) = block {
            what = format!("{what} on the block `{block}`");
        }
        let hint = match codes::find(code) {
            Some(_) => "take the entry out".to_owned(),
            None => UnknownCode::of(code).hint.unwrap_or_else(|| format!("no rule has the code `{code}`")),
        };
        let meta = &UNUSED_SUPPRESSION;
        let pointer =
            format!("{code}/{}/{}", flow.as_ref().map_or("", Label::as_str), block.as_deref().unwrap_or(""));
        Finding {
            code: meta.code,
            severity: meta.severity,
            confidence: meta.confidence,
            file: Some(origin.file.clone()),
            line: origin.line,
            column: origin.column,
            block: None,
            message: format!("nothing is found that this lets pass: {what}; {hint}"),
            path: Vec::new(),
            fingerprint: fingerprint(meta.code, Some(&origin.file), None, &pointer),
            pointer: String::new(),
        }
    }
}

fn is_about(finding: &Finding, wanted: &str, document: Option<&Document>) -> bool {
    let Some(block) = &finding.block else { return false };
    let found = document.and_then(|document| document.find(wanted).ok());
    let inside = |pointer: &str| {
        finding.pointer.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    block == wanted || found.is_some_and(|found| *block == found.name && inside(&found.pointer))
}
