//! What two states have in common when everything that can come after them is the same.

use std::fmt::Write as _;

use serde_json::Value;

use super::holes::UNKNOWN;
use super::values::Deciders;
use crate::flow::engine::State;
use crate::flow::namespaces::Root;

/// Writes down what of a state decides what comes.
pub(super) fn key(state: &State, deciders: &Deciders) -> String {
    let mut key = String::new();
    for frame in &state.frames {
        // Writing to a string cannot fail.
        let _ = write!(key, "{}/{}{:?}", frame.flow, frame.block, frame.counters);
        for (root, value) in &frame.values {
            let _ = write!(key, "{}=", root.name());
            members(&[root.name().to_owned()], value, deciders, &mut key);
        }
    }
    for (root, value) in state.values.iter().filter(|(root, _)| **root != Root::TextToSpeechVoiceId) {
        let _ = write!(key, "{}=", root.name());
        members(&[root.name().to_owned()], value, deciders, &mut key);
    }
    for (name, value) in state.contact.as_object().into_iter().flatten() {
        members(std::slice::from_ref(name), value, deciders, &mut key);
    }
    let _ = write!(key, "{:?}{:?}{}{:?}", state.queue, state.hooks, state.in_queue, state.end);
    key
}

/// Writes those values that decide, and whether there is a map at all. An unknown value is not told from another.
fn members(steps: &[String], value: &Value, deciders: &Deciders, key: &mut String) {
    match value {
        Value::Object(members_of) => {
            key.push('{');
            for (name, value) in members_of {
                members(&[steps, std::slice::from_ref(name)].concat(), value, deciders, key);
            }
            key.push('}');
        }
        Value::String(text) if deciders.decides(steps) => {
            let text = if text.contains(UNKNOWN) { "?" } else { text };
            let _ = write!(key, "{}:{text:?}", steps.join("."));
        }
        Value::String(_) | Value::Null => {}
        other if deciders.decides(steps) => {
            let _ = write!(key, "{}:{other}", steps.join("."));
        }
        _ => {}
    }
}
