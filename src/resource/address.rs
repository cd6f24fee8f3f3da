//! Addresses: how people and reports name one resource of a set.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::name::Label;

/// What a message says of an address that stands in front of it, with what parts the two: a message that begins with the
/// address itself does not repeat it.
pub(crate) fn said_of<'m>(address: &str, message: &'m str) -> (&'static str, &'m str) {
    let rest = message.strip_prefix(address).filter(|_| !address.is_empty()).unwrap_or_default();
    match (rest.strip_prefix(": "), rest.strip_prefix(' ')) {
        (Some(said), _) => (": ", said),
        (None, Some(said)) => (" ", said),
        (None, None) => (": ", message),
    }
}

/// The kinds of resource, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An Amazon Connect instance.
    Instance,
    /// A function's execution role.
    Role,
    /// A Lambda function with its version and alias.
    Function,
    /// A function's place in an instance's list.
    Association,
    /// One statement in a function's resource policy.
    Grant,
    /// A flow module.
    Module,
    /// A contact flow.
    Flow,
}

impl Kind {
    /// Every kind, in the order of writing.
    pub const ALL: [Self; 7] = [
        Self::Instance,
        Self::Role,
        Self::Function,
        Self::Association,
        Self::Grant,
        Self::Module,
        Self::Flow,
    ];

    /// The word in an address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Role => "role",
            Self::Function => "function",
            Self::Association => "association",
            Self::Grant => "grant",
            Self::Module => "module",
            Self::Flow => "flow",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// `flow/main-ivr`, `grant/support/crm-lookup`, `flow/main-ivr@backup`, `flow/main-ivr#Lookup caller`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// What kind of resource it is.
    pub kind: Kind,
    /// The instance, for what belongs to one and has no name of its own.
    pub instance: Option<Label>,
    /// The resource's logical name.
    pub name: Label,
    /// The instance of a flow or module that stands on several.
    pub at: Option<Label>,
    /// A block of a flow, by its identifier or friendly name.
    pub block: Option<String>,
}

/// Returns what stands before the addresses of a set: its name where there are several sets, as in `acme:flow/main`.
pub(crate) fn set_prefix(set: impl fmt::Display, several: bool) -> String {
    if several { format!("{set}:") } else { String::new() }
}

impl Address {
    /// Addresses a resource by its kind and logical name.
    pub fn new(kind: Kind, name: &Label) -> Self {
        Self { kind, instance: None, name: name.clone(), at: None, block: None }
    }

    /// Addresses an association or a grant of a function on an instance.
    pub fn between(kind: Kind, instance: &Label, function: &Label) -> Self {
        Self { instance: Some(instance.clone()), ..Self::new(kind, function) }
    }

    /// Names one block of a flow.
    #[must_use]
    pub fn block(mut self, block: &str) -> Self {
        self.block = Some(block.to_owned());
        self
    }
}

/// Says that a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an address; it is written like `flow/main-ivr`, `flow/main-ivr@backup` or `grant/support/crm-lookup`"
)]
pub struct AddressError(String);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// When the text is not one.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError(text.to_owned());
        let label = |text: &str| Label::parse(text).map_err(|_| wrong());
        let (resource, block) = match text.split_once('#') {
            Some((resource, block)) => (resource, Some(block.to_owned())),
            None => (text, None),
        };
        let (word, rest) = resource.split_once('/').ok_or_else(wrong)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(wrong)?;
        let between = matches!(kind, Kind::Association | Kind::Grant);
        let (instance, rest) = match (between, rest.split_once('/')) {
            (true, Some((instance, rest))) => (Some(label(instance)?), rest),
            (false, None) => (None, rest),
            _ => return Err(wrong()),
        };
        let (name, at) = match rest.split_once('@') {
            Some((name, at)) => (label(name)?, Some(label(at)?)),
            None => (label(rest)?, None),
        };
        Ok(Self { kind, instance, name, at, block })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.kind)?;
        if let Some(instance) = &self.instance {
            write!(f, "{instance}/")?;
        }
        write!(f, "{}", self.name)?;
        if let Some(at) = &self.at {
            write!(f, "@{at}")?;
        }
        self.block.as_ref().map_or(Ok(()), |block| write!(f, "#{block}"))
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_about_an_address_does_not_repeat_it() {
        for (message, said) in [
            ("flow/a waits for flow/b", (" ", "waits for flow/b")),
            ("flow/a: it is gone", (": ", "it is gone")),
            ("flow/ab is gone", (": ", "flow/ab is gone")),
            ("it is gone", (": ", "it is gone")),
            ("flow/a", (": ", "flow/a")),
        ] {
            assert_eq!(said_of("flow/a", message), said, "{message}");
        }
        assert_eq!(said_of("", " blank"), (": ", " blank"));
    }

    #[test]
    fn addresses_are_read_as_they_are_written() {
        for text in [
            "flow/main-ivr",
            "flow/main-ivr@backup",
            "flow/main-ivr#Look up caller",
            "grant/support/crm-lookup",
            "association/support/crm-lookup",
            "instance/support",
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "flow", "flows/main", "grant/crm-lookup", "flow/a/b", "flow/Main IVR"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
