//! Whether every action of a plan can become ready.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::model::{Action, ActionId};
use crate::resource::{Code, Problem};

/// Says why some action could never begin: it waits for one that is not in the plan, or for itself.
pub fn order_fault(actions: &[Action]) -> Option<String> {
    let mut waits: BTreeMap<&ActionId, Vec<&ActionId>> = BTreeMap::new();
    for action in actions {
        if waits.insert(&action.id, action.after.iter().collect()).is_some() {
            return Some(format!("{} is in it twice", words(&action.id)));
        }
    }
    for (id, after) in &waits {
        if let Some(unknown) = after.iter().find(|needed| !waits.contains_key(**needed)) {
            return Some(format!("{} waits for {}, which is not in it", words(id), words(unknown)));
        }
    }
    // What waits for nothing that is left is taken out; what stays is on a cycle or behind one.
    loop {
        let ready: BTreeSet<&ActionId> = waits
            .iter()
            .filter(|(_, after)| after.iter().all(|needed| !waits.contains_key(*needed)))
            .map(|(id, _)| *id)
            .collect();
        if ready.is_empty() {
            break;
        }
        waits.retain(|id, _| !ready.contains(id));
    }
    let first = waits.keys().next().copied()?;
    let (mut way, mut at) = (vec![first], first);
    loop {
        at = waits.get(at)?.iter().find(|needed| waits.contains_key(**needed)).copied()?;
        if let Some(start) = way.iter().position(|id| *id == at) {
            let cycle: Vec<String> = way[start..].iter().chain([&at]).map(|id| words(id)).collect();
            return Some(format!("a cycle: {}", cycle.join(" waits for ")));
        }
        way.push(at);
    }
}

/// The problem of a plan that could not be carried out whole.
pub(in crate::plan) fn problem(actions: &[Action]) -> Option<Problem> {
    let why = order_fault(actions)?;
    let message = format!("internal error: the order of this plan is wrong ({why}); please report it");
    Some(Problem::error(Code::PlanOrder, message))
}

fn words(id: &ActionId) -> String {
    format!("{} ({})", id.address, id.step.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{AssociationSpec, Cause, Step, Write};
    use crate::resource::{Address, FunctionRef, InstanceArn, Kind, Label};

    fn id(name: &str) -> ActionId {
        ActionId { address: Address::new(Kind::Flow, &Label::parse(name).unwrap()), step: Step::Write }
    }

    fn action(name: &str, after: &[&str]) -> Action {
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        let function = FunctionRef { place: instance.place.clone(), name: "crm".to_owned(), qualifier: None };
        let write = Write::Association(AssociationSpec { instance, function });
        let (cause, after) = (Cause::Unknown, after.iter().map(|name| id(name)).collect());
        Action::new(id(name).address, write, (cause, String::new()), after, None)
    }

    #[test]
    fn an_order_that_can_be_kept_is_no_fault() {
        assert_eq!(order_fault(&[]), None);
        assert_eq!(order_fault(&[action("a", &[]), action("b", &["a"]), action("c", &["a", "b"])]), None);
    }

    #[test]
    fn a_cycle_is_named_without_what_only_waits_for_it() {
        let plan = [action("a", &["b"]), action("b", &["c"]), action("c", &["b"]), action("d", &[])];
        let fault = order_fault(&plan).unwrap();
        assert!(fault.contains("flow/b (write) waits for flow/c (write) waits for flow/b"), "{fault}");
        assert!(!fault.contains("flow/a"), "{fault}");
        assert!(order_fault(&[action("a", &["a"])]).is_some());
        let problem = problem(&plan).unwrap();
        assert!(problem.message.starts_with("internal error: "), "{}", problem.message);
        assert!(problem.message.ends_with("; please report it"), "{}", problem.message);
    }

    #[test]
    fn an_action_that_is_not_in_the_plan_or_twice_in_it_is_named() {
        let fault = order_fault(&[action("a", &["z"])]).unwrap();
        assert!(fault.contains("flow/a (write) waits for flow/z (write), which is not in it"), "{fault}");
        assert!(order_fault(&[action("a", &[]), action("a", &[])]).is_some());
    }
}
