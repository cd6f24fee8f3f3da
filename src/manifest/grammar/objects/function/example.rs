//! What a function promises to answer, with an example as JSON.

use serde_json::{Number, Value};

use super::DeclaredResponse;
use crate::manifest::grammar::read::{Any, Kind, Map};
use crate::manifest::grammar::report::Here;
use crate::manifest::grammar::scalar::kind;
use crate::manifest::grammar::shape::Shape;
use crate::manifest::model::{Response, ResponseType};
use crate::manifest::reading::log::Log;
use crate::manifest::yaml::{Node, NodeValue, Style};
use crate::resource::Code;

/// An example of an answer: a map of anything.
#[derive(Debug)]
pub(crate) struct Example;

impl Kind for Example {
    type Value = Node;
    const SHAPE: Shape = <Map<kind::Name, Any>>::SHAPE;

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Node> {
        <Map<kind::Name, Any>>::read(node, here, log).map(|_| node.clone())
    }
}

/// A response whose example is one of its type.
#[derive(Debug)]
pub(crate) struct Answer;

impl Kind for Answer {
    type Value = Response;
    const SHAPE: Shape = DeclaredResponse::SHAPE;

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Response> {
        let DeclaredResponse { kind, keys, example } = DeclaredResponse::read(node, here, log)?;
        let (kind, example) = (kind.into_value()?, example.value());
        if let (Some(example), ResponseType::StringMap) = (example, kind) {
            check(example, log);
        }
        Some(Response {
            kind,
            keys: keys.items().iter().map(|at| at.value.clone()).collect(),
            example: example.map(|example| json(example, kind).to_string()),
        })
    }
}

/// Reports what a flat string map cannot contain.
fn check(example: &Node, log: &mut Log) {
    for (key, value) in example.entries() {
        if !matches!(value.value, NodeValue::Scalar(..)) || value.is_null() {
            let message = format!("`{}` is {}, and a string map holds only texts", key.text, value.kind());
            let hint = "write `type: json` for a nested answer";
            log.error_with(Code::BadExample, value.position, message, hint);
        }
    }
}

/// Turns a value into JSON, in which what looks like a literal of JSON is one.
pub(in crate::manifest) fn nested(node: &Node) -> Value {
    json(node, ResponseType::Json)
}

/// Turns a value of the manifest into JSON.
///
/// In a flat string map every scalar is a text. In nested JSON, a scalar without quotes that is a literal of JSON is
/// that literal; `NO`, `007` and dates stay texts in both.
fn json(node: &Node, kind: ResponseType) -> Value {
    match &node.value {
        NodeValue::Map(entries) => {
            entries.iter().map(|(key, node)| (key.text.clone(), json(node, kind))).collect()
        }
        NodeValue::Seq(items) => items.iter().map(|node| json(node, kind)).collect(),
        NodeValue::Scalar(text, Style::Plain) if kind == ResponseType::Json => literal(node, text),
        NodeValue::Scalar(text, _) => Value::String(text.clone()),
    }
}

fn literal(node: &Node, text: &str) -> Value {
    match text {
        _ if node.is_null() => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match text.parse::<Number>() {
            Ok(number) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Value::Number(number),
            _ => Value::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::yaml;

    #[test]
    fn scalars_of_an_example_are_what_json_says_they_are() {
        let mut log = Log::new("f");
        let text = "{a: 1.10, b: 007, c: NO, d: true, e: 'true', f: null, g: [-1, {h: 1e3}], i: inf, j: +1}";
        let node = yaml::parse(text, &mut log).remove(0);
        let nested = json(&node, ResponseType::Json).to_string();
        assert_eq!(
            nested,
            r#"{"a":1.1,"b":"007","c":"NO","d":true,"e":"true","f":null,"g":[-1,{"h":1000.0}],"i":"inf","j":"+1"}"#
        );
        let flat = json(&node, ResponseType::StringMap).to_string();
        assert!(flat.starts_with(r#"{"a":"1.10","b":"007","c":"NO","d":"true""#), "{flat}");
    }
}
