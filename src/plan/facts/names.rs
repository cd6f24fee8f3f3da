//! What a flow's file names: flows and modules of the set, and queues, prompts and hours of an instance.

use std::collections::BTreeSet;

use serde_json::json;

use crate::flow::template::{Attribute, Token};
use crate::manifest::{Flow, NamedKind};
use crate::plan::model::named;
use crate::resource::{Kind, Label};

/// The flows and modules of the set that a flow's file names.
pub(in crate::plan) fn named_contents(flow: &Flow) -> BTreeSet<(Kind, Label)> {
    let tokens = flow.content.iter().flat_map(|file| file.text.tokens());
    tokens.filter_map(|found| named(&found.token).map(|(key, _)| key)).collect()
}

/// What a token looks up by its name on the live instance.
pub(in crate::plan) fn looked_up(token: &Token) -> Option<(NamedKind, &str, Attribute)> {
    match token {
        Token::Queue { name, attribute } => Some((NamedKind::Queue, name, *attribute)),
        Token::Prompt { name, attribute } => Some((NamedKind::Prompt, name, *attribute)),
        Token::Hours { name, attribute } => Some((NamedKind::Hours, name, *attribute)),
        _ => None,
    }
}

/// The names that a flow's file looks up on an instance, as they stand among the fingerprints.
pub(in crate::plan) fn named_keys(flow: &Flow, instance: &Label) -> Vec<String> {
    let tokens = flow.content.iter().flat_map(|file| file.text.tokens());
    let keys = tokens.filter_map(|found| {
        let (kind, name, _) = looked_up(&found.token)?;
        Some(named_key(kind, name, instance))
    });
    keys.collect()
}

/// Names a queue, prompt or hours as flow files do.
pub(in crate::plan) fn named_key(kind: NamedKind, name: &str, instance: &Label) -> String {
    let word = match kind {
        NamedKind::Queue => "queue",
        NamedKind::Prompt => "prompt",
        NamedKind::Hours => "hours",
    };
    format!("{word}[{}]@{instance}", json!(name))
}
