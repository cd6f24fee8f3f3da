//! Contact flows: list, describe, create, write, rename, delete.

use serde_json::{Value, json};

use super::content::{self, MAX_CONTENT, Which};
use super::instances::listed;
use super::lookup::{instance, instance_id, instance_mut, invalid_parameter, not_found};
use super::validation;
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::settings::assumptions::{
    DeletedName, PlainWrite, ReferencedDelete, SavedWrite, Wording,
};
use crate::emulator::settings::quotas::Limited;
use crate::emulator::state::arn;
use crate::emulator::state::{Content, Flow, Instance};
use crate::emulator::wire::{Answer, ApiError, Reply};

const FLOW: &str = "/contact-flows/{InstanceId}/{ContactFlowId}";

pub(crate) const OPERATIONS: &[Operation] = &[
    connect(
        "ListContactFlows",
        "GET",
        "/contact-flows-summary/{InstanceId}",
        Resource::Flows,
        Handler::Read(list),
    ),
    connect("DescribeContactFlow", "GET", FLOW, Resource::Flow, Handler::Read(describe)),
    connect(
        "CreateContactFlow",
        "PUT",
        "/contact-flows/{InstanceId}",
        Resource::Flow,
        Handler::Write(create),
    ),
    connect(
        "UpdateContactFlowContent",
        "POST",
        "/contact-flows/{InstanceId}/{ContactFlowId}/content",
        Resource::Flow,
        Handler::Write(update_content),
    ),
    connect(
        "UpdateContactFlowMetadata",
        "POST",
        "/contact-flows/{InstanceId}/{ContactFlowId}/metadata",
        Resource::Flow,
        Handler::Write(update_metadata),
    ),
    connect(
        "UpdateContactFlowName",
        "POST",
        "/contact-flows/{InstanceId}/{ContactFlowId}/name",
        Resource::Flow,
        Handler::Write(update_name),
    ),
    connect("DeleteContactFlow", "DELETE", FLOW, Resource::Flow, Handler::Write(delete)),
];

/// The types of flows (ContactFlowType of the API model).
pub(crate) const TYPES: &[&str] = &[
    "CONTACT_FLOW",
    "CUSTOMER_QUEUE",
    "CUSTOMER_HOLD",
    "CUSTOMER_WHISPER",
    "AGENT_HOLD",
    "AGENT_WHISPER",
    "OUTBOUND_WHISPER",
    "AGENT_TRANSFER",
    "QUEUE_TRANSFER",
    "CAMPAIGN",
];

/// The longest name and description (AWS::Connect::ContactFlow schema).
const MAX_NAME: usize = 127;
const MAX_DESCRIPTION: usize = 500;

fn flow_arn(call: &Call, instance: &str, id: &str) -> String {
    format!("{}/contact-flow/{id}", arn::instance(&call.account, &call.region, instance))
}

fn list(view: &View<'_>) -> Answer {
    let call = view.call;
    let page = call.page("nextToken", "maxResults", 100, 1000)?;
    let (instance_id, instance) = instance(view)?;
    let wanted: Vec<&str> = call
        .queries("contactFlowTypes")
        .map(|kind| call.one_of("contactFlowTypes", kind, TYPES))
        .collect::<Result<_, _>>()?;
    let shown = |(id, flow): (&String, &Flow)| {
        json!({
            "Id": id,
            "Arn": flow_arn(call, instance_id, id),
            "Name": flow.name,
            "ContactFlowType": flow.kind,
            "ContactFlowState": content::state(flow),
            "ContactFlowStatus": content::status(flow),
        })
    };
    let flows = instance.flows.things();
    let page = if wanted.is_empty() {
        page.of(|passed| flows.iter_from(passed).map(shown))
    } else {
        let wanted = flows.iter().filter(|(_, flow)| wanted.contains(&flow.kind.as_str()));
        page.of(|passed| wanted.skip(passed).map(shown))
    };
    Ok(listed("ContactFlowSummaryList", page))
}

fn describe(view: &View<'_>) -> Answer {
    let call = view.call;
    let (instance_id, instance) = instance(view)?;
    let (id, which) = content::split(call.within("ContactFlowId", call.label("ContactFlowId"), 1, 500)?);
    let missing = || not_found(view.assumptions().wording, "contact flow", id);
    let flow = instance.flows.get(id).ok_or_else(missing)?;
    let selected = content::select(flow, which).ok_or_else(|| match which {
        Which::Published => not_published(id),
        _ => missing(),
    })?;
    let arn = flow_arn(call, instance_id, id);
    let mut body = content::describe(view, (id, &arn), flow, selected, "FlowContentSha256");
    body["Type"] = json!(flow.kind);
    Ok(Reply::ok(json!({ "ContactFlow": body })))
}

fn not_published(id: &str) -> ApiError {
    ApiError::new(
        404,
        "ContactFlowNotPublishedException",
        format!("The contact flow {id} has not been published."),
    )
}

/// Refuses content that is too long; `InvalidContactFlow` is kept for what is wrong inside it.
pub(crate) fn content(call: &Call) -> Result<String, ApiError> {
    let text = call.text("Content")?.ok_or_else(|| call.invalid("Content is required"))?;
    let length = text.chars().count();
    if length == 0 || length > MAX_CONTENT {
        let message = format!("Content must have 1 to {MAX_CONTENT} characters, it has {length}");
        return Err(invalid_parameter(message));
    }
    Ok(text.to_owned())
}

fn validated(edit: &Edit<'_>, text: &str) -> Result<(), ApiError> {
    let problems = validation::problems(&edit.view(), text, validation::Kind::Flow);
    if problems.is_empty() {
        return Ok(());
    }
    let problems: Vec<Value> = problems.into_iter().map(|message| json!({ "message": message })).collect();
    Err(ApiError::new(400, "InvalidContactFlowException", "").with("problems", Value::Array(problems)))
}

fn duplicate(edit: &Edit<'_>, name: &str) -> ApiError {
    let message = match edit.assumptions().wording {
        Wording::Usual => format!("A contact flow with the name {name} already exists"),
        Wording::Other => "Duplicate.".to_owned(),
    };
    ApiError::new(409, "DuplicateResourceException", message)
}

/// Returns whether another flow has the name, or a deleted one had it.
fn taken(instance: &Instance, name: &str, own: Option<&str>, deleted: DeletedName) -> bool {
    instance.flows.with("name", name).any(|(id, _)| own != Some(id))
        || (deleted == DeletedName::Reserved && instance.retired_names.contains(name))
}

fn create(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = call.required("Name", MAX_NAME)?.to_owned();
    let kind = call.one_of("Type", call.required("Type", 50)?, TYPES)?.to_owned();
    let text = content(call)?;
    let status =
        call.one_of("Status", call.text("Status")?.unwrap_or("PUBLISHED"), &["PUBLISHED", "SAVED"])?;
    let description = call.optional("Description", MAX_DESCRIPTION)?.unwrap_or_default().to_owned();
    let tags = call.map("Tags")?;
    let deleted = edit.assumptions().deleted_name;
    let instance = instance_mut(edit)?;
    let (count, taken) = (instance.flows.len(), taken(instance, &name, None, deleted));
    if taken {
        return Err(duplicate(edit, &name));
    }
    if edit.settings.quotas.reached(Limited::FlowsPerInstance, count) {
        let message = format!("The maximum number of contact flows for this instance was reached: {count}");
        return Err(ApiError::new(429, "LimitExceededException", message));
    }
    let content = Content { text, modified: edit.now };
    let digest = content::digest(edit.settings, &content.text);
    let mut flow = Flow { name, kind, description, tags, ..Flow::default() };
    if status == "PUBLISHED" {
        validated(edit, &content.text)?;
        flow.published = Some(content);
    } else {
        flow.draft = Some(content);
    }
    let id = edit.state.next_id("flow");
    let arn = flow_arn(call, instance_id(call)?, &id);
    instance_mut(edit)?.flows.insert(id.clone(), flow);
    Ok(Reply::ok(json!({ "ContactFlowId": id, "ContactFlowArn": arn, "FlowContentSha256": digest })))
}

/// Returns the flow that a writing call names.
fn flow_mut<'a>(edit: &'a mut Edit<'_>, id: &str) -> Result<&'a mut Flow, ApiError> {
    let wording = edit.assumptions().wording;
    instance_mut(edit)?.flows.get_mut(id).ok_or_else(|| not_found(wording, "contact flow", id))
}

fn update_content(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let text = content(call)?;
    let (id, which) = content::split(call.within("ContactFlowId", call.label("ContactFlowId"), 1, 500)?);
    let never_published = flow_mut(edit, id)?.published.is_none();
    let drafts = match which {
        Which::Saved => match edit.assumptions().saved_write {
            SavedWrite::Drafts => true,
            SavedWrite::Refused => return Err(invalid_parameter("ContactFlowId must not have a suffix")),
        },
        Which::Other => return Err(invalid_parameter("a version cannot be written")),
        Which::Published if never_published => match edit.assumptions().plain_write {
            PlainWrite::Publishes => false,
            PlainWrite::Drafts => true,
            PlainWrite::Refused => return Err(not_published(id)),
        },
        Which::Published => false,
    };
    if !drafts {
        validated(edit, &text)?;
    }
    let (content, settings) = (Content { text, modified: edit.now }, edit.settings);
    let flow = flow_mut(edit, id)?;
    if drafts {
        flow.draft = Some(content);
    } else {
        content::publish(flow, settings, content);
    }
    Ok(Reply::empty())
}

fn update_metadata(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let state = call.text("ContactFlowState")?;
    let state =
        state.map(|state| call.one_of("ContactFlowState", state, &["ACTIVE", "ARCHIVED"])).transpose()?;
    rename(edit)?;
    if let Some(state) = state {
        let (id, _) = content::split(call.label("ContactFlowId"));
        flow_mut(edit, id)?.archived = state == "ARCHIVED";
    }
    Ok(Reply::empty())
}

fn update_name(edit: &mut Edit<'_>) -> Answer {
    rename(edit)?;
    Ok(Reply::empty())
}

fn rename(edit: &mut Edit<'_>) -> Result<(), ApiError> {
    let call = edit.call;
    let name = call.optional("Name", MAX_NAME)?;
    let description = call.optional("Description", MAX_DESCRIPTION)?;
    let (id, _) = content::split(call.within("ContactFlowId", call.label("ContactFlowId"), 1, 500)?);
    let deleted = edit.assumptions().deleted_name;
    flow_mut(edit, id)?;
    if let Some(name) = name {
        call.within("Name", name, 1, MAX_NAME)?;
        if taken(instance_mut(edit)?, name, Some(id), deleted) {
            return Err(duplicate(edit, name));
        }
        instance_mut(edit)?.flows.change(id, |flow| flow.name = name.to_owned());
    }
    if let Some(description) = description {
        flow_mut(edit, id)?.description = description.to_owned();
    }
    Ok(())
}

fn delete(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let (id, _) = content::split(call.within("ContactFlowId", call.label("ContactFlowId"), 1, 500)?);
    flow_mut(edit, id)?;
    let referenced = edit.assumptions().referenced_delete;
    let instance = instance_mut(edit)?;
    if referenced == ReferencedDelete::Refused && is_referenced(instance, id) {
        let message = format!("The contact flow {id} is in use");
        return Err(ApiError::new(400, "InvalidRequestException", message));
    }
    if let Some(flow) = instance.flows.remove(id) {
        instance.retired_names.insert(flow.name);
    }
    Ok(Reply::empty())
}

/// Returns whether another flow or module names the id, published or drafted.
fn is_referenced(instance: &Instance, id: &str) -> bool {
    instance
        .flows
        .iter()
        .filter(|(other, _)| other.as_str() != id)
        .map(|(_, flow)| flow)
        .chain(instance.modules.things().values())
        .flat_map(|flow| [&flow.published, &flow.draft])
        .flatten()
        .any(|content| content.text.contains(id))
}
