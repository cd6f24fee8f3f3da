//! How much a plan writes.

use super::{Change, Plan, Step};

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
    /// Counts creations, updates and deletions. The two steps of a new flow count as one creation.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for action in self.actions.iter().filter(|action| action.id.step != Step::Stub) {
            match action.change {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, ActionId, AssociationSpec, Cause, Spec};
    use crate::resource::{Address, FunctionRef, InstanceArn, Kind, Label, SetName};

    fn action(name: &str, step: Step, change: fn(Spec) -> Change) -> Action {
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        let function = FunctionRef { place: instance.place.clone(), name: "crm".to_owned(), qualifier: None };
        let id = ActionId { address: Address::new(Kind::Flow, &Label::parse(name).unwrap()), step };
        let change = change(Spec::Association(AssociationSpec { instance, function }));
        Action { id, change, reason: String::new(), cause: Cause::Unknown, after: Vec::new(), guard: None }
    }

    #[test]
    fn each_kind_of_change_is_counted_and_a_stub_is_no_second_creation() {
        let plan = Plan {
            set: SetName::parse("acme").unwrap(),
            manifest: String::new(),
            actions: vec![
                action("a", Step::Stub, Change::Create),
                action("a", Step::Write, Change::Create),
                action("b", Step::Metadata, Change::Update),
                action("c", Step::Delete, Change::Delete),
            ],
            problems: Vec::new(),
            gaps: Vec::new(),
            withheld: Vec::new(),
            in_sync: 0,
            force: Some("much".to_owned()),
        };
        assert_eq!(plan.counts(), Counts { create: 1, update: 1, delete: 1 });
        assert_eq!(plan.forced().force, None);
    }
}
