//! What the set and others have between one instance and one function.

use serde_json::Value;

use super::OwnStatement;
use crate::plan::ActionId;
use crate::resource::{FunctionRef, Grant, Label, SetName, SidKind};

/// A statement of the set's own.
pub(super) struct Own<'a> {
    pub(super) function: FunctionRef,
    pub(super) sid: &'a str,
    pub(super) body: &'a Value,
    pub(super) kind: SidKind,
    pub(super) left_over: bool,
}

impl Own<'_> {
    pub(super) fn as_seen(&self) -> OwnStatement {
        OwnStatement { function: self.function.clone(), sid: self.sid.to_owned(), body: self.body.clone() }
    }

    /// Whether it marks an association as the set's.
    pub(super) fn marks(&self) -> bool {
        self.kind == SidKind::WithAssociation
    }
}

/// A grant that the manifest wants.
pub(super) struct Wanted {
    pub(super) name: Label,
    pub(super) grant: Grant,
    pub(super) any: bool,
}

/// What the set owns between one instance and one function, whatever the qualifier.
#[derive(Default)]
pub(super) struct Pair<'a> {
    pub(super) own: Vec<Own<'a>>,
    pub(super) wanted: Vec<Wanted>,
    /// Whether the manifest wants an association.
    pub(super) associated: bool,
    /// Another set with a statement of its own for the two: it needs the association, whoever made that.
    pub(super) other: Option<SetName>,
}

/// How an association ends.
pub(super) enum Ending {
    /// It is none of the set's, or is not there.
    None,
    /// A mark that goes speaks of it, and the list does not show it.
    Unseen,
    /// It is wanted, or has to stay.
    Stays { held: bool },
    /// This action ends it.
    Goes(ActionId),
}
