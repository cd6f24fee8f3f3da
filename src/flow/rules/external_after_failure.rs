//! An answer that is read although the function may have failed.

use super::super::dataflow::Answer;
use super::answer_reads::{Verdict, names_of, reads, report};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ExternalAfterFailure;

static META: RuleMeta = RuleMeta {
    code: "external-after-failure",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds reads of `$.External` that a contact can reach after the latest function failed. AWS does \
          not document whether the answer of an earlier function stays: then the finding is less certain. A comparison with a no-match branch handles this and is not reported.",
    why: "A function that fails, throttles or answers too late gives no answer, and the contact takes the \
          Error branch: what it hears or is routed by is empty or belongs to another function \
          (administrator guide, \"Lambda functions and attributes\").",
    fix: "Point the Error branch to blocks that do not need the answer, or copy answers to attributes where \
          the function succeeded.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "log", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "hello"}]}},
  {"Identifier": "log", "Type": "UpdateFlowLoggingBehavior", "Parameters": {"FlowLoggingBehavior": "Enabled"},
   "Transitions": {"NextAction": "hello"}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
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

impl Rule for ExternalAfterFailure {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        let data = flow.data_flow();
        report(&META, flow, &reads(flow, facts), out, |read| {
            if read.guarded {
                return None;
            }
            let failed: Vec<usize> = data
                .answers(read.block)
                .filter_map(|answer| match answer {
                    Answer::Failed(of) => Some(of),
                    _ => None,
                })
                .collect();
            let stays = |of: usize| {
                let block = data.invocation(of).map_or(usize::MAX, |invocation| invocation.index);
                data.answers(block).any(|answer| matches!(answer, Answer::Of(_) | Answer::Unknown))
            };
            let stale = failed.iter().copied().find(|of| stays(*of));
            let first = stale.or_else(|| failed.first().copied())?;
            let names = names_of(flow, &failed);
            let verdict = |says: String| Verdict::new(&META, Answer::Failed(first), says);
            match stale {
                Some(_) => Some(Verdict {
                    confidence: Confidence::Medium,
                    ..verdict(format!(
                        ", and on a path to it {names} failed: it holds nothing, or what an earlier function answered"
                    ))
                }),
                None => {
                    Some(verdict(format!(", and on a path to it {names} failed: there is no answer to read")))
                }
            }
        });
    }
}
