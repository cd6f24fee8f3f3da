//! Who owns a resource that can carry tags, and who changed it last. There is no state file: the tags tell.

use std::collections::BTreeMap;

use crate::resource::{Label, SetName};
pub use crate::snapshot::{APPLIED_TAG, SET_TAG as OWNER_TAG};

/// The value of the owner tag.
pub fn owner_tag(set: &SetName, name: &Label) -> String {
    format!("{set}/{name}")
}

/// Whether a set may write to something that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// The set made it.
    Ours,
    /// Another set did.
    Another(String),
    /// No set did.
    Nobody,
}

impl Owner {
    /// Reads the tags.
    pub(super) fn of(tags: &BTreeMap<String, String>, set: &SetName, name: &Label) -> Self {
        match tags.get(OWNER_TAG) {
            Some(value) if *value == owner_tag(set, name) => Self::Ours,
            Some(value) => Self::Another(value.clone()),
            None => Self::Nobody,
        }
    }

    /// Says why the set may not write, for a message.
    pub(super) fn refusal(&self) -> Option<String> {
        match self {
            Self::Ours => None,
            Self::Another(value) => Some(format!("it belongs to `{value}`")),
            Self::Nobody => Some("flowbind did not make it".to_owned()),
        }
    }
}

/// Says who changed something, in a reason: the live digest is compared with the one that was applied last.
pub(super) fn who(tags: &BTreeMap<String, String>, live_digest: &str) -> &'static str {
    match tags.get(APPLIED_TAG) {
        Some(applied) if applied == live_digest => "the manifest changed",
        Some(_) => "changed outside of flowbind",
        None => "who changed it is unknown",
    }
}
