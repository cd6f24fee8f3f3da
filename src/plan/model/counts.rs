//! How much a plan writes.

use std::collections::BTreeMap;

use super::action::Action;
use super::change::Change;
use super::plan::Plan;
use super::undeclared::Undeclared;
use crate::resource::Address;

/// How many resources a plan writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Those that it creates.
    pub create: usize,
    /// Those that it changes.
    pub update: usize,
    /// Those that it deletes.
    pub delete: usize,
}

impl Plan {
    /// What becomes of each resource. Several writes to one are one change: its creation, if one of them makes it. A
    /// statement that is written and another one that goes may have one address: they are two, told by whether it is a
    /// deletion.
    pub fn changes(&self) -> BTreeMap<(&Address, bool), &Change> {
        let mut changes = BTreeMap::new();
        for Action { id, change, .. } in &self.actions {
            let known = changes.entry((&id.address, change.is_deletion())).or_insert(change);
            if matches!(change, Change::Create(_)) {
                *known = change;
            }
        }
        changes
    }

    /// Counts the resources that are created, changed and deleted.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for change in self.changes().into_values() {
            match change {
                Change::Create(_) => counts.create += 1,
                Change::Update(_) => counts.update += 1,
                Change::Delete(_) => counts.delete += 1,
            }
        }
        counts
    }

    /// Gives the plan without the guard on the share that it deletes: somebody insists.
    #[must_use]
    pub fn forced(self) -> Self {
        Self { force: None, ..self }
    }
}

impl Undeclared {
    /// Takes the deletions of a plan that looked at everything.
    pub fn deleted(pruned: &Plan) -> Self {
        let deleted = pruned.changes().into_keys().filter(|(_, deleted)| *deleted);
        Self { orphans: deleted.map(|(address, _)| address.clone()).collect(), unchecked: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{ActionId, AssociationSpec, Cause, Spec, Step};
    use crate::resource::{FunctionRef, InstanceArn, Kind, Label, SetName};

    fn action(name: &str, step: Step, change: fn(Spec) -> Change) -> Action {
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        let function = FunctionRef { place: instance.place.clone(), name: "crm".to_owned(), qualifier: None };
        let id = ActionId { address: Address::new(Kind::Flow, &Label::parse(name).unwrap()), step };
        let change = change(Spec::Association(AssociationSpec { instance, function }));
        Action { id, change, reason: String::new(), cause: Cause::Unknown, after: Vec::new(), guard: None }
    }

    #[test]
    fn each_resource_is_counted_once_however_many_writes_it_takes() {
        let plan = Plan {
            actions: vec![
                action("a", Step::Stub, Change::Create),
                action("a", Step::Metadata, Change::Update),
                action("a", Step::Write, Change::Create),
                action("b", Step::Metadata, Change::Update),
                action("c", Step::Delete, Change::Delete),
                action("a", Step::Delete, Change::Delete),
            ],
            force: Some("much".to_owned()),
            ..Plan::empty(SetName::parse("acme").unwrap())
        };
        assert_eq!(plan.counts(), Counts { create: 1, update: 1, delete: 2 });
        let extent = plan.extent(&std::collections::BTreeSet::new());
        assert_eq!((extent.written, extent.deleted), (2, 2));
        assert_eq!(plan.forced().force, None);
    }
}
