//! What publishing a flow checks: the envelope of the flow language, transitions, and the Lambda block.
//!
//! The wording and the index paths (`Actions[3].Parameters.X`) follow problems that AWS was seen to report. Actions
//! whose rules the emulator does not know pass, as does everything that is only wrong at run time.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::lambda_block;
use crate::emulator::dispatch::view::View;
use crate::emulator::settings::quotas::Limited;

/// What the content is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A contact flow.
    Flow,
    /// A flow module, whose content may carry settings too.
    Module,
}

/// The version of the flow language.
const LANGUAGE: &str = "2019-10-30";
const ENVELOPE: &[&str] = &["Version", "StartAction", "Metadata", "Actions", "Settings"];
const ACTION: &[&str] = &["Identifier", "Type", "Parameters", "Transitions"];
const TRANSITIONS: &[&str] = &["NextAction", "Conditions", "Errors"];
/// Characters that an Identifier may not have.
const ILLEGAL: &str = "%:(\\/)=$,;[]{}";
/// Names of a JavaScript object's own properties.
const RESERVED: &[&str] = &["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
/// Actions that end the flow and lead nowhere.
const TERMINAL: &[&str] = &["DisconnectParticipant", "EndFlowExecution", "EndFlowModuleExecution"];
/// Actions that are only legal in a flow, or only in a module.
const MODULE_ONLY: &[&str] = &["EndFlowModuleExecution"];

/// Returns everything that is wrong with a content, in the order of its actions.
pub(crate) fn problems(view: &View<'_>, text: &str, kind: Kind) -> Vec<String> {
    let Ok(Value::Object(envelope)) = serde_json::from_str::<Value>(text) else {
        return vec!["Content is not a valid JSON object".to_owned()];
    };
    let mut found = Vec::new();
    check_envelope(&envelope, &mut found);
    let Some(Value::Array(actions)) = envelope.get("Actions") else {
        found.push("Flow is missing required property. Path: Actions".to_owned());
        return found;
    };
    let most = view.settings.quotas.get(Limited::ActionsPerFlow);
    if u64::try_from(actions.len()).is_ok_and(|count| count > most) {
        found.push(format!("Number of actions exceeds the limit. Limit: {most}, Path: Actions"));
    }
    let index = identifiers(actions, &mut found);
    match envelope.get("StartAction").and_then(Value::as_str) {
        Some(start) if index.contains_key(start) => {}
        Some(start) => found.push(format!("Action does not exist. Identifier: {start}, Path: StartAction")),
        None => found.push("Flow is missing required property. Path: StartAction".to_owned()),
    }
    for (number, action) in actions.iter().enumerate() {
        check_action(view, action, number, &index, kind, &mut found);
    }
    found
}

fn check_envelope(envelope: &Map<String, Value>, found: &mut Vec<String>) {
    match envelope.get("Version").and_then(Value::as_str) {
        Some(LANGUAGE) => {}
        Some(_) => found.push("Invalid flow property value. Path: Version".to_owned()),
        None => found.push("Flow is missing required property. Path: Version".to_owned()),
    }
    for name in envelope.keys().filter(|name| !ENVELOPE.contains(&name.as_str())) {
        found.push(format!("Invalid flow property name. Path: {name}"));
    }
}

/// Collects the identifiers with the number of their action, and what is wrong with them.
fn identifiers<'a>(actions: &'a [Value], found: &mut Vec<String>) -> BTreeMap<&'a str, usize> {
    let mut index = BTreeMap::new();
    for (number, action) in actions.iter().enumerate() {
        let path = format!("Actions[{number}].Identifier");
        let Some(identifier) = action.get("Identifier").and_then(Value::as_str).filter(|id| !id.is_empty())
        else {
            found.push(format!("Action is missing required property. Path: {path}"));
            continue;
        };
        let illegal = identifier.chars().count() > 50
            || identifier.chars().any(|c| ILLEGAL.contains(c))
            || RESERVED.contains(&identifier);
        if illegal {
            found.push(format!("Invalid Action property value. Path: {path}"));
        }
        if index.insert(identifier, number).is_some() {
            found.push(format!("Duplicate Action identifier. Identifier: {identifier}, Path: {path}"));
        }
    }
    index
}

fn check_action(
    view: &View<'_>,
    action: &Value,
    number: usize,
    index: &BTreeMap<&str, usize>,
    kind: Kind,
    found: &mut Vec<String>,
) {
    let path = format!("Actions[{number}]");
    let Value::Object(members) = action else {
        found.push(format!("Invalid Action property value. Path: {path}"));
        return;
    };
    for name in members.keys().filter(|name| !ACTION.contains(&name.as_str())) {
        found.push(format!("Invalid Action property name. Path: {path}.{name}"));
    }
    let Some(name) = members.get("Type").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        found.push(format!("Action is missing required property. Path: {path}.Type"));
        return;
    };
    if kind == Kind::Flow && MODULE_ONLY.contains(&name) {
        found.push(format!("Invalid Action type. Type: {name}"));
    }
    if members.get("Parameters").is_some_and(|parameters| !parameters.is_object()) {
        found.push(format!("Invalid Action property value. Path: {path}.Parameters"));
    }
    let empty = Map::new();
    let transitions = match members.get("Transitions") {
        Some(Value::Object(transitions)) => transitions,
        Some(_) => {
            found.push(format!("Invalid Action property value. Path: {path}.Transitions"));
            &empty
        }
        None => &empty,
    };
    check_transitions(transitions, &path, index, found);
    if TERMINAL.contains(&name) && leads_on(transitions) {
        found.push(format!("Action does not support transitions. Path: {path}.Transitions"));
    }
    if name == "InvokeLambdaFunction" {
        lambda_block::check(view, members, transitions, &path, found);
    }
}

fn leads_on(transitions: &Map<String, Value>) -> bool {
    transitions.contains_key("NextAction")
        || ["Conditions", "Errors"].iter().any(|list| {
            transitions.get(*list).and_then(Value::as_array).is_some_and(|items| !items.is_empty())
        })
}

/// Checks that every transition leads to an action that exists.
fn check_transitions(
    transitions: &Map<String, Value>,
    path: &str,
    index: &BTreeMap<&str, usize>,
    found: &mut Vec<String>,
) {
    for name in transitions.keys().filter(|name| !TRANSITIONS.contains(&name.as_str())) {
        found.push(format!("Invalid Action property name. Path: {path}.Transitions.{name}"));
    }
    let mut check = |target: Option<&Value>, path: String| match target.and_then(Value::as_str) {
        Some(target) if index.contains_key(target) => {}
        Some(target) => found.push(format!("Action does not exist. Identifier: {target}, Path: {path}")),
        None => found.push(format!("Action is missing required property. Path: {path}")),
    };
    if let Some(next) = transitions.get("NextAction") {
        check(Some(next), format!("{path}.Transitions.NextAction"));
    }
    for list in ["Conditions", "Errors"] {
        let items = transitions.get(list).and_then(Value::as_array);
        for (number, item) in items.into_iter().flatten().enumerate() {
            check(item.get("NextAction"), format!("{path}.Transitions.{list}[{number}].NextAction"));
        }
    }
}
