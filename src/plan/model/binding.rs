//! Writes of associations and permissions.

use crate::resource::{FunctionRef, Grant, InstanceArn, OwnSid, SetName, SidKind};

/// An association to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociationSpec {
    /// The instance.
    pub instance: InstanceArn,
    /// The function, as the list is to hold it.
    pub function: FunctionRef,
}

/// A statement to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantSpec {
    /// What it allows.
    pub grant: Grant,
    /// The set that will own it.
    pub set: SetName,
    /// Which kind of Sid it gets: whether it marks the association as the set's.
    pub kind: SidKind,
    /// Other Sids of the set's own for the same call, and its own where that holds something else: they go when the
    /// statement is there.
    pub taken: Vec<String>,
    /// Whether the set has a statement of its own for the call already, whatever that holds: then this is an update.
    pub replaces: bool,
    /// Whether it is written only where no statement of anybody's says the same by then: Amazon Connect may have written
    /// one with the association.
    pub only_if_missing: bool,
}

impl GrantSpec {
    /// The Sid that the statement gets.
    pub fn sid(&self) -> OwnSid {
        OwnSid { kind: self.kind, set: self.set.clone(), hash: self.grant.hash() }
    }
}
