//! The digest of a resolved manifest: what a saved plan and the tags of what was applied refer to.
//!
//! It covers what the manifest means, not where it says it: no file names, no lines, no variables. Each structure is
//! taken apart by name, so that a field added to the model cannot be left out unnoticed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::resource::{FunctionRef, Label, Place};

use super::model::{
    Account, Binding, Flow, FlowText, Function, Instance, InstanceLookup, Manifest, Response,
};

/// The version of the canonical form; a change of it makes every saved plan stale.
const VERSION: &str = "flowbind.manifest/v1";

/// Hashes a manifest: SHA-256 in hex digits.
pub(super) fn digest(manifest: &Manifest) -> String {
    let Manifest { set, digest: _, accounts, instances, functions, flows } = manifest;
    let canonical = json!([
        VERSION,
        set.as_str(),
        map(accounts, |Account { id, origin: _ }| json!(id)),
        map(instances, instance),
        map(functions, function),
        map(flows, flow),
    ]);
    let digest = Sha256::digest(canonical.to_string().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn map<T>(named: &BTreeMap<Label, T>, value: impl Fn(&T) -> Value) -> Value {
    named.iter().map(|(name, item)| json!([name, value(item)])).collect()
}

fn instance(instance: &Instance) -> Value {
    let Instance { place: Place { account, region }, lookup, functions, values, origin: _ } = instance;
    let lookup = match lookup {
        InstanceLookup::Alias(alias) => json!(["alias", alias]),
        InstanceLookup::Id(id) => json!(["id", id]),
    };
    json!([account, region, lookup, functions, values])
}

fn function(function: &Function) -> Value {
    let Function { target, grants, associate, response, origin: _ } = function;
    let FunctionRef { place: Place { account, region }, name, qualifier } = target;
    let response = response.as_ref().map(|Response { kind, keys, example }| json!([kind, keys, example]));
    json!([account, region, name, qualifier, grants, associate, response])
}

fn flow(flow: &Flow) -> Value {
    let Flow { instances, name, kind, content, bindings, origin: _ } = flow;
    let content = content.as_ref().map(|FlowText { path: _, text }| text);
    let bindings: Vec<Value> = bindings
        .iter()
        .map(|(block, binding)| {
            let Binding { function, time_limit, invocation, response_type, parameters, origin: _ } = binding;
            json!([block, function, time_limit, invocation, response_type, parameters])
        })
        .collect();
    json!([instances, name, kind, content, bindings])
}
