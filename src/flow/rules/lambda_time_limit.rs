//! A time limit that Amazon Connect does not take.

use super::super::document::{Format, is_template};
use super::super::invocation::InvocationKind;
use super::super::limits::{MAX_ASYNC_SECONDS, MAX_SYNC_SECONDS};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaTimeLimit;

static META: RuleMeta = RuleMeta {
    code: "lambda-time-limit",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds invocations whose `InvocationTimeLimitSeconds` is missing or not a whole number from 1 to 8 (to 60 for \
           an asynchronous one). A placeholder is not checked.",
    why: "Amazon Connect refuses the flow: the limit is required, static, and at most 8 seconds, since a caller waits \
          (flow language, page \"InvokeLambdaFunction\").",
    fix: "Set the limit to a whole number of seconds in the range that the message names.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "9"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "8"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for LambdaTimeLimit {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for invocation in flow.document.invocations() {
            let most = match invocation.kind {
                InvocationKind::Sync => MAX_SYNC_SECONDS,
                InvocationKind::Async => MAX_ASYNC_SECONDS,
            };
            let found = match &invocation.time_limit {
                None => "is missing".to_owned(),
                Some(limit) if is_template(limit.text()) => continue,
                Some(limit) if limit.seconds().is_some_and(|seconds| (1..=most).contains(&seconds)) => {
                    continue;
                }
                Some(limit) => format!("is `{}`", limit.text()),
            };
            let Some(block) = flow.document.blocks().get(invocation.index) else { continue };
            let pointer = match flow.document.format() {
                Format::Language => format!("{}/Parameters/InvocationTimeLimitSeconds", block.pointer),
                Format::Legacy => format!("{}/parameters", block.pointer),
            };
            let message =
                format!("the time limit of `{}` {found}; set a whole number from 1 to {most}", block.name);
            out.add(&META, flow, Some(block), &pointer, message);
        }
    }
}
