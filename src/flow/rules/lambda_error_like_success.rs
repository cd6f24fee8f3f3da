//! An invocation after whose failure the flow goes on as if nothing had happened.

use super::super::graph::is_terminal;
use super::super::invocation::ACTION;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaErrorLikeSuccess;

static META: RuleMeta = RuleMeta {
    code: "lambda-error-like-success",
    severity: Severity::Advice,
    confidence: Confidence::High,
    what: "Finds invocations whose success and whose Error branch lead to the same block. Where that block ends the \
           flow, or compares, nothing is reported: nothing is left to do otherwise, or the failure may show there.",
    why: "The next block cannot know whether there is an answer: `$.External` is empty after a failure (admin guide, \
          page \"Grant Amazon Connect access to your AWS Lambda functions\").",
    fix: "Point the Error branch to a block of its own, such as a prompt or a default value, or compare what the \
          function returned before it is used.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "say", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "say"}]}},
  {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "say", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for LambdaErrorLikeSuccess {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for block in flow.document.blocks().iter().filter(|block| block.kind == ACTION) {
            let error = block.transitions.error("NoMatchingError").and_then(|branch| branch.target.as_ref());
            let Some((next, error)) = block.transitions.next.as_ref().zip(error) else { continue };
            let to = flow.document.block(&next.identifier);
            let Some(to) = to.filter(|to| {
                next.identifier == error.identifier && to.kind != "Compare" && !is_terminal(&to.kind)
            }) else {
                continue;
            };
            let message = format!(
                "after `{}` the flow goes on with `{}` whether the function failed or not",
                block.name, to.name
            );
            out.add(&META, flow, Some(block), &error.pointer, message);
        }
    }
}
