//! One write of a plan: its name, why it is made, and what comes before it.

use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::change::Change;
use super::guard::Guard;
use crate::resource::Address;

/// Names an action within a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionId {
    /// The resource.
    pub address: Address,
    /// Which of the writes to it.
    pub step: Step,
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
    /// Tags alone: whose it is, and what was applied last.
    Tag,
    /// What is left over is taken away.
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

/// One write, why it is made, and what must have happened before.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub id: ActionId,
    /// What it does.
    pub change: Change,
    /// Why, in words for the user.
    pub reason: String,
    /// Who moved, so that it has to be made.
    pub cause: Cause,
    /// Actions that must have succeeded before.
    pub after: Vec<ActionId>,
    /// Set where somebody has to allow it by name.
    pub guard: Option<Guard>,
}

/// A difference that is seen and not written: a problem of the same address says why.
#[derive(Debug, Clone)]
pub struct Withheld {
    /// The resource.
    pub address: Address,
    /// What would be written.
    pub change: Change,
    /// How it differs, in words for the user.
    pub reason: String,
    /// Who moved.
    pub cause: Cause,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_called_in_messages_what_it_is_called_in_json() {
        use Step::{Archive, Aside, Delete, Metadata, Stub, Tag, Write};
        for step in [Stub, Aside, Metadata, Write, Archive, Tag, Delete] {
            assert_eq!(serde_json::json!(step), step.word());
        }
    }
}
