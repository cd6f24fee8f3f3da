//! A block to which no contact comes.

use super::super::document::is_template;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct UnreachableBlock;

static META: RuleMeta = RuleMeta {
    code: "unreachable-block",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks that cannot be reached from the start. Of blocks that only lead to each other, each is named. \
           Nothing is reported where a transition is a placeholder, since it may lead anywhere.",
    why: "Such a block is dead: often a transition was changed by mistake, and what the block should do is not done.",
    fix: "Remove the block, or lead a transition to it.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for UnreachableBlock {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let open =
            |edge: &super::super::graph::Edge| edge.to.is_none() && is_template(&edge.target.identifier);
        if flow.graph.start().is_none() || flow.graph.edges().iter().any(open) {
            return;
        }
        for block in flow.document.blocks().iter().filter(|block| !flow.graph.is_reachable(block.index)) {
            // A second block of one identifier can never be named; `duplicate-identifier` says so.
            let named =
                flow.document.block(&block.identifier).is_some_and(|first| first.index == block.index);
            if named && !block.identifier.is_empty() && !is_template(&block.identifier) {
                let message = format!("`{}` cannot be reached from the start", block.name);
                out.add(&META, flow, Some(block), &block.pointer, message);
            }
        }
    }
}
