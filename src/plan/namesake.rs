//! Whether a set may write to a function or role that is there, and who changed it since.

use std::collections::BTreeMap;

use super::fields::{FieldChange, named};
use super::ownership::{APPLIED_TAG, Owner};
use super::{Cause, Draft};
use crate::resource::{Address, Origin, Problem, SetName};

/// Something that is there under a declared name.
pub(super) struct Namesake<'a> {
    /// Its address.
    pub(super) address: &'a Address,
    /// How people call it, such as ``function `greeter-dev` ``.
    pub(super) what: String,
    /// Its tags; none if they could not be read.
    pub(super) tags: Option<&'a BTreeMap<String, String>>,
    /// The digest of what it is now.
    pub(super) digest: &'a str,
    /// Whether the manifest says `adopt: true`.
    pub(super) adopt: bool,
    /// Where it is declared.
    pub(super) origin: &'a Origin,
}

impl Namesake<'_> {
    /// Whether it may be written to; if not, that is reported with what differs.
    pub(super) fn may_write(&self, set: &SetName, changes: &[FieldChange], draft: &mut Draft) -> bool {
        let Some(why) = Owner::of(self.tags, set).refusal().filter(|_| !self.adopt) else { return true };
        let message = format!("{} differs ({}), and {why}: it is left alone", self.what, named(changes));
        let hint = "say `adopt: true` where it is declared to let this set change it.";
        draft.block(self.address.clone(), message.clone());
        draft.problems.push(Problem::held("not-owned", message).on(self.address).at(self.origin).hint(hint));
        false
    }

    /// The same as data; `wanted` tells whether what is wanted has the digest that was applied last, if that can be told.
    pub(super) fn cause(&self, wanted: impl FnOnce(&str) -> Option<bool>) -> Cause {
        let applied = self.tags.and_then(|tags| tags.get(APPLIED_TAG)).map(String::as_str);
        Cause::of(applied, self.digest, || wanted(applied?))
    }

    /// Says who changed it: the digest that flowbind left tells an edit outside from one of the manifest.
    pub(super) fn who(&self) -> &'static str {
        match self.tags.and_then(|tags| tags.get(APPLIED_TAG)) {
            Some(applied) if applied == self.digest => "the manifest changed",
            Some(_) => "changed outside of flowbind",
            None => "differs (who changed it is unknown)",
        }
    }
}
