//! A transition to a block that does not exist.

use super::super::document::is_template;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct DanglingTransition;

static META: RuleMeta = RuleMeta {
    code: "dangling-transition",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds transitions whose `NextAction` is the identifier of no action. A placeholder of a deployment tool \
           is not checked.",
    why: "Amazon Connect refuses the flow when it is published; a contact would have nowhere to go (flow language, \
          page \"Actions\").",
    fix: "Name an action of the flow, or add the missing one.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "ende"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for DanglingTransition {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for edge in flow.graph.edges().iter().filter(|edge| edge.to.is_none()) {
            let target = &edge.target;
            if is_template(&target.identifier) {
                continue;
            }
            let block = flow.document.blocks().get(edge.from);
            let message = format!("no action has the identifier `{}`", target.identifier);
            out.add(&META, flow, block, &target.pointer, message);
        }
    }
}
