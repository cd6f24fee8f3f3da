//! The proof that a plan of what was imported is empty: it is planned against what was seen.

use std::collections::BTreeMap;

use super::Policies;
use crate::manifest::Manifest;
use crate::plan::{self, Step};
use crate::resource::{Kind, Label, Severity};
use crate::snapshot::{FlowSummary, LiveInstance, Look, Snapshot};

/// Lists what a plan would change, or what is in its way.
pub(super) fn differences(live: &LiveInstance, policies: &Policies, manifest: &Manifest) -> Vec<String> {
    let mut observed = Snapshot { policies: policies.clone(), ..Snapshot::default() };
    for instance in manifest.instances.keys() {
        add_instance(live, instance, &mut observed);
        for (kind, name, flow) in manifest.contents() {
            let seen = live.contents.iter().find(|(of, seen)| *of == kind && seen.name == flow.name);
            let look = seen.map_or(Look::Absent { close: Vec::new() }, |(_, seen)| Look::Found(seen.clone()));
            observed.flows.insert((kind, instance.clone(), name.clone()), look);
        }
    }
    let plan = plan::plan(manifest, &observed);
    // Tags say whose it is: what an earlier manifest of the same set called otherwise gets another one.
    let changes = plan.actions.iter().filter(|action| action.id.step != Step::Tag);
    let changes = changes.map(|action| format!("{}: {}", action.id.address, action.reason));
    let problems = plan.problems.iter().filter(|problem| problem.severity != Severity::Warning);
    changes.chain(problems.map(|problem| problem.message.clone())).collect()
}

fn add_instance(live: &LiveInstance, name: &Label, observed: &mut Snapshot) {
    observed.instances.insert(name.clone(), Look::Found(live.instance.clone()));
    observed.associations.insert(name.clone(), Look::Found(live.associations.clone()));
    for kind in [Kind::Flow, Kind::Module] {
        let of_kind = live.contents.iter().filter(|(of, _)| *of == kind);
        let list: BTreeMap<String, FlowSummary> =
            of_kind.map(|(_, seen)| (seen.name.clone(), seen.summary.clone())).collect();
        observed.lists.insert((kind, name.clone()), Look::Found(list));
    }
    for (kind, list) in &live.named {
        observed.named.insert((name.clone(), *kind), Look::Found(list.iter().cloned().collect()));
    }
}
