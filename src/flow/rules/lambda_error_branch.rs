//! An invocation whose failure leads nowhere.

use super::super::document::Format;
use super::super::invocation::ACTION;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaErrorBranch;

static META: RuleMeta = RuleMeta {
    code: "lambda-error-branch",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function and have no branch for `NoMatchingError` that leads anywhere, or no \
           `NextAction`.",
    why: "A function that throttles, fails, answers too late or with more than 32 KB takes the Error branch. Amazon \
          Connect refuses a flow without it: \"Action is missing required error\" (flow language, page \
          \"InvokeLambdaFunction\").",
    fix: "Give the block a `NextAction` and an Error branch (`NoMatchingError`) that informs the caller or goes on without the answer.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": []}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for LambdaErrorBranch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let branches = if flow.document.format() == Format::Language { "Transitions" } else { "branches" };
        for block in flow.document.blocks().iter().filter(|block| block.kind == ACTION) {
            let pointer = format!("{}/{branches}", block.pointer);
            let caught =
                block.transitions.error("NoMatchingError").is_some_and(|branch| branch.target.is_some());
            if !caught {
                let message =
                    format!("`{}` invokes a function and has no Error branch (NoMatchingError)", block.name);
                out.add(&META, flow, Some(block), &pointer, message);
            }
            if block.transitions.next.is_none() {
                let message = format!("`{}` invokes a function and leads nowhere after success", block.name);
                out.add(&META, flow, Some(block), &pointer, message);
            }
        }
    }
}
