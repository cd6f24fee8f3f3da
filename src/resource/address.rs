//! Addresses: how people and reports name one resource of a set.

use std::fmt;

use serde::{Serialize, Serializer};

use super::name::Label;

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
