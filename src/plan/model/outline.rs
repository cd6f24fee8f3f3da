//! What a plan's actions belong to, in the manifest's words.

use std::collections::{BTreeMap, BTreeSet};

use crate::resource::{Address, InstanceArn, Label};

/// What a manifest declares around the actions of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The instances that were found.
    pub instances: BTreeMap<Label, InstanceArn>,
    /// The flows and modules that are written, or that call a function whose association or permission is written: in
    /// the order of addresses, modules first.
    pub contents: Vec<Outlined>,
    /// What an association or a permission serves beside what its address says: an instance, and a function by the
    /// logical name that flows call it by. One function may have several logical names, and one permission may hold for
    /// several instances.
    pub serves: BTreeMap<Address, BTreeSet<(Label, Label)>>,
}

/// A flow or module on one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlined {
    /// Its address.
    pub address: Address,
    /// The instance.
    pub instance: Label,
    /// How many blocks it has, where the manifest has its content.
    pub blocks: Option<usize>,
    /// The functions that it calls, each with the blocks that do, as the designer shows them.
    pub calls: BTreeMap<Label, BTreeSet<String>>,
}
