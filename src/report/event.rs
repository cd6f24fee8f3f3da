//! What is worth knowing about an event that `event` prints.

use std::collections::BTreeSet;

use crate::resource::Address;
use crate::runtime::binding::{Bound, Callee};
use crate::runtime::contact::Profile;
use crate::runtime::parameters::Note;

/// A sentence about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventNote {
    /// The sentence.
    pub text: String,
    /// Whether a function may well fail of it.
    pub warns: bool,
}

/// Says what of an event is made up, empty, or not what handlers expect.
pub fn event_notes(bound: &Bound<'_>, profile: &Profile, notes: &BTreeSet<Note>) -> Vec<EventNote> {
    // The reference that the block takes its function from is read, though by no parameter.
    let names_function = |note: &&Note| match (note, &bound.callee) {
        (Note::Unread { reference }, Callee::Dynamic(function)) => reference == function,
        _ => false,
    };
    let notes = notes.iter().filter(|note| !names_function(note));
    let mut said: Vec<EventNote> = notes.map(of_parameter).collect();
    let mut say = |text: String| said.push(EventNote { text, warns: false });
    let elsewhere = bound.flow.instances.iter().filter(|instance| *instance != bound.instance);
    let elsewhere: Vec<String> = elsewhere.map(|instance| format!("`@{instance}`")).collect();
    if !elsewhere.is_empty() {
        let resource = Address { block: None, at: None, ..bound.address.clone() };
        say(format!(
            "{resource} is assigned to several instances, and this event is of `{}`; {} in the address chooses another",
            bound.instance,
            elsewhere.join(" or ")
        ));
    }
    if bound.parameters.is_none() {
        say(format!(
            "the manifest does not declare the parameters of `{}`, and only Amazon Connect knows the flow: none are sent \
             here; set them with `--parameter NAME=VALUE`",
            bound.address.block.as_deref().unwrap_or_default()
        ));
    }
    if !bound.made_up.is_empty() {
        let tokens: Vec<String> = bound.made_up.iter().map(|token| format!("`{token}`")).collect();
        say(format!("only the live instance knows the value of {}; it is invented", tokens.join(", ")));
    }
    match &bound.callee {
        Callee::Dynamic(reference) => {
            say(format!("the block takes its function from `{reference}`, which is known only in a contact"));
        }
        Callee::None => say("the block names no function".to_owned()),
        Callee::Declared(..) | Callee::Literal(_) => {}
    }
    let initiation = profile.initiation();
    if let Some(only) = initiation.only().filter(|only| *only != profile.channel) {
        let (method, only, channel) = (initiation.as_str(), only.as_str(), profile.channel.as_str());
        say(format!("AWS documents {method} only for {only} contacts, and this one is {channel}"));
    }
    said
}

/// Says what is worth knowing about a parameter.
pub(super) fn note_text(note: &Note) -> String {
    of_parameter(note).text
}

fn of_parameter(note: &Note) -> EventNote {
    let (text, warns) = match note {
        Note::OfRun { parameter, reference } => (
            format!(
                "`{reference}` is set only while the flow runs, so the parameter `{parameter}` has nothing for it here; set it \
                 with `--set '{reference}=VALUE'`"
            ),
            false,
        ),
        Note::Unset { parameter, reference } => (
            format!(
                "`{reference}` is not set on this contact, so the parameter `{parameter}` has nothing for it (AWS does not \
                 document what is sent then)"
            ),
            false,
        ),
        Note::NoLeaf { parameter, reference } => (
            format!(
                "`{reference}` is not a single value, so the parameter `{parameter}` has nothing for it (AWS does not \
                 document what is sent then)"
            ),
            true,
        ),
        Note::Nested { parameter } => (
            format!(
                "the parameter `{parameter}` is nested: handlers with the published types of this event (Go, Rust, TypeScript) \
                 take only text and fail"
            ),
            true,
        ),
        Note::NotText { parameter } => {
            (format!("the parameter `{parameter}` is not text in the flow; it is sent as text"), false)
        }
        Note::Unread { reference } => (format!("no parameter of the block reads `{reference}`"), true),
    };
    EventNote { text, warns }
}
