//! The values that conditions of a policy may ask for: what the request says, and the tags of what it is about.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::emulator::call::Call;
use crate::emulator::call::special::Special;
use crate::emulator::settings::assumptions::{Assumptions, RemovedPrincipal};
use crate::emulator::state::State;

/// Keys with their values; most have one.
pub(crate) type Context = Vec<(String, Vec<String>)>;

/// Collects the context of a call on a resource.
pub(crate) fn of(call: &Call, resource: &str, state: &State, assumptions: &Assumptions) -> Context {
    let mut context = vec![("aws:RequestedRegion".to_owned(), vec![call.region.clone()])];
    let mut add = |key: &str, value: Option<&str>| {
        context.extend(value.map(|value| (key.to_owned(), vec![value.to_owned()])));
    };
    let label = |name: &str| call.labels.get(name).map(String::as_str);
    let member = |name: &str| call.body.get(name).and_then(Value::as_str);
    add("connect:InstanceId", label("InstanceId"));
    add("connect:AttributeType", label("AttributeType"));
    add("iam:PolicyARN", member("PolicyArn"));
    add("lambda:Principal", member("Principal"));
    add("sts:ExternalId", member("ExternalId"));
    // U16: the request names a statement, and the service would have to look up whose principal it has.
    let removes = call.special() == Some(Special::RemovePermission);
    if removes && assumptions.removed_principal == RemovedPrincipal::Named {
        add("lambda:Principal", Some("connect.amazonaws.com"));
    }
    let sent = sent_tags(call);
    if !sent.is_empty() {
        context.push(("aws:TagKeys".to_owned(), sent.keys().cloned().collect()));
    }
    context.extend(sent.into_iter().map(|(key, value)| (format!("aws:RequestTag/{key}"), vec![value])));
    for (key, value) in tags_of(state, resource).into_iter().flatten() {
        for prefix in ["aws", "iam"] {
            context.push((format!("{prefix}:ResourceTag/{key}"), vec![value.clone()]));
        }
    }
    context
}

/// The tags of a request: a map, or IAM's list of pairs.
pub(crate) fn sent_tags(call: &Call) -> BTreeMap<String, String> {
    let tags = call.body.get("Tags").or_else(|| call.body.get("tags"));
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    match tags {
        Some(Value::Object(tags)) => {
            tags.iter().filter_map(|(key, value)| Some((key.clone(), text(Some(value))?))).collect()
        }
        Some(Value::Array(tags)) => {
            let pairs = tags.iter();
            pairs.filter_map(|tag| Some((text(tag.get("Key"))?, text(tag.get("Value"))?))).collect()
        }
        _ => BTreeMap::new(),
    }
}

/// The tags that the thing behind an ARN has.
fn tags_of<'a>(state: &'a State, resource: &str) -> Option<&'a BTreeMap<String, String>> {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let [_, _, service, region, account, rest] = parts.as_slice() else { return None };
    match *service {
        "iam" => Some(&state.roles.get(*account)?.get(rest.rsplit('/').next()?)?.tags),
        "lambda" => {
            let name = rest.strip_prefix("function:")?.split(':').next()?;
            Some(&state.function(account, region, name)?.tags)
        }
        "connect" => {
            let instances = &state.region(account, region)?.instances;
            match rest.split('/').collect::<Vec<_>>().as_slice() {
                ["instance", id] => Some(&instances.get(id)?.tags),
                ["instance", id, "contact-flow", flow] => Some(&instances.get(id)?.flows.get(flow)?.tags),
                ["instance", id, "flow-module", flow] => Some(&instances.get(id)?.modules.get(flow)?.tags),
                _ => None,
            }
        }
        _ => None,
    }
}
