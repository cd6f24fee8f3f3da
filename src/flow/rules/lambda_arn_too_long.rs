//! A function's ARN that no association can hold.

use super::super::document::is_template;
use super::super::invocation::ArnValue;
use super::super::limits::MAX_FUNCTION_ARN_CHARACTERS;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaArnTooLong;

static META: RuleMeta = RuleMeta {
    code: "lambda-arn-too-long",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds invocations whose function's ARN has more than 140 characters. A placeholder of a \
           deployment tool is not checked.",
    why: "A function with a longer ARN cannot be associated with an instance, and without an association the console \
          does not offer it; a long name leaves little room for an alias (API reference, \"AssociateLambdaFunction\").",
    fix: "Give the function or its alias a shorter name.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:customer-lookup-of-the-contact-centre-for-all-countries-in-europe:production-of-the-contact-centre-in-europe",
    "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:customer-lookup-of-the-contact-centre-for-all-countries-in-europe:production",
    "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for LambdaArnTooLong {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for invocation in flow.data_flow().invocations() {
            let arn = invocation.function.as_ref().and_then(ArnValue::literal).unwrap_or_default();
            let characters = arn.chars().count();
            let block = flow.document.blocks().get(invocation.index);
            let Some(block) = block.filter(|_| characters > MAX_FUNCTION_ARN_CHARACTERS && !is_template(arn))
            else {
                continue;
            };
            let pointer = flow.document.function_pointer(block);
            let message = format!(
                "the ARN of the function of `{}` has {characters} characters; {MAX_FUNCTION_ARN_CHARACTERS} can be associated",
                block.name
            );
            out.add(&META, flow, Some(block), &pointer, message);
        }
    }
}
