//! Where findings are: their order, and what becomes of their places when the judged text is not the written one.

use super::codes;
use crate::flow::document::{Block, Branch, Document, Transitions};
use crate::flow::finding::{Confidence, Finding, PathStep, Severity, Taken, fingerprint, nearest};
use crate::flow::graph::EdgeKind;
use crate::flow::json::{self, Value};
use crate::resource::{self, Problem};

/// What findings are ordered by, and told apart by.
pub(super) fn order(finding: &Finding) -> impl Ord {
    let Finding { code, file, line, column, pointer, message, fingerprint, .. } = finding;
    (file, *line, *column, *code, pointer, message, fingerprint)
}

/// Creates a finding of a problem with a manifest: the fingerprint is made of the resource, not of its line.
pub(super) fn finding(problem: Problem) -> Finding {
    let Problem { code, severity, origin, address, message, hint } = problem;
    let code = code.as_str();
    let address = address.map(|address| (address.to_string(), address.block));
    let (address, block) = address.unwrap_or_default();
    let message = match hint {
        Some(hint) => format!("{message}; {}", hint.trim_end_matches('.')),
        None => message,
    };
    let (line, column) = origin.as_ref().map_or((1, 1), |origin| (origin.line, origin.column));
    let file = origin.map(|origin| origin.file);
    Finding {
        code,
        // What a plan has no word for, such as what is only worth knowing, the code's own contract says.
        severity: codes::find(code).map_or_else(|| of(severity), |meta| meta.severity),
        confidence: Confidence::High,
        fingerprint: fingerprint(code, file.as_deref(), None, &address),
        file,
        line,
        column,
        pointer: String::new(),
        block,
        message,
        path: Vec::new(),
    }
}

/// Moves a finding about a text that a manifest made to where it stands in the file: the values differ, the pointers do
/// not. A value that only the manifest gives is told at the nearest value around it.
pub(super) fn move_to(finding: &mut Finding, written: &Document) {
    let position = nearest(written, &finding.pointer);
    (finding.line, finding.column) = (position.line, position.column);
    for step in &mut finding.path {
        if let Some(line) = line_of(step, written) {
            step.line = line;
        }
    }
}

fn line_of(step: &PathStep, written: &Document) -> Option<usize> {
    // The text of a module or of another flow is not the one that was changed here.
    if step.callee.is_some() {
        return None;
    }
    let block: &Block = written.blocks().iter().find(|block| block.pointer == step.pointer)?;
    let Transitions { next, conditions, errors } = &block.transitions;
    let of = |branches: &[Branch], label: &str| {
        branches.iter().find(|branch| branch.label == label).and_then(|branch| branch.target.clone())
    };
    let target = match &step.by {
        Taken::Branch(EdgeKind::Next) => next.clone(),
        Taken::Branch(EdgeKind::Condition(label)) => of(conditions, label),
        Taken::Branch(EdgeKind::Error(label)) => of(errors, label),
        Taken::Into(_) | Taken::Back | Taken::End => return Some(block.position.line),
    };
    target.map(|target| target.position.line)
}

/// Tells a flow that cannot be read from a file that never was one, such as a `package.json`.
pub(super) fn claims_to_be_a_flow(text: &str) -> bool {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let has = |word: &str| text.contains(&format!("\"{word}\"")) || text.contains(&format!("\\\"{word}\\\""));
    match json::parse(text) {
        Ok(parsed) if matches!(parsed.root.value, Value::Object(_)) => {
            let there = |key: &str| parsed.root.get(key).is_some();
            let wrapped = ["/Content", "/ContactFlow/Content", "/ContactFlowModule/Content"];
            let inside =
                |pointer: &&str| parsed.root.pointer(pointer).is_some_and(|node| node.as_str().is_some());
            (there("Actions") && (there("StartAction") || there("Version")))
                || (there("modules") && there("start"))
                || (wrapped.iter().any(inside) && has("Actions"))
        }
        Ok(parsed) => parsed.root.as_str().is_some_and(|text| text.contains("\"Actions\"")),
        Err(_) => (has("Actions") && has("StartAction")) || (has("modules") && has("start")),
    }
}

fn of(severity: resource::Severity) -> Severity {
    match severity {
        resource::Severity::Error => Severity::Error,
        resource::Severity::Held | resource::Severity::Warning => Severity::Warning,
    }
}
