//! Fingerprints: what was looked at for a manifest, absent things too, each as a short digest under its address.
//!
//! A fingerprint covers what the plan depends on and nothing beside it: another line of an instance's list, another
//! queue or the layout of the designer does not move one; a resource policy counts whole. What could not be read has
//! none. Values of environments are compared, never hashed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::flow::compare;
use crate::manifest::{Flow, Function, Instance, Manifest};
use crate::plan::facts::differences::differences;
use crate::plan::facts::editing::editing;
use crate::plan::facts::names::named_key;
use crate::plan::facts::ownership::{ADOPTED_TAG, APPLIED_TAG, OWNER_TAG};
use crate::plan::facts::roles;
use crate::plan::model::{ABSENT, FieldChange};
use crate::resource::{Address, Kind, Label, ResourcePolicy, canonical_policy, sha256};
use crate::snapshot::{
    FlowContent, FlowSeen, FunctionSeen, FunctionState, InstanceSeen, InstanceStatus, Look, Resolved,
    RoleSeen, Snapshot,
};

/// Fingerprints everything that was looked at for a manifest, by addresses such as `grant/support/crm-lookup` and by
/// names such as `queue["Support"]@support`. What could not be read is left out.
pub fn fingerprints(desired: &Manifest, observed: &Snapshot) -> BTreeMap<String, String> {
    let mut prints = Prints::default();
    instances(desired, observed, &mut prints);
    for (name, function) in desired.functions.iter().filter(|(_, function)| function.source.is_some()) {
        sources(desired, observed, (name, function), &mut prints);
    }
    bindings(desired, observed, &mut prints);
    for (kind, name, flow) in desired.contents() {
        for instance in &flow.instances {
            let look = contents(observed, kind, name, instance);
            let address = desired.flow_address(kind, name, instance);
            if let Some(disputed) = disputed(observed, kind, name, instance) {
                prints.0.insert(address.to_string(), short(&disputed));
                continue;
            }
            prints.look(address.to_string(), look, |seen| content(flow, seen));
        }
    }
    prints.0
}

#[derive(Default)]
struct Prints(BTreeMap<String, String>);

impl Prints {
    /// Adds one, unless it could not be read.
    fn look<T>(&mut self, key: String, look: Option<&Look<T>>, value: impl FnOnce(&T) -> Value) {
        match look {
            Some(Look::Found(seen)) => drop(self.0.insert(key, short(&value(seen)))),
            Some(Look::Absent { .. }) => drop(self.0.insert(key, ABSENT.to_owned())),
            Some(Look::Unknown) | None => {}
        }
    }
}

/// Hashes a value without objects of foreign order: the first 32 hex digits of its SHA-256.
fn short(value: &Value) -> String {
    sha256(value.to_string())[..32].to_owned()
}

fn instances(desired: &Manifest, observed: &Snapshot, prints: &mut Prints) {
    for (name, wanted) in &desired.instances {
        let settings = settings(observed, name, wanted);
        let look = observed.instances.get(name);
        if let (Some(Look::Found(InstanceSeen { status: InstanceStatus::Active, .. })), None) =
            (look, &settings)
        {
            continue;
        }
        prints.look(Address::new(Kind::Instance, name).to_string(), look, |seen| {
            let InstanceSeen { arn, alias: _, status, status_reason: _, identity: _, tags } = seen;
            let active = *status == InstanceStatus::Active;
            json!([arn.to_string(), active, settings.unwrap_or_default(), tags.as_ref().map(marks)])
        });
        for (kind, wanted) in desired.named(name) {
            let list = observed.named.get(&(name.clone(), kind));
            let absent = Look::Absent { close: Vec::new() };
            let look = match list {
                Some(Look::Found(list)) => {
                    Some(list.get(&wanted).map_or(absent, |ids| Look::Found(ids.clone())))
                }
                Some(Look::Absent { .. }) => Some(absent),
                Some(Look::Unknown) | None => None,
            };
            prints.look(named_key(kind, &wanted, name), look.as_ref(), |ids| json!([ids.id, ids.arn]));
        }
    }
}

/// The declared settings as they are; none if they could not be read.
fn settings(observed: &Snapshot, name: &Label, wanted: &Instance) -> Option<Vec<(String, Option<bool>)>> {
    if wanted.attributes.is_empty() {
        return Some(Vec::new());
    }
    let live = observed.attributes.get(name)?.found()?;
    Some(wanted.attributes.keys().map(|key| (key.clone(), live.get(key).copied())).collect())
}

/// Fingerprints a function from `source:` and its role.
fn sources(
    desired: &Manifest,
    observed: &Snapshot,
    (name, function): (&Label, &Function),
    prints: &mut Prints,
) {
    let key = Address::new(Kind::Function, name).to_string();
    let role = roles::arn_of(desired, observed, name).unwrap_or_default();
    prints.look(key, observed.sources.get(name), |seen| self::function(function, &role, seen));
    if roles::managed(function).is_some() {
        let key = Address::new(Kind::Role, name).to_string();
        prints.look(key, observed.roles.get(name), |RoleSeen { arn, policies, tags }| {
            json!([arn, policies.digest(), marks(tags)])
        });
    }
}

fn function(wanted: &Function, role: &str, seen: &FunctionSeen) -> Value {
    let Some(source) = &wanted.source else { return Value::Null };
    let FunctionSeen { arn, latest, state, revision: _, tags, alias } = seen;
    let fields = |changes: Vec<FieldChange>| -> Value {
        let field =
            |FieldChange { path, from, to: _, hidden: _ }: &FieldChange| json!([path.to_string(), from]);
        changes.iter().map(field).collect()
    };
    let alias = alias.as_ref().map(|alias| {
        let behind = alias.behind.as_ref().map(|behind| fields(differences(source, role, behind)));
        json!([alias.version, alias.description, alias.weighted, behind])
    });
    let decrypted = latest.environment.is_some();
    let fields_of_latest = fields(differences(source, role, latest));
    json!([arn, fields_of_latest, decrypted, state_text(state), tags.as_ref().map(marks), alias])
}

/// The state of a function, in words that no fingerprint may see changed.
fn state_text(state: &FunctionState) -> String {
    match state {
        FunctionState::Ready => "Ready".to_owned(),
        FunctionState::Busy => "Busy".to_owned(),
        FunctionState::Image => "Image".to_owned(),
        FunctionState::Failed(reason) => format!("Failed({})", json!(reason)),
        FunctionState::UpdateFailed(reason) => format!("UpdateFailed({})", json!(reason)),
    }
}

/// The tags that say whose a resource is and what was applied last.
fn marks(tags: &BTreeMap<String, String>) -> Value {
    json!([tags.get(OWNER_TAG), tags.get(ADOPTED_TAG), tags.get(APPLIED_TAG)])
}

fn bindings(desired: &Manifest, observed: &Snapshot, prints: &mut Prints) {
    let mut policies = BTreeMap::new();
    for (instance, name, need) in desired.needs.iter() {
        let Some(function) = desired.functions.get(name) else { continue };
        if let Some(wanted) = &need.association {
            let (listed, qualified) = (wanted.arn().to_string(), function.target.arn().to_string());
            let look = match (observed.associations.get(instance), observed.instances.get(instance)) {
                (Some(Look::Found(list)), _) => {
                    let has = (list.contains(&listed), list.contains(&qualified));
                    Some(if has == (false, false) {
                        Look::Absent { close: Vec::new() }
                    } else {
                        Look::Found(has)
                    })
                }
                // An instance that is not there, or not active yet, has no list.
                (None, Some(Look::Absent { .. } | Look::Found(_))) => {
                    Some(Look::Absent { close: Vec::new() })
                }
                _ => None,
            };
            let key = Address::between(Kind::Association, instance, name).to_string();
            prints.look(key, look.as_ref(), |has| json!(has));
        }
        let key = Address::between(Kind::Grant, instance, name).to_string();
        prints.look(key, observed.policies.get(&function.target), |seen| {
            policies.entry(&function.target).or_insert_with(|| policy(seen)).clone()
        });
    }
}

/// A policy whole: its statements by meaning, in whatever order.
fn policy(seen: &ResourcePolicy) -> Value {
    let ResourcePolicy { statements, bytes: _, revision: _ } = seen;
    let mut texts: Vec<String> = statements
        .iter()
        .map(|statement| canonical_policy(&json!({ "Statement": [statement.body] }).to_string()))
        .collect();
    texts.sort();
    json!(texts)
}

/// The live ones that claim to be one, where it cannot be told which of them it is.
fn disputed(observed: &Snapshot, kind: Kind, name: &Label, instance: &Label) -> Option<Value> {
    match observed.resolved.get(&(kind, instance.clone(), name.clone()))? {
        Resolved::Several(live) => Some(json!(live)),
        Resolved::Shared { name, id, with } => Some(json!([name, id, with])),
        Resolved::Is(_) | Resolved::Unread => None,
    }
}

/// What was seen of a flow: where the list does not hold it, it is absent.
fn contents<'a>(
    observed: &'a Snapshot,
    kind: Kind,
    name: &Label,
    instance: &Label,
) -> Option<&'a Look<FlowSeen>> {
    const NOT_THERE: &Look<FlowSeen> = &Look::Absent { close: Vec::new() };
    if let Some(Resolved::Unread) = observed.resolved.get(&(kind, instance.clone(), name.clone())) {
        return None;
    }
    let list = observed.lists.get(&(kind, instance.clone()));
    match observed.flows.get(&(kind, instance.clone(), name.clone())) {
        Some(look) => Some(look),
        None => match (list, observed.instances.get(instance)) {
            (Some(Look::Found(_)), _) | (None, Some(Look::Absent { .. } | Look::Found(_))) => Some(NOT_THERE),
            _ => None,
        },
    }
}

fn content(wanted: &Flow, seen: &FlowSeen) -> Value {
    let FlowSeen { summary, name, description, tags, published, draft } = seen;
    let texts = [published, draft].map(|content| content.as_ref().map(meaning));
    let description = wanted.description.as_ref().map(|_| description);
    json!([
        [summary.id, summary.arn, summary.kind_text, summary.published, summary.archived],
        [name],
        description,
        marks(tags),
        texts,
        editing(seen)
    ])
}

/// The digest of what a flow means; of its text where it cannot be read.
fn meaning(content: &FlowContent) -> String {
    let document = content.text.document();
    document.map_or_else(|_| short(&json!(content.text.as_str())), |document| compare::digest(document))
}

#[cfg(test)]
pub(in crate::plan) mod tests;
