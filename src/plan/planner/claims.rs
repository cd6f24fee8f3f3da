//! What each set would write once the instances were seen, and what two sets of one run would both write: an alias and
//! an id may be one instance, and a tag, a mark or a name may lead to one live flow.

use std::collections::BTreeSet;

use super::sort;
use crate::manifest::{Claim, Instance, InstanceId, Manifest, Object, Rival, rivals};
use crate::plan::model::{ActionId, Plan};
use crate::plan::planner::flows::site::Site;
use crate::resource::{Address, Label, Problem, SetName};
use crate::snapshot::{Look, Resolved, Snapshot};

/// Lists what a set would write.
pub(super) fn claims(desired: &Manifest, observed: &Snapshot) -> Vec<Claim> {
    let seen = |label: &Label| observed.instances.get(label).and_then(Look::found);
    let id = |label: &Label, instance: &Instance| {
        let found = seen(label).map(|seen| &seen.arn);
        found.map_or_else(|| instance.id(), |arn| InstanceId::Id(arn.place.clone(), arn.id.clone()))
    };
    let mut claims = desired.claims(id);
    for (key @ (kind, instance, name), resolved) in &observed.resolved {
        let (Some(flow), Some(declared)) = (desired.content(*kind, name), desired.instances.get(instance))
        else {
            continue;
        };
        let (Resolved::Is(ids), Some(Look::Found(live))) = (resolved, observed.flows.get(key)) else {
            continue;
        };
        let site = Site { desired, observed, instance, kind: *kind, name, flow };
        if !site.may_be_written(live) {
            continue;
        }
        claims.push(Claim {
            set: desired.set.clone(),
            address: desired.flow_address(*kind, name, instance),
            origin: flow.origin.clone(),
            object: Object::Live(id(instance, declared), *kind, ids.id.clone()),
            name: flow.name.clone(),
            wants: None,
        });
    }
    claims
}

/// Reports what two of the plans would write to, and takes it out of the later one with all that waits for it.
pub fn settle_rivals(plans: &mut [Plan]) {
    let found: Vec<(SetName, Address, Problem)> = {
        let claims = plans.iter().flat_map(|plan| &plan.claims);
        let reported = |Rival { second, .. }: &Rival<'_>| (second.set.clone(), second.address.clone());
        let report = |rival: Rival<'_>| {
            let (set, address) = reported(&rival);
            let problem = rival.problem().on(&address);
            (set, address, problem)
        };
        rivals(claims).into_iter().map(report).collect()
    };
    for (set, address, problem) in found {
        for plan in plans.iter_mut().filter(|plan| plan.set == set) {
            plan.problems.push(problem.clone());
            sort(&mut plan.problems);
            plan.leave_out(&address);
        }
    }
}

impl Plan {
    fn leave_out(&mut self, address: &Address) {
        let mut out: BTreeSet<ActionId> = BTreeSet::new();
        loop {
            let waits = |after: &[ActionId]| after.iter().any(|id| out.contains(id));
            let next = self.actions.iter().filter(|action| !out.contains(&action.id));
            let next: Vec<ActionId> = next
                .filter(|action| action.id.address == *address || waits(&action.after))
                .map(|action| action.id.clone())
                .collect();
            if next.is_empty() {
                break;
            }
            out.extend(next);
        }
        self.actions.retain(|action| !out.contains(&action.id));
    }
}

#[cfg(test)]
mod tests;
