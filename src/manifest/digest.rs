//! The digest of a resolved manifest: what a saved plan and the tags of what was applied refer to.
//!
//! It covers what the manifest means, not where it says it: no file names, no lines, no variables. Each structure is
//! taken apart by name, so that a field added to the model cannot be left out unnoticed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::resource::{FunctionRef, Label, Place, SetName, sha256};

use super::model::{
    Account, Binding, CreateInstance, Flow, FlowFile, Function, Identity, Instance, InstanceLookup, Manifest,
    Package, Response, Role, RoleRef, Source,
};
use super::secret::{Secret, hidden_digest};

/// The version of the canonical form; a change of it makes every saved plan stale.
const VERSION: &str = "flowbind.manifest/v2";

/// Hashes a manifest: SHA-256 in hex digits.
pub(super) fn digest(manifest: &Manifest) -> String {
    // The set's name says the target already.
    // What linting lets pass changes nothing in AWS.
    let Manifest {
        set,
        target: _,
        digest: _,
        accounts,
        instances,
        functions,
        modules,
        flows,
        suppressions: _,
        needs: _,
    } = manifest;
    let canonical = json!([
        VERSION,
        set.as_str(),
        map(accounts, account),
        map(instances, instance),
        map(functions, function),
        map(modules, flow),
        map(flows, flow),
        environments(set, functions),
    ]);
    sha256(canonical.to_string())
}

fn map<T>(named: &BTreeMap<Label, T>, value: impl Fn(&T) -> Value) -> Value {
    named.iter().map(|(name, item)| json!([name, value(item)])).collect()
}

fn account(account: &Account) -> Value {
    let Account { id, assume_role, external_id, regions, origin: _ } = account;
    match regions.is_empty() {
        true => json!([id, assume_role, external_id]),
        // Only where there are some: the digests of all other manifests stay what they were.
        false => json!([id, assume_role, external_id, regions]),
    }
}

fn instance(instance: &Instance) -> Value {
    let Instance {
        place: Place { account, region },
        lookup,
        functions,
        values,
        attributes,
        create,
        adopt,
        protect,
        origin: _,
    } = instance;
    let lookup = match lookup {
        InstanceLookup::Alias(alias) => json!(["alias", alias]),
        InstanceLookup::Id(id) => json!(["id", id]),
    };
    let create = create.as_ref().map(|CreateInstance { identity, inbound, outbound }| {
        let identity = match identity {
            Identity::ConnectManaged => json!(["connect-managed"]),
            Identity::Saml => json!(["saml"]),
            Identity::ExistingDirectory { directory } => json!(["existing-directory", directory]),
        };
        json!([identity, inbound, outbound])
    });
    json!([account, region, lookup, functions, values, attributes, create, adopt, protect])
}

fn function(function: &Function) -> Value {
    let Function { target, grants, associate, response, source, adopt, protect, origin: _ } = function;
    let FunctionRef { place: Place { account, region }, name, qualifier } = target;
    let response = response.as_ref().map(|Response { kind, keys, example }| json!([kind, keys, example]));
    let source = source.as_ref().map(self::source);
    json!([account, region, name, qualifier, grants, associate, response, source, adopt, protect])
}

/// The values of the environment are covered by [`environments`], for all functions at once.
fn source(source: &Source) -> Value {
    let Source { runtime, handler, code, role, timeout, memory, environment, description, publish } = source;
    let Package { path: _, digest, zip: _, size: _, left_out: _ } = code;
    let role = match role {
        RoleRef::Arn(arn) => json!(arn),
        RoleRef::Managed(Role { name, managed_policies, inline }) => json!([name, managed_policies, inline]),
    };
    let names: Option<Vec<&String>> = environment.as_ref().map(|environment| environment.keys().collect());
    json!([runtime, handler, digest, role, timeout, memory, names, description, publish])
}

/// Covers the values of environments, which must not be hashed in the clear.
fn environments(set: &SetName, functions: &BTreeMap<Label, Function>) -> Option<String> {
    let mut values: Vec<(String, &Secret)> = Vec::new();
    for (function, Function { source, .. }) in functions {
        let environment = source.iter().filter_map(|source| source.environment.as_ref()).flatten();
        // A logical name holds no `/`.
        values.extend(environment.map(|(name, value)| (format!("{function}/{name}"), value)));
    }
    let salt = format!("manifest of {set}");
    (!values.is_empty())
        .then(|| hidden_digest(&salt, values.iter().map(|(name, value)| (name.as_str(), *value))))
}

fn flow(flow: &Flow) -> Value {
    let Flow {
        instances,
        name,
        kind,
        content,
        bindings,
        names: _,
        description,
        status,
        state,
        adopt,
        protect,
        origin: _,
    } = flow;
    let content = content.as_ref().map(|FlowFile { path: _, written: _, text }| text.as_str());
    let bindings: Vec<Value> = bindings
        .iter()
        .map(|(block, binding)| {
            let Binding { function, time_limit, invocation, response_type, parameters, origin: _ } = binding;
            json!([block, function, time_limit, invocation, response_type, parameters])
        })
        .collect();
    json!([instances, name, kind, content, bindings, description, status, state, adopt, protect])
}
