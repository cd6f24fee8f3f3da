//! Blocks that set something: attributes, hooks, the contact's data, and what the flow sees nothing of.

use serde_json::{Map, Value};

use crate::flow::engine::actions::ANY;
use crate::flow::engine::effect::{Effect, Scope, Warning};
use crate::flow::engine::outcomes::{Cause, Outcome};
use crate::flow::engine::turn::{Decided, Turn, failed};
use crate::flow::json::Node;
use crate::flow::namespaces::Root;

/// How large attributes may be together, in bytes; the administrator guide, "Amazon Connect service quotas".
const MOST_BYTES: usize = 32 << 10;

/// Members of a contact's data that a block sets by the names that functions are sent.
const MEMBERS: [&str; 5] = ["CustomerId", "Description", "LanguageCode", "Name", "References"];

/// The names and values of a map, references filled in.
fn pairs(turn: &mut Turn<'_>, name: &str) -> Vec<(String, Value)> {
    let members = turn.node(name).map(Node::members).unwrap_or_default();
    let pair = |member: &crate::flow::json::Member| {
        let key = turn.fill(&member.key).text;
        (key, turn.fill_value(&member.value.to_json()))
    };
    members.iter().map(pair).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

/// `UpdateContactAttributes`: all of them, or none.
pub(super) fn contact(turn: &mut Turn<'_>) -> Decided {
    let related = turn.node("TargetContact").and_then(Node::as_str).is_some_and(|target| target == "Related");
    let pairs: Vec<(String, String)> =
        pairs(turn, "Attributes").into_iter().map(|(name, value)| (name, text(&value))).collect();
    if related {
        turn.effects.extend(pairs.into_iter().map(|(name, value)| attribute(Scope::Related, name, value)));
        return Ok(Outcome::Done);
    }
    let mut whole =
        turn.state.contact.get("Attributes").and_then(Value::as_object).cloned().unwrap_or_default();
    whole.extend(pairs.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))));
    let bytes: usize =
        whole.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len)).sum();
    if bytes > MOST_BYTES {
        return Ok(failed(ANY, Cause::TooLarge));
    }
    turn.state.set_member("Attributes", Value::Object(whole));
    turn.effects.extend(pairs.into_iter().map(|(name, value)| attribute(Scope::Contact, name, value)));
    Ok(Outcome::Done)
}

fn attribute(scope: Scope, name: String, value: String) -> Effect {
    Effect::Attribute { scope, name, value: Some(value) }
}

/// `UpdateFlowAttributes`: a value stands in an object with its type.
pub(super) fn flow(turn: &mut Turn<'_>) -> Decided {
    let mut whole = match turn.frame.values.get(&Root::FlowAttributes) {
        Some(Value::Object(members)) => members.clone(),
        _ => Map::new(),
    };
    for (name, value) in pairs(turn, "FlowAttributes") {
        let value = text(value.get("Value").unwrap_or(&value));
        whole.insert(name.clone(), Value::String(value.clone()));
        turn.effects.push(attribute(Scope::Flow, name, value));
    }
    let bytes: usize =
        whole.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len)).sum();
    if bytes > MOST_BYTES {
        return Ok(failed(ANY, Cause::TooLarge));
    }
    turn.frame.values.insert(Root::FlowAttributes, Value::Object(whole));
    Ok(Outcome::Done)
}

/// `UpdateContactEventHooks`.
pub(super) fn hooks(turn: &mut Turn<'_>) -> Decided {
    let members = turn.node("EventHooks").map(Node::members).unwrap_or_default();
    for member in members {
        // Tokens stay, since by them the flow is known.
        let written = member.value.as_str().unwrap_or_default();
        let flow = match turn.program.callee(written) {
            Some(_) => written.to_owned(),
            None => turn.fill(written).text,
        };
        if flow.is_empty() {
            return Ok(failed(ANY, Cause::Parameter { name: member.key.clone() }));
        }
        if turn.program.callee(&flow).is_none() {
            turn.effects.push(Effect::Warned(Warning::UnknownHook { hook: member.key.clone() }));
        }
        turn.state.hooks.insert(member.key.clone(), flow.clone());
        turn.effects.push(Effect::Hook { event: member.key.clone(), flow: Some(flow) });
    }
    for member in turn.node("EventHooksConfiguration").map(Node::members).unwrap_or_default() {
        let off = member.value.get("DisableExecution").is_some_and(crate::flow::engine::actions::is_true);
        if off {
            turn.state.hooks.remove(&member.key);
            turn.effects.push(Effect::Hook { event: member.key.clone(), flow: None });
        }
    }
    Ok(Outcome::Done)
}

/// `UpdateContactData`.
pub(super) fn data(turn: &mut Turn<'_>) -> Decided {
    let parameters = turn.code.document.block_node(turn.block).and_then(|node| node.get("Parameters"));
    for member in parameters.map(Node::members).unwrap_or_default() {
        let value = turn.fill_value(&member.value.to_json());
        if MEMBERS.contains(&member.key.as_str()) {
            turn.state.set_member(&member.key, value.clone());
            turn.effects.push(attribute(Scope::Data, member.key.clone(), text(&value)));
        } else {
            turn.effects.push(Effect::Setting);
        }
    }
    Ok(Outcome::Done)
}

/// `UpdateContactTextToSpeechVoice`.
pub(super) fn voice(turn: &mut Turn<'_>) -> Decided {
    let voice = turn.required("TextToSpeechVoice")?;
    turn.find(Root::TextToSpeechVoiceId, Value::String(voice));
    Ok(Outcome::Done)
}

/// `TagContact` and `UntagContact`.
pub(super) fn tags(turn: &mut Turn<'_>) -> Decided {
    let mut whole = turn.state.contact.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, value) in pairs(turn, "Tags") {
        let value = text(&value);
        whole.insert(name.clone(), Value::String(value.clone()));
        turn.effects.push(attribute(Scope::Tag, name, value));
    }
    for key in turn.node("TagKeys").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str) {
        let name = turn.fill(key).text;
        if whole.shift_remove(&name).is_some() {
            turn.effects.push(Effect::Attribute { scope: Scope::Tag, name, value: None });
        }
    }
    turn.state.set_member("Tags", Value::Object(whole));
    Ok(Outcome::Done)
}

/// `UpdateContactCallbackNumber`: what is no number at all is refused; more is not checked.
pub(super) fn callback_number(turn: &mut Turn<'_>) -> Decided {
    let number = turn.text("CallbackNumber").map(|number| number.text).unwrap_or_default();
    let digits = number.trim_start_matches('+');
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        let cause = Cause::Parameter { name: "CallbackNumber".to_owned() };
        return Ok(failed("InvalidCallbackNumber", cause));
    }
    turn.effects.push(Effect::Warned(Warning::NumberUnchecked));
    turn.find(Root::CustomerCallBackPhoneNumber, Value::String(number));
    Ok(Outcome::Done)
}

/// What changes nothing that the flow sees.
pub(super) fn setting(turn: &mut Turn<'_>) -> Decided {
    turn.effects.push(Effect::Setting);
    Ok(Outcome::Done)
}
