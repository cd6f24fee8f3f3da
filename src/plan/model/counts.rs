//! How much a plan writes.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::undeclared::Undeclared;
use super::write::Verb;
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
    pub fn changes(&self) -> BTreeMap<(&Address, bool), Verb> {
        let mut changes = BTreeMap::new();
        for action in &self.actions {
            let (id, write) = (&action.id, action.write());
            let known = changes.entry((&id.address, write.is_deletion())).or_insert(write.verb());
            if write.is_creation() {
                *known = Verb::Create;
            }
        }
        changes
    }

    /// Counts the resources that are created, changed and deleted.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for verb in self.changes().into_values() {
            match verb {
                Verb::Create => counts.create += 1,
                Verb::Update => counts.update += 1,
                Verb::Delete => counts.delete += 1,
            }
        }
        counts
    }

    /// Returns the plan without the guard on the share that it deletes: somebody insists.
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
    use crate::plan::{Action, Cause, Step, samples};
    use crate::resource::{InstanceArn, Kind, Label, SetName};

    fn action(name: &str, step: Step, verb: Verb) -> Action {
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        let address = Address::new(Kind::Flow, &Label::parse(name).unwrap());
        let write = samples::flow_write(step, verb, &instance);
        Action::new(address, write, (Cause::Unknown, String::new()), Vec::new(), None)
    }

    #[test]
    fn each_resource_is_counted_once_however_many_writes_it_takes() {
        let plan = Plan {
            actions: vec![
                action("a", Step::Stub, Verb::Create),
                action("a", Step::Metadata, Verb::Update),
                action("a", Step::Write, Verb::Create),
                action("b", Step::Metadata, Verb::Update),
                action("c", Step::Delete, Verb::Delete),
                action("a", Step::Delete, Verb::Delete),
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
