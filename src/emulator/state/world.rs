//! The content that an emulator starts with, as plain data, and how it joins what a state file holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::arn;
use super::ids;
use super::new_instance::new_instance;
use super::{Alias, Content, Flow, Function, Instance, Role, State};

/// What should exist. Whatever exists already, by account, Region and name, is left as it is, and what a world has
/// brought into a state file once is not brought again: what was deleted since stays deleted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// The accounts; the first is the default one.
    pub accounts: Vec<WorldAccount>,
    /// Connect instances.
    pub instances: Vec<WorldInstance>,
    /// Lambda functions.
    pub functions: Vec<WorldFunction>,
    /// What functions answer whose code cannot run, those of `functions` or any other. No part of the state: a world
    /// that brings none leaves none.
    pub examples: Vec<WorldExample>,
    /// Roles that Lambda can assume.
    pub roles: Vec<WorldRole>,
    /// Contact flows and modules.
    pub flows: Vec<WorldFlow>,
    /// Queues.
    pub queues: Vec<WorldNamed>,
    /// Prompts.
    pub prompts: Vec<WorldNamed>,
    /// Hours of operation.
    pub hours: Vec<WorldNamed>,
}

/// An AWS account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldAccount {
    /// Twelve digits.
    pub id: String,
}

/// A Connect instance, active from the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldInstance {
    /// Account id.
    pub account: String,
    /// Region name.
    pub region: String,
    /// Its id; made from the alias when it is left out.
    pub id: Option<String>,
    /// Its alias, unique in the Region.
    pub alias: Option<String>,
    /// Attributes that differ from a new instance's, such as `CONTACTFLOW_LOGS` (or `contactflow-logs`).
    pub attributes: BTreeMap<String, String>,
}

/// A Lambda function, active from the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldFunction {
    /// Account id.
    pub account: String,
    /// Region name.
    pub region: String,
    /// Function name.
    pub name: String,
    /// Aliases, all of version 1. A number is a published version instead.
    pub aliases: Vec<String>,
    /// Timeout in seconds; 0 stands for Lambda's default of 3.
    pub timeout: u32,
}

/// An example of what a function answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldExample {
    /// Account id.
    pub account: String,
    /// Region name.
    pub region: String,
    /// Function name.
    pub function: String,
    /// The answer, as JSON.
    pub answer: String,
}

/// An IAM role that Lambda can assume from the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldRole {
    /// Account id.
    pub account: String,
    /// Path, with a slash at both ends; empty stands for `/`.
    pub path: String,
    /// Role name.
    pub name: String,
    /// ARNs of attached managed policies.
    pub policies: Vec<String>,
}

/// A published contact flow or module.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldFlow {
    /// Account id.
    pub account: String,
    /// Region name.
    pub region: String,
    /// Alias or id of its instance.
    pub instance: String,
    /// Its id; made from its name when it is left out.
    pub id: Option<String>,
    /// Its name, unique in the instance.
    pub name: String,
    /// `CONTACT_FLOW` and so on; without meaning for a module.
    pub kind: String,
    /// The published content. It is not validated.
    pub content: String,
    /// Whether it is a module.
    pub module: bool,
}

/// A queue, a prompt or hours of operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldNamed {
    /// Account id.
    pub account: String,
    /// Region name.
    pub region: String,
    /// Alias or id of its instance.
    pub instance: String,
    /// Its name.
    pub name: String,
}

impl World {
    /// Adds what `state` does not have yet. `now` is in milliseconds since the epoch. What belongs to an instance
    /// that does not exist is left out and logged.
    pub(crate) fn merge_into(&self, state: &mut State, now: u64) {
        if let Some(account) = self.accounts.first() {
            state.default_account.clone_from(&account.id);
        }
        for seed in &self.instances {
            let name = seed.alias.as_ref().or(seed.id.as_ref()).map_or("", String::as_str);
            if first(state, &["instance", &seed.account, &seed.region, name]) {
                add_instance(state, seed, now);
            }
        }
        for seed in &self.functions {
            let (account, region, name) = (&seed.account, &seed.region, &seed.name);
            let new = first(state, &["function", account, region, name]);
            let there = state.region_mut(account, region).functions.contains_key(name);
            let aliases =
                seed.aliases.iter().filter(|alias| first(state, &["alias", account, region, name, alias]));
            let aliases: Vec<String> = aliases.cloned().collect();
            if new || (there && !aliases.is_empty()) {
                add_function(state, &WorldFunction { aliases, ..seed.clone() }, now);
            }
        }
        for seed in &self.roles {
            if first(state, &["role", &seed.account, &seed.name]) {
                add_role(state, seed, now);
            }
        }
        for seed in &self.flows {
            let what = if seed.module { "module" } else { "flow" };
            if first(state, &[what, &seed.account, &seed.region, &seed.instance, &seed.name]) {
                add_flow(state, seed, now);
            }
        }
        for (kind, seeds) in [("queue", &self.queues), ("prompt", &self.prompts), ("hours", &self.hours)] {
            for seed in seeds {
                if first(state, &[kind, &seed.account, &seed.region, &seed.instance, &seed.name]) {
                    add_named(state, seed, kind);
                }
            }
        }
    }
}

/// Whether something is seeded for the first time: what was deleted since stays deleted.
fn first(state: &mut State, key: &[&str]) -> bool {
    state.seeded.insert(key.join("|"))
}

fn add_instance(state: &mut State, seed: &WorldInstance, now: u64) {
    let alias = seed.alias.as_deref();
    let region = state.region_mut(&seed.account, &seed.region);
    let known = seed.id.as_ref().is_some_and(|id| region.instances.contains_key(id))
        || alias.is_some_and(|alias| region.instances.count("alias", alias) > 0);
    if known {
        return;
    }
    let id = seed
        .id
        .clone()
        .unwrap_or_else(|| ids::uuid(&["instance", &seed.account, &seed.region, alias.unwrap_or_default()]));
    let mut instance = new_instance(seed.alias.clone(), now);
    for (name, value) in &seed.attributes {
        instance.attributes.insert(name.to_uppercase().replace('-', "_"), value.clone());
    }
    region.instances.insert(id, instance);
}

fn add_role(state: &mut State, seed: &WorldRole, now: u64) {
    let roles = state.roles.or_default(&seed.account);
    if roles.contains_key(&seed.name) {
        return;
    }
    let role = Role {
        path: if seed.path.is_empty() { "/".to_owned() } else { seed.path.clone() },
        id: format!("AROA{}", ids::upper(&["role", &seed.account, &seed.name], 17)),
        created: now,
        trust: LAMBDA_TRUST.to_owned(),
        max_session: 3600,
        attached: seed.policies.iter().cloned().collect(),
        ..Role::default()
    };
    roles.insert(seed.name.clone(), role);
}

/// The trust policy of a role for Lambda.
const LAMBDA_TRUST: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"#,
    r#""Action":"sts:AssumeRole"}]}"#
);

fn add_function(state: &mut State, seed: &WorldFunction, now: u64) {
    let seeded = ids::uuid(&["function", &seed.account, &seed.region, &seed.name]);
    let functions = &mut state.region_mut(&seed.account, &seed.region).functions;
    if !functions.contains_key(&seed.name) {
        let latest = seeded_configuration(seed, &seeded, now);
        let function = Function { latest, ..Function::default() };
        functions.insert(seed.name.clone(), function);
    }
    let Some(function) = functions.get_mut(&seed.name) else { return };
    for name in &seed.aliases {
        let version = name.parse().unwrap_or(1_u64);
        if function.aliases.contains_key(name)
            || (name.parse() == Ok(version) && function.versions.contains_key(&version))
        {
            continue;
        }
        if !function.versions.contains_key(&version) {
            function.versions.insert(version, function.latest.clone());
        }
        function.last_version = function.last_version.max(version);
        if name.parse::<u64>().is_err() {
            let revision = ids::uuid(&["alias", &seeded, name]);
            let alias = Alias { version: version.to_string(), revision, ..Alias::default() };
            function.aliases.insert(name.clone(), alias);
        }
    }
}

fn seeded_configuration(seed: &WorldFunction, revision: &str, now: u64) -> Map<String, Value> {
    let role = arn::role(&seed.account, &seed.region, "/service-role/", &format!("{}-role", seed.name));
    let members = json!({
        "Runtime": "nodejs22.x",
        "Role": role,
        "Handler": "index.handler",
        "CodeSize": 1024,
        "Description": "",
        "Timeout": if seed.timeout == 0 { 3 } else { seed.timeout },
        "MemorySize": 128,
        "LastModified": super::clock::iso(now),
        "CodeSha256": super::clock::code_digest(seed.name.as_bytes()),
        "TracingConfig": { "Mode": "PassThrough" },
        "RevisionId": revision,
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": { "Size": 512 },
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Finds an instance by alias or id.
fn find_instance<'a>(
    state: &'a mut State,
    account: &str,
    region: &str,
    wanted: &str,
) -> Option<(String, &'a mut Instance)> {
    let instances = &mut state.region_mut(account, region).instances;
    let id = match instances.with("alias", wanted).next() {
        Some((id, _)) => id.to_owned(),
        None => wanted.to_owned(),
    };
    instances.get_mut(&id).map(|instance| (id, instance))
}

fn add_flow(state: &mut State, seed: &WorldFlow, now: u64) {
    let Some((instance_id, instance)) = find_instance(state, &seed.account, &seed.region, &seed.instance)
    else {
        tracing::warn!(flow = seed.name, instance = seed.instance, "left out of the world: no such instance");
        return;
    };
    let (what, flows) =
        if seed.module { ("module", &mut instance.modules) } else { ("flow", &mut instance.flows) };
    if flows.count("name", &seed.name) > 0 || seed.id.as_ref().is_some_and(|id| flows.contains_key(id)) {
        return;
    }
    let id = seed
        .id
        .clone()
        .unwrap_or_else(|| ids::uuid(&[what, &seed.account, &seed.region, &instance_id, &seed.name]));
    let flow = Flow {
        name: seed.name.clone(),
        kind: if seed.module { String::new() } else { seed.kind.clone() },
        published: Some(Content { text: seed.content.clone(), modified: now }),
        ..Flow::default()
    };
    flows.insert(id, flow);
}

fn add_named(state: &mut State, seed: &WorldNamed, kind: &str) {
    let Some((instance_id, instance)) = find_instance(state, &seed.account, &seed.region, &seed.instance)
    else {
        tracing::warn!(
            kind,
            name = seed.name,
            instance = seed.instance,
            "left out of the world: no such instance"
        );
        return;
    };
    let named = match kind {
        "queue" => &mut instance.queues,
        "prompt" => &mut instance.prompts,
        _ => &mut instance.hours,
    };
    if named.count("name", &seed.name) == 0 {
        let id = ids::uuid(&[kind, &seed.account, &seed.region, &instance_id, &seed.name]);
        named.insert(id, seed.name.clone());
    }
}

#[cfg(test)]
mod tests;
