//! Instances and their attributes.

use serde_json::{Value, json};

use super::lookup::{instance, instance_mut, invalid_parameter, not_found, timestamp};
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::state::Instance;
use crate::emulator::state::arn;
use crate::emulator::state::new_instance::ATTRIBUTES;
use crate::emulator::wire::{Answer, ApiError, Reply};

pub(crate) const OPERATIONS: &[Operation] = &[
    connect("ListInstances", "GET", "/instance", Resource::Any, Handler::Read(list_instances)),
    connect(
        "DescribeInstance",
        "GET",
        "/instance/{InstanceId}",
        Resource::Instance,
        Handler::Read(describe_instance),
    ),
    connect(
        "ListInstanceAttributes",
        "GET",
        "/instance/{InstanceId}/attributes",
        Resource::Instance,
        Handler::Read(list_attributes),
    ),
    connect(
        "DescribeInstanceAttribute",
        "GET",
        "/instance/{InstanceId}/attribute/{AttributeType}",
        Resource::Instance,
        Handler::Read(describe_attribute),
    ),
    connect(
        "UpdateInstanceAttribute",
        "POST",
        "/instance/{InstanceId}/attribute/{AttributeType}",
        Resource::Instance,
        Handler::Write(update_attribute),
    ),
];

/// Where an instance stands at `now`.
pub(crate) fn status(instance: &Instance, now: u64) -> &'static str {
    if now < instance.ready_at {
        "CREATION_IN_PROGRESS"
    } else if instance.failure.is_some() {
        "CREATION_FAILED"
    } else {
        "ACTIVE"
    }
}

/// The members that List and Describe share.
fn summary(call: &Call, id: &str, instance: &Instance, now: u64) -> Value {
    let flag = |name: &str| instance.attributes.get(name).is_some_and(|value| value == "true");
    let partition = arn::partition(&call.region);
    let mut summary = json!({
        "Id": id,
        "Arn": arn::instance(&call.account, &call.region, id),
        "IdentityManagementType": instance.identity,
        "CreatedTime": timestamp(instance.created),
        "ServiceRole": format!(
            "arn:{partition}:iam::{}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_{}",
            call.account, id.replace('-', "").get(..20).unwrap_or_default(),
        ),
        "InstanceStatus": status(instance, now),
        "InboundCallsEnabled": flag("INBOUND_CALLS"),
        "OutboundCallsEnabled": flag("OUTBOUND_CALLS"),
    });
    if let Some(alias) = &instance.alias {
        summary["InstanceAlias"] = json!(alias);
        summary["InstanceAccessUrl"] = json!(format!("https://{alias}.my.connect.aws"));
    }
    summary
}

fn list_instances(view: &View<'_>) -> Answer {
    let page = view.call.page("nextToken", "maxResults", 10, 10)?;
    let region = view.state.region(&view.call.account, &view.call.region);
    let instances =
        |passed| region.into_iter().flat_map(move |region| region.instances.things().iter_from(passed));
    let page =
        page.of(|passed| instances(passed).map(|(id, instance)| summary(view.call, id, instance, view.now)));
    Ok(listed("InstanceSummaryList", page))
}

/// Writes a page of a Connect list.
pub(crate) fn listed(member: &str, (items, token): (Vec<Value>, Option<String>)) -> Reply {
    let mut body = json!({ member: items });
    if let Some(token) = token {
        body["NextToken"] = json!(token);
    }
    Reply::ok(body)
}

fn describe_instance(view: &View<'_>) -> Answer {
    let (id, instance) = instance(view)?;
    let mut body = summary(view.call, id, instance, view.now);
    body["Tags"] = json!(instance.tags);
    if let (Some(reason), "CREATION_FAILED") = (&instance.failure, status(instance, view.now)) {
        body["StatusReason"] = json!({ "Message": reason });
    }
    Ok(Reply::ok(json!({ "Instance": body })))
}

fn list_attributes(view: &View<'_>) -> Answer {
    let page = view.call.page("nextToken", "maxResults", 7, 7)?;
    let (_, instance) = instance(view)?;
    // The order of the model, not of the alphabet.
    let items = ATTRIBUTES.iter().filter_map(|(name, _)| {
        Some(json!({ "AttributeType": name, "Value": instance.attributes.get(*name)? }))
    });
    Ok(listed("Attributes", page.cut(items)))
}

fn attribute_type(call: &Call) -> Result<&str, ApiError> {
    let name = call.label("AttributeType");
    if ATTRIBUTES.iter().any(|(known, _)| *known == name) {
        return Ok(name);
    }
    Err(invalid_parameter(format!("AttributeType {name} is not valid")))
}

fn describe_attribute(view: &View<'_>) -> Answer {
    let (_, instance) = instance(view)?;
    let name = attribute_type(view.call)?;
    let value = instance
        .attributes
        .get(name)
        .ok_or_else(|| not_found(view.assumptions().wording, "attribute", name))?;
    Ok(Reply::ok(json!({ "Attribute": { "AttributeType": name, "Value": value } })))
}

fn update_attribute(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let value = call.required("Value", 100)?;
    let instance = instance_mut(edit)?;
    let name = attribute_type(call)?;
    if !matches!(value, "true" | "false") {
        return Err(invalid_parameter(format!("Value {value} of {name} is neither true nor false")));
    }
    instance.attributes.insert(name.to_owned(), value.to_owned());
    Ok(Reply::empty())
}
