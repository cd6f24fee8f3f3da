//! What blocks read: references such as `$.External.name` in parameters and conditions, with the place of each.
//!
//! Rests on the administrator guide, "List of available contact attributes and their JSONPath references" and "How to
//! reference contact attributes": a reference is a whole value or stands inside a text, its steps are written `.name`,
//! `['name']` or `.['name']`. Exports of the older console say the namespace beside the name instead.

use std::ops::Range;

use crate::flow::document::{Block, Document, Format};
use crate::flow::json::{Node, Value, escape_pointer};

/// The part of a contact's data that a reference reads; the others are no business of the analyser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Namespace {
    /// `$.External`: the answer of the latest function.
    External,
    /// `$.LambdaInvocation.ResultData`: the same answer by its newer name.
    ResultData,
    /// `$.Attributes`: the attributes of the contact.
    Attributes,
    /// `$.FlowAttributes`: the attributes of this run of the flow.
    FlowAttributes,
}

impl Namespace {
    /// Returns whether it is the answer of a function.
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::External | Self::ResultData)
    }

    /// Returns the reference that it begins with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::External => "$.External",
            Self::ResultData => "$.LambdaInvocation.ResultData",
            Self::Attributes => "$.Attributes",
            Self::FlowAttributes => "$.FlowAttributes",
        }
    }
}

/// A reference in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The index of the block.
    pub block: usize,
    /// The JSON pointer of the string that holds it; for a key the pointer of its member.
    pub pointer: String,
    /// What it reads.
    pub namespace: Namespace,
    /// The names under the namespace: none for the whole of it, two and more for a nested value.
    pub path: Vec<String>,
    /// Whether it stands in a key, and so names what is written.
    pub is_key: bool,
}

impl Reference {
    /// Returns the first name under the namespace.
    pub fn key(&self) -> Option<&str> {
        self.path.first().map(String::as_str)
    }

    /// Writes it as the guide does.
    pub fn text(&self) -> String {
        let mut text = self.namespace.as_str().to_owned();
        for step in &self.path {
            if step.chars().all(is_name) {
                text.push('.');
                text.push_str(step);
            } else {
                text.push_str(&format!("['{step}']"));
            }
        }
        text
    }
}

/// Finds the references of all blocks, in the order of the text.
pub fn references(document: &Document) -> Vec<Reference> {
    let mut walk = Walk { block: 0, pointer: Vec::new(), found: Vec::new() };
    let (blocks, parameters) = match document.format() {
        Format::Language => ("Actions", "Parameters"),
        Format::Legacy => ("modules", "parameters"),
    };
    for block in document.blocks() {
        let Some(node) = document.block_node(block) else { continue };
        walk.block = block.index;
        walk.pointer = vec![blocks.to_owned(), block.index.to_string()];
        if let Some(node) = node.get(parameters) {
            walk.pointer.push(parameters.to_owned());
            match document.format() {
                Format::Language => walk.node(node),
                Format::Legacy => walk.legacy(node),
            }
            walk.pointer.pop();
        }
        walk.operands(block);
    }
    walk.found
}

struct Walk {
    block: usize,
    /// Escaped steps.
    pointer: Vec<String>,
    found: Vec<Reference>,
}

impl Walk {
    /// Recursion is bounded: the reader refused what nests deeper than its limit.
    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::String(text) => self.text(text, false),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.under(index.to_string(), |walk| walk.node(item));
                }
            }
            Value::Object(members) => {
                for member in members {
                    self.under(escape_pointer(&member.key), |walk| {
                        walk.text(&member.key, true);
                        walk.node(&member.value);
                    });
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn under(&mut self, step: String, visit: impl FnOnce(&mut Self)) {
        self.pointer.push(step);
        visit(self);
        self.pointer.pop();
    }

    /// Reads the list of an older export: `{name, value, key?, namespace?}` each. A check of an attribute says the
    /// namespace in an item of its own.
    fn legacy(&mut self, parameters: &Node) {
        let named = |item: &Node, name: &str| item.get("name").and_then(Node::as_str) == Some(name);
        let beside = parameters.items().iter().find(|item| named(item, "Namespace"));
        let beside = beside.and_then(|item| item.get("value")?.as_str());
        for (index, item) in parameters.items().iter().enumerate() {
            let own = item.get("namespace").and_then(Node::as_str).filter(|own| !own.is_empty());
            let namespace = own.or_else(|| beside.filter(|_| named(item, "Attribute")));
            let value = item.get("value").and_then(Node::as_str);
            self.under(index.to_string(), |walk| match (namespace, value) {
                (Some(namespace), Some(value)) => {
                    if let Some(key) = item.get("key").and_then(Node::as_str) {
                        walk.under("key".to_owned(), |walk| walk.text(key, true));
                    }
                    walk.under("value".to_owned(), |walk| walk.legacy_value(namespace, value));
                }
                _ => walk.node(item),
            });
        }
    }

    fn legacy_value(&mut self, namespace: &str, value: &str) {
        let (namespace, path) = match namespace {
            "External" => (Namespace::External, value.split('.').map(str::to_owned).collect()),
            "User Defined" => (Namespace::Attributes, vec![value.to_owned()]),
            _ => return,
        };
        self.push(namespace, path, false);
    }

    fn operands(&mut self, block: &Block) {
        for branch in &block.transitions.conditions {
            for (index, operand) in branch.operands.iter().enumerate() {
                let pointer = match branch.pointer.starts_with("/modules/") {
                    true => format!("{}/conditionValue", branch.pointer),
                    false => format!("{}/Condition/Operands/{index}", branch.pointer),
                };
                self.pointer = pointer.split('/').skip(1).map(str::to_owned).collect();
                self.text(operand, false);
            }
        }
    }

    fn text(&mut self, text: &str, is_key: bool) {
        for Spelling { steps, .. } in spellings(text) {
            let mut steps = steps.into_iter();
            let namespace = match steps.next().as_deref() {
                Some("External") => Namespace::External,
                Some("Attributes") => Namespace::Attributes,
                Some("FlowAttributes") => Namespace::FlowAttributes,
                Some("LambdaInvocation") if steps.next().as_deref() == Some("ResultData") => {
                    Namespace::ResultData
                }
                _ => continue,
            };
            self.push(namespace, steps.collect(), is_key);
        }
    }

    fn push(&mut self, namespace: Namespace, path: Vec<String>, is_key: bool) {
        let pointer: String = self.pointer.iter().flat_map(|step| ["/", step]).collect();
        self.found.push(Reference { block: self.block, pointer, namespace, path, is_key });
    }
}

/// What looks like a reference in a text: its place, and its steps from the root on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Where it is in the text, in bytes, with its `$`.
    pub span: Range<usize>,
    /// The names of its steps, the root first.
    pub steps: Vec<String>,
}

/// Finds what looks like a reference in a text, in its order. A `$` without a step behind it is none.
pub fn spellings(text: &str) -> Vec<Spelling> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('$')) {
        let start = from + at;
        let (steps, end) = steps(&text[start + 1..]);
        from = start + 1 + end;
        if !steps.is_empty() {
            found.push(Spelling { span: start..from, steps });
        }
    }
    found
}

/// Replaces each reference of a text by what `value` gives for it, as it is written and by its steps. What only looks like
/// one, such as a price, stays.
///
/// # Errors
/// The first error of `value`.
pub fn filled<E>(
    text: &str,
    mut value: impl FnMut(&str, &[String]) -> Result<String, E>,
) -> Result<String, E> {
    let (mut filled, mut end) = (String::new(), 0);
    for Spelling { span, steps } in spellings(text) {
        let whole = span == (0..text.len());
        let price = steps.first().is_some_and(|root| root.starts_with(|c: char| c.is_ascii_digit()));
        if price && !whole {
            continue;
        }
        filled.push_str(text.get(end..span.start).unwrap_or_default());
        filled.push_str(&value(text.get(span.clone()).unwrap_or_default(), &steps)?);
        end = span.end;
    }
    filled.push_str(text.get(end..).unwrap_or_default());
    Ok(filled)
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '-'
}

/// Reads the steps behind a `$`, and how many bytes they take. A full stop that ends a sentence is no step.
fn steps(text: &str) -> (Vec<String>, usize) {
    let (mut steps, mut at) = (Vec::new(), 0);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let bracket = rest.strip_prefix('.').filter(|rest| rest.starts_with('[')).unwrap_or(rest);
        let quoted = ['\'', '"'].iter().find_map(|quote| {
            let inner = bracket.strip_prefix('[')?.strip_prefix(*quote)?;
            let end = inner.find(&[*quote, ']'].iter().collect::<String>())?;
            Some((inner[..end].to_owned(), inner.len() - end - 2))
        });
        if let Some((step, left)) = quoted {
            steps.push(step);
            at = text.len() - left;
            continue;
        }
        let Some(rest) = rest.strip_prefix('.') else { break };
        let end = rest.find(|character| !is_name(character)).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches('-');
        if name.is_empty() {
            break;
        }
        steps.push(name.to_owned());
        at += 1 + name.len();
    }
    (steps, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(String, String)> {
        let found = references(&Document::parse(text).unwrap());
        found.into_iter().map(|found| (found.text(), found.pointer)).collect()
    }

    fn of_parameters(parameters: &str) -> Vec<(String, String)> {
        texts(&format!(
            r#"{{"StartAction": "a", "Actions": [{{"Identifier": "a", "Parameters": {parameters}}}]}}"#
        ))
    }

    #[test]
    fn every_spelling_of_a_reference_is_read() {
        for (written, read) in [
            ("$.External.a", "$.External.a"),
            ("$['External']['a']", "$.External.a"),
            (r#"$[\"External\"].a"#, "$.External.a"),
            ("$.Attributes.['user attribute name']", "$.Attributes['user attribute name']"),
            ("$.External.a.b-c", "$.External.a.b-c"),
            ("$.LambdaInvocation.ResultData.a", "$.LambdaInvocation.ResultData.a"),
            ("$.FlowAttributes.a", "$.FlowAttributes.a"),
            ("$.External", "$.External"),
            ("Hello $.External.name. Welcome", "$.External.name"),
            ("<speak>$.External.name</speak>", "$.External.name"),
        ] {
            let found = of_parameters(&format!(r#"{{"Text": "{written}"}}"#));
            assert_eq!(found, [(read.to_owned(), "/Actions/0/Parameters/Text".to_owned())], "{written}");
        }
        for other in [
            "$.Externally.a",
            "$External.a",
            "costs $5.",
            "$.LambdaInvocation.InvocationId",
            "$['External'",
            "$.",
        ] {
            assert_eq!(of_parameters(&format!(r#"{{"Text": "{other}"}}"#)), [], "{other}");
        }
    }

    #[test]
    fn references_are_found_in_keys_nested_values_and_conditions() {
        let found = texts(
            r#"{"StartAction": "a", "Actions": [{"Identifier": "a",
            "Parameters": {"Attributes": {"$.External.k/y": "$.External.v and $.External.w"}, "x": [{"y": "$.Attributes.z"}]},
            "Transitions": {"Conditions": [{"NextAction": "a", "Condition": {"Operator": "Equals", "Operands": ["1", "$.External.o"]}}]}}]}"#,
        );
        let place = |text: &str, pointer: &str| (text.to_owned(), format!("/Actions/0/{pointer}"));
        let key = "Parameters/Attributes/$.External.k~1y";
        let expected = [
            place("$.External.k", key),
            place("$.External.v", key),
            place("$.External.w", key),
            place("$.Attributes.z", "Parameters/x/0/y"),
            place("$.External.o", "Transitions/Conditions/0/Condition/Operands/1"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_older_export_says_the_namespace_beside_the_name() {
        let found = texts(
            r#"{"start": "a", "modules": [{"id": "a", "type": "SetAttributes", "parameters": [
              {"name": "Attribute", "value": "x y", "key": "k", "namespace": "External"},
              {"name": "Text", "value": "$.External.b", "namespace": null}]},
            {"id": "b", "type": "CheckAttribute", "parameters": [
              {"name": "Attribute", "value": "c"}, {"name": "Namespace", "value": "User Defined"}]}]}"#,
        );
        let expected = [
            ("$.External['x y']".to_owned(), "/modules/0/parameters/0/value".to_owned()),
            ("$.External.b".to_owned(), "/modules/0/parameters/1/value".to_owned()),
            ("$.Attributes.c".to_owned(), "/modules/1/parameters/0/value".to_owned()),
        ];
        assert_eq!(found, expected);
    }
}
