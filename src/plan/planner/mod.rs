//! Makes a plan of a manifest and a snapshot.

pub(super) mod bindings;
pub(super) mod builder;
pub(super) mod claims;
pub(super) mod cycles;
pub(super) mod flows;
pub(super) mod functions;
pub(super) mod instances;
#[cfg(test)]
mod laws;
pub(super) mod namesake;
pub(super) mod policy_size;
pub(super) mod quotas;
pub(super) mod removal;
pub(super) mod roles;
#[cfg(test)]
mod set_laws;

use crate::audit;
use crate::manifest::Manifest;
use crate::plan::evidence::fingerprint::fingerprints;
use crate::plan::model::{Outline, Plan, Purpose, Undeclared};
use crate::plan::review::order_check;
use crate::resource::Problem;
use crate::snapshot::Snapshot;
use builder::PlanBuilder;

/// Plans.
pub fn plan(desired: &Manifest, observed: &Snapshot) -> Plan {
    finish(desired, observed, compared(desired, observed, false))
}

/// Plans, and takes away what the set owns and the manifest does not name any more. Needs a snapshot that has looked
/// at all that [`removal_reads`](crate::plan::removal_reads) names: without it nothing is orphaned.
pub fn plan_pruned(desired: &Manifest, observed: &Snapshot) -> Plan {
    let mut builder = compared(desired, observed, true);
    let force = removal::plan(desired, observed, &mut builder);
    flows::inherit(&mut builder);
    Plan { force, ..finish(desired, observed, builder) }
}

/// Adds to a plan what is wrong with what the manifest does not name, where every flow and function was read.
pub fn audited(mut plan: Plan, desired: &Manifest, observed: &Snapshot) -> Plan {
    plan.problems.extend(audit::unmanaged(desired, observed));
    sort(&mut plan.problems);
    plan
}

fn compared(desired: &Manifest, observed: &Snapshot, prunes: bool) -> PlanBuilder {
    let mut builder = PlanBuilder { prunes, ..PlanBuilder::default() };
    instances::plan(desired, observed, &mut builder);
    roles::plan(desired, observed, &mut builder);
    functions::plan(desired, observed, &mut builder);
    bindings::plan(desired, observed, &mut builder);
    flows::plan(desired, observed, &mut builder);
    quotas::check(observed, &mut builder);
    builder.problems.extend(audit::live(desired, observed));
    builder
}

fn finish(desired: &Manifest, observed: &Snapshot, builder: PlanBuilder) -> Plan {
    let PlanBuilder { mut actions, mut problems, in_sync, withheld, shared, .. } = builder;
    actions.sort_by(|a, b| a.id.cmp(&b.id));
    problems.extend(order_check::problem(&actions));
    sort(&mut problems);
    let mut gaps = observed.gaps.clone();
    gaps.sort();
    let (set, manifest) = (desired.set.clone(), desired.digest.clone());
    let fingerprints = fingerprints(desired, observed);
    let outline = Outline::of(desired, observed, &actions, &shared);
    let mut plan = Plan {
        purpose: Purpose::Declared,
        set,
        manifest,
        actions,
        problems,
        gaps,
        withheld,
        in_sync,
        policies: policy_size::seen(desired, observed),
        claims: claims::claims(desired, observed),
        fingerprints,
        partial: None,
        force: None,
        undeclared: Undeclared::default(),
        outline,
    };
    policy_size::check_policy_sizes(std::slice::from_mut(&mut plan));
    plan
}

fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by(|a, b| {
        (a.severity, &a.origin, &a.address, &a.message).cmp(&(b.severity, &b.origin, &b.address, &b.message))
    });
    problems.dedup();
}
