//! The calls of a look at AWS, and which of them wait for which others: what is forecast before anything is read, and
//! before it is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::chains::{call, count, describes};
use super::pace::Pace;
use super::task::{Call, Schedule, Step, Task};
use crate::manifest::{Function, InstanceLookup, Manifest, NamedKind};
use crate::operations::Operation;
use crate::plan::facts::reach::LookReads;
use crate::plan::facts::reads::{Read, Reads};
use crate::plan::facts::removal_reads::RemovalReads;
use crate::plan::facts::roles::managed;
use crate::plan::model::{ABSENT, Plan};
use crate::resource::{Address, Kind, Label, Place};

/// The calls of a look and their order, where everything that the manifest names exists, or as much of it as was seen
/// before. Further pages, retries and a look after an empty policy come on top.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// Calls of each operation.
    pub calls: BTreeMap<Operation, u32>,
    /// The calls that are made whatever exists, as long as none fails.
    pub at_least: u32,
    schedule: Schedule,
}

impl Forecast {
    /// The time that all its calls take. The pace is left as it is then.
    pub fn time(&self, pace: &mut Pace) -> Duration {
        self.schedule.time(pace)
    }

    /// The least time that all its calls need, in whatever order they are made.
    pub fn floor(&self, pace: &Pace) -> Duration {
        self.schedule.floor(pace)
    }

    /// The calls of looks that are made side by side.
    pub fn joined<'f>(forecasts: impl IntoIterator<Item = &'f Self>) -> Self {
        Self::of(Schedule::joined(forecasts.into_iter().map(|forecast| &forecast.schedule)))
    }

    pub(in crate::plan) fn of(schedule: Schedule) -> Self {
        let mut calls: BTreeMap<Operation, u32> = BTreeMap::new();
        schedule.calls().for_each(|call| *calls.entry(call.operation).or_default() += call.times);
        calls.retain(|_, times| *times > 0);
        Self { calls, at_least: schedule.at_least(), schedule }
    }
}

impl LookReads {
    /// Predicts the calls of a first look.
    pub fn forecast(&self, desired: &Manifest) -> Forecast {
        self.forecast_with(desired, &BTreeMap::new())
    }

    /// Predicts the calls of another look, after this plan was made of the first.
    pub fn forecast_again(&self, desired: &Manifest, plan: &Plan) -> Forecast {
        self.forecast_with(desired, &plan.fingerprints)
    }

    fn forecast_with(&self, desired: &Manifest, seen: &BTreeMap<String, String>) -> Forecast {
        let reads = &self.declared;
        let mut look = Look { desired, seen, reads, tasks: Vec::new(), numbers: BTreeMap::new() };
        look.names();
        let all = || reads.by_id.iter();
        // What others wait for comes first.
        let first = |read: &&Read| matches!(read, Read::Instance(_) | Read::Function(_));
        let last = |read: &&Read| matches!(read, Read::Flow { .. });
        all().filter(|read| first(read)).for_each(|read| look.read(read));
        all().filter(|read| !first(read) && !last(read)).for_each(|read| look.read(read));
        all().filter(|read| last(read)).for_each(|read| look.read(read));
        if let Some(removal) = &self.removal {
            look.removal(removal);
        }
        Forecast::of(Schedule { tasks: look.tasks, shared: Vec::new() })
    }
}

/// A look that is put together.
struct Look<'a> {
    desired: &'a Manifest,
    /// What was seen before, by address.
    seen: &'a BTreeMap<String, String>,
    reads: &'a Reads,
    tasks: Vec<Task>,
    numbers: BTreeMap<&'a Read, usize>,
}

/// Calls at once, and calls after them.
type Stages = Vec<Vec<(Operation, u32)>>;

impl<'a> Look<'a> {
    fn push(&mut self, read: &'a Read, steps: Vec<Step>, after: Vec<usize>) {
        self.numbers.insert(read, self.tasks.len());
        self.tasks.push(Task { steps, after });
    }

    /// Whether something is there, as far as it was seen.
    fn exists(&self, address: &Address) -> Option<bool> {
        self.seen.get(&address.to_string()).map(|print| print != ABSENT)
    }

    fn instance_exists(&self, instance: &Label) -> Option<bool> {
        self.exists(&Address::new(Kind::Instance, instance))
    }

    /// The function from `source:` that a policy belongs to.
    fn made(&self, read: &Read) -> Option<&'a Label> {
        let Read::Policy(target) = read else { return None };
        let made = |function: &Function| function.source.is_some() && function.target == *target;
        self.desired.functions.iter().find(|(_, function)| made(function)).map(|(name, _)| name)
    }

    /// Who calls is asked for one account after the other, then the instances are listed.
    fn names(&mut self) {
        let reads = self.reads;
        for read in reads.names.iter().filter(|read| matches!(read, Read::Identity(_))) {
            let after = self.tasks.len().checked_sub(1).into_iter().collect();
            let steps = self.steps(read);
            self.push(read, steps, after);
        }
        let identities: Vec<usize> = self.tasks.len().checked_sub(1).into_iter().collect();
        for read in reads.names.iter().filter(|read| matches!(read, Read::Instances(_))) {
            let steps = self.steps(read);
            self.push(read, steps, identities.clone());
        }
    }

    fn read(&mut self, read: &'a Read) {
        let steps = self.steps(read);
        let after = self.after(read);
        self.push(read, steps, after);
    }

    /// What has to be read before.
    fn after(&self, read: &Read) -> Vec<usize> {
        let number = |read: &Read| self.numbers.get(read).copied();
        let names = |wanted: fn(&&Read) -> bool| self.reads.names.iter().filter(wanted).filter_map(number);
        match read {
            Read::Identity(_) | Read::Instances(_) => Vec::new(),
            Read::Instance(_) => {
                let lists: Vec<usize> = names(|read| matches!(read, Read::Instances(_))).collect();
                if lists.is_empty() { self.identities() } else { lists }
            }
            Read::Called(_) | Read::Function(_) | Read::Role(_) => self.identities(),
            Read::Policy(_) => match self.made(read).and_then(|name| number(&Read::Function(name.clone()))) {
                Some(function) => vec![function],
                None => self.identities(),
            },
            Read::Associations(instance)
            | Read::Attributes(instance)
            | Read::List(_, instance)
            | Read::Owners(_, instance)
            | Read::Named(instance, _) => number(&Read::Instance(instance.clone())).into_iter().collect(),
            Read::Flow { kind, instance, .. } => {
                let lists = [Read::List(*kind, instance.clone()), Read::Owners(*kind, instance.clone())];
                lists.iter().filter_map(number).collect()
            }
        }
    }

    fn identities(&self) -> Vec<usize> {
        let last = self.reads.names.iter().rev().find(|read| matches!(read, Read::Identity(_)));
        last.and_then(|read| self.numbers.get(read).copied()).into_iter().collect()
    }

    /// A read's calls: nothing is read of what was not there before.
    fn steps(&self, read: &Read) -> Vec<Step> {
        let (place, mut stages) = self.cost(read);
        stages.truncate(self.stages(read));
        let mut sure = self.sure(read);
        let steps = stages.into_iter().map(|calls| {
            let calls = calls.into_iter().map(|(operation, times)| {
                let certain = sure.min(times);
                sure -= certain;
                Call { place: place.clone(), operation, times, sure: certain }
            });
            Step::Calls(calls.collect())
        });
        steps.collect()
    }

    /// How many stages of a read are made, as far as is known what is there.
    fn stages(&self, read: &Read) -> usize {
        let absent = |exists: Option<bool>, stages| if exists == Some(false) { stages } else { usize::MAX };
        match read {
            Read::Identity(_) | Read::Instances(_) => usize::MAX,
            Read::Instance(instance) => {
                let wanted = self.desired.instances.get(instance).map(|instance| &instance.lookup);
                let by_id = matches!(wanted, Some(InstanceLookup::Id(_)));
                absent(self.instance_exists(instance), usize::from(by_id))
            }
            Read::Called(_) | Read::Function(_) => usize::MAX,
            Read::Role(name) => absent(self.exists(&Address::new(Kind::Role, name)), 1),
            Read::Policy(_) => {
                let function = self.made(read).map(|name| Address::new(Kind::Function, name));
                absent(function.and_then(|function| self.exists(&function)), 0)
            }
            Read::Associations(instance)
            | Read::Attributes(instance)
            | Read::List(_, instance)
            | Read::Owners(_, instance)
            | Read::Named(instance, _) => absent(self.instance_exists(instance), 0),
            Read::Flow { kind, instance, flow } => {
                absent(self.exists(&self.desired.flow_address(*kind, flow, instance)), 0)
            }
        }
    }

    /// How many of its calls are made whatever exists: nothing is read of an instance, a flow, a function or a role
    /// that is not there, and one look finds that out.
    fn sure(&self, read: &Read) -> u32 {
        match read {
            Read::Identity(_) | Read::Instances(_) => u32::MAX,
            // A function that the manifest makes is looked for before its policy.
            Read::Policy(_) => u32::from(self.made(read).is_none()),
            Read::Called(_) | Read::Function(_) => 1,
            Read::Role(name) => match self.exists(&Address::new(Kind::Role, name)) {
                // Each list; the policies may be others.
                Some(true) => 3,
                Some(false) | None => 1,
            },
            // Of a flow that is only saved, no more than the draft.
            Read::Flow { kind, instance, flow } => {
                let exists = self.exists(&self.desired.flow_address(*kind, flow, instance));
                u32::from(exists == Some(true))
            }
            Read::Instance(instance)
            | Read::Associations(instance)
            | Read::Attributes(instance)
            | Read::List(_, instance)
            | Read::Owners(_, instance)
            | Read::Named(instance, _) => {
                let declared = self.desired.instances.get(instance);
                if declared.is_some_and(|i| i.create.is_none()) { u32::MAX } else { 0 }
            }
        }
    }

    /// Where a read's calls go and which they are, if what is read exists.
    fn cost(&self, read: &Read) -> (Option<Place>, Stages) {
        let at = |instance: &Label| self.desired.instances.get(instance).map(|i| i.place.clone());
        let function = |name: &Label| self.desired.functions.get(name);
        let one = |operation| vec![vec![(operation, 1)]];
        let twice = |operation| vec![vec![(operation, 1)], vec![(operation, 1)]];
        match read {
            Read::Identity(_) => (None, one(Operation::GetCallerIdentity)),
            Read::Instances(place) => (Some(place.clone()), one(Operation::ListInstances)),
            Read::Instance(instance) => (at(instance), one(Operation::DescribeInstance)),
            Read::Associations(instance) => (at(instance), one(Operation::ListLambdaFunctions)),
            Read::Policy(function) | Read::Called(function) => {
                (Some(function.place.clone()), one(Operation::GetPolicy))
            }
            Read::Attributes(instance) => (at(instance), twice(Operation::ListInstanceAttributes)),
            Read::List(kind, instance) => (at(instance), one(lists(*kind))),
            Read::Owners(Kind::Module, instance) => (at(instance), one(Operation::SearchContactFlowModules)),
            Read::Owners(_, instance) => (at(instance), one(Operation::SearchContactFlows)),
            // The draft, then what is published.
            Read::Flow { kind, instance, .. } => (at(instance), twice(describes(*kind))),
            Read::Named(instance, NamedKind::Queue) => (at(instance), one(Operation::ListQueues)),
            Read::Named(instance, NamedKind::Prompt) => (at(instance), one(Operation::ListPrompts)),
            Read::Named(instance, NamedKind::Hours) => (at(instance), one(Operation::ListHoursOfOperations)),
            Read::Function(name) => {
                let publishes = function(name).and_then(|f| f.source.as_ref()?.publish.as_ref()).is_some();
                let mut calls = vec![(Operation::GetFunction, 1)];
                calls.extend(publishes.then_some((Operation::GetAlias, 1)));
                (function(name).map(|f| f.target.place.clone()), vec![calls])
            }
            Read::Role(name) => {
                let inline = function(name).and_then(managed).map_or(0, |role| role.inline.len());
                let lists = [Operation::ListAttachedRolePolicies, Operation::ListRolePolicies];
                let stages = vec![
                    vec![(Operation::GetRole, 1)],
                    lists.map(|operation| (operation, 1)).into(),
                    vec![(Operation::GetRolePolicy, count(inline))],
                ];
                (function(name).map(|f| f.target.place.clone()), stages)
            }
        }
    }

    /// The lists that removal looks at on top, when all else has been read. What they lead to is not known before: each
    /// flow and module takes two more calls, each function three and one for each alias, each role that Lambda may
    /// assume one.
    fn removal(&mut self, removal: &RemovalReads) {
        let read = self.tasks.len();
        self.tasks.push(Task { steps: Vec::new(), after: (0..read).collect() });
        let known: BTreeSet<&Read> = self.reads.by_id.iter().collect();
        for instance in &removal.instances {
            let Some(declared) = self.desired.instances.get(instance) else { continue };
            if self.instance_exists(instance) == Some(false) {
                continue;
            }
            let lists =
                [Kind::Flow, Kind::Module].map(|kind| (Read::List(kind, instance.clone()), lists(kind)));
            let functions = (Read::Associations(instance.clone()), Operation::ListLambdaFunctions);
            for (_, operation) in
                lists.into_iter().chain([functions]).filter(|(read, _)| !known.contains(read))
            {
                let made = u32::from(declared.create.is_none());
                let steps =
                    vec![Step::Calls(vec![Call { sure: made, ..call(&declared.place, operation, 1) }])];
                self.tasks.push(Task { steps, after: vec![read] });
            }
        }
        for place in &removal.places {
            let steps = vec![Step::Calls(vec![call(place, Operation::ListFunctions, 1)])];
            self.tasks.push(Task { steps, after: vec![read] });
        }
        let lists: Vec<usize> = (read..self.tasks.len()).collect();
        for place in removal.roles.values() {
            let steps = vec![Step::Calls(vec![call(place, Operation::ListRoles, 1)])];
            self.tasks.push(Task { steps, after: lists.clone() });
        }
    }
}

pub(in crate::plan) fn lists(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::ListContactFlowModules } else { Operation::ListContactFlows }
}
