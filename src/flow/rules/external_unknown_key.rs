//! A key that the function does not answer.

use super::super::dataflow::Answer;
use super::answer_reads::{Verdict, name_of, reads, report};
use super::response_keys::{answers_of, earlier_with, missing};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ExternalUnknownKey;

static META: RuleMeta = RuleMeta {
    code: "external-unknown-key",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds reads of a key that the declared response of the function does not hold (`response:` in \
          the manifest). Functions without a declared response are not checked.",
    why: "A key that is not in the answer is empty: often it is misspelt, or the function was changed \
          (administrator guide, \"Consume the Lambda function response\").",
    fix: "Correct the key, or add it to the function's answer and to `response:`.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.nmae"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for ExternalUnknownKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        answers_of(&[("f", &["name"]), ("g", &["balance"])])
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        report(&META, flow, &reads(flow, facts), out, |read| {
            let of = missing(flow, facts, read)?;
            if earlier_with(flow, facts, of, read.reference.key()?).is_some() {
                return None;
            }
            let says = format!(", and the declared response of `{}` holds no such key", name_of(flow, of));
            Some(Verdict::new(&META, Answer::Of(of), says))
        });
    }
}
