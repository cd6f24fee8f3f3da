//! What only removal looks at: every flow and module of the instances, and every function of their accounts.

use std::collections::{BTreeMap, BTreeSet};

use super::{FlowSeen, FunctionSeen, Look, RolePolicies};
use crate::resource::{AccountId, FunctionRef, InstanceArn, Label, Place, ResourcePolicy};

/// Everything that tells what is orphaned, and whether something still needs it.
#[derive(Debug, Clone, Default)]
pub struct RemovalSeen {
    /// Every flow and module of each instance; unknown unless each of them could be read, drafts too.
    pub contents: BTreeMap<Label, Look<Vec<FlowSeen>>>,
    /// The ARNs in each instance's list of functions.
    pub associations: BTreeMap<Label, Look<BTreeSet<String>>>,
    /// The functions of each account and Region, by name; a gap says which could not be read.
    pub functions: BTreeMap<(Place, String), FunctionFound>,
    /// The accounts and Regions whose functions were asked for.
    pub places: BTreeSet<Place>,
    /// Those of which every function was listed and read.
    pub whole: BTreeSet<Place>,
    /// The roles that Lambda may assume and that carry the set's tag, by account and name.
    pub roles: BTreeMap<(AccountId, String), RoleFound>,
    /// Instances that statements of the set name, that the manifest does not, and that surely exist no more.
    pub gone: BTreeSet<InstanceArn>,
}

impl RemovalSeen {
    /// Returns the policy of any function and qualifier; it is absent only where surely every function was read.
    pub fn policy(&self, function: &FunctionRef) -> Look<ResourcePolicy> {
        match self.functions.get(&(function.place.clone(), function.name.clone())) {
            Some(found) => match found.policies.get(&function.qualifier) {
                Some(policy) => Look::Found(policy.clone()),
                None if function.qualifier.is_none() => Look::Found(ResourcePolicy::default()),
                // An alias without a policy and no alias at all look the same here.
                None => Look::Unknown,
            },
            None if self.whole.contains(&function.place) => Look::Absent { close: Vec::new() },
            None => Look::Unknown,
        }
    }
}

/// A role that was found by its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleFound {
    /// Its ARN.
    pub arn: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its policies.
    pub policies: RolePolicies,
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
    /// The names of its aliases.
    pub aliases: BTreeSet<String>,
}
