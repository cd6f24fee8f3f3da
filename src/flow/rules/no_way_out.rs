//! Blocks that a contact never leaves.

use super::super::graph::{hands_over, is_terminal};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct NoWayOut;

static META: RuleMeta = RuleMeta {
    code: "no-way-out",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    what: "Finds cycles that lead to no end: neither to a block that ends the flow, nor to a transfer, \
           nor out of the cycle at all. A cycle that plays prompts in a loop is not reported, since a contact leaves it \
           by being served, and so is one that waits or asks for input.",
    why: "A contact loops until Amazon Connect or the caller ends it, and each round costs money.",
    fix: "Connect one of the blocks to an end: a block that disconnects, ends the flow, or hands the contact over.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"x": "1"}}, "Transitions": {
    "NextAction": "b", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "b"}]}},
  {"Identifier": "b", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"x": "2"}}, "Transitions": {
    "NextAction": "a", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "a"}]}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"x": "1"}}, "Transitions": {
    "NextAction": "b", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "b"}]}},
  {"Identifier": "b", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"x": "2"}}, "Transitions": {
    "NextAction": "a", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

/// Returns whether a contact may leave the flow at a block, or stays there on purpose.
fn rests(kind: &str) -> bool {
    is_terminal(kind)
        || hands_over(kind)
        || matches!(
            kind,
            "MessageParticipantIteratively"
                | "Wait"
                | "GetParticipantInput"
                | "ConnectParticipantWithLexBot"
                | "ShowView"
        )
}

impl Rule for NoWayOut {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for component in flow.graph.components() {
            let Some(first) = component.first().and_then(|first| flow.document.blocks().get(*first)) else {
                continue;
            };
            if !flow.graph.is_reachable(first.index) || !flow.graph.in_cycle(first.index) {
                continue;
            }
            let of = flow.graph.component(first.index);
            let leaves = |block: usize| {
                // An edge to no block (a placeholder, or `dangling-transition`'s) counts as a way out.
                let out = |edge: &super::super::graph::Edge| {
                    edge.to.is_none_or(|to| flow.graph.component(to) != of)
                };
                flow.graph.edges_from(block).iter().any(out)
            };
            let kind =
                |block: usize| flow.document.blocks().get(block).map_or("", |block| block.kind.as_str());
            if component.iter().any(|block| leaves(*block) || rests(kind(*block))) {
                continue;
            }
            let message = format!(
                "a contact that reaches `{}` loops through {} block(s) and never leaves; connect one of them to an end",
                first.name,
                component.len()
            );
            out.add_with_path(&META, flow, first, &first.pointer, message);
        }
    }
}
