//! A failed invocation that is tried again without a bound.

use std::collections::VecDeque;

use super::super::finding::PathStep;
use super::super::graph::{Edge, EdgeKind, components, is_terminal};
use super::super::invocation::ACTION;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaUnboundedRetry;

static META: RuleMeta = RuleMeta {
    code: "lambda-unbounded-retry",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds invocations whose Error branch leads back to them with nothing on the path that could end it: no \
           `Loop`, no block that decides by a condition (it may count in an attribute), and no input of the caller. \
           Prompts and waits on the path do not end it. Of invocations that share such a path one is reported.",
    why: "While the function fails the contact loops without end, and each round invokes the function again, up to \
          three times by itself (admin guide, page \"Flow block: AWS Lambda function\").",
    fix: "Put a `Loop` block before the invocation and send contacts somewhere else when it ends.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "sorry"}]}},
  {"Identifier": "sorry", "Type": "MessageParticipant", "Parameters": {"Text": "One moment"}, "Transitions": {
    "NextAction": "a", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "a"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "tries", "Actions": [
  {"Identifier": "tries", "Type": "Loop", "Parameters": {"LoopCount": "3"}, "Transitions": {"Conditions": [
    {"NextAction": "a", "Condition": {"Operator": "Equals", "Operands": ["ContinueLooping"]}},
    {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["DoneLooping"]}}]}},
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "sorry"}]}},
  {"Identifier": "sorry", "Type": "MessageParticipant", "Parameters": {"Text": "One moment"}, "Transitions": {
    "NextAction": "tries", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "tries"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for LambdaUnboundedRetry {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let blocks = flow.document.blocks();
        let bounds: Vec<bool> = blocks
            .iter()
            .map(|block| {
                !block.transitions.conditions.is_empty()
                    || is_terminal(&block.kind)
                    || matches!(
                        block.kind.as_str(),
                        "Loop"
                            | "Compare"
                            | "DistributeByPercentage"
                            | "GetParticipantInput"
                            | "ConnectParticipantWithLexBot"
                    )
            })
            .collect();
        let free = |edge: &Edge| edge.to.filter(|to| !bounds[*to] && !bounds[edge.from]);
        let edge = |block: usize, nth: usize| flow.graph.edges_from(block).get(nth).map(free);
        let (component, components) = components::strong(blocks.len(), edge);
        let mut reported = vec![false; components.len()];
        for block in
            blocks.iter().filter(|block| block.kind == ACTION && flow.graph.is_reachable(block.index))
        {
            let of = component[block.index];
            let retries = |edge: &&Edge| {
                matches!(edge.kind, EdgeKind::Error(_)) && free(edge).is_some_and(|to| component[to] == of)
            };
            let Some(first) =
                flow.graph.edges_from(block.index).iter().find(retries).filter(|_| !reported[of])
            else {
                continue;
            };
            reported[of] = true;
            let message = format!(
                "when the function of `{}` fails the flow returns to it without end; limit it with a Loop block",
                block.name
            );
            let way = way_back(flow, first, |edge| free(edge).is_some_and(|to| component[to] == of));
            let finding = out.add(&META, flow, Some(block), &first.target.pointer, message);
            finding.path = way.into_iter().map(|edge| PathStep::of(flow.document, edge)).collect();
        }
    }
}

/// Returns a shortest way from an edge back to the block that it leaves, over edges that `keep` keeps.
fn way_back<'f>(flow: &'f FlowView<'_>, first: &'f Edge, keep: impl Fn(&Edge) -> bool) -> Vec<&'f Edge> {
    let mut came_by: Vec<Option<&Edge>> = vec![None; flow.graph.len()];
    let mut queue: VecDeque<usize> = first.to.into_iter().collect();
    while let Some(block) = queue.pop_front().filter(|block| *block != first.from) {
        for edge in flow.graph.edges_from(block).iter().filter(|edge| keep(edge)) {
            let Some(to) = edge.to else { continue };
            if came_by[to].is_none() && Some(to) != first.to {
                came_by[to] = Some(edge);
                queue.push_back(to);
            }
        }
    }
    let (mut way, mut at) = (Vec::new(), first.from);
    while let Some(edge) = came_by[at].filter(|_| Some(at) != first.to) {
        way.push(edge);
        at = edge.from;
    }
    way.push(first);
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::super::{Document, check};
    use super::*;

    fn paths(text: &str) -> Vec<Vec<String>> {
        let document = Document::parse(text).unwrap();
        let found = check(&FlowView::new(&document, None), &Facts::default(), &[&LambdaUnboundedRetry]);
        let path = |path: Vec<PathStep>| path.into_iter().map(|step| step.block).collect();
        found.into_iter().map(|finding| path(finding.path)).collect()
    }

    #[test]
    fn the_way_back_is_shown_from_the_invocation_on() {
        assert_eq!(paths(META.bad), [["a", "sorry"]]);
        let itself = META.bad.replace(
            r#""NoMatchingError", "NextAction": "sorry""#,
            r#""NoMatchingError", "NextAction": "a""#,
        );
        assert_eq!(paths(&itself), [["a"]]);
    }

    #[test]
    fn what_decides_or_asks_on_the_way_bounds_it() {
        for kind in ["Compare", "GetParticipantInput", "Loop"] {
            assert_eq!(paths(&META.bad.replace("MessageParticipant", kind)).len(), 0, "{kind}");
        }
        assert_eq!(paths(&META.bad.replace("MessageParticipant", "Wait")).len(), 1);
    }
}
