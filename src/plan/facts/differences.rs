//! Differences between what a manifest declares of a function or role and what was seen: declared fields alone, and
//! of the environment no values.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Source;
use crate::plan::model::{FieldChange, FieldPath};
use crate::resource::Secret;
use crate::snapshot::{FunctionConfiguration, RolePolicies};

/// Compares what is declared of a function with what was seen of it or of one of its versions.
pub(crate) fn differences(source: &Source, role: &str, seen: &FunctionConfiguration) -> Vec<FieldChange> {
    // `publish` is about the alias, the role's policies are a resource of their own.
    let Source { runtime, handler, code, role: _, timeout, memory, environment, description, publish: _ } =
        source;
    let mut changes = Vec::new();
    let mut compare = |path: FieldPath, from: Option<String>, to: Option<String>| {
        if to.is_some() && from != to {
            changes.push(FieldChange::open(path, from, to));
        }
    };
    let number = |value: u32, unit: &str| format!("{value}{unit}");
    compare(FieldPath::Runtime, seen.runtime.clone(), Some(runtime.clone()));
    compare(FieldPath::Handler, seen.handler.clone(), Some(handler.clone()));
    compare(FieldPath::Role, Some(seen.role.clone()), Some(role.to_owned()));
    compare(FieldPath::Timeout, Some(number(seen.timeout, "s")), timeout.map(|timeout| number(timeout, "s")));
    compare(FieldPath::Memory, Some(number(seen.memory, " MB")), memory.map(|memory| number(memory, " MB")));
    compare(FieldPath::Description, Some(seen.description.clone()), description.clone());
    // A digest is no secret: it is what the service itself shows of a package.
    compare(FieldPath::Code, Some(seen.code.clone()), Some(code.digest.clone()));
    if let (Some(wanted), Some(seen)) = (environment, &seen.environment) {
        changes.extend(variables(seen, wanted));
    }
    changes
}

fn variables<'a>(
    seen: &'a BTreeMap<String, Secret>,
    wanted: &'a BTreeMap<String, Secret>,
) -> impl Iterator<Item = FieldChange> + 'a {
    let names: BTreeSet<&String> = seen.keys().chain(wanted.keys()).collect();
    names.into_iter().filter_map(move |name| {
        let (from, to) = (seen.get(name), wanted.get(name));
        (from != to).then(|| FieldChange::variable(name, from, to))
    })
}

/// Compares a role's policies, all of which are declared.
pub(in crate::plan) fn role_differences(wanted: &RolePolicies, seen: &RolePolicies) -> Vec<FieldChange> {
    let RolePolicies { trust, managed, inline } = wanted;
    let mut changes = Vec::new();
    if *trust != seen.trust {
        changes.push(FieldChange::open(
            FieldPath::TrustPolicy,
            Some(seen.trust.clone()),
            Some(trust.clone()),
        ));
    }
    for arn in managed.symmetric_difference(&seen.managed) {
        let there = |set: &BTreeSet<String>| set.get(arn).cloned();
        changes.push(FieldChange::open(FieldPath::ManagedPolicies, there(&seen.managed), there(managed)));
    }
    let names: BTreeSet<&String> = inline.keys().chain(seen.inline.keys()).collect();
    for name in names {
        let (from, to) = (seen.inline.get(name), inline.get(name));
        if from != to {
            changes.push(FieldChange::open(
                FieldPath::InlinePolicy(name.clone()),
                from.cloned(),
                to.cloned(),
            ));
        }
    }
    changes
}

/// Names the fields for a reason: each once, the first ones of many.
pub(in crate::plan) fn named(changes: &[FieldChange]) -> String {
    let mut names: Vec<String> = changes.iter().map(|change| change.path.to_string()).collect();
    names.dedup();
    match names.as_slice() {
        [] => String::new(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        few => few.join(", "),
    }
}
