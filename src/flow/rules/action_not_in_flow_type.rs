//! An action in a type of flow that cannot have it.

use super::super::catalog::action_of;
use super::super::document::Format;
use super::super::stub::FlowType;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ActionNotInFlowType;

static META: RuleMeta = RuleMeta {
    code: "action-not-in-flow-type",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds actions that are not allowed in a flow of this type, such as a transfer to a queue in a whisper flow \
           or the end of a module outside of one. Nothing is reported where the type is not known, where pages \
           contradict each other, and about what runs in modules and campaigns.",
    why: "Amazon Connect refuses the flow, in the console as an unsupported block (flow language, \"Restrictions\" on \
          the page of each action).",
    fix: "Move the action into a flow of a type that may have it, or change the type that the manifest gives the flow.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for ActionNotInFlowType {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        Facts { flow_type: Some(FlowType::ContactFlow), ..Facts::default() }
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        let Some(kind) = facts.flow_type else { return };
        if flow.document.format() == Format::Legacy {
            return;
        }
        for block in flow.document.blocks() {
            if action_of(&block.kind).is_some_and(|action| action.barred.holds(kind)) {
                let message = format!(
                    "`{}` is of the type {}, which is not allowed in a flow of the type {}",
                    block.name,
                    block.kind,
                    kind.as_str()
                );
                out.add(&META, flow, Some(block), &format!("{}/Type", block.pointer), message);
            }
        }
    }
}
