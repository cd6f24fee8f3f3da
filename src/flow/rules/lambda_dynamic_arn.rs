//! A function that is known only when a contact is there.

use super::super::invocation::ArnValue;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaDynamicArn;

static META: RuleMeta = RuleMeta {
    code: "lambda-dynamic-arn",
    severity: Severity::Info,
    confidence: Confidence::High,
    what: "Finds invocations whose function is a reference, such as `$.Attributes.fn`.",
    why: "Which function is invoked is known only when a contact arrives, so its association, grant, answers \
          and existence cannot be checked in advance (flow language, page \"InvokeLambdaFunction\").",
    fix: "Set the ARN itself, or compare the attribute and invoke each function in a block of its own.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "$.Queue.Name", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "${function.lookup.arn}", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for LambdaDynamicArn {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for invocation in flow.data_flow().invocations() {
            let Some(ArnValue::Dynamic(reference)) = &invocation.function else { continue };
            let Some(block) = flow.document.blocks().get(invocation.index) else { continue };
            let pointer = flow.document.function_pointer(block);
            let message = format!(
                "`{}` invokes the function that `{reference}` names at run time; it is not checked",
                block.name
            );
            out.add(&META, flow, Some(block), &pointer, message);
        }
    }
}
