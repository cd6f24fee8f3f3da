//! A block that names no function.

use super::super::document::{Block, Document, Format, is_template};
use super::super::invocation::{ACTION, is_dynamic};
use super::super::json::{Node, Value};
use super::super::placeholder::placeholder;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct LambdaArnInvalid;

static META: RuleMeta = RuleMeta {
    code: "lambda-arn-invalid",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function and name none: `LambdaFunctionARN` is missing, empty, `null`, or another \
           kind of value than text, or its text is not a function ARN. References and placeholders are checked by other rules.",
    why: "Amazon Connect refuses to publish the flow, or every contact takes the Error branch (flow language, page \
          \"InvokeLambdaFunction\").",
    fix: "Name the function by its ARN or by a token such as `${function.lookup.arn}`, or bind the block in the manifest.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: super::invoked::CALLS_F,
};

/// Says what stands where a block names its function, if that is no function.
fn fault(document: &Document, block: &Block) -> Option<String> {
    let node = document.block_node(block)?;
    let value = match document.format() {
        Format::Language => node.get("Parameters").and_then(|node| node.get("LambdaFunctionARN")),
        Format::Legacy => {
            let named = |item: &&Node| item.get("name").and_then(Node::as_str) == Some("FunctionArn");
            let item = node.get("parameters").map(Node::items).unwrap_or_default().iter().find(named)?;
            let namespace = item.get("namespace").and_then(Node::as_str).unwrap_or_default();
            if !namespace.is_empty() {
                return None;
            }
            item.get("value")
        }
    };
    let Some(value) = value else { return Some("has no `LambdaFunctionARN`".to_owned()) };
    let Value::String(text) = &value.value else {
        return Some(format!("has {} for its `LambdaFunctionARN`", value.kind()));
    };
    if text.trim().is_empty() {
        return Some("has an empty `LambdaFunctionARN`".to_owned());
    }
    let told_elsewhere = is_dynamic(text) || is_template(text) || placeholder(text).is_some();
    (!told_elsewhere && !is_function_arn(text))
        .then(|| format!("names `{text}`, which is not a function ARN"))
}

/// Whether a text has the form of a function's ARN, in whatever partition.
fn is_function_arn(text: &str) -> bool {
    let mut parts = text.split(':');
    let head = (parts.next(), parts.next(), parts.next());
    let shape =
        matches!(head, (Some("arn"), Some(partition), Some("lambda")) if partition.starts_with("aws"));
    shape && parts.nth(2) == Some("function") && parts.next().is_some_and(|name| !name.is_empty())
}

impl Rule for LambdaArnInvalid {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for block in flow.document.blocks().iter().filter(|block| block.kind == ACTION) {
            if let Some(fault) = fault(flow.document, block) {
                let pointer = flow.document.function_pointer(block);
                let message = format!("`{}` invokes a function and {fault}", block.name);
                out.add(&META, flow, Some(block), &pointer, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FlowView, check, find};
    use super::*;

    #[test]
    fn every_value_that_names_no_function_is_one_finding() {
        let messages = |value: &str| {
            let text = META.bad.replace(r#""LambdaFunctionARN": "", "#, value);
            let document = Document::parse(&text).unwrap();
            let rule = find(META.code).unwrap();
            let found = check(&FlowView::new(&document, None), &Facts::default(), &[rule]);
            found.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        for (value, says) in [
            ("", "has no `LambdaFunctionARN`"),
            (r#""LambdaFunctionARN": " ", "#, "an empty `LambdaFunctionARN`"),
            (r#""LambdaFunctionARN": null, "#, "has no `LambdaFunctionARN`"),
            (
                r#""LambdaFunctionARN": ["arn:aws:lambda:us-east-1:111122223333:function:f"], "#,
                "has an array",
            ),
            (r#""LambdaFunctionARN": {}, "#, "has an object"),
            (r#""LambdaFunctionARN": 7, "#, "has a number"),
            (r#""LambdaFunctionARN": "lookup", "#, "names `lookup`"),
            (r#""LambdaFunctionARN": "arn:aws:s3:::bucket", "#, "names `arn:aws:s3:::bucket`"),
            (
                r#""LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:layer:f:1", "#,
                "is not a function ARN",
            ),
        ] {
            let found = messages(value);
            assert!(found.len() == 1 && found[0].contains(says), "{value}: {found:?}");
        }
        for value in [
            "$.Attributes.fn",
            "${function.lookup.arn}",
            "{{lookup}}",
            "<LOOKUP_ARN>",
            "arn:aws-cn:lambda:cn-north-1:111122223333:function:f:live",
        ] {
            assert_eq!(messages(&format!(r#""LambdaFunctionARN": "{value}", "#)), [""; 0], "{value}");
        }
    }
}
