//! A block that misses the alias or version that the manifest binds.

use super::super::document::is_template;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaUnqualifiedArn;

static META: RuleMeta = RuleMeta {
    code: "lambda-unqualified-arn",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function by its bare ARN though the manifest binds one of its aliases or \
           versions. Without a manifest nothing is reported.",
    why: "The bare ARN invokes `$LATEST`, whatever was deployed last, and the grant on the alias does not cover it: \
          permissions are kept for each qualifier (Lambda guide, page \"Using versions and aliases in permissions\").",
    fix: "Add the qualifier that the message names to the ARN in the block, or bind the function without one.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f:live", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

/// Returns whether a text is the ARN of a function without a qualifier.
fn is_bare(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.split(':').nth(5) == Some("function") && arn.split(':').count() == 7
}

impl Rule for LambdaUnqualifiedArn {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        let mut facts = Facts::default();
        for arn in [
            "arn:aws:lambda:us-east-1:111122223333:function:f",
            "arn:aws:lambda:us-east-1:111122223333:function:f:live",
        ] {
            facts.functions.entry(arn.to_owned()).or_default().qualifier = Some(Some("live".to_owned()));
        }
        facts
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for invocation in flow.data_flow().invocations() {
            let Some(arn) = invocation.function.as_ref().and_then(|arn| arn.literal()) else { continue };
            let known = facts.functions.get(arn);
            let Some(Some(qualifier)) = known.and_then(|known| known.qualifier.as_ref()) else { continue };
            let Some(block) = flow.document.blocks().get(invocation.index) else { continue };
            if is_template(arn) || !is_bare(arn) {
                continue;
            }
            let pointer = flow.document.function_pointer(block);
            let message = format!(
                "`{}` invokes `{arn}` without a qualifier; the manifest binds `{qualifier}`: write `{arn}:{qualifier}`",
                block.name
            );
            out.add(&META, flow, Some(block), &pointer, message);
        }
    }
}
