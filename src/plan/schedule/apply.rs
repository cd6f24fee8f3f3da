//! The calls that carrying a plan out makes, by where they go: writes, the reads right before them, and the reads that
//! confirm them; and which of them wait for which others.
//!
//! Retries, further pages, and looks that wait until AWS shows a write come on top.

use std::collections::BTreeMap;
use std::time::Duration;

use super::chains::{Waits, call, chain, describes};
use super::pace::Pace;
use super::task::{Again, Call, Schedule, Shared, Step, Task};
use crate::operations::Operation;
use crate::plan::model::{
    Action, ActionId, AssociationSpec, Callers, Disassociation, Plan, Removal, StatementRemoval, Write,
};
use crate::resource::{InstanceArn, Kind, Place};

/// How long what was read of an instance's flows and modules counts, before something is taken away that they may refer to.
pub const CALLERS_LAST: Duration = Duration::from_secs(5);

/// Calls of each operation, by account and Region.
pub type Calls = BTreeMap<(Place, Operation), u32>;

/// Counts the calls that an apply makes at the least.
pub fn apply_calls(plan: &Plan) -> Calls {
    let mut calls = Calls::new();
    for Call { place, operation, sure, .. } in apply_schedule(plan).calls() {
        if let Some(place) = place.as_ref().filter(|_| *sure > 0) {
            *calls.entry((place.clone(), *operation)).or_default() += sure;
        }
    }
    calls
}

/// Schedules the calls of an apply: each action is a task, which has the action's number.
pub fn apply_schedule(plan: &Plan) -> Schedule {
    let numbers: BTreeMap<&ActionId, usize> =
        plan.actions.iter().enumerate().map(|(n, action)| (&action.id, n)).collect();
    let is_new_role = |n: &usize| {
        let action = plan.actions.get(*n);
        matches!(action.map(|action| action.write()), Some(Write::Role(role)) if role.before.is_none())
    };
    let mut sharing = Sharing::new(plan);
    let mut tasks = Vec::with_capacity(plan.actions.len());
    for action in &plan.actions {
        let after: Vec<usize> = action.after.iter().filter_map(|id| numbers.get(id).copied()).collect();
        let waits = Waits { new_role: after.iter().any(is_new_role), ..sharing.of(action) };
        tasks.push(Task { steps: chain(action, &waits), after });
    }
    Schedule { tasks, shared: sharing.shared }
}

/// When each action of an apply ends.
pub fn apply_ends(plan: &Plan, pace: &mut Pace) -> BTreeMap<ActionId, Duration> {
    let ends = apply_schedule(plan).ends(pace);
    plan.actions.iter().zip(ends).map(|(action, end)| (action.id.clone(), end)).collect()
}

/// What several actions wait for.
struct Sharing<'a> {
    /// How many associations each instance gets.
    listed: BTreeMap<&'a InstanceArn, usize>,
    lists: BTreeMap<&'a InstanceArn, usize>,
    callers: BTreeMap<&'a InstanceArn, usize>,
    shared: Vec<Shared>,
}

impl<'a> Sharing<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut listed = BTreeMap::new();
        for instance in plan.actions.iter().filter_map(|action| associated(action)) {
            *listed.entry(instance).or_default() += 1;
        }
        Self { listed, lists: BTreeMap::new(), callers: BTreeMap::new(), shared: Vec::new() }
    }

    fn of(&mut self, action: &'a Action) -> Waits {
        let list = associated(action).map(|instance| self.list(instance));
        let callers =
            read_again(action).into_iter().map(|(instance, callers)| self.callers(instance, callers));
        let callers = callers.collect();
        Waits { list, callers, new_role: false }
    }

    /// Writers of one list share their looks: one is sure, of one page.
    fn list(&mut self, instance: &'a InstanceArn) -> usize {
        if let Some(known) = self.lists.get(instance) {
            return *known;
        }
        let operation = Operation::ListLambdaFunctions;
        let page = operation.facts().page.and_then(|page| usize::try_from(page).ok()).unwrap_or(1);
        let pages = self.listed.get(instance).map_or(1, |listed| listed.div_ceil(page));
        let place = &instance.place;
        let first = Step::Calls(vec![call(place, operation, 1)]);
        let further = Step::Calls(vec![Call { sure: 0, ..call(place, operation, 1) }]);
        let steps =
            std::iter::once(first).chain(std::iter::repeat_n(further, pages.saturating_sub(1))).collect();
        let number = self.add(Shared { steps, again: Again::Wave });
        self.lists.insert(instance, number);
        number
    }

    /// Every flow and module of an instance is read again, and again when that is long ago.
    fn callers(&mut self, instance: &'a InstanceArn, callers: Callers) -> usize {
        if let Some(known) = self.callers.get(instance) {
            return *known;
        }
        let place = &instance.place;
        let Callers { flows, modules } = callers;
        let lists = [Operation::ListContactFlows, Operation::ListContactFlowModules];
        let looks = || {
            let looks = [(Kind::Flow, flows), (Kind::Module, modules)];
            Step::Calls(looks.map(|(kind, times)| call(place, describes(kind), times)).into())
        };
        // The drafts, and what is published.
        let lists = Step::Calls(lists.map(|operation| call(place, operation, 1)).into());
        let number =
            self.add(Shared { steps: vec![lists, looks(), looks()], again: Again::After(CALLERS_LAST) });
        self.callers.insert(instance, number);
        number
    }

    fn add(&mut self, shared: Shared) -> usize {
        self.shared.push(shared);
        self.shared.len() - 1
    }
}

/// The instance whose list of functions confirms an association.
fn associated(action: &Action) -> Option<&InstanceArn> {
    let Write::Association(AssociationSpec { instance, .. }) = action.write() else { return None };
    Some(instance)
}

/// The instances of which every flow and module is read again.
fn read_again(action: &Action) -> Vec<(&InstanceArn, Callers)> {
    let Write::Removal(removal) = action.write() else { return Vec::new() };
    match removal {
        Removal::Flow(removal) => vec![(&removal.flow.instance, removal.callers)],
        Removal::Association(Disassociation { instance, callers, .. }) => {
            callers.iter().map(|callers| (instance, *callers)).collect()
        }
        Removal::Statements(StatementRemoval { callers, statements, .. }) => {
            let calls = statements.iter().any(|statement| statement.instead.is_none());
            callers.iter().filter(|_| calls).map(|(instance, callers)| (instance, *callers)).collect()
        }
        Removal::Function(removal) => {
            removal.callers.iter().map(|(instance, callers)| (instance, *callers)).collect()
        }
        Removal::Role(_) => Vec::new(),
    }
}
