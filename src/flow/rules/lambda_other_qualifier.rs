//! A block that calls another alias or version than the manifest binds.

use super::super::document::is_template;
use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaOtherQualifier;

static META: RuleMeta = RuleMeta {
    code: "lambda-other-qualifier",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a declared function under an alias or version that the manifest does not bind, \
           `$LATEST` among them. Without a manifest nothing is reported.",
    why: "Permissions are kept for each qualifier (Lambda guide, page \"Using versions and aliases in permissions\"), and \
          flowbind grants only what the manifest binds: nothing ensures that this call is allowed.",
    fix: "Call the qualifier that the message names, or declare the function a second time with this `qualifier:`.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f:old", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f:live", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

/// Returns the qualifier of a function's ARN.
fn qualifier(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    (parts.next() == Some("arn") && parts.nth(4) == Some("function")).then(|| parts.nth(1)).flatten()
}

impl Rule for LambdaOtherQualifier {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        let mut facts = Facts::default();
        for name in ["f:old", "f:live"] {
            let arn = format!("arn:aws:lambda:us-east-1:111122223333:function:{name}");
            facts.functions.entry(arn).or_default().qualifier = Some(Some("live".to_owned()));
        }
        facts
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            let Some(bound) = &found.facts.qualifier else { continue };
            let known = found.facts.granted.is_some() || found.facts.unread.is_some();
            if known || found.facts.exists == Some(false) {
                // A look at AWS has told more.
                continue;
            }
            let Some(called) = qualifier(found.text()).filter(|_| !is_template(found.text())) else {
                continue;
            };
            if bound.as_deref() == Some(called) {
                continue;
            }
            let binds = match bound {
                Some(bound) => format!("`{bound}`"),
                None => "the function without a qualifier".to_owned(),
            };
            let message = format!(
                "`{}` invokes `{called}` of {}; the manifest binds {binds}, and grants nothing on `{called}`",
                found.block.name,
                found.name()
            );
            out.add(&META, flow, Some(found.block), &found.pointer, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::qualifier;

    #[test]
    fn qualifiers_are_read_from_function_arns_alone() {
        for (arn, expected) in [
            ("arn:aws:lambda:us-east-1:111122223333:function:f:$LATEST", Some("$LATEST")),
            ("arn:aws:lambda:us-east-1:111122223333:function:f:1", Some("1")),
            ("arn:aws:lambda:us-east-1:111122223333:function:f", None),
            ("arn:aws:lambda:us-east-1:111122223333:layer:f:1", None),
            ("f:live", None),
        ] {
            assert_eq!(qualifier(arn), expected, "{arn}");
        }
    }
}
