//! What a flow means, in one form for all texts that mean it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::document::{Block, Document, Format};
use super::super::invocation::{ACTION, InvocationKind, ResponseType};
use super::super::json::{self, Node};

/// The parameters whose numbers the language takes as numbers and as strings alike. The console writes strings.
const NUMERIC: [&str; 13] = [
    "InitialCallDelaySeconds",
    "InputTimeLimitSeconds",
    "InterdigitTimeLimitSeconds",
    "InterruptFrequencySeconds",
    "InvocationTimeLimitSeconds",
    "LoopCount",
    "MaximumConnectionAttempts",
    "MaximumLength",
    "QueuePriority",
    "QueueTimeAdjustmentSeconds",
    "RetryDelaySeconds",
    "ThirdPartyConnectionTimeLimitSeconds",
    "TimeLimitSeconds",
];

/// The parameters that hold such parameters. Others hold maps whose keys are the author's own.
const HOLDS_NUMERIC: [&str; 3] = ["CustomValidation", "DTMFConfiguration", "InputValidation"];

#[derive(Debug)]
pub(super) struct Canonical {
    pub(super) start: Option<String>,
    /// Sorted by identifier.
    pub(super) blocks: Vec<CanonicalBlock>,
    /// Everything else that the flow holds, as an object.
    pub(super) rest: Value,
}

#[derive(Debug)]
pub(super) struct CanonicalBlock {
    pub(super) identifier: String,
    /// 0, or how many blocks of the same identifier stand before it.
    pub(super) occurrence: usize,
    /// Only shown: it comes from Metadata.
    pub(super) name: String,
    /// Only shown: it follows from the body.
    pub(super) kind: String,
    pub(super) body: Value,
}

impl PartialEq for Canonical {
    fn eq(&self, other: &Self) -> bool {
        let meaning = |block: &CanonicalBlock| (block.identifier.clone(), block.body.clone());
        self.start == other.start
            && self.rest == other.rest
            && self.blocks.iter().map(meaning).eq(other.blocks.iter().map(meaning))
    }
}

impl Canonical {
    pub(super) fn of(document: &Document) -> Self {
        let left_out: &[&str] = match document.format() {
            Format::Language => &["Actions", "Metadata", "StartAction"],
            Format::Legacy => &["modules", "metadata", "start"],
        };
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut blocks = Vec::with_capacity(document.blocks().len());
        for block in document.blocks() {
            let occurrence = seen.entry(&block.identifier).or_default();
            blocks.push(CanonicalBlock {
                identifier: block.identifier.clone(),
                occurrence: *occurrence,
                name: block.name.clone(),
                kind: block.kind.clone(),
                body: body(document, block),
            });
            *occurrence += 1;
        }
        blocks.sort_by(|a, b| (&a.identifier, a.occurrence).cmp(&(&b.identifier, b.occurrence)));
        let rest = object(document.root(), left_out, &value);
        Self { start: document.start().map(str::to_owned), blocks, rest: Value::Object(rest) }
    }

    pub(super) fn to_json(&self) -> Value {
        let blocks = self.blocks.iter().map(|block| serde_json::json!([block.identifier, block.body]));
        serde_json::json!([self.start, self.rest, blocks.collect::<Vec<_>>()])
    }
}

impl CanonicalBlock {
    /// Returns the block as pretty JSON, identifier and type first.
    pub(super) fn pretty(&self) -> String {
        let mut shown = Map::new();
        shown.insert("Identifier".to_owned(), self.identifier.clone().into());
        shown.insert("Type".to_owned(), self.kind.clone().into());
        for (key, value) in self.body.as_object().into_iter().flatten() {
            shown.insert(key.clone(), value.clone());
        }
        format!("{:#}", Value::Object(shown))
    }
}

fn body(document: &Document, block: &Block) -> Value {
    let Some(node) = document.block_node(block) else { return Value::Null };
    if document.format() == Format::Legacy {
        return Value::Object(object(node, &["id", "metadata"], &value));
    }
    let mut body = object(node, &["Identifier", "Parameters", "Transitions"], &value);
    let mut parameters = node.get("Parameters").map(numeric_object).unwrap_or_default();
    if block.kind == ACTION {
        leave_out_defaults(&mut parameters);
    }
    let mut transitions = node.get("Transitions").map(|node| object(node, &[], &value)).unwrap_or_default();
    for key in ["Conditions", "Errors"] {
        if transitions.get(key).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            transitions.shift_remove(key);
        }
    }
    if let Some(errors) = transitions.get_mut("Errors").and_then(Value::as_array_mut) {
        errors.sort_by_cached_key(|error| error.get("ErrorType").map(ToString::to_string));
    }
    for (key, map) in [("Parameters", parameters), ("Transitions", transitions)] {
        if !map.is_empty() {
            body.insert(key.to_owned(), Value::Object(map));
        }
    }
    body.sort_keys();
    Value::Object(body)
}

/// Leaves out what an older flow leaves out and means nevertheless.
fn leave_out_defaults(parameters: &mut Map<String, Value>) {
    let defaults = [
        ("InvocationType", Value::from(InvocationKind::Sync.as_str())),
        ("ResponseValidation", serde_json::json!({"ResponseType": ResponseType::StringMap.as_str()})),
        ("ResponseValidation", serde_json::json!({})),
        ("LambdaInvocationAttributes", serde_json::json!({})),
    ];
    for (key, default) in defaults {
        if parameters.get(key) == Some(&default) {
            parameters.shift_remove(key);
        }
    }
}

/// Creates an object with sorted keys; members that are `null` count as absent, and of equal keys the last counts.
fn object(node: &Node, left_out: &[&str], convert: &dyn Fn(&Node) -> Value) -> Map<String, Value> {
    let members = node.members().iter().map(|member| (member.key.as_str(), &member.value));
    let members: BTreeMap<&str, &Node> = members.filter(|(key, _)| !left_out.contains(key)).collect();
    let members = members.into_iter().filter(|(_, node)| node.value != json::Value::Null);
    members.map(|(key, node)| (key.to_owned(), convert(node))).collect()
}

fn numeric_object(node: &Node) -> Map<String, Value> {
    let mut map = object(node, &[], &value);
    for member in node.members() {
        let Some(found) = map.get_mut(&member.key) else { continue };
        if HOLDS_NUMERIC.contains(&member.key.as_str()) && found.is_object() {
            *found = Value::Object(numeric_object(&member.value));
        } else if NUMERIC.contains(&member.key.as_str())
            && let Some(text) = found.as_str()
            && let Ok(whole) = text.parse::<u32>()
            && whole.to_string() == text
        {
            *found = whole.into();
        }
    }
    map
}

fn value(node: &Node) -> Value {
    match &node.value {
        json::Value::Object(_) => Value::Object(object(node, &[], &value)),
        json::Value::Array(items) => items.iter().map(value).collect(),
        json::Value::Number(_) => number(node.to_json()),
        json::Value::Null | json::Value::Bool(_) | json::Value::String(_) => node.to_json(),
    }
}

/// Makes `8.0` and `8e0` the number 8.
fn number(value: Value) -> Value {
    /// Doubles hold whole numbers exactly up to here.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value.as_f64() {
        Some(double) if value.is_f64() && double.fract() == 0.0 && double.abs() <= EXACT => {
            let whole = format!("{double:.0}");
            whole.parse::<i64>().map_or(value, Value::from)
        }
        _ => value,
    }
}

/// Changes the targets in a block's body.
pub(super) fn retarget(body: &mut Value, change: &dyn Fn(&str) -> Option<String>) {
    let apply = |holder: Option<&mut Value>, key: &str| {
        if let Some(target) = holder.and_then(|holder| holder.get_mut(key))
            && let Some(new) = target.as_str().and_then(change)
        {
            *target = new.into();
        }
    };
    if let Some(transitions) = body.get_mut("Transitions") {
        apply(Some(transitions), "NextAction");
    }
    for (pointer, key) in [
        ("/Transitions/Conditions", "NextAction"),
        ("/Transitions/Errors", "NextAction"),
        ("/branches", "transition"),
    ] {
        for branch in body.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten() {
            apply(Some(branch), key);
        }
    }
}
