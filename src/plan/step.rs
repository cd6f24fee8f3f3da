//! Which of the writes to a resource an action is.

use serde::Serialize;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
    /// Whether it only prepares another write to the same resource: it is not counted, and never done without that.
    pub fn is_aid(self) -> bool {
        matches!(self, Self::Stub | Self::Aside)
    }
}
