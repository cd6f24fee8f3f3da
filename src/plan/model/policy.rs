//! The size of a function's policy, as it was seen.

use std::collections::BTreeMap;

use crate::manifest::Grants;
use crate::resource::{Label, Origin};

/// A policy that a plan may add to, as it was seen; empty where it was not read.
#[derive(Debug, Clone)]
pub struct PolicySeen {
    /// The function's logical name.
    pub(in crate::plan) name: Label,
    pub(in crate::plan) origin: Origin,
    pub(in crate::plan) grants: Grants,
    /// The length of its text.
    pub(in crate::plan) bytes: usize,
    /// The bytes of each statement, the comma before it included, by Sid.
    pub(in crate::plan) statements: BTreeMap<String, usize>,
}
