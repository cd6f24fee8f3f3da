//! An action of a type that nobody describes.

use super::super::catalog::is_known;
use super::super::document::{Format, is_template};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct UnknownActionType;

static META: RuleMeta = RuleMeta {
    code: "unknown-action-type",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    what: "Finds actions whose type neither the flow language nor exports of the console know. Flows in the older \
           export format are not checked.",
    why: "Either the type is misspelt, and Amazon Connect refuses the flow with \"Invalid Action type\", or it is \
          newer than this tool, and what the block does is not checked (flow language, page \"Actions\").",
    fix: "Check the spelling against the list of actions of the flow language.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "PlayPrompt", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for UnknownActionType {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        if flow.document.format() == Format::Legacy {
            return;
        }
        let unknown = |kind: &str| !kind.is_empty() && !is_known(kind) && !is_template(kind);
        for block in flow.document.blocks().iter().filter(|block| unknown(&block.kind)) {
            let message = format!("`{}` has the type `{}`, which is not known", block.name, block.kind);
            out.add(&META, flow, Some(block), &format!("{}/Type", block.pointer), message);
        }
    }
}
