//! What a command reads, as permissions: from `plan::reads`, one read after the other; `drift` reads more than `plan`,
//! and shares its policy.

use super::need::Needs;
use super::target::Target;
use crate::manifest::{Function, Manifest, NamedKind};
use crate::operations::Operation;
use crate::plan::{Read, Reads, managed};
use crate::resource::{FunctionRef, Kind, Label};

/// Adds what the declared resources take to be read.
pub(super) fn add(manifest: &Manifest, reads: &Reads, needs: &mut Needs<'_>) {
    for read in reads.names.iter().chain(&reads.by_id) {
        add_one(manifest, read, needs);
    }
}

fn add_one(manifest: &Manifest, read: &Read, needs: &mut Needs<'_>) {
    match read {
        // GetCallerIdentity is answered to everyone.
        Read::Identity(_) => {}
        Read::Instances(place) => needs.add(Operation::ListInstances, &Target::place(place)),
        Read::Instance(instance) => on_instance(manifest, instance, &[Operation::DescribeInstance], needs),
        Read::Associations(instance) => {
            on_instance(manifest, instance, &[Operation::ListLambdaFunctions], needs)
        }
        Read::Attributes(instance) => {
            on_instance(manifest, instance, &[Operation::ListInstanceAttributes], needs)
        }
        Read::Policy(function) | Read::Called(function) => policy(function, needs),
        Read::List(kind, instance) => list(manifest, *kind, instance, needs),
        Read::Flow { kind, instance, flow: _ } => {
            on_instance(manifest, instance, &[describe(*kind)], needs);
        }
        Read::Owners(kind, instance) => on_instance(manifest, instance, &[search(*kind)], needs),
        Read::Function(name) => manifest.functions.get(name).into_iter().for_each(|it| function(it, needs)),
        Read::Role(name) => manifest.functions.get(name).into_iter().for_each(|it| role(it, needs)),
        Read::Named(instance, kind) => {
            let operation = match kind {
                NamedKind::Queue => Operation::ListQueues,
                NamedKind::Prompt => Operation::ListPrompts,
                NamedKind::Hours => Operation::ListHoursOfOperations,
            };
            on_instance(manifest, instance, &[operation], needs);
        }
    }
}

pub(super) fn on_instance(
    manifest: &Manifest,
    name: &Label,
    operations: &[Operation],
    needs: &mut Needs<'_>,
) {
    let Some(instance) = manifest.instances.get(name) else { return };
    for operation in operations {
        needs.add(*operation, &Target::instance(instance));
    }
}

/// The operation that reads one flow or module.
pub(super) fn describe(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::DescribeContactFlowModule } else { Operation::DescribeContactFlow }
}

/// The operation that lists flows or modules.
pub(super) fn lists(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::ListContactFlowModules } else { Operation::ListContactFlows }
}

/// The operation that finds flows or modules by their tags.
fn search(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::SearchContactFlowModules } else { Operation::SearchContactFlows }
}

/// Lists, and looks by tag for what may have another name: only whole contents are tagged.
fn list(manifest: &Manifest, kind: Kind, instance: &Label, needs: &mut Needs<'_>) {
    on_instance(manifest, instance, &[lists(kind)], needs);
    let whole = manifest
        .contents()
        .any(|(of, _, flow)| of == kind && flow.content.is_some() && flow.instances.contains(instance));
    if whole {
        on_instance(manifest, instance, &[search(kind)], needs);
    }
}

/// An empty answer is followed by a look at whether the function exists, which asks for no tags.
pub(super) fn policy(function: &FunctionRef, needs: &mut Needs<'_>) {
    let target = Target::place(&function.place).function(&function.name, function.qualifier.as_deref());
    needs.add(Operation::GetPolicy, &target);
    needs.add_alone(Operation::GetFunction, &target);
}

fn function(function: &Function, needs: &mut Needs<'_>) {
    let FunctionRef { place, name, qualifier: _ } = &function.target;
    let alias = function.source.as_ref().and_then(|source| source.publish.as_deref());
    // What stands behind an alias is read by its version.
    let versions = alias.map(|_| "*");
    needs.add(Operation::GetFunction, &Target::place(place).function(name, versions));
    if let Some(alias) = alias {
        needs.add(Operation::GetAlias, &Target::place(place).function(name, [alias]));
    }
}

/// The operations that read a role with its policies.
pub(super) const ROLE: [Operation; 4] = [
    Operation::GetRole,
    Operation::ListAttachedRolePolicies,
    Operation::ListRolePolicies,
    Operation::GetRolePolicy,
];

fn role(function: &Function, needs: &mut Needs<'_>) {
    let Some(role) = managed(function) else { return };
    for operation in ROLE {
        needs.add(operation, &Target::place(&function.target.place).role(&role.name));
    }
}
