//! What only removal looks at: every flow and module of the instances, and every function of their accounts.

use std::collections::{BTreeMap, BTreeSet};

use super::{FlowSeen, FunctionSeen, Look, RoleSeen};
use crate::resource::{AccountId, InstanceArn, Label, Place, ResourcePolicy};

/// Everything that tells what is left over, and whether something still needs it.
#[derive(Debug, Clone, Default)]
pub struct RemovalSeen {
    /// Every flow and module of each instance; unknown unless each of them could be read, drafts too.
    pub contents: BTreeMap<Label, Look<Vec<FlowSeen>>>,
    /// The ARNs in each instance's list of functions.
    pub associations: BTreeMap<Label, Look<BTreeSet<String>>>,
    /// The functions of each account and Region, by name; a gap says which could not be read.
    pub functions: BTreeMap<(Place, String), FunctionFound>,
    /// The roles of functions that carry the set's tag and that the manifest does not name, by account and name.
    pub roles: BTreeMap<(AccountId, String), RoleSeen>,
    /// Instances that statements of the set name, that the manifest does not, and that surely exist no more.
    pub gone: BTreeSet<InstanceArn>,
}

/// A function that was found, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionFound {
    /// The function, without an alias.
    pub seen: FunctionSeen,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The policies that it has: its own, and that of each alias.
    pub policies: BTreeMap<Option<String>, ResourcePolicy>,
}
