//! An answer that is read after the next function has replaced it.

use super::super::dataflow::Answer;
use super::answer_reads::{Verdict, name_of, reads, report};
use super::response_keys::{answers_of, earlier_with, missing};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ExternalReplaced;

static META: RuleMeta = RuleMeta {
    code: "external-replaced",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds reads of a key that the latest function's declared response does not hold, but that of an \
          earlier function does. Functions without a declared response are not checked.",
    why: "Each invocation replaces the whole of `$.External`: what an earlier function answered is gone \
          (administrator guide, \"Lambda functions and attributes\").",
    fix: "Copy the earlier answer to an attribute (Set contact attributes) before the next function is \
          invoked, and read that.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "balance", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "balance", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:g", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
    "NextAction": "balance", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "balance", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:g", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for ExternalReplaced {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        answers_of(&[("f", &["name"]), ("g", &["balance"])])
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        report(&META, flow, &reads(flow, facts), out, |read| {
            let latest = missing(flow, facts, read)?;
            let earlier = earlier_with(flow, facts, latest, read.reference.key()?)?;
            let (latest_name, earlier) = (name_of(flow, latest), name_of(flow, earlier));
            let says = format!(
                ", which `{earlier}` answers, and on a path to it `{latest_name}` has replaced that answer"
            );
            Some(Verdict::new(&META, Answer::Of(latest), says))
        });
    }
}
