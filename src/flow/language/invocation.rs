//! The typed view of the blocks that invoke a Lambda function.
//!
//! Rests on the page "InvokeLambdaFunction" of the flow language, and on exports: time limits are found as numbers
//! and as strings, `InvocationType` and `ResponseValidation` are missing in older flows.

use std::collections::BTreeMap;

use crate::flow::document::{Block, Document, Format};
use crate::flow::json::{Node, Value};

/// The type of the action that invokes a Lambda function.
pub const ACTION: &str = "InvokeLambdaFunction";

/// A block that invokes a Lambda function.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The identifier of the block.
    pub block: String,
    /// The block's place in [`Document::blocks`].
    pub index: usize,
    /// Which function is invoked; none where the block does not say.
    pub function: Option<ArnValue>,
    /// The time that the function is given.
    pub time_limit: Option<TimeLimit>,
    /// Whether the contact waits for the answer. Synchronous where the block does not say.
    pub kind: InvocationKind,
    /// The form of the answer. [`ResponseType::StringMap`] where the block does not say.
    pub response_type: ResponseType,
    /// What the function is given in `Details.Parameters`.
    pub parameters: BTreeMap<String, serde_json::Value>,
}

/// The value of `LambdaFunctionARN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArnValue {
    /// A text that stands as it is: an ARN, a function's name, or a deployment tool's placeholder.
    Literal(String),
    /// A reference such as `$.Attributes.function`, known only when a contact is there.
    Dynamic(String),
}

impl ArnValue {
    /// Tells a reference from a text that stands as it is.
    pub fn new(text: &str) -> Self {
        if is_dynamic(text) { Self::Dynamic(text.to_owned()) } else { Self::Literal(text.to_owned()) }
    }

    /// Returns the text as it is written.
    pub fn text(&self) -> &str {
        match self {
            Self::Literal(text) | Self::Dynamic(text) => text,
        }
    }

    /// Returns the text where it stands as it is.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Dynamic(_) => None,
        }
    }
}

/// Returns whether a value is a reference (`$.Attributes.x`, `$['External']['x']`).
pub fn is_dynamic(text: &str) -> bool {
    text.starts_with("$.") || text.starts_with("$[")
}

/// A time limit, kept in the form in which it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeLimit {
    /// A JSON number, as it is written.
    Number(String),
    /// A JSON string: a numeric one, as the console writes it, or a reference or placeholder.
    Text(String),
}

impl TimeLimit {
    /// Returns the seconds; none where the value is no whole number.
    pub fn seconds(&self) -> Option<u32> {
        let (Self::Number(text) | Self::Text(text)) = self;
        whole(text)
    }

    /// Returns the value as it is written, without quotes.
    pub fn text(&self) -> &str {
        let (Self::Number(text) | Self::Text(text)) = self;
        text
    }
}

/// Reads a whole number that may be written `8`, `8.0` or `" 8 "`.
fn whole(text: &str) -> Option<u32> {
    let text = text.trim();
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    if whole.bytes().all(|byte| byte.is_ascii_digit()) { whole.parse().ok() } else { None }
}

/// Whether a contact waits for the function's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InvocationKind {
    /// The contact waits, at most 8 seconds.
    Sync,
    /// The contact goes on; the function may take 60 seconds.
    Async,
}

impl InvocationKind {
    /// Returns the time limit of a block that has none, in seconds: what the designer sets, and the longest that an
    /// asynchronous invocation is given.
    pub const fn usual_seconds(self) -> u32 {
        match self {
            Self::Sync => 3,
            Self::Async => 60,
        }
    }

    /// Returns the longest time limit that a block may have, in seconds.
    pub const fn most_seconds(self) -> u32 {
        match self {
            Self::Sync => 8,
            Self::Async => 60,
        }
    }

    /// Returns the value of `InvocationType` in the flow language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "SYNCHRONOUS",
            Self::Async => "ASYNCHRONOUS",
        }
    }
}

/// The form in which a function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseType {
    /// A flat map of strings.
    StringMap,
    /// Any JSON object.
    Json,
}

impl ResponseType {
    /// Returns the value of `ResponseType` in the flow language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StringMap => "STRING_MAP",
            Self::Json => "JSON",
        }
    }
}

impl Document {
    /// Returns the blocks that invoke a Lambda function, in the order of the text.
    pub fn invocations(&self) -> Vec<Invocation> {
        let blocks = self.blocks().iter().filter(|block| block.kind == ACTION);
        blocks.filter_map(|block| self.invocation(block)).collect()
    }

    /// Returns a block's invocation; none for a block of another type.
    pub fn invocation(&self, block: &Block) -> Option<Invocation> {
        if block.kind != ACTION {
            return None;
        }
        let node = self.block_node(block)?;
        Some(match self.format() {
            Format::Language => of_language(block, node),
            Format::Legacy => of_legacy(block, node),
        })
    }

    /// Returns the JSON pointer of the function that a block invokes; in an older export, of the list that it is in.
    pub fn function_pointer(&self, block: &Block) -> String {
        match self.format() {
            Format::Language => format!("{}/Parameters/LambdaFunctionARN", block.pointer),
            Format::Legacy => format!("{}/parameters", block.pointer),
        }
    }
}

fn of_language(block: &Block, node: &Node) -> Invocation {
    let parameter = |name: &str| node.get("Parameters")?.get(name);
    let kind = match parameter("InvocationType").and_then(Node::as_str) {
        Some("ASYNCHRONOUS") => InvocationKind::Async,
        _ => InvocationKind::Sync,
    };
    let response_type =
        match parameter("ResponseValidation").and_then(|node| node.get("ResponseType")?.as_str()) {
            Some("JSON") => ResponseType::Json,
            _ => ResponseType::StringMap,
        };
    let parameters = parameter("LambdaInvocationAttributes").map(Node::members).unwrap_or_default();
    Invocation {
        block: block.identifier.clone(),
        index: block.index,
        function: parameter("LambdaFunctionARN").and_then(Node::scalar).map(|text| ArnValue::new(&text)),
        time_limit: parameter("InvocationTimeLimitSeconds").and_then(time_limit),
        kind,
        response_type,
        parameters: parameters.iter().map(|member| (member.key.clone(), member.value.to_json())).collect(),
    }
}

fn time_limit(node: &Node) -> Option<TimeLimit> {
    match &node.value {
        Value::Number(text) => Some(TimeLimit::Number(text.clone())),
        Value::String(text) => Some(TimeLimit::Text(text.clone())),
        _ => None,
    }
}

/// Reads the list of parameters of a legacy module: `{name, value, key?, namespace?}` each.
fn of_legacy(block: &Block, node: &Node) -> Invocation {
    let mut invocation = Invocation {
        block: block.identifier.clone(),
        index: block.index,
        function: None,
        time_limit: None,
        kind: InvocationKind::Sync,
        response_type: ResponseType::StringMap,
        parameters: BTreeMap::new(),
    };
    for parameter in node.get("parameters").map(Node::items).unwrap_or_default() {
        let Some(value) = parameter.get("value") else { continue };
        let namespace = parameter.get("namespace").and_then(Node::as_str);
        match parameter.get("name").and_then(Node::as_str) {
            Some("FunctionArn") => {
                invocation.function = value.scalar().map(|text| legacy_arn(&text, namespace))
            }
            Some("TimeLimit") => invocation.time_limit = time_limit(value),
            Some("Parameter") => {
                let Some(key) = parameter.get("key").and_then(Node::scalar) else { continue };
                invocation.parameters.insert(key.into_owned(), legacy_value(value, namespace));
            }
            _ => {}
        }
    }
    invocation
}

/// A namespace makes a legacy value a reference: `User Defined` names the contact's attributes.
fn reference(text: &str, namespace: &str) -> String {
    match namespace {
        "User Defined" => format!("$.Attributes.{text}"),
        "External" => format!("$.External.{text}"),
        "System" => format!("$.{text}"),
        other => format!("$.{}.{text}", other.replace(' ', "")),
    }
}

fn legacy_arn(text: &str, namespace: Option<&str>) -> ArnValue {
    match namespace.filter(|namespace| !namespace.is_empty()) {
        Some(namespace) => ArnValue::Dynamic(reference(text, namespace)),
        None => ArnValue::new(text),
    }
}

fn legacy_value(value: &Node, namespace: Option<&str>) -> serde_json::Value {
    match (value.as_str(), namespace.filter(|namespace| !namespace.is_empty())) {
        (Some(text), Some(namespace)) => reference(text, namespace).into(),
        _ => value.to_json(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(parameters: &str) -> Invocation {
        let text = format!(
            r#"{{"StartAction": "a", "Actions": [{{"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {parameters}}}]}}"#
        );
        let invocations = Document::parse(&text).unwrap().invocations();
        assert_eq!(invocations.len(), 1);
        invocations.into_iter().next().unwrap()
    }

    #[test]
    fn every_value_of_an_invocation_is_read() {
        let invocation = only(
            r#"{"LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": 8,
            "InvocationType": "ASYNCHRONOUS", "ResponseValidation": {"ResponseType": "JSON"},
            "LambdaInvocationAttributes": {"b": "$.CustomerEndpoint.Address", "a": {"x": 1}}}"#,
        );
        assert_eq!(
            invocation.function.unwrap().literal(),
            Some("arn:aws:lambda:us-east-1:111122223333:function:f")
        );
        assert_eq!(invocation.time_limit, Some(TimeLimit::Number("8".into())));
        assert_eq!((invocation.kind, invocation.response_type), (InvocationKind::Async, ResponseType::Json));
        assert_eq!(invocation.parameters["a"], serde_json::json!({"x": 1}));
    }

    #[test]
    fn an_older_block_is_synchronous_and_answers_with_strings() {
        let invocation =
            only(r#"{"LambdaFunctionARN": "$.Attributes.fn", "InvocationTimeLimitSeconds": "7"}"#);
        assert_eq!(invocation.function, Some(ArnValue::Dynamic("$.Attributes.fn".into())));
        assert_eq!(invocation.time_limit.as_ref().and_then(TimeLimit::seconds), Some(7));
        assert_eq!(
            (invocation.kind, invocation.response_type),
            (InvocationKind::Sync, ResponseType::StringMap)
        );
        assert!(only("null").function.is_none());
    }

    #[test]
    fn seconds_are_whole_numbers_in_any_form() {
        for (text, seconds) in [
            ("8", Some(8)),
            ("8.0", Some(8)),
            (" 3", Some(3)),
            ("8.5", None),
            ("$.x", None),
            ("8.", None),
            ("-1", None),
        ] {
            assert_eq!(TimeLimit::Text(text.into()).seconds(), seconds, "{text}");
        }
    }

    #[test]
    fn a_legacy_module_is_read_with_its_namespaces() {
        let text = r#"{"start": "a", "modules": [{"id": "a", "type": "InvokeExternalResource", "target": "Lambda", "parameters": [
            {"name": "FunctionArn", "value": "f", "namespace": null}, {"name": "TimeLimit", "value": "8"},
            {"name": "Parameter", "key": "k", "value": "v", "namespace": "User Defined"}]}]}"#;
        let invocation = &Document::parse(text).unwrap().invocations()[0];
        assert_eq!(invocation.function, Some(ArnValue::Literal("f".into())));
        assert_eq!(invocation.time_limit.as_ref().unwrap().seconds(), Some(8));
        assert_eq!(invocation.parameters["k"], "$.Attributes.v");
    }
}
