//! What a block may come to, and over which of its branches the contact leaves then.

use std::collections::BTreeSet;

use super::actions::{ANY, NO_MATCH, exits};
use super::program::Code;
use super::state::Target;
use crate::flow::channel::Channel;
use crate::flow::document::{self, Block};
use crate::flow::stub::FlowType;

/// A way out of a block, by its place among the block's transitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Branch {
    /// `NextAction`.
    Next,
    /// A condition.
    Condition(usize),
    /// An error.
    Error(usize),
    /// None: the block itself takes the contact elsewhere, or ends its way.
    Leaves,
    /// None: the block has no branch for what happened.
    Missing,
}

impl Branch {
    /// Returns the block that it names.
    pub fn target(self, block: &Block) -> Option<&document::Target> {
        let transitions = &block.transitions;
        match self {
            Self::Next => transitions.next.as_ref(),
            Self::Condition(at) => transitions.conditions.get(at)?.target.as_ref(),
            Self::Error(at) => transitions.errors.get(at)?.target.as_ref(),
            Self::Leaves | Self::Missing => None,
        }
    }
}

/// Why a block failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The answer says so.
    Answered,
    /// Nobody answered in time.
    TimeOver,
    /// No working queue is set.
    NoQueue,
    /// The working queue is an agent's.
    AgentQueue(Target),
    /// The channel has no such thing.
    Channel(Channel),
    /// The 20 seconds that functions have without a prompt were over.
    Chain,
    /// The function answered nothing that can be used.
    NotAnObject,
    /// A value is nested, and the block reads a flat map.
    Nested {
        /// Its key.
        key: String,
    },
    /// A value in a flat map is no text.
    NotText {
        /// Its key.
        key: String,
    },
    /// A parameter has no value, or none that can be read.
    Parameter {
        /// Its name.
        name: String,
    },
    /// The attributes are too large together.
    TooLarge,
    /// The block is not allowed in the type of the flow that called the module.
    NotAllowed(FlowType),
    /// The other flow has a type that takes no transfers.
    WrongType(FlowType),
    /// Modules are nested too deep.
    TooDeep,
}

/// What a block came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded.
    Done,
    /// A condition holds.
    Matched {
        /// Its place.
        condition: usize,
        /// The value that was compared.
        value: String,
    },
    /// No condition holds.
    NoMatch {
        /// The value that was compared; none where it is not set.
        value: Option<String>,
    },
    /// It failed.
    Failed {
        /// The type of the error.
        error: String,
        /// Why.
        cause: Cause,
    },
    /// The contact leaves by the block itself.
    Leaves,
}

impl Outcome {
    /// Returns the branch that the contact takes: an error without a branch of its own takes the one for all others.
    pub(super) fn branch(&self, block: &Block) -> Branch {
        let error = |kind: &str| {
            let at = block.transitions.errors.iter().position(|branch| branch.label == kind);
            at.map(Branch::Error)
        };
        match self {
            Self::Done if block.transitions.next.is_some() => Branch::Next,
            Self::Done => Branch::Missing,
            Self::Matched { condition, .. } => Branch::Condition(*condition),
            Self::NoMatch { .. } => error(NO_MATCH).or_else(|| error(ANY)).unwrap_or(Branch::Missing),
            Self::Failed { error: kind, .. } => error(kind).or_else(|| error(ANY)).unwrap_or(Branch::Missing),
            Self::Leaves => Branch::Leaves,
        }
    }
}

/// Returns every branch by which a contact may leave a block, whatever the contact and the answers are.
pub fn outcomes(code: &Code, block: &Block) -> BTreeSet<Branch> {
    let exits = exits(code, block);
    let mut found = BTreeSet::new();
    if exits.next {
        found.insert(Outcome::Done.branch(block));
    }
    if exits.conditions {
        found.extend((0..block.transitions.conditions.len()).map(Branch::Condition));
        found.insert(Outcome::NoMatch { value: None }.branch(block));
    }
    found.extend(
        exits
            .errors
            .iter()
            .map(|error| Outcome::Failed { error: error.clone(), cause: Cause::Answered }.branch(block)),
    );
    if exits.leaves {
        found.insert(Branch::Leaves);
    }
    found
}
