//! An example of a function's answer, as JSON.

use crate::resource::Code;
use serde_json::{Number, Value};

use crate::manifest::model::ResponseType;
use crate::manifest::reading::log::Log;
use crate::manifest::yaml::{Node, NodeValue, Style};

/// Turns a value of the manifest into JSON.
///
/// In a flat string map every scalar is a text. In nested JSON, a scalar without quotes that is a literal of JSON is
/// that literal; `NO`, `007` and dates stay texts in both.
pub(in crate::manifest) fn json(node: &Node, kind: ResponseType) -> Value {
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

/// Reports what a flat string map cannot hold.
pub(in crate::manifest) fn check(response: &Node, log: &mut Log) {
    let flat = response.get("type").and_then(Node::text) == Some("string-map");
    let example = response.get("example").filter(|_| flat);
    for (key, value) in example.map_or(&[][..], Node::entries) {
        if !matches!(value.value, NodeValue::Scalar(..)) || value.is_null() {
            let message = format!("`{}` is {}, and a string map holds only texts", key.text, value.kind());
            log.error_with(
                Code::BadExample,
                value.position,
                message,
                "write `type: json` for a nested answer",
            );
        }
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
