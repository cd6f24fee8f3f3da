//! The request event: what a function is sent when a contact reaches its block.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contact::Contact;

/// Which members of the contact's data are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Fields {
    /// Those that the documentation names.
    Documented,
    /// Those that captured events have: `AwsRegion`, `RelatedContactId`, `SegmentAttributes` and `Tags` too.
    #[default]
    Observed,
}

/// The event that Amazon Connect sends to a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Event {
    /// The contact and the parameters.
    pub details: Details,
    /// What kind of event it is; the only one.
    pub name: EventName,
}

/// The name of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum EventName {
    /// `ContactFlowEvent`
    ContactFlowEvent,
}

/// The contact and the parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Details {
    /// The contact.
    pub contact_data: Contact,
    /// The parameters of the block by their names.
    pub parameters: BTreeMap<String, Parameter>,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Parameter {
    /// A text, which every handler takes.
    Text(String),
    /// A map, of the newer input of the block.
    Map(Map<String, Value>),
    /// A list, of the newer input of the block.
    List(Vec<Value>),
}

impl Event {
    /// Creates the event of a contact and the parameters of a block.
    pub fn new(contact: &Contact, parameters: BTreeMap<String, Parameter>, fields: Fields) -> Self {
        let contact = match fields {
            Fields::Observed => contact.clone(),
            Fields::Documented => contact.clone().documented(),
        };
        let details = Details { contact_data: contact, parameters };
        Self { details, name: EventName::ContactFlowEvent }
    }
}

#[cfg(test)]
mod tests;
