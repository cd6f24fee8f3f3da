//! An attribute whose name a function chooses.

use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct DynamicAttributeName;

static META: RuleMeta = RuleMeta {
    code: "dynamic-attribute-name",
    severity: Severity::Advice,
    confidence: Confidence::High,
    what: "Finds attributes whose name is taken from `$.External`.",
    why: "The flow does not show which attributes a contact has: a function may overwrite any of \
          them, and a key that is not in its answer names none.",
    fix: "Give the attributes fixed names, and let the function answer these keys.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "keep", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "keep", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"$.External.key": "$.External.value"}},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "keep", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "keep", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"tier": "$.External.value"}},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for DynamicAttributeName {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let keys = flow.references().iter().filter(|found| found.is_key && found.namespace.is_answer());
        let keys: Vec<_> = keys.filter(|found| flow.graph.is_reachable(found.block)).collect();
        for found in keys.chunk_by(|a, b| a.block == b.block) {
            let Some(first) = found.first() else { continue };
            let Some(block) = flow.document.blocks().get(first.block) else { continue };
            let message = format!(
                "`{}` takes the name of {} attribute(s) from a function's answer, such as `{}`; give fixed names",
                block.name,
                found.len(),
                first.text()
            );
            out.add(&META, flow, Some(block), &first.pointer, message);
        }
    }
}
