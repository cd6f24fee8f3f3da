//! What a reference in a parameter reads: the roots that a flow knows, and their values for a contact.

use std::collections::BTreeMap;

use serde_json::Value;

use super::contact::Contact;

/// The roots that are known only while a flow runs: answers of functions, inputs, results of blocks. The administrator
/// guide's list of contact attributes; a flow in use has the last one.
pub(super) const OF_RUN: [&str; 20] = [
    "Agent",
    "AgenticCX",
    "Case",
    "Customer",
    "DataTables",
    "Email",
    "External",
    "FlowAttributes",
    "LambdaInvocation",
    "Lex",
    "Loop",
    "Media",
    "Metrics",
    "Modules",
    "StoredCustomerInput",
    "Task",
    "TextToSpeechVoiceId",
    "Views",
    "Wisdom",
    "CustomerCallBackPhoneNumber",
];

/// What a reference reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    /// A value.
    Text(String),
    /// Nothing: it is not set on this contact.
    Unset,
    /// Nothing: it is set only while the flow runs.
    OfRun,
    /// A whole map, or a list.
    NoLeaf,
    /// Nothing that a flow knows.
    UnknownRoot,
}

/// What references read.
#[derive(Debug, Clone)]
pub(super) struct Values {
    contact: Value,
    given: BTreeMap<Vec<String>, String>,
}

/// The answer of the latest function has two names.
pub(super) fn canonical(steps: &[String]) -> Vec<String> {
    match steps {
        [first, second, rest @ ..] if first == "LambdaInvocation" && second == "ResultData" => {
            std::iter::once("External".to_owned()).chain(rest.iter().cloned()).collect()
        }
        steps => steps.to_vec(),
    }
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
        let Some((root, rest)) = steps.split_first() else { return Read::UnknownRoot };
        if OF_RUN.contains(&root.as_str()) {
            return Read::OfRun;
        }
        let Some(value) = self.contact.get(root) else { return Read::UnknownRoot };
        if root == "Attributes" && !rest.is_empty() {
            // Names of attributes may have full stops.
            return value.get(rest.join(".")).map_or(Read::Unset, leaf);
        }
        let mut at = value;
        for step in rest {
            match at.get(step) {
                Some(inner) => at = inner,
                None => return Read::Unset,
            }
        }
        leaf(at)
    }
}

fn leaf(value: &Value) -> Read {
    match value {
        Value::String(text) => Read::Text(text.clone()),
        Value::Number(number) => Read::Text(number.to_string()),
        Value::Bool(flag) => Read::Text(flag.to_string()),
        Value::Null => Read::Unset,
        Value::Object(members) => {
            // A segment attribute, and a reference of the contact, is an object around its value.
            let inner = ["ValueString", "ValueInteger", "Value"].iter().find_map(|name| members.get(*name));
            inner.map_or(Read::NoLeaf, leaf)
        }
        Value::Array(_) => Read::NoLeaf,
    }
}
