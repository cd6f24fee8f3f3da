//! The parameters of a binding, with the references in them filled in from a contact.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::contact::Contact;
use super::event::Parameter;
use super::namespaces::Values;
use crate::flow::namespaces::{Read, Root, canonical};
use crate::flow::references::{Spelling, filled, spellings};

/// A reference that was given a value, as in `--set '$.External.name=Ann'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// As it was written.
    pub text: String,
    steps: Vec<String>,
    value: String,
}

/// Says why a value cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// The text is no reference.
    #[error("`{0}` is not a reference; one is written like `$.External.name`")]
    NotAReference(String),
    /// The root is part of the contact.
    #[error("`{0}` is part of the contact")]
    OfContact(String),
    /// No flow knows the root.
    #[error("`{text}`: no flow knows `$.{root}`")]
    UnknownRoot {
        /// The reference.
        text: String,
        /// Its root.
        root: String,
        /// The roots that are known.
        known: Vec<String>,
    },
}

impl Given {
    /// Returns a reference of the run a value.
    ///
    /// # Errors
    /// The text is no reference, or one to something that the contact has or that no flow knows.
    pub fn new(text: &str, value: &str, contact: &Contact) -> Result<Self, GivenError> {
        let found = spellings(text);
        let [Spelling { span, steps }] = found.as_slice() else {
            return Err(GivenError::NotAReference(text.to_owned()));
        };
        if *span != (0..text.len()) {
            return Err(GivenError::NotAReference(text.to_owned()));
        }
        let root = steps.first().map(String::as_str).unwrap_or_default();
        if Root::of(root).is_none() {
            let values = Values::new(contact, BTreeMap::new());
            if values.of_contact().any(|known| known == root) {
                return Err(GivenError::OfContact(text.to_owned()));
            }
            let known = Root::ALL.iter().map(|root| root.name().to_owned()).collect();
            return Err(GivenError::UnknownRoot { text: text.to_owned(), root: root.to_owned(), known });
        }
        Ok(Self { text: text.to_owned(), steps: canonical(steps), value: value.to_owned() })
    }
}

/// Something worth knowing about filled-in parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// A reference reads what is set only while the flow runs, and nothing was given for it: it is empty.
    OfRun {
        /// The parameter.
        parameter: String,
        /// The reference, as it is written.
        reference: String,
    },
    /// A reference reads what this contact does not have: it is empty.
    Unset {
        /// The parameter.
        parameter: String,
        /// The reference, as it is written.
        reference: String,
    },
    /// A reference names a whole map, which has no text: it is empty.
    NoLeaf {
        /// The parameter.
        parameter: String,
        /// The reference, as it is written.
        reference: String,
    },
    /// A parameter is a map or list, which handlers with types for this event do not take.
    Nested {
        /// The parameter.
        parameter: String,
    },
    /// A parameter is a number, a truth value or null in the flow, and is sent as text.
    NotText {
        /// The parameter.
        parameter: String,
    },
    /// A value was given that no parameter reads.
    Unread {
        /// The reference, as it was given.
        reference: String,
    },
}

/// A reference to what no flow knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parameter `{parameter}` reads `{reference}`, and no flow knows `$.{root}`")]
pub struct UnknownRoot {
    /// The parameter.
    pub parameter: String,
    /// The reference, as it is written.
    pub reference: String,
    /// Its root.
    pub root: String,
    /// The roots that are known.
    pub known: Vec<String>,
}

/// Parameters as they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The parameters by their names.
    pub parameters: BTreeMap<String, Parameter>,
    /// What is worth knowing.
    pub notes: BTreeSet<Note>,
}

/// Fills the references in parameters in.
///
/// # Errors
/// The first reference to what no flow knows.
pub fn fill(
    parameters: &BTreeMap<String, Value>,
    contact: &Contact,
    given: &[Given],
) -> Result<Filled, UnknownRoot> {
    let known = given.iter().map(|given| (given.steps.clone(), given.value.clone()));
    let values = Values::new(contact, known.collect());
    let mut filling =
        Filling { values, parameter: String::new(), read: BTreeSet::new(), notes: BTreeSet::new() };
    let mut filled = BTreeMap::new();
    for (name, value) in parameters {
        filling.parameter.clone_from(name);
        filled.insert(name.clone(), filling.parameter(value)?);
    }
    let Filling { read, mut notes, .. } = filling;
    let unread = given.iter().filter(|given| !read.contains(&given.steps));
    notes.extend(unread.map(|given| Note::Unread { reference: given.text.clone() }));
    Ok(Filled { parameters: filled, notes })
}

/// Reads one reference; nothing where it has no value.
pub fn value(reference: &str, contact: &Contact, given: &[Given]) -> Option<String> {
    let one = BTreeMap::from([(String::new(), Value::from(reference))]);
    let filled = fill(&one, contact, given).ok()?;
    let unset = filled.notes.iter().any(|note| !matches!(note, Note::Unread { .. }));
    match filled.parameters.into_values().next() {
        Some(Parameter::Text(text)) if !unset => Some(text),
        _ => None,
    }
}

struct Filling {
    values: Values,
    /// The one that is being filled in.
    parameter: String,
    /// What was read.
    read: BTreeSet<Vec<String>>,
    notes: BTreeSet<Note>,
}

impl Filling {
    fn parameter(&mut self, value: &Value) -> Result<Parameter, UnknownRoot> {
        let parameter = self.parameter.clone();
        Ok(match value {
            Value::String(text) => Parameter::Text(self.text(text)?),
            Value::Object(members) => {
                self.notes.insert(Note::Nested { parameter });
                Parameter::Map(self.members(members)?)
            }
            Value::Array(items) => {
                self.notes.insert(Note::Nested { parameter });
                Parameter::List(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
            Value::Null => {
                self.notes.insert(Note::NotText { parameter });
                Parameter::Text(String::new())
            }
            Value::Bool(_) | Value::Number(_) => {
                self.notes.insert(Note::NotText { parameter });
                Parameter::Text(value.to_string())
            }
        })
    }

    /// Recursion is bounded: the reader of flows refused what nests deeper than its limit.
    fn value(&mut self, value: &Value) -> Result<Value, UnknownRoot> {
        Ok(match value {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Object(members) => Value::Object(self.members(members)?),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        })
    }

    fn members(&mut self, members: &Map<String, Value>) -> Result<Map<String, Value>, UnknownRoot> {
        members.iter().map(|(name, value)| Ok((name.clone(), self.value(value)?))).collect()
    }

    fn text(&mut self, text: &str) -> Result<String, UnknownRoot> {
        filled(text, |written, steps| self.reference(written, steps))
    }

    fn reference(&mut self, written: &str, steps: &[String]) -> Result<String, UnknownRoot> {
        self.read.insert(canonical(steps));
        let (parameter, reference) = (self.parameter.clone(), written.to_owned());
        let note = match self.values.read(steps) {
            Read::Text(text) => return Ok(text),
            Read::OfRun => Note::OfRun { parameter, reference },
            Read::Unset => Note::Unset { parameter, reference },
            Read::NoLeaf => Note::NoLeaf { parameter, reference },
            Read::UnknownRoot => {
                let known = self.values.of_contact().chain(Root::ALL.iter().map(|root| root.name()));
                let known = known.map(str::to_owned).collect();
                let root = steps.first().cloned().unwrap_or_default();
                return Err(UnknownRoot { parameter, reference, root, known });
            }
        };
        self.notes.insert(note);
        Ok(String::new())
    }
}

#[cfg(test)]
mod tests;
