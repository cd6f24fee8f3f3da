//! What must be read for a manifest, before anything is read: prediction, call budgets and `iam-policy` rest on it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::buckets::paced_time;
use super::roles::managed;
use super::uses::uses;
use crate::manifest::{Function, InstanceLookup, Manifest, NamedKind};
use crate::operations::Operation;
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
    for (instance, function) in uses(desired).into_keys() {
        if super::uses::association_of(desired, &instance, &function).is_some() {
            reads.by_id.insert(Read::Associations(instance));
        }
        if let Some(function) = desired.functions.get(&function) {
            reads.by_id.insert(Read::Policy(function.target.clone()));
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

/// Says what must be read to tell what is left over and what nobody declared, on top of what planning reads: the lists of
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

/// The calls and the time that the reads take where everything that the manifest names exists. Further pages, retries
/// and a look after an empty policy come on top.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Calls of each operation.
    pub calls: BTreeMap<Operation, u32>,
    /// The calls that are made whatever exists, as long as none fails.
    pub at_least: u32,
    /// The time that the slowest bucket needs for all calls.
    pub time: Duration,
}

impl Reads {
    /// Predicts calls and time.
    pub fn forecast(&self, desired: &Manifest) -> Forecast {
        let all = || self.names.iter().chain(&self.by_id);
        let costs: Vec<_> = all().map(|read| read.cost(desired)).collect();
        let each = || {
            costs.iter().flat_map(|(place, costs)| {
                costs.iter().map(move |(operation, times)| (place.as_ref(), *operation, *times))
            })
        };
        let mut calls: BTreeMap<Operation, u32> = BTreeMap::new();
        each().for_each(|(_, operation, times)| *calls.entry(operation).or_default() += times);
        let at_least = all().map(|read| read.sure(desired)).sum();
        Forecast { calls, at_least, time: paced_time(each()) }
    }
}

impl Read {
    /// How many of its calls are made whatever exists: nothing is read of an instance, a flow, a function or a role
    /// that is not there, and one look finds that out.
    fn sure(&self, desired: &Manifest) -> u32 {
        let exists = |instance: &Label| desired.instances.get(instance).is_some_and(|i| i.create.is_none());
        let all = || self.cost(desired).1.iter().map(|(_, times)| times).sum();
        match self {
            Self::Identity(_) | Self::Instances(_) => all(),
            // A function that the manifest makes is looked for before its policy.
            Self::Policy(function) => {
                let made = |known: &Function| known.source.is_some() && known.target == *function;
                u32::from(!desired.functions.values().any(made))
            }
            Self::Function(_) | Self::Role(_) => 1,
            Self::Flow { .. } => 0,
            Self::Instance(instance)
            | Self::Associations(instance)
            | Self::Attributes(instance)
            | Self::List(_, instance)
            | Self::Owners(_, instance)
            | Self::Named(instance, _) => {
                if exists(instance) {
                    all()
                } else {
                    0
                }
            }
        }
    }

    /// Where the calls go, which they are and how many, if what is read exists.
    fn cost(&self, desired: &Manifest) -> (Option<Place>, Vec<(Operation, u32)>) {
        let at = |instance: &Label| desired.instances.get(instance).map(|i| i.place.clone());
        let function = |name: &Label| desired.functions.get(name);
        let (place, operation, times) = match self {
            Self::Identity(_) => (None, Operation::GetCallerIdentity, 1),
            Self::Instances(place) => (Some(place.clone()), Operation::ListInstances, 1),
            Self::Instance(instance) => (at(instance), Operation::DescribeInstance, 1),
            Self::Associations(instance) => (at(instance), Operation::ListLambdaFunctions, 1),
            Self::Policy(function) => (Some(function.place.clone()), Operation::GetPolicy, 1),
            Self::Attributes(instance) => (at(instance), Operation::ListInstanceAttributes, 2),
            Self::List(Kind::Module, instance) => (at(instance), Operation::ListContactFlowModules, 1),
            Self::List(_, instance) => (at(instance), Operation::ListContactFlows, 1),
            Self::Owners(Kind::Module, instance) => (at(instance), Operation::SearchContactFlowModules, 1),
            Self::Owners(_, instance) => (at(instance), Operation::SearchContactFlows, 1),
            Self::Flow { kind: Kind::Module, instance, .. } => {
                (at(instance), Operation::DescribeContactFlowModule, 2)
            }
            Self::Flow { instance, .. } => (at(instance), Operation::DescribeContactFlow, 2),
            Self::Named(instance, NamedKind::Queue) => (at(instance), Operation::ListQueues, 1),
            Self::Named(instance, NamedKind::Prompt) => (at(instance), Operation::ListPrompts, 1),
            Self::Named(instance, NamedKind::Hours) => (at(instance), Operation::ListHoursOfOperations, 1),
            Self::Function(name) => {
                let publishes = function(name).and_then(|f| f.source.as_ref()?.publish.as_ref()).is_some();
                let mut costs = vec![(Operation::GetFunction, 1)];
                costs.extend(publishes.then_some((Operation::GetAlias, 1)));
                return (function(name).map(|f| f.target.place.clone()), costs);
            }
            Self::Role(name) => {
                let inline = function(name).and_then(managed).map_or(0, |role| role.inline.len());
                let lists =
                    [Operation::GetRole, Operation::ListAttachedRolePolicies, Operation::ListRolePolicies];
                let mut costs: Vec<(Operation, u32)> = lists.map(|operation| (operation, 1)).into();
                costs.push((Operation::GetRolePolicy, u32::try_from(inline).unwrap_or(u32::MAX)));
                costs.retain(|(_, times)| *times > 0);
                return (function(name).map(|f| f.target.place.clone()), costs);
            }
        };
        (place, vec![(operation, times)])
    }
}
