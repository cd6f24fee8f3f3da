//! Follows the references of a declared set: accounts, instances and functions as the model has them.
//!
//! Each step reports everything that it finds and leaves out what it cannot make; the manifest is put together only
//! when nothing was reported.

use std::collections::BTreeMap;

use crate::resource::{Address, Code, InstanceArn, Kind, Label};

use super::declared::{At, DeclaredCreate, DeclaredInstance, DeclaredSet, Given, IdentityWord};
use super::model::{Account, Associate, CreateInstance, Function, Identity, Instance, InstanceLookup};
use super::reading::log::Log;
use accounts::accounts;
use functions::{FunctionCode, function};
use place::{Claim, arn_place, check_defaults, place};
use roles::check_roles;

pub(super) mod accounts;
pub(super) mod content;
mod entry;
pub(super) mod flows;
pub(super) mod functions;
mod place;
mod roles;
pub(super) mod suppressions;
mod tokens;

/// What flows refer to.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) accounts: BTreeMap<Label, Account>,
    pub(super) instances: BTreeMap<Label, Instance>,
    pub(super) functions: BTreeMap<Label, Function>,
}

/// Resolves accounts, instances and functions, reading the code that functions name.
pub(super) fn resolve(declared: &DeclaredSet, code: &mut FunctionCode<'_, '_>, log: &mut Log) -> Resolved {
    check_defaults(declared, log);
    let flows = declared.flows.is_empty() && declared.modules.is_empty();
    if declared.instances.is_empty() && declared.functions.is_empty() && flows {
        let hint = "add `instances`, `functions` and `flows` to `spec`";
        log.error_with(Code::EmptySet, declared.position, "the set declares nothing", hint);
    }
    let mut resolved = Resolved { accounts: accounts(declared, log), ..Resolved::default() };
    for (name, at) in &declared.functions {
        if let Some(function) = function(declared, at, code, log) {
            resolved.functions.insert(name.clone(), function);
        }
    }
    for (name, instance) in &declared.instances {
        if let Some(instance) = self::instance(declared, instance, log) {
            check_associations(declared, &resolved, &instance, name, log);
            resolved.instances.insert(name.clone(), instance);
        }
    }
    check_twice(declared, &resolved, log);
    check_roles(declared, &resolved.functions, log);
    resolved
}

/// Reports a reference to a function that is not there; says whether it is there.
pub(super) fn known_function(declared: &DeclaredSet, reference: &At<Label>, log: &mut Log) -> bool {
    let At { value: name, position } = reference;
    let known = declared.functions.contains_key(name);
    let message = format!("no function is named `{name}`");
    if declared.functions.is_empty() {
        let hint = format!("declare it under `spec.functions`: `{name}: {{ name: … }}`");
        log.error_with(Code::UnknownFunction, *position, message, hint);
    } else if !known {
        let names = declared.functions.keys().map(Label::as_str);
        log.unknown(Code::UnknownFunction, *position, message, name.as_str(), names);
    }
    known
}

fn instance(declared: &DeclaredSet, at: &At<DeclaredInstance>, log: &mut Log) -> Option<Instance> {
    let At { value, position } = at;
    let DeclaredInstance { alias, id, arn, account, region, functions, values, attributes, .. } = value;
    let claim = Claim { account, region, arn: arn_place(arn, |InstanceArn { place, .. }| place) };
    let place = place(declared, &claim, log);
    let mut wanted: Vec<Label> = Vec::new();
    for reference in functions.items() {
        if known_function(declared, reference, log) && !wanted.contains(&reference.value) {
            wanted.push(reference.value.clone());
        }
    }
    let create = value.create.at().and_then(|create| self::create(create, alias, log));
    let lookup = match (alias.value(), id.value(), arn.value()) {
        (Some(alias), _, _) => InstanceLookup::Alias(alias.clone()),
        (_, Some(id), _) => InstanceLookup::Id(id.clone()),
        (_, _, Some(arn)) => InstanceLookup::Id(arn.id.clone()),
        (None, None, None) => return None,
    };
    let origin = log.origin(*position);
    Some(Instance {
        place: place?,
        lookup,
        functions: wanted,
        // A value that was refused was reported.
        values: values.entries().filter_map(|(name, at)| Some((name.clone(), at.value.clone()?))).collect(),
        attributes: attributes.without_places().unwrap_or_default(),
        create,
        adopt: value.adopt.is_true(),
        protect: value.protect.is_true(),
        origin,
    })
}

/// How an instance is made. `CreateInstance` wants a directory for an existing one and for nothing else.
fn create(at: &At<DeclaredCreate>, alias: &Given<String>, log: &mut Log) -> Option<CreateInstance> {
    let At { value: DeclaredCreate { identity, directory, inbound, outbound }, position } = at;
    if alias.is_absent() {
        let message =
            "`create` needs `alias`: only an instance that is looked up by its alias can be created";
        log.error_with(
            Code::BadCreate,
            *position,
            message,
            "name the instance by its `alias`, or leave `create` out",
        );
    }
    let identity = match (identity.value()?, directory) {
        (IdentityWord::ExistingDirectory, Given::Is(At { value, .. })) => {
            Identity::ExistingDirectory { directory: value.clone() }
        }
        (IdentityWord::ExistingDirectory, Given::Absent) => {
            let message = "`identity: existing-directory` needs the key `directory`";
            log.error_with(
                Code::BadCreate,
                *position,
                message,
                "the id of the directory, such as `d-9067f3a1b2`",
            );
            return None;
        }
        (_, Given::Is(At { position, .. })) => {
            let message = "`directory` requires `identity: existing-directory`";
            log.error_with(Code::BadCreate, *position, message, "leave it out");
            return None;
        }
        (IdentityWord::ExistingDirectory, Given::Broken) => return None,
        (IdentityWord::ConnectManaged, _) => Identity::ConnectManaged,
        (IdentityWord::Saml, _) => Identity::Saml,
    };
    Some(CreateInstance { identity, inbound: *inbound.value()?, outbound: *outbound.value()? })
}

/// Elsewhere only the grant is made; who asks for an association by name would wait for it in vain.
fn check_associations(
    declared: &DeclaredSet,
    resolved: &Resolved,
    instance: &Instance,
    name: &Label,
    log: &mut Log,
) {
    let listed = declared.instances.get(name).map_or(&[][..], |at| at.value.functions.items());
    for At { value: function, position } in listed {
        let Some(asked) = declared.functions.get(function).and_then(|at| at.value.associate.value()) else {
            continue;
        };
        let Some(Function { target, .. }) = resolved.functions.get(function) else { continue };
        if *asked != Associate::None && target.place != instance.place {
            let origin = log.origin(*position);
            let message = format!(
                "the function `{function}` ({}) cannot be associated with the instance `{name}` ({})",
                target.place, instance.place
            );
            let hint =
                "leave `associate` out: elsewhere flowbind adds only the permission, and flows use the ARN";
            let address = Address::between(Kind::Association, name, function);
            let problem = crate::resource::Problem::error(Code::ForeignAssociation, message);
            log.push(problem.at(&origin).on(&address).hint(hint));
        }
    }
}

/// Reports two names for one function or one instance: each would undo what the other wants.
fn check_twice(declared: &DeclaredSet, resolved: &Resolved, log: &mut Log) {
    let mut functions = BTreeMap::new();
    let mut instances = BTreeMap::new();
    let mut found = Vec::new();
    for (name, function) in &resolved.functions {
        let place = declared.functions.get(name).map(|at| at.position);
        functions.entry(&function.target).or_insert_with(Vec::new).push((place, name));
    }
    for (name, instance) in &resolved.instances {
        let key = match &instance.lookup {
            InstanceLookup::Alias(alias) => (&instance.place, 0, alias),
            InstanceLookup::Id(id) => (&instance.place, 1, id),
        };
        let place = declared.instances.get(name).map(|at| at.position);
        instances.entry(key).or_insert_with(Vec::new).push((place, name));
    }
    for (target, names) in functions {
        found.push((Code::DuplicateFunction, format!("the function `{target}`"), names));
    }
    for ((_, _, key), names) in instances {
        found.push((Code::DuplicateInstance, format!("the instance `{key}`"), names));
    }
    for (code, what, mut names) in found {
        names.sort();
        let mut names = names.into_iter();
        let Some((first_position, first)) = names.next() else { continue };
        let first_at = first_position.map(|position| log.origin(position));
        for (position, name) in names.filter_map(|(position, name)| Some((position?, name))) {
            let message = format!("`{name}` is {what}, which is declared as `{first}` already");
            let mut hint = format!("keep one of them, and refer to it as `{first}`");
            hint.extend(first_at.iter().map(|origin| format!("; the first one is at {origin}")));
            log.error_with(code, position, message, hint);
        }
    }
}
