//! A nested value read from a flat answer.

use super::super::dataflow::Answer;
use super::super::invocation::ResponseType;
use super::answer_reads::{Verdict, answered, name_of, reads, report};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ExternalNestedRead;

static META: RuleMeta = RuleMeta {
    code: "external-nested-read",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds nested reads such as `$.External.customer.name` of an answer that is validated as a string \
          map, which is what a block without `ResponseValidation` does.",
    why: "A string map is flat: with a nested answer the block takes its Error branch, and with a flat one \
          there is nothing to read (administrator guide, \"Flow block: AWS Lambda function\").",
    fix: "Set the block's response validation to JSON, or let the function answer flat keys.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.customer.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3", "ResponseValidation": {"ResponseType": "JSON"}},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.customer.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for ExternalNestedRead {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        report(&META, flow, &reads(flow, facts), out, |read| {
            if read.reference.path.len() < 2 {
                return None;
            }
            let flat = answered(flow, read.block).find(|(_, of)| of.response_type == ResponseType::StringMap);
            let (of, _) = flat?;
            let says = format!(
                ", a nested value, and the answer of `{}` is read as a flat map of strings",
                name_of(flow, of)
            );
            Some(Verdict::new(&META, Answer::Of(of), says))
        });
    }
}
