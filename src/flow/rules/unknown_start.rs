//! A flow that begins nowhere.

use super::super::document::is_template;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct UnknownStart;

static META: RuleMeta = RuleMeta {
    code: "unknown-start",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds a flow whose `StartAction` (in an older export `start`) names no block. A placeholder is not checked.",
    why: "Amazon Connect refuses the flow when it is published (flow language, page \"Amazon Connect Flow language\").",
    fix: "Set `StartAction` to the identifier of the first block.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "begin", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for UnknownStart {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let Some(start) = flow.document.start_target() else { return };
        if flow.graph.start().is_none() && !is_template(&start.identifier) {
            let message =
                format!("the flow starts at `{}`, and no block has this identifier", start.identifier);
            out.add(&META, flow, None, &start.pointer, message);
        }
    }
}
