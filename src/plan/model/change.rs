//! What an action does to its resource.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::binding::{AssociationSpec, GrantSpec};
use super::flow::{FlowMetadataSpec, FlowSpec};
use super::function::{FunctionSpec, RoleSpec};
use super::instance::{AttributesSpec, InstanceSpec};
use super::removal::Removal;
use super::tags::{TagTarget, TagsSpec};
use crate::resource::Place;

/// What an action does to its resource.
#[derive(Debug, Clone)]
pub enum Change {
    /// Makes it.
    Create(Spec),
    /// Changes it.
    Update(Spec),
    /// Takes it away.
    Delete(Spec),
}

/// A write in full.
#[derive(Debug, Clone)]
pub enum Spec {
    /// Writes a role.
    Role(Box<RoleSpec>),
    /// Writes a function, its version and alias.
    Function(Box<FunctionSpec>),
    /// Puts a function into an instance's list.
    Association(AssociationSpec),
    /// Writes a statement.
    Grant(GrantSpec),
    /// Writes a flow or module.
    Flow(Box<FlowSpec>),
    /// Writes name, description and state of a flow or module.
    FlowMetadata(FlowMetadataSpec),
    /// Writes tags of something that agrees otherwise.
    Tags(TagsSpec),
    /// Sets an instance's settings.
    Attributes(AttributesSpec),
    /// Makes an instance.
    Instance(InstanceSpec),
    /// Takes away what is left over.
    Removal(Removal),
}

impl Change {
    /// Whether the resource goes.
    pub fn is_deletion(&self) -> bool {
        matches!(self, Self::Delete(_))
    }

    /// What is written.
    pub fn spec(&self) -> &Spec {
        match self {
            Self::Create(spec) | Self::Update(spec) | Self::Delete(spec) => spec,
        }
    }
}

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// It is created.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
}

impl Verb {
    /// `create`, `update` or `delete`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Change {
    /// What becomes of the resource.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Create(_) => Verb::Create,
            Self::Update(_) => Verb::Update,
            Self::Delete(_) => Verb::Delete,
        }
    }
}

impl Spec {
    /// Where it is written.
    pub fn place(&self) -> &Place {
        match self {
            Self::Role(spec) => &spec.place,
            Self::Function(spec) => &spec.function.place,
            Self::Association(spec) => &spec.instance.place,
            Self::Grant(spec) => &spec.grant.function.place,
            Self::Flow(spec) => &spec.instance.place,
            Self::FlowMetadata(spec) => &spec.instance.place,
            Self::Attributes(spec) => &spec.instance.place,
            Self::Instance(spec) => &spec.place,
            Self::Tags(spec) => match &spec.target {
                TagTarget::Content { instance, .. } | TagTarget::Instance(instance) => &instance.place,
                TagTarget::Function(function) => &function.place,
                TagTarget::Role { place, .. } => place,
            },
            Self::Removal(Removal::Flow(removal)) => &removal.flow.instance.place,
            Self::Removal(Removal::Association(removal)) => &removal.instance.place,
            Self::Removal(Removal::Statements(removal)) => {
                removal.statements.first().map_or(&removal.instance.place, |one| &one.function.place)
            }
            Self::Removal(Removal::Function(removal)) => &removal.function.place,
            Self::Removal(Removal::Role(removal)) => &removal.place,
        }
    }
}
