//! What an apply may have to write for a manifest, whatever is there already, as permissions.
//!
//! The manifest's types are taken apart field by field: a new field does not compile until somebody has decided here
//! what it takes to be written.

use super::need::Needs;
use super::target::Target;
use crate::manifest::{Flow, Function, Instance, Manifest, Role, RoleRef, Source};
use crate::operations::Operation;
use crate::resource::{FunctionRef, Kind, Place};

/// Adds everything but deletions.
pub(super) fn add(manifest: &Manifest, needs: &mut Needs<'_>) {
    for instance in manifest.instances.values() {
        add_instance(manifest, instance, needs);
    }
    for function in manifest.functions.values() {
        add_function(manifest, function, needs);
    }
    for (instance, name, need) in manifest.needs.iter() {
        let function = manifest.functions.get(name);
        let Some((site, function)) = manifest.instances.get(instance).zip(function) else { continue };
        if let Some(listed) = &need.association {
            add_association(site, listed, needs);
        }
        add_grant(&function.target, needs);
    }
    for (kind, _, flow) in manifest.contents() {
        add_flow(manifest, kind, flow, needs);
    }
}

fn add_instance(manifest: &Manifest, instance: &Instance, needs: &mut Needs<'_>) {
    let Instance {
        place,
        lookup: _,
        functions: _,
        values: _,
        attributes,
        create,
        adopt: _,
        protect: _,
        origin: _,
    } = instance;
    if !attributes.is_empty() {
        let target = Target::instance(instance).values(attributes.keys());
        needs.add(Operation::UpdateInstanceAttribute, &target);
    }
    if create.is_some() {
        needs.add(Operation::CreateInstance, &Target::place(place).creates(&manifest.set));
        if !attributes.is_empty() {
            needs.add(Operation::TagResource, &Target::instance(instance));
        }
    }
}

/// Amazon Connect writes its own statement with the caller's rights. Which policy a qualified ARN leads to is not
/// documented (U3): both are allowed.
fn add_association(instance: &Instance, function: &FunctionRef, needs: &mut Needs<'_>) {
    let target = Target::instance(instance).function(&function.name, function.qualifier.as_deref());
    needs.add(Operation::AssociateLambdaFunction, &target);
}

/// A statement that somebody changed is replaced: the old one goes.
fn add_grant(function: &FunctionRef, needs: &mut Needs<'_>) {
    let target = Target::place(&function.place).function(&function.name, function.qualifier.as_deref());
    needs.add(Operation::AddPermission, &target);
    needs.add(Operation::RemovePermission, &target);
}

fn add_function(manifest: &Manifest, function: &Function, needs: &mut Needs<'_>) {
    let Function {
        target: FunctionRef { place, name, qualifier: _ },
        grants: _,
        associate: _,
        response: _,
        source,
        adopt: _,
        protect: _,
        origin: _,
    } = function;
    let Some(source) = source else { return };
    let Source {
        runtime: _,
        handler: _,
        code: _,
        role,
        timeout: _,
        memory: _,
        environment: _,
        description: _,
        publish,
    } = source;
    let passed = match role {
        RoleRef::Arn(arn) => Target::place(place).role_arn(arn),
        RoleRef::Managed(role) => {
            add_role(manifest, place, role, needs);
            Target::place(place).role(&role.name)
        }
    };
    let passed = passed.function(name, None);
    needs.add(Operation::CreateFunction, &passed.clone().creates(&manifest.set));
    needs.add(Operation::UpdateFunctionConfiguration, &passed);
    let bare = Target::place(place).function(name, None);
    needs.add(Operation::UpdateFunctionCode, &bare);
    needs.add(Operation::TagFunction, &bare);
    if let Some(alias) = publish {
        needs.add(Operation::PublishVersion, &bare);
        let alias = Target::place(place).function(name, [alias.as_str()]);
        needs.add(Operation::CreateAlias, &alias);
        needs.add(Operation::UpdateAlias, &alias);
    }
}

/// A role gets exactly the policies that are declared: what somebody added is taken away.
fn add_role(manifest: &Manifest, place: &Place, role: &Role, needs: &mut Needs<'_>) {
    let Role { name, managed_policies, inline } = role;
    let target = || Target::place(place).role(name);
    needs.add(Operation::CreateRole, &target().creates(&manifest.set));
    for operation in [
        Operation::UpdateAssumeRolePolicy,
        Operation::TagRole,
        Operation::DetachRolePolicy,
        Operation::DeleteRolePolicy,
    ] {
        needs.add(operation, &target());
    }
    if !managed_policies.is_empty() {
        needs.add(Operation::AttachRolePolicy, &target().values(managed_policies));
    }
    if !inline.is_empty() {
        needs.add(Operation::PutRolePolicy, &target());
    }
}

fn add_flow(manifest: &Manifest, kind: Kind, flow: &Flow, needs: &mut Needs<'_>) {
    let Flow {
        instances,
        name: _,
        names: _,
        kind: _,
        content,
        bindings: _,
        description,
        status: _,
        state,
        adopt,
        protect: _,
        origin: _,
    } = flow;
    let [create, update, metadata] = match kind {
        Kind::Module => [
            Operation::CreateContactFlowModule,
            Operation::UpdateContactFlowModuleContent,
            Operation::UpdateContactFlowModuleMetadata,
        ],
        _ => [
            Operation::CreateContactFlow,
            Operation::UpdateContactFlowContent,
            Operation::UpdateContactFlowMetadata,
        ],
    };
    let whole = content.is_some();
    // Whole contents may have to be renamed; of others only what was adopted is described.
    let described = whole || (*adopt && (description.is_some() || state.is_some()));
    for instance in instances.iter().filter_map(|name| manifest.instances.get(name)) {
        let target = Target::instance(instance).kind(kind);
        needs.add(update, &target);
        if whole {
            needs.add(create, &target.clone().creates(&manifest.set));
            needs.add(Operation::TagResource, &target);
        }
        if described {
            needs.add(metadata, &target);
        }
    }
}
