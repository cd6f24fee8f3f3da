//! A plan while it is put together.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::model::{Action, ActionId, Cause, Guard, Removal, Step, TagsSpec, Withheld, Write};
use crate::plan::reasons;
use crate::resource::{Address, Code, Problem};

/// Collects what a plan will be made of.
#[derive(Debug, Default)]
pub(in crate::plan) struct PlanBuilder {
    pub(in crate::plan) actions: Vec<Action>,
    pub(in crate::plan) problems: Vec<Problem>,
    pub(in crate::plan) withheld: Vec<Withheld>,
    pub(in crate::plan) in_sync: usize,
    /// What can neither be found in sync nor written, and why: what depends on it is held.
    pub(in crate::plan) blocked: BTreeMap<Address, String>,
    /// Whether what is orphaned is deleted in this run.
    pub(in crate::plan) prunes: bool,
    /// What gets a name that something orphaned has now.
    pub(in crate::plan) name_transfers: Vec<NameTransfer>,
    /// Associations that another function of the same ARN makes, one for several qualifiers, and statements that are
    /// for all instances of an account.
    pub(in crate::plan) shared: BTreeMap<Address, ActionId>,
}

impl PlanBuilder {
    pub(in crate::plan) fn act(
        &mut self,
        address: Address,
        write: Write,
        why: (Cause, String),
        after: Vec<ActionId>,
    ) -> ActionId {
        self.push(Action::new(address, write, why, after, None))
    }

    /// Adds an action, and gives its name.
    pub(in crate::plan) fn push(&mut self, action: Action) -> ActionId {
        let id = action.id.clone();
        self.actions.push(action);
        id
    }

    /// Writes tags alone.
    pub(in crate::plan) fn tag(
        &mut self,
        address: Address,
        spec: TagsSpec,
        why: (Cause, String),
        after: Vec<ActionId>,
        guard: Option<Guard>,
    ) {
        self.push(Action::new(address, Write::Tags(spec), why, after, guard));
    }

    /// Takes something away.
    pub(in crate::plan) fn remove(
        &mut self,
        address: Address,
        removal: Removal,
        reason: String,
        after: Vec<ActionId>,
        guard: Option<Guard>,
    ) -> ActionId {
        self.push(Action::new(address, Write::Removal(removal), (Cause::LeftOver, reason), after, guard))
    }

    /// Finds a write.
    pub(in crate::plan) fn write_of(&mut self, address: &Address) -> Option<&mut Action> {
        self.actions.iter_mut().find(|action| action.id.step == Step::Write && action.id.address == *address)
    }

    /// Names the write of a grant, of one that several share too.
    pub(in crate::plan) fn grant_write(&self, address: &Address) -> Option<ActionId> {
        let mut actions = self.actions.iter();
        let own = actions.find(|action| action.id.step == Step::Write && action.id.address == *address);
        own.map(|action| action.id.clone()).or_else(|| self.shared.get(address).cloned())
    }

    pub(in crate::plan) fn guard(&mut self, id: &ActionId, guard: Option<Guard>) {
        if let Some(action) = self.actions.iter_mut().find(|action| action.id == *id) {
            action.guard = guard;
        }
    }

    /// The actions that wait for one, directly or not, and itself.
    pub(in crate::plan) fn waiting_for(&self, id: &ActionId) -> BTreeSet<ActionId> {
        let mut waiting = BTreeSet::from([id.clone()]);
        loop {
            let next = self.actions.iter().filter(|action| {
                !waiting.contains(&action.id) && action.after.iter().any(|id| waiting.contains(id))
            });
            let next: Vec<ActionId> = next.map(|action| action.id.clone()).collect();
            if next.is_empty() {
                return waiting;
            }
            waiting.extend(next);
        }
    }

    /// Holds an action back, for this reason, and all that wait for it.
    pub(in crate::plan) fn hold_all(
        &mut self,
        id: &ActionId,
        waiting: &BTreeSet<ActionId>,
        problem: Problem,
    ) {
        let (held, kept) = std::mem::take(&mut self.actions)
            .into_iter()
            .partition(|action: &Action| waiting.contains(&action.id));
        self.actions = kept;
        let others: BTreeSet<Address> = waiting.iter().map(|id| id.address.clone()).collect();
        for address in others.into_iter().filter(|address| *address != id.address) {
            let message = reasons::waits(&address, &id.address, &problem.message);
            let hint = format!("fix {} first, then run again.", id.address);
            self.block(address.clone(), message.clone());
            self.problems.push(Problem::held(Code::FlowHeld, message).on(&address).hint(hint));
        }
        self.block(id.address.clone(), problem.message.clone());
        self.problems.push(problem);
        let held = held.into_iter().filter(|action| !action.id.step.is_aid());
        self.withheld.extend(held.map(Action::withheld));
    }

    pub(in crate::plan) fn block(&mut self, address: Address, why: impl Into<String>) {
        self.blocked.insert(address, why.into());
    }

    /// Keeps a difference that is not written.
    pub(in crate::plan) fn withhold(&mut self, address: Address, write: Write, reason: String, cause: Cause) {
        self.withheld.push(Withheld { address, write, reason, cause });
    }
}

/// A rename that gets the name of something orphaned.
#[derive(Debug)]
pub(in crate::plan) struct NameTransfer {
    pub(super) address: Address,
    /// The id of the orphaned one.
    pub(super) of: String,
    /// What is reported where that one is not deleted.
    pub(super) problem: Problem,
}
