//! Functions in a row that keep a contact in silence for too long.

use super::super::chain::{self, Chain, MAX_SILENT_SECONDS};
use super::super::finding::PathStep;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaChainTooLong;

static META: RuleMeta = RuleMeta {
    code: "lambda-chain-too-long",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Adds up the time limits of synchronous invocations between two prompts and finds the worst path on which \
           they exceed 20 seconds: over all branches, errors included, rounds of `Loop` blocks counted, through \
           modules and into flows that are transferred to. A limit already includes the retries of its block. A cycle \
           without a prompt that invokes a function and that no `Loop` counts is named as endless. Play prompt, loop \
           prompts, and asking for input by keys or by a bot restart the count. A wait, a view, and blocks that \
           AWS does not describe may do so: then, and where a limit or a loop's count is not known (8 seconds and 100 \
           rounds are assumed), the finding is less certain. Of connected invocations only the worst path is reported.",
    why: "Amazon Connect gives functions that are invoked one after another 20 seconds in all; the caller hears \
          nothing meanwhile, and after that the contact fails (admin guide, page \"Grant Amazon Connect access to your AWS \
          Lambda functions\").",
    fix: "Play a prompt before the block that the message names, lower the time limits, or invoke a function \
          asynchronously and load its result later.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "8"},
   "Transitions": {"NextAction": "b", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "stop"}]}},
  {"Identifier": "b", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:g", "InvocationTimeLimitSeconds": "8"},
   "Transitions": {"NextAction": "stop", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "c"}]}},
  {"Identifier": "c", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:h", "InvocationTimeLimitSeconds": "8"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "stop"}]}},
  {"Identifier": "stop", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "8"},
   "Transitions": {"NextAction": "b", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "wait"}]}},
  {"Identifier": "b", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:g", "InvocationTimeLimitSeconds": "8"},
   "Transitions": {"NextAction": "wait", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "stop"}]}},
  {"Identifier": "wait", "Type": "MessageParticipant", "Parameters": {"Text": "One moment"}, "Transitions": {
    "NextAction": "c", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "c"}]}},
  {"Identifier": "c", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:h", "InvocationTimeLimitSeconds": "8"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "stop"}]}},
  {"Identifier": "stop", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for LambdaChainTooLong {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for chain in chain::chains(flow, facts).chains {
            let Some(block) = flow.document.blocks().get(chain.block) else { continue };
            let message = message(&chain);
            let finding = out.add(&META, flow, Some(block), &block.pointer, message);
            finding.confidence = match chain.doubts.len() {
                0 => Confidence::High,
                // Only a caller who goes round through views or waits, and never takes the way out.
                2.. if chain.seconds.is_none() => Confidence::Low,
                _ => Confidence::Medium,
            };
            finding.path = chain.path;
        }
    }
}

fn name(step: &PathStep) -> String {
    match &step.callee {
        Some(callee) => format!("`{}` in `{callee}`", step.block),
        None => format!("`{}`", step.block),
    }
}

/// Lists the steps at which time is lost, each with the sum up to it.
fn sums(path: &[PathStep]) -> String {
    let mut before = 0;
    let mut sums = Vec::new();
    for step in path {
        let seconds = step.seconds.unwrap_or(before);
        match step.rounds {
            Some(rounds) => sums.push(format!("{} after {rounds} rounds {seconds} s", name(step))),
            None if seconds > before => sums.push(format!("{} {seconds} s", name(step))),
            None => {}
        }
        before = seconds;
    }
    sums.join(", ")
}

fn message(chain: &Chain) -> String {
    let sums = sums(&chain.path);
    let mut message = match chain.seconds {
        Some(seconds) => format!(
            "chained functions can keep the caller in silence for {seconds} s; Amazon Connect allows {MAX_SILENT_SECONDS} s ({sums})"
        ),
        None => {
            let at = chain.path.get(chain.over).map(name).unwrap_or_default();
            format!(
                "chained functions can keep the caller in silence without end: a path leads from {at} back to it ({sums}, and on)"
            )
        }
    };
    let least = chain.least_seconds.filter(|least| chain.seconds.is_none() && *least > MAX_SILENT_SECONDS);
    if let Some(least) = least {
        message += &format!("; for {least} s even if no block is visited twice");
    }
    if let Some(own) = chain.own_seconds.filter(|own| Some(*own) != chain.seconds) {
        message += &format!("; with the functions' own time-outs {own} s");
    }
    let mut prompts = Vec::new();
    for prompt in chain.prompts.iter().filter_map(|at| chain.path.get(*at)).map(name) {
        if !prompts.contains(&prompt) {
            prompts.push(prompt);
        }
    }
    if !prompts.is_empty() {
        message += &format!("; play a prompt before {}", prompts.join(" and before "));
    }
    if !chain.doubts.is_empty() {
        message += &format!("; not sure: {}", chain.doubts.join(", "));
    }
    message
}
