//! What an action writes: one variant for each thing that the executor does.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::binding::{AssociationSpec, GrantSpec};
use super::flow::{AsideSpec, FlowMetadataSpec, FlowSpec};
use super::function::{FunctionSpec, RoleSpec};
use super::instance::{AttributesSpec, InstanceSpec};
use super::removal::Removal;
use super::tags::{TagTarget, TagsSpec};
use crate::resource::{InstanceArn, Label, Place};

/// A write in full. What becomes of the resource, and which of the writes to it this is, follow from it.
#[derive(Debug, Clone)]
pub enum Write {
    /// Creates or changes a role.
    Role(Box<RoleSpec>),
    /// Creates or changes a function, its version and alias.
    Function(Box<FunctionSpec>),
    /// Puts a function into an instance's list.
    Association(AssociationSpec),
    /// Writes a statement.
    Grant(GrantSpec),
    /// Creates a flow or module with a minimal content, so that others can name its ARN.
    Stub(Box<FlowSpec>),
    /// Creates a flow or module, or writes its content.
    Flow(Box<FlowSpec>),
    /// Returns a flow or module a temporary name, so that others can have the one that it has.
    Aside(AsideSpec),
    /// Writes name, description and state of a flow or module.
    Metadata(FlowMetadataSpec),
    /// Archives a flow or module, after its content was written.
    Archive(FlowMetadataSpec),
    /// Writes tags of something that agrees otherwise.
    Tags(TagsSpec),
    /// Sets an instance's settings.
    Attributes(AttributesSpec),
    /// Creates an instance.
    Instance(InstanceSpec),
    /// Deletes what is orphaned.
    Removal(Removal),
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

    /// Creates what is not there yet.
    fn of(is_new: bool) -> Self {
        if is_new { Self::Create } else { Self::Update }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Which of the writes to a resource an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// A minimal published flow, so that others can name its ARN.
    Stub,
    /// A temporary name, so that others can have the one that it has.
    Aside,
    /// Name, description and state.
    Metadata,
    /// The write itself.
    Write,
    /// It is put aside, after its content was written.
    Archive,
    /// Tags alone: the owner, and what was applied last.
    Tag,
    /// What is orphaned is deleted.
    Delete,
}

impl Step {
    /// As it is written in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stub => "stub",
            Self::Aside => "aside",
            Self::Metadata => "metadata",
            Self::Write => "write",
            Self::Archive => "archive",
            Self::Tag => "tag",
            Self::Delete => "delete",
        }
    }

    /// Whether it only prepares another write to the same resource: it is not counted, and never done without that.
    pub fn is_aid(self) -> bool {
        matches!(self, Self::Stub | Self::Aside)
    }
}

impl Write {
    /// What becomes of the resource.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Role(spec) => Verb::of(spec.before.is_none()),
            Self::Function(spec) => Verb::of(spec.before.is_none()),
            Self::Grant(spec) => Verb::of(!spec.replaces),
            Self::Flow(spec) => Verb::of(spec.id.is_none()),
            Self::Association(_) | Self::Stub(_) | Self::Instance(_) => Verb::Create,
            Self::Aside(_) | Self::Metadata(_) | Self::Archive(_) | Self::Tags(_) | Self::Attributes(_) => {
                Verb::Update
            }
            Self::Removal(_) => Verb::Delete,
        }
    }

    /// Which of the writes to the resource it is.
    pub fn step(&self) -> Step {
        match self {
            Self::Stub(_) => Step::Stub,
            Self::Aside(_) => Step::Aside,
            Self::Metadata(_) => Step::Metadata,
            Self::Role(_)
            | Self::Function(_)
            | Self::Association(_)
            | Self::Grant(_)
            | Self::Flow(_)
            | Self::Attributes(_)
            | Self::Instance(_) => Step::Write,
            Self::Archive(_) => Step::Archive,
            Self::Tags(_) => Step::Tag,
            Self::Removal(_) => Step::Delete,
        }
    }

    /// Whether it creates the resource.
    pub fn is_creation(&self) -> bool {
        self.verb() == Verb::Create
    }

    /// Whether the resource goes.
    pub fn is_deletion(&self) -> bool {
        self.verb() == Verb::Delete
    }

    /// The whole content that is written to a flow or module: a stub is none.
    pub fn content(&self) -> Option<&FlowSpec> {
        let Self::Flow(spec) = self else { return None };
        Some(spec)
    }

    /// Name, description and state that are written to a flow or module.
    pub fn metadata(&self) -> Option<&FlowMetadataSpec> {
        match self {
            Self::Aside(AsideSpec { metadata, at_last: _ })
            | Self::Metadata(metadata)
            | Self::Archive(metadata) => Some(metadata),
            Self::Role(_)
            | Self::Function(_)
            | Self::Association(_)
            | Self::Grant(_)
            | Self::Stub(_)
            | Self::Flow(_)
            | Self::Tags(_)
            | Self::Attributes(_)
            | Self::Instance(_)
            | Self::Removal(_) => None,
        }
    }

    /// Where it is written.
    pub fn place(&self) -> &Place {
        match self {
            Self::Role(spec) => &spec.place,
            Self::Function(spec) => &spec.function.place,
            Self::Association(spec) => &spec.instance.place,
            Self::Grant(spec) => &spec.grant.function.place,
            Self::Stub(spec) | Self::Flow(spec) => &spec.instance.place,
            Self::Aside(AsideSpec { metadata: spec, at_last: _ })
            | Self::Metadata(spec)
            | Self::Archive(spec) => &spec.instance.place,
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

    /// The instance on which a flow or module is written, and its logical name.
    pub fn content_instance(&self) -> Option<(&InstanceArn, &Label)> {
        if let Self::Stub(spec) | Self::Flow(spec) = self {
            return Some((&spec.instance, &spec.instance_name));
        }
        self.metadata().map(|spec| (&spec.instance, &spec.instance_name))
    }
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Cause;
    use crate::plan::model::Action;
    use crate::resource::{Address, Kind};

    #[test]
    fn what_becomes_of_a_resource_and_the_name_of_the_write_follow_from_what_is_written() {
        use Step::{Archive, Aside, Delete, Metadata, Stub, Tag, Write as Whole};
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        for (step, given, verb) in [
            (Stub, Verb::Create, Verb::Create),
            (Aside, Verb::Update, Verb::Update),
            (Metadata, Verb::Update, Verb::Update),
            (Whole, Verb::Create, Verb::Create),
            (Whole, Verb::Update, Verb::Update),
            (Archive, Verb::Update, Verb::Update),
            (Tag, Verb::Update, Verb::Update),
            (Delete, Verb::Delete, Verb::Delete),
        ] {
            let write = samples::flow_write(step, given, &instance);
            assert_eq!((write.step(), write.verb()), (step, verb));
            assert_eq!(
                (write.is_creation(), write.is_deletion()),
                (verb == Verb::Create, verb == Verb::Delete)
            );
            assert_eq!(write.place(), &instance.place);
            let address = Address::new(Kind::Flow, &Label::parse("sample").unwrap());
            let action = Action::new(address, write, (Cause::Unknown, String::new()), Vec::new(), None);
            assert_eq!(action.id.step, step);
        }
    }

    #[test]
    fn a_step_is_called_in_messages_what_it_is_called_in_json() {
        use Step::{Archive, Aside, Delete, Metadata, Stub, Tag, Write};
        for step in [Stub, Aside, Metadata, Write, Archive, Tag, Delete] {
            assert_eq!(serde_json::json!(step), step.word());
        }
    }
}
