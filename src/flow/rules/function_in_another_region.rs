//! A function far away from the instance.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionInAnotherRegion;

static META: RuleMeta = RuleMeta {
    code: "function-in-another-region",
    severity: Severity::Advice,
    confidence: Confidence::High,
    what: "Finds blocks of a live flow that invoke a function in another Region than the instance's.",
    why: "Such a function cannot be associated, needs a grant made by hand, and each call crosses Regions \
          while the contact waits (administrator guide, \"Invoke AWS Lambda functions\").",
    fix: "Deploy the function in the instance's Region, or keep it and watch the time limit.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-west-2:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: super::invoked::CALLS_F,
};

impl Rule for FunctionInAnotherRegion {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.exists = Some(true))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if found.facts.exists.is_some() && is_elsewhere(found.text(), facts) {
                let message = format!(
                    "`{}` invokes {}, which is in another Region than the instance",
                    found.block.name,
                    found.name()
                );
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}

fn is_elsewhere(function: &str, facts: &Facts) -> bool {
    let region =
        |arn: &str| arn.starts_with("arn:").then(|| arn.split(':').nth(3).map(str::to_owned)).flatten();
    let instance = facts.instance_arn.as_deref().and_then(region);
    region(function).zip(instance).is_some_and(|(function, instance)| function != instance)
}
