//! The answer of an asynchronous function read as if it were there.

use super::super::dataflow::Answer;
use super::answer_reads::{Verdict, name_of, reads, report};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ExternalAsync;

static META: RuleMeta = RuleMeta {
    code: "external-async",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds reads of `$.External` that a contact can reach when the latest function was invoked \
          asynchronously and none answered before.",
    why: "An asynchronous invocation does not wait and never fills `$.External`; its result has to be \
          loaded (administrator guide, \"Flow block: AWS Lambda function\").",
    fix: "Invoke the function synchronously, or wait and load the result (\"Load Lambda result\") before \
          it is read.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3", "InvocationType": "ASYNCHRONOUS"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3", "InvocationType": "SYNCHRONOUS"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for ExternalAsync {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        report(&META, flow, &reads(flow, facts), out, |read| {
            let pending = flow.data_flow().answers(read.block).find_map(|answer| match answer {
                Answer::Pending(of) => Some(of),
                _ => None,
            })?;
            let says = format!(
                ", and `{}` was invoked asynchronously: its answer is available only after it is loaded",
                name_of(flow, pending)
            );
            Some(Verdict::new(&META, Answer::Pending(pending), says))
        });
    }
}
