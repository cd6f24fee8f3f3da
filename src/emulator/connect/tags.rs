//! Tags of instances, flows and modules.

use std::collections::BTreeMap;

use serde_json::json;

use super::lookup::{invalid_parameter, not_found};
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::state::{Region, State};
use crate::emulator::wire::{Answer, ApiError, Reply};

const PATH: &str = "/tags/{Resource}";

pub(crate) const OPERATIONS: &[Operation] = &[
    connect("TagResource", "POST", PATH, Resource::Tagged, Handler::Write(tag)),
    connect("UntagResource", "DELETE", PATH, Resource::Tagged, Handler::Write(untag)),
    connect("ListTagsForResource", "GET", PATH, Resource::Tagged, Handler::Read(list)),
];

/// The most tags of one resource.
const MAX_TAGS: usize = 50;

/// What an ARN of Connect names.
#[derive(Debug, Clone, Copy)]
enum Target<'a> {
    Instance(&'a str),
    Flow(&'a str, &'a str),
    Module(&'a str, &'a str),
}

/// Reads an ARN of the caller's account and Region.
fn target<'a>(call: &Call, arn: &'a str) -> Result<Target<'a>, ApiError> {
    let foreign = || invalid_parameter(format!("{arn} is not an ARN of this account and Region"));
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, "connect", region, account, resource] = parts.as_slice() else { return Err(foreign()) };
    if *region != call.region || *account != call.account {
        return Err(foreign());
    }
    match resource.split('/').collect::<Vec<_>>().as_slice() {
        ["instance", instance] => Ok(Target::Instance(instance)),
        ["instance", instance, "contact-flow", id] => Ok(Target::Flow(instance, id)),
        ["instance", instance, "flow-module", id] => Ok(Target::Module(instance, id)),
        _ => Err(invalid_parameter(format!("{arn} is not a resource that the emulator tags"))),
    }
}

fn tags<'a>(region: Option<&'a Region>, target: Target<'_>) -> Option<&'a BTreeMap<String, String>> {
    let instances = &region?.instances;
    match target {
        Target::Instance(id) => Some(&instances.get(id)?.tags),
        Target::Flow(instance, id) => Some(&instances.get(instance)?.flows.get(id)?.tags),
        Target::Module(instance, id) => Some(&instances.get(instance)?.modules.get(id)?.tags),
    }
}

fn tags_mut<'a>(
    state: &'a mut State,
    call: &Call,
    target: Target<'_>,
) -> Option<&'a mut BTreeMap<String, String>> {
    let instances = &mut state.region_mut(&call.account, &call.region).instances;
    match target {
        Target::Instance(id) => Some(&mut instances.get_mut(id)?.tags),
        Target::Flow(instance, id) => Some(&mut instances.get_mut(instance)?.flows.get_mut(id)?.tags),
        Target::Module(instance, id) => Some(&mut instances.get_mut(instance)?.modules.get_mut(id)?.tags),
    }
}

fn tag(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let arn = call.label("Resource");
    let new = call.tags("tags")?;
    let target = target(call, arn)?;
    let wording = edit.assumptions().wording;
    let tags = tags_mut(edit.state, call, target).ok_or_else(|| not_found(wording, "resource", arn))?;
    tags.extend(new);
    if tags.len() > MAX_TAGS {
        return Err(invalid_parameter(format!("a resource can have at most {MAX_TAGS} tags")));
    }
    Ok(Reply::empty())
}

fn untag(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let arn = call.label("Resource");
    let target = target(call, arn)?;
    let wording = edit.assumptions().wording;
    let tags = tags_mut(edit.state, call, target).ok_or_else(|| not_found(wording, "resource", arn))?;
    call.queries("tagKeys").for_each(|key| {
        tags.remove(key);
    });
    Ok(Reply::empty())
}

fn list(view: &View<'_>) -> Answer {
    let call = view.call;
    let arn = call.label("Resource");
    let target = target(call, arn)?;
    let tags = tags(view.state.region(&call.account, &call.region), target)
        .ok_or_else(|| not_found(view.assumptions().wording, "resource", arn))?;
    Ok(Reply::ok(json!({ "tags": tags })))
}
