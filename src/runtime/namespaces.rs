//! What a reference in a parameter reads of a contact that is not in a flow.

use std::collections::BTreeMap;

use serde_json::Value;

use super::contact::Contact;
use crate::flow::namespaces::{Read, Root, canonical, of_contact};

/// What references read.
#[derive(Debug, Clone)]
pub(super) struct Values {
    contact: Value,
    given: BTreeMap<Vec<String>, String>,
}

impl Values {
    /// Takes a contact, and what was given of the run.
    pub(super) fn new(contact: &Contact, given: BTreeMap<Vec<String>, String>) -> Self {
        // Maps with text as keys always serialise.
        Self { contact: serde_json::to_value(contact).unwrap_or_default(), given }
    }

    /// Returns the roots that a contact has by itself.
    pub(super) fn of_contact(&self) -> impl Iterator<Item = &str> {
        self.contact.as_object().into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Reads a reference.
    pub(super) fn read(&self, steps: &[String]) -> Read {
        let steps = canonical(steps);
        if let Some(text) = self.given.get(&steps) {
            return Read::Text(text.clone());
        }
        match steps.first().and_then(|root| Root::of(root)) {
            Some(_) => Read::OfRun,
            None => of_contact(&self.contact, &steps),
        }
    }
}
