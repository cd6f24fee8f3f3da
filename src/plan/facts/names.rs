//! The keys of the queues, prompts and hours that a flow's file looks up on an instance.

use serde_json::json;

use crate::manifest::{Flow, NamedKind};
use crate::resource::Label;

/// The names that a flow's file looks up on an instance, as they stand among the fingerprints.
pub(in crate::plan) fn named_keys(flow: &Flow, instance: &Label) -> Vec<String> {
    let keys = flow.names.looked_up.iter().map(|(kind, name)| named_key(*kind, name, instance));
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
