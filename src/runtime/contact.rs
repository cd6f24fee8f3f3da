//! The contact as a function sees it: `Details.ContactData` of the event.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

mod invented;

use crate::flow::channel::words;

pub use crate::flow::channel::{Channel, Initiation};
pub use invented::{Profile, Shape, instance_id, invented_id};

words! {
    /// What an address is.
    EndpointType,
    TelephoneNumber = "TELEPHONE_NUMBER", "telephone-number";
    Voip = "VOIP", "voip";
    ContactFlow = "CONTACT_FLOW", "contact-flow";
    ConnectPhoneNumberArn = "CONNECT_PHONENUMBER_ARN", "connect-phonenumber-arn";
    EmailAddress = "EMAIL_ADDRESS", "email-address";
}

/// The contact's data. The four members that the documentation leaves out, and captured events have, can be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Contact {
    /// The contact's attributes, which all contacts of one first contact share.
    pub attributes: BTreeMap<String, String>,
    /// The Region of the instance. Not documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_region: Option<String>,
    /// The channel.
    pub channel: Channel,
    /// The contact's id.
    pub contact_id: String,
    /// The customer's address; null on chats that an API call started, and on tasks.
    pub customer_endpoint: Option<Endpoint>,
    /// The customer's id, where a block has set it.
    pub customer_id: Option<String>,
    /// The description of a task, or of any contact where a block has set it.
    pub description: Option<String>,
    /// The id of the first contact in the chain.
    pub initial_contact_id: String,
    /// How the contact began.
    pub initiation_method: Initiation,
    /// The instance.
    #[serde(rename = "InstanceARN")]
    pub instance_arn: String,
    /// The language.
    pub language_code: String,
    /// What is streamed of the contact.
    pub media_streams: MediaStreams,
    /// The name of a task, or of any contact where a block has set it.
    pub name: Option<String>,
    /// The id of the contact before; on a first contact its own id, in captured events.
    pub previous_contact_id: Option<String>,
    /// The working queue; null until one is set.
    pub queue: Option<Queue>,
    /// The references of the contact by their names.
    pub references: BTreeMap<String, Reference>,
    /// The contact that this one is related to. Not documented.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub related_contact_id: Option<Option<String>>,
    /// The segment attributes by their names, such as `connect:Subtype`. Not documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_attributes: Option<BTreeMap<String, SegmentValue>>,
    /// The address that the customer reached; null on chats that an API call started, and on tasks.
    pub system_endpoint: Option<Endpoint>,
    /// The tags of the contact. Not documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

/// Tells a `null` from nothing at all.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Endpoint {
    /// The number or address.
    pub address: String,
    /// What it is.
    #[serde(rename = "Type")]
    pub kind: EndpointType,
}

impl Endpoint {
    /// Takes an address for what it looks like: with an `@` it is an email address, else a telephone number.
    pub fn new(address: &str) -> Self {
        let email = address.contains('@');
        let kind = if email { EndpointType::EmailAddress } else { EndpointType::TelephoneNumber };
        Self { address: address.to_owned(), kind }
    }
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Queue {
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The number that is shown on outbound calls, if the queue has one.
    pub outbound_caller_id: Option<Endpoint>,
}

/// What is streamed of a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct MediaStreams {
    /// What is streamed of the customer.
    pub customer: CustomerStreams,
}

/// What is streamed of the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct CustomerStreams {
    /// The sound; null where streaming was never started.
    pub audio: Option<Audio>,
}

/// The stream of the customer's voice. The last two are there once it was stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Audio {
    /// The stream.
    #[serde(rename = "StreamARN", default, skip_serializing_if = "Option::is_none")]
    pub stream_arn: Option<String>,
    /// When it was started, in milliseconds since 1970, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<String>,
    /// The first fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_fragment_number: Option<String>,
    /// When it was stopped, in milliseconds since 1970, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_timestamp: Option<String>,
    /// The last fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_fragment_number: Option<String>,
}

/// A reference of a contact, such as a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Reference {
    /// What it is: `URL`, `ATTACHMENT`, `NUMBER`, `STRING`, `DATE`, `EMAIL`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Its value.
    pub value: String,
}

/// The value of a segment attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct SegmentValue {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_string: Option<String>,
    /// A whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_integer: Option<i64>,
    /// Values by their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_map: Option<BTreeMap<String, Self>>,
}

impl SegmentValue {
    /// Creates the value of a text.
    pub fn text(text: &str) -> Self {
        Self { value_string: Some(text.to_owned()), ..Self::default() }
    }
}

/// Says why a description of a contact was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// It is no object.
    #[error("a contact is an object with members such as `Channel` and `Attributes`")]
    NotAnObject,
    /// It has a member that no contact has.
    #[error("a contact has no `{path}`")]
    UnknownMember {
        /// The member, with what it is in.
        path: String,
        /// The members that are known there.
        known: Vec<String>,
    },
    /// A member has the wrong form.
    #[error("{0}")]
    Form(String),
}

impl Contact {
    /// Lays members over this contact, given as `ContactData` has them; each replaces the whole member of its name.
    ///
    /// # Errors
    /// A member that no contact has, or one of the wrong form.
    pub fn with(&self, members: &serde_json::Value) -> Result<Self, ContactError> {
        let members = members.as_object().ok_or(ContactError::NotAnObject)?;
        let mut whole = serde_json::to_value(self).map_err(|error| ContactError::Form(error.to_string()))?;
        let own = whole.as_object_mut().ok_or(ContactError::NotAnObject)?;
        for (name, value) in members {
            if !own.contains_key(name) {
                let known = own.keys().cloned().collect();
                return Err(ContactError::UnknownMember { path: name.clone(), known });
            }
            own.insert(name.clone(), value.clone());
        }
        let contact: Self =
            serde_json::from_value(whole.clone()).map_err(|error| ContactError::Form(error.to_string()))?;
        let read = serde_json::to_value(&contact).map_err(|error| ContactError::Form(error.to_string()))?;
        match unread(&whole, &read, "") {
            Some(path) => Err(ContactError::UnknownMember { path, known: Vec::new() }),
            None => Ok(contact),
        }
    }

    /// Leaves out what the documentation does not name.
    #[must_use]
    pub fn documented(self) -> Self {
        Self { aws_region: None, related_contact_id: None, segment_attributes: None, tags: None, ..self }
    }
}

/// The first member that was given and is gone after reading: nothing knows it.
fn unread(given: &serde_json::Value, read: &serde_json::Value, path: &str) -> Option<String> {
    let members = given.as_object()?;
    members.iter().find_map(|(name, value)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match read.get(name) {
            None if value.is_null() => None,
            None => Some(path),
            Some(read) => unread(value, read, &path),
        }
    })
}

#[cfg(test)]
pub(super) mod tests;
