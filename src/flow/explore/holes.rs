//! What a block reads that nobody has decided yet: holes in a state, and how a value is put into one.

use serde_json::{Map, Value};

use crate::flow::engine::{Place, Program, State};
use crate::flow::json::{self, Node};
use crate::flow::namespaces::{Read, Root, canonical, of_contact, under};
use crate::flow::references::spellings;

/// A reference by its steps, in the one way in which it is written.
pub(super) type Steps = Vec<String>;

/// Stands in front of an unknown value, in a wide walk. No flow has it: it is not assigned to any character.
pub(super) const UNKNOWN: char = '\u{e000}';

/// Returns the references that a block reads, in order.
pub(super) fn reads(program: &Program, place: &Place) -> Vec<Steps> {
    let Some((code, block)) = program.flows.get(&place.flow).zip(program.block(place)) else {
        return Vec::new();
    };
    let mut texts: Vec<&str> = Vec::new();
    if let Some(parameters) = code.document.block_node(block).and_then(|node| node.get("Parameters")) {
        strings(parameters, &mut texts);
    }
    let operands = block.transitions.conditions.iter().flat_map(|branch| &branch.operands);
    texts.extend(operands.map(String::as_str));
    let invocation = program.invocations.get(place).map(|invocation| {
        let parameters = invocation.parameters.values().flat_map(leaves).collect::<Vec<_>>();
        (invocation.function.as_ref().map(|function| function.text().to_owned()), parameters)
    });
    let bound: Vec<String> =
        invocation.into_iter().flat_map(|(function, texts)| function.into_iter().chain(texts)).collect();
    texts.extend(bound.iter().map(String::as_str));
    let mut found: Vec<Steps> = Vec::new();
    for spelling in texts.into_iter().flat_map(spellings) {
        let steps = canonical(&spelling.steps);
        if !found.contains(&steps) {
            found.push(steps);
        }
    }
    found
}

/// Collects the texts of a value, keys too. Recursion is bounded: the reader refused what nests deeper than its limit.
pub(super) fn strings<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    match &node.value {
        json::Value::String(text) => found.push(text),
        json::Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        json::Value::Object(members) => {
            for member in members {
                found.push(&member.key);
                strings(&member.value, found);
            }
        }
        json::Value::Null | json::Value::Bool(_) | json::Value::Number(_) => {}
    }
}

fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::Object(members) => members.values().flat_map(leaves).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Whether nobody has decided what a reference reads in this state.
pub(super) fn is_hole(state: &State, steps: &[String]) -> bool {
    let Some((first, rest)) = steps.split_first() else { return false };
    let Some(root) = Root::of(first) else {
        return matches!(of_contact(&state.contact, steps), Read::Unset) && first != "Queue";
    };
    let values =
        if root.stays() { Some(&state.values) } else { state.frames.last().map(|frame| &frame.values) };
    match values.and_then(|values| values.get(&root)) {
        // What a flow or a loop sets itself is known where it is not set.
        Some(_) if matches!(root, Root::FlowAttributes | Root::Loop) => false,
        Some(value @ Value::Object(_)) => under(value, rest) == Read::Unset,
        Some(_) => false,
        // Amazon Connect sets these, and no block does.
        // So may the flow before.
        None => matches!(
            root,
            Root::Agent
                | Root::CustomerCallBackPhoneNumber
                | Root::Email
                | Root::Media
                | Root::Task
                | Root::TextToSpeechVoiceId
                | Root::Wisdom
        ),
    }
}

/// Puts a value where a reference reads it.
pub(super) fn put(state: &mut State, steps: &[String], value: &str) {
    let Some((first, rest)) = steps.split_first() else { return };
    match Root::of(first) {
        None => put_contact(&mut state.contact, steps, value),
        Some(root) => {
            let values = match root.stays() {
                true => Some(&mut state.values),
                false => state.frames.last_mut().map(|frame| &mut frame.values),
            };
            if let Some(values) = values {
                under_mut(values.entry(root).or_insert(Value::Null), rest, value);
            }
        }
    }
}

/// Puts a value into a contact's data. Names of attributes may have full stops.
pub(super) fn put_contact(contact: &mut Value, steps: &[String], value: &str) {
    match steps {
        [first, rest @ ..] if first == "Attributes" && !rest.is_empty() => {
            under_mut(contact, &[first.clone(), rest.join(".")], value);
        }
        steps => under_mut(contact, steps, value),
    }
}

pub(super) fn under_mut(at: &mut Value, steps: &[String], value: &str) {
    let Some((first, rest)) = steps.split_first() else {
        *at = Value::String(value.to_owned());
        return;
    };
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Some(members) = at.as_object_mut() {
        under_mut(members.entry(first.clone()).or_insert(Value::Null), rest, value);
    }
}

/// Reads a reference in a state; none where it has no text.
pub(super) fn text(state: &State, steps: &[String]) -> Option<String> {
    let (first, rest) = steps.split_first()?;
    let read = match Root::of(first) {
        None => of_contact(&state.contact, steps),
        Some(root) => {
            let values = if root.stays() { &state.values } else { &state.frames.last()?.values };
            let rest = if root == Root::FlowAttributes { vec![rest.join(".")] } else { rest.to_vec() };
            under(values.get(&root)?, &rest)
        }
    };
    match read {
        Read::Text(text) => Some(text),
        _ => None,
    }
}
