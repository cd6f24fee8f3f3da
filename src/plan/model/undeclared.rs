//! What a plan without deletions saw of resources that the manifest does not declare.

use std::collections::{BTreeMap, BTreeSet};

use crate::resource::{Address, Kind};

/// What a look showed beside the declared resources. Nothing is read for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undeclared {
    /// What the set created and the manifest no longer declares.
    pub orphans: BTreeSet<Address>,
    /// How many flows, modules and associated functions are there of which nothing says whether the set created them.
    pub unchecked: BTreeMap<Kind, usize>,
}
