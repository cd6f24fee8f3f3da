//! What it takes to find what is orphaned, and to delete it: the whole of each account and Region is looked at.
//!
//! Deletions are held to what carries the set's tag, where the resource can carry one.

use super::need::Needs;
use super::reads::{ROLE, describe, lists, on_instance};
use super::target::Target;
use crate::manifest::Manifest;
use crate::operations::Operation;
use crate::plan::removal_reads;
use crate::resource::Kind;

/// Adds what `--prune` reads.
pub(super) fn add_reads(manifest: &Manifest, needs: &mut Needs<'_>) {
    let reads = removal_reads(manifest);
    for instance in &reads.instances {
        for kind in [Kind::Flow, Kind::Module] {
            on_instance(manifest, instance, &[lists(kind), describe(kind)], needs);
        }
        on_instance(manifest, instance, &[Operation::ListLambdaFunctions], needs);
    }
    for place in &reads.places {
        let target = || Target::place(place).any_function();
        for operation in
            [Operation::ListFunctions, Operation::GetFunction, Operation::ListAliases, Operation::GetPolicy]
        {
            needs.add(operation, &target());
        }
        // Whether an instance that an old statement names is there still.
        needs.add(Operation::DescribeInstance, &Target::place(place));
    }
    for place in reads.roles.values() {
        for operation in [Operation::ListRoles, Operation::ListRoleTags].into_iter().chain(ROLE) {
            needs.add(operation, &Target::place(place).role("*"));
        }
    }
}

/// Adds what `apply --prune` deletes.
pub(super) fn add_writes(manifest: &Manifest, needs: &mut Needs<'_>) {
    let reads = removal_reads(manifest);
    for instance in reads.instances.iter().filter_map(|name| manifest.instances.get(name)) {
        let listed = Target::instance(instance).any_function();
        needs.add(Operation::DisassociateLambdaFunction, &listed);
        let owned = Target::instance(instance).owned_by(&manifest.set);
        needs.add(Operation::DeleteContactFlow, &owned);
        needs.add(Operation::DeleteContactFlowModule, &owned);
    }
    for place in &reads.places {
        let functions = Target::place(place).any_function();
        // What the service takes away beside its own statement is written again (U1).
        needs.add(Operation::AddPermission, &functions);
        needs.add(Operation::RemovePermission, &functions);
        needs.add(Operation::DeleteFunction, &functions.owned_by(&manifest.set));
    }
    for place in reads.roles.values() {
        for operation in [Operation::DetachRolePolicy, Operation::DeleteRolePolicy, Operation::DeleteRole] {
            needs.add(operation, &Target::place(place).role("*").owned_by(&manifest.set));
        }
    }
}
