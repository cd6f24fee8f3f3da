//! What must be read for a manifest, before anything is read: prediction, call budgets and `iam-policy` rest on it.

use std::collections::{BTreeMap, BTreeSet};

use super::roles::managed;
use crate::manifest::{InstanceLookup, Manifest, NamedKind};
use crate::resource::{AccountId, FunctionRef, Kind, Label, Place};

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// Who calls, in this account.
    Identity(AccountId),
    /// The instances of an account and Region, to find some by alias.
    Instances(Place),
    /// One instance.
    Instance(Label),
    /// The instance's list of functions.
    Associations(Label),
    /// The policy of a function and qualifier.
    Policy(FunctionRef),
    /// The policy of a function that a flow file calls by a literal ARN, with that qualifier.
    Called(FunctionRef),
    /// The instance's settings.
    Attributes(Label),
    /// The instance's list of flows or modules.
    List(Kind, Label),
    /// A function that has a `source:`, with the alias that it publishes to.
    Function(Label),
    /// A role that is managed, with its policies; named by its function.
    Role(Label),
    /// The published content and the draft of a flow or module.
    Flow {
        /// Flow or module.
        kind: Kind,
        /// The instance.
        instance: Label,
        /// Its logical name.
        flow: Label,
    },
    /// The owner tag of every flow or module of the instance.
    Owners(Kind, Label),
    /// The instance's queues, prompts or hours, which a flow file names.
    Named(Label, NamedKind),
}

/// Everything to read, in two stages: the second needs the ids that the first finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// Identities, and names to ids.
    pub names: BTreeSet<Read>,
    /// What is read by id.
    pub by_id: BTreeSet<Read>,
}

/// So many associations with one function may fill the policy of its unqualified ARN: it is read, though flows call a
/// qualifier. Fewer add less than a tenth of what a policy may hold.
const MANY_ASSOCIATIONS: usize = 5;

/// Says what must be read for a manifest.
pub fn reads(desired: &Manifest) -> Reads {
    let mut reads = Reads::default();
    reads.names.extend(desired.accounts.values().map(|account| Read::Identity(account.id.clone())));
    for (name, instance) in &desired.instances {
        if matches!(instance.lookup, InstanceLookup::Alias(_)) {
            reads.names.insert(Read::Instances(instance.place.clone()));
        }
        reads.by_id.insert(Read::Instance(name.clone()));
        if !instance.attributes.is_empty() {
            reads.by_id.insert(Read::Attributes(name.clone()));
        }
        reads.by_id.extend(desired.named(name).into_iter().map(|(kind, _)| Read::Named(name.clone(), kind)));
    }
    let mut associated: BTreeMap<FunctionRef, usize> = BTreeMap::new();
    for (instance, function, need) in desired.needs.iter() {
        if let Some(listed) = &need.association {
            reads.by_id.insert(Read::Associations(instance.clone()));
            *associated.entry(listed.unqualified()).or_default() += 1;
        }
        if let Some(function) = desired.functions.get(function) {
            reads.by_id.insert(Read::Policy(function.target.clone()));
        }
    }
    let many = associated.into_iter().filter(|(_, instances)| *instances >= MANY_ASSOCIATIONS);
    reads.by_id.extend(many.map(|(function, _)| Read::Policy(function)));
    let policies =
        |reads: &Reads, function: &FunctionRef| reads.by_id.contains(&Read::Policy(function.clone()));
    for function in desired.needs.called().keys() {
        // Credentials are looked at for the accounts of the set alone.
        let ours = desired.accounts.values().any(|account| account.id == function.place.account);
        if ours && !policies(&reads, function) {
            reads.by_id.insert(Read::Called(function.clone()));
        }
    }
    for (name, function) in &desired.functions {
        if function.source.is_some() {
            reads.by_id.insert(Read::Function(name.clone()));
            reads.by_id.extend(managed(function).map(|_| Read::Role(name.clone())));
        }
    }
    for (kind, name, flow) in desired.contents() {
        for instance in &flow.instances {
            reads.by_id.insert(Read::List(kind, instance.clone()));
            reads.by_id.insert(Read::Flow { kind, instance: instance.clone(), flow: name.clone() });
        }
    }
    reads
}

/// Says what must be read to tell what is orphaned and what nobody declared, on top of what planning reads: the lists of
/// every instance, and whose its flows and modules are. No content is read for it.
pub fn drift_reads(desired: &Manifest) -> Reads {
    let mut reads = reads(desired);
    for instance in desired.instances.keys() {
        reads.by_id.insert(Read::Associations(instance.clone()));
        for kind in [Kind::Flow, Kind::Module] {
            reads.by_id.insert(Read::List(kind, instance.clone()));
            reads.by_id.insert(Read::Owners(kind, instance.clone()));
        }
    }
    reads
}
