//! What a plan without deletions saw of resources that the manifest does not declare.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Plan;
use crate::resource::{Address, Kind};

/// What a look showed beside the declared resources. Nothing is read for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undeclared {
    /// What the set created and the manifest no longer declares.
    pub orphans: BTreeSet<Address>,
    /// How many flows, modules and associated functions are there of which nothing says whether the set created them.
    pub unchecked: BTreeMap<Kind, usize>,
}

impl Undeclared {
    /// Takes the deletions of a plan that looked at everything.
    pub fn deleted(pruned: &Plan) -> Self {
        let deleted = pruned.changes().into_keys().filter(|(_, deleted)| *deleted);
        Self { orphans: deleted.map(|(address, _)| address.clone()).collect(), unchecked: BTreeMap::new() }
    }
}
