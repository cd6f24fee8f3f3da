//! A part of a plan: the actions at some addresses, with those that must come before them.

use std::collections::BTreeSet;

use crate::manifest::{Grants, Manifest};
use crate::plan::facts::names::named_keys;
use crate::plan::facts::{identity, roles};
use crate::plan::model::{Action, ActionId, Partial, Plan, Removal, Step, Write};
use crate::resource::{Address, Grant, Kind, Label};

/// Lists every address of a set: what the manifest names, and what a plan takes away or complains of. What is planned
/// back without a manifest is in the plan alone.
pub fn addresses(desired: Option<&Manifest>, plan: &Plan) -> BTreeSet<Address> {
    let mut all = desired.map(declared).unwrap_or_default();
    all.extend(plan.actions.iter().map(|action| action.id.address.clone()));
    all.extend(plan.problems.iter().filter_map(|problem| problem.address.as_ref()).map(whole));
    all
}

fn declared(desired: &Manifest) -> BTreeSet<Address> {
    let mut all: BTreeSet<Address> =
        desired.instances.keys().map(|name| Address::new(Kind::Instance, name)).collect();
    for (name, function) in &desired.functions {
        all.insert(Address::new(Kind::Function, name));
        all.extend(roles::managed(function).map(|_| Address::new(Kind::Role, name)));
    }
    for (instance, function, _) in desired.needs.iter() {
        all.insert(Address::between(Kind::Association, instance, function));
        all.insert(Address::between(Kind::Grant, instance, function));
    }
    for (kind, name, flow) in desired.contents() {
        all.extend(flow.instances.iter().map(|instance| desired.flow_address(kind, name, instance)));
    }
    all
}

/// The addresses that one asked for stands for: a flow stands for itself on every instance, a block for its flow.
/// None if there is no such thing.
pub fn chosen(desired: Option<&Manifest>, plan: &Plan, asked: &Address) -> BTreeSet<Address> {
    let asked = whole(asked);
    let all = addresses(desired, plan);
    if all.contains(&asked) {
        let shared = desired.and_then(|desired| for_all(desired, plan, &asked));
        return shared.into_iter().chain([asked]).collect();
    }
    let alone = |found: &Address| {
        // `flow/x@support` where the flow stands on that instance alone is `flow/x`.
        let flow = desired.and_then(|desired| desired.content(found.kind, &found.name));
        let flow = flow.filter(|_| matches!(found.kind, Kind::Flow | Kind::Module));
        let mut writes = plan.actions.iter().filter(|action| action.id.address == *found);
        asked.at.is_some()
            && (flow.is_some_and(|flow| flow.instances.iter().eq(asked.at.as_ref()))
                || flow.is_none() && writes.any(|action| stands_on(action) == asked.at.as_ref()))
    };
    let same = |found: &Address| {
        (found.kind, &found.instance, &found.name) == (asked.kind, &asked.instance, &asked.name)
            && (asked.at.is_none() || found.at.is_none() && alone(found))
    };
    all.into_iter().filter(same).collect()
}

/// The write of the one statement for all instances of an account that a grant is part of.
fn for_all(desired: &Manifest, plan: &Plan, asked: &Address) -> Option<Address> {
    let of = asked.instance.as_ref().filter(|_| asked.kind == Kind::Grant)?;
    let (instance, function) = (desired.instances.get(of)?, desired.functions.get(&asked.name)?);
    let of_account = Grant::of_account(function.target.clone(), instance.place.clone());
    let shared = plan.actions.iter().find(|action| match action.write() {
        Write::Grant(spec) => function.grants == Grants::Account && spec.grant == of_account,
        _ => false,
    });
    shared.map(|action| action.id.address.clone())
}

/// The instance that a flow or module is written or deleted on.
fn stands_on(action: &Action) -> Option<&Label> {
    match action.write() {
        Write::Removal(Removal::Flow(removal)) => Some(&removal.flow.instance_name),
        write => write.content_instance().map(|(_, name)| name),
    }
}

fn whole(address: &Address) -> Address {
    Address { block: None, ..address.clone() }
}

impl Plan {
    /// Keeps the actions at some addresses and those that must come before them; of problems, gaps and fingerprints
    /// it keeps those that these depend on. What else differs is counted. A cycle of renames that an interrupted run
    /// left unfinished is finished with whatever flow or module of its instance is kept.
    #[must_use]
    pub fn only(self, desired: &Manifest, only: &BTreeSet<Address>) -> Self {
        let (asked, mut only) = (only, only.clone());
        let mut kept = self.closure(&only);
        loop {
            let count = only.len();
            only.extend(self.set_aside(desired, &only, &kept));
            if only.len() == count {
                break;
            }
            kept = self.closure(&only);
        }
        let mut needed = Needed { desired, all: BTreeSet::new(), keys: BTreeSet::new() };
        for address in only.iter().chain(kept.iter().map(|id| &id.address)) {
            needed.add(address);
        }
        let Needed { all, mut keys, .. } = needed;
        keys.extend(all.iter().map(ToString::to_string));
        let concerned = |address: &Address| all.contains(&whole(address));
        let total = self.actions.iter().filter(|action| !action.id.step.is_aid()).count();
        let mut plan = self;
        plan.actions.retain(|action| kept.contains(&action.id));
        let rest = plan.actions.iter().filter(|action| !action.id.step.is_aid()).count();
        plan.problems.retain(|problem| problem.address.as_ref().is_none_or(concerned));
        plan.gaps.retain(|gap| concerned(&gap.address));
        plan.fingerprints.retain(|key, _| keys.contains(key));
        if !plan.actions.iter().any(|action| action.id.step == Step::Delete) {
            plan.force = None;
        }
        plan.in_sync = 0;
        plan.partial = Some(Partial { only: asked.iter().cloned().collect(), left_out: total - rest });
        plan
    }

    /// What an interrupted run left with a temporary name where something of the same kind is kept. Who else was part
    /// of that cycle is not known any more: the others may have their names by now.
    fn set_aside(
        &self,
        desired: &Manifest,
        only: &BTreeSet<Address>,
        kept: &BTreeSet<ActionId>,
    ) -> BTreeSet<Address> {
        let mut sites: BTreeSet<(Kind, &Label)> = BTreeSet::new();
        for address in only {
            let flow = desired.content(address.kind, &address.name);
            let here = flow.into_iter().flat_map(|flow| &flow.instances);
            let here = here
                .filter(|instance| desired.flow_address(address.kind, &address.name, instance) == *address);
            sites.extend(here.map(|instance| (address.kind, instance)));
        }
        let kept = self.actions.iter().filter(|action| kept.contains(&action.id));
        sites.extend(kept.filter_map(|action| Some((action.id.address.kind, stands_on(action)?))));
        let aside = self.actions.iter().filter(|action| {
            action.write().metadata().is_some_and(|spec| {
                let suffix = identity::aside_suffix(&self.set, spec.key.0, &spec.key.1);
                let aside = spec.base.as_ref().is_some_and(|seen| seen.name.ends_with(&suffix));
                aside && spec.name.is_some() && sites.contains(&(spec.key.0, &spec.instance_name))
            })
        });
        aside.map(|action| action.id.address.clone()).collect()
    }

    /// The actions at some addresses, and what comes before them.
    fn closure(&self, only: &BTreeSet<Address>) -> BTreeSet<ActionId> {
        let mut kept = BTreeSet::new();
        let mut waiting: Vec<&ActionId> =
            self.actions.iter().map(|action| &action.id).filter(|id| only.contains(&id.address)).collect();
        while let Some(id) = waiting.pop() {
            if kept.insert(id.clone()) {
                let action = self.actions.iter().find(|action| action.id == *id);
                waiting.extend(action.into_iter().flat_map(|action| &action.after));
                if id.step.is_aid() {
                    // No stub and no temporary name stays behind.
                    let whole = self.actions.iter().filter(|action| action.id.address == id.address);
                    waiting.extend(whole.map(|action| &action.id));
                }
            }
        }
        kept
    }
}

/// Everything that some addresses depend on.
struct Needed<'a> {
    desired: &'a Manifest,
    all: BTreeSet<Address>,
    /// Keys of fingerprints that are no addresses: names that are looked up.
    keys: BTreeSet<String>,
}

impl Needed<'_> {
    /// Adds an address and, by what the manifest says alone, all that it depends on: the same whether or not there
    /// is something to be written.
    fn add(&mut self, address: &Address) {
        if !self.all.insert(address.clone()) {
            return;
        }
        match address.kind {
            Kind::Instance | Kind::Role => {}
            Kind::Function => drop(self.all.insert(Address::new(Kind::Role, &address.name))),
            Kind::Association | Kind::Grant => {
                if let Some(instance) = &address.instance {
                    self.pair(instance, &address.name);
                }
            }
            Kind::Flow | Kind::Module => self.content(address),
        }
    }

    fn pair(&mut self, instance: &Label, function: &Label) {
        self.all.insert(Address::new(Kind::Instance, instance));
        self.all.insert(Address::new(Kind::Function, function));
        self.all.insert(Address::new(Kind::Role, function));
        self.all.insert(Address::between(Kind::Association, instance, function));
        self.all.insert(Address::between(Kind::Grant, instance, function));
    }

    fn content(&mut self, address: &Address) {
        let Some(flow) = self.desired.content(address.kind, &address.name) else { return };
        for instance in &flow.instances {
            if self.desired.flow_address(address.kind, &address.name, instance) != *address {
                continue;
            }
            self.all.insert(Address::new(Kind::Instance, instance));
            for function in &flow.names.functions {
                self.pair(instance, function);
            }
            self.keys.extend(named_keys(flow, instance));
            for (kind, name) in &flow.names.contents {
                // Each is added once: flows that name one another come to an end.
                self.add(&self.desired.flow_address(*kind, name, instance));
            }
        }
    }
}

#[cfg(test)]
mod tests;
