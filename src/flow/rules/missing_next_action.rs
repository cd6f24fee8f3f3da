//! An action that succeeds into nothing.

use super::super::catalog::action_of;
use super::super::document::Format;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct MissingNextAction;

static META: RuleMeta = RuleMeta {
    code: "missing-next-action",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds actions that neither end the flow nor hand the contact over, and have no `NextAction` and no \
           condition that would lead on. Only types whose page asks for it are checked; invocations of functions have \
           `lambda-error-branch`.",
    why: "Amazon Connect refuses the flow: \"Action is missing required property\" (flow language, page \"Actions\").",
    fix: "Set `Transitions.NextAction` to the block that comes after success.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for MissingNextAction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        if flow.document.format() == Format::Legacy {
            return;
        }
        for block in flow.document.blocks() {
            let transitions = &block.transitions;
            let leads_on = transitions.next.is_some()
                || transitions.conditions.iter().any(|condition| condition.target.is_some());
            if action_of(&block.kind).is_some_and(|action| action.next) && !leads_on {
                let message = format!("`{}` ({}) leads nowhere after success", block.name, block.kind);
                out.add(&META, flow, Some(block), &format!("{}/Transitions", block.pointer), message);
            }
        }
    }
}
