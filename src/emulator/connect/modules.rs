//! Flow modules: list, describe, create, write, rename, delete.

use serde_json::{Map, Value, json};

use super::content::{self, Which};
use super::flows::content;
use super::instances::listed;
use super::lookup::{instance, instance_id, instance_mut, not_found};
use super::validation;
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::settings::assumptions::SavedWrite;
use crate::emulator::settings::quotas::Limited;
use crate::emulator::state::arn;
use crate::emulator::state::{Content, Flow};
use crate::emulator::wire::{Answer, ApiError, Reply};

const COLLECTION: &str = "/contact-flow-modules/{InstanceId}";
const MODULE: &str = "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}";

pub(crate) const OPERATIONS: &[Operation] = &[
    connect(
        "ListContactFlowModules",
        "GET",
        "/contact-flow-modules-summary/{InstanceId}",
        Resource::Instance,
        Handler::Read(list),
    ),
    connect("DescribeContactFlowModule", "GET", MODULE, Resource::Module, Handler::Read(describe)),
    connect("CreateContactFlowModule", "PUT", COLLECTION, Resource::Module, Handler::Write(create)),
    connect(
        "UpdateContactFlowModuleContent",
        "POST",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/content",
        Resource::Module,
        Handler::Write(update_content),
    ),
    connect(
        "UpdateContactFlowModuleMetadata",
        "POST",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/metadata",
        Resource::Module,
        Handler::Write(update_metadata),
    ),
    connect("DeleteContactFlowModule", "DELETE", MODULE, Resource::Module, Handler::Write(delete)),
];

fn module_arn(call: &Call, instance: &str, id: &str) -> String {
    format!("{}/flow-module/{id}", arn::instance(&call.account, &call.region, instance))
}

fn module_id(call: &Call) -> Result<(&str, Which), ApiError> {
    Ok(content::split(call.within("ContactFlowModuleId", call.label("ContactFlowModuleId"), 1, 256)?))
}

fn module_mut<'a>(edit: &'a mut Edit<'_>, id: &str) -> Result<&'a mut Flow, ApiError> {
    let wording = edit.assumptions().wording;
    instance_mut(edit)?.modules.get_mut(id).ok_or_else(|| not_found(wording, "flow module", id))
}

fn list(view: &View<'_>) -> Answer {
    let call = view.call;
    let page = call.page("nextToken", "maxResults", 100, 1000)?;
    let (instance_id, instance) = instance(view)?;
    let wanted = call.query("state");
    let shown = |(id, module): (&String, &Flow)| {
        json!({
            "Id": id,
            "Arn": module_arn(call, instance_id, id),
            "Name": module.name,
            "State": content::state(module),
        })
    };
    let modules = instance.modules.things();
    let page = match wanted {
        None => page.of(|passed| modules.iter_from(passed).map(shown)),
        Some(wanted) => {
            let wanted = modules.iter().filter(|(_, module)| wanted == content::state(module));
            page.of(|passed| wanted.skip(passed).map(shown))
        }
    };
    Ok(listed("ContactFlowModulesSummaryList", page))
}

fn describe(view: &View<'_>) -> Answer {
    let (instance_id, instance) = instance(view)?;
    let (id, which) = module_id(view.call)?;
    let missing = || not_found(view.assumptions().wording, "flow module", id);
    let module = instance.modules.get(id).ok_or_else(missing)?;
    let selected = content::select(module, which).ok_or_else(missing)?;
    let arn = module_arn(view.call, instance_id, id);
    let mut body = content::describe(view, (id, &arn), module, selected, "FlowModuleContentSha256");
    if let Value::Object(members) = &mut body {
        // Modules, unlike flows, do not show when they were written.
        members.retain(|name, _| !name.starts_with("LastModified"));
        if let Some(settings) = &module.settings {
            members.insert("Settings".into(), json!(settings));
        }
    }
    Ok(Reply::ok(json!({ "ContactFlowModule": body })))
}

fn validated(edit: &Edit<'_>, text: &str) -> Result<(), ApiError> {
    let problems = validation::problems(&edit.view(), text, validation::Kind::Module);
    if problems.is_empty() {
        return Ok(());
    }
    let problems = problems.into_iter().map(|message| json!({ "message": message })).collect();
    // The model spells this member with a capital, unlike that of flows.
    Err(ApiError::new(400, "InvalidContactFlowModuleException", "").with("Problems", Value::Array(problems)))
}

fn check_name(edit: &mut Edit<'_>, name: &str, own: Option<&str>) -> Result<(), ApiError> {
    if name.trim().is_empty() {
        return Err(edit.call.invalid("Name must not be blank"));
    }
    let modules = &instance_mut(edit)?.modules;
    if modules.with("name", name).any(|(id, _)| own != Some(id)) {
        let message = format!("A contact flow module with the name {name} already exists");
        return Err(ApiError::new(409, "DuplicateResourceException", message));
    }
    Ok(())
}

fn create(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = call.required("Name", 127)?.to_owned();
    let text = content(call)?;
    let token = call.optional("ClientToken", 500)?.map(str::to_owned);
    let module = Flow {
        name,
        description: call.optional("Description", 500)?.unwrap_or_default().to_owned(),
        tags: call.map("Tags")?,
        settings: call.text("Settings")?.map(str::to_owned),
        published: Some(Content { text, modified: edit.now }),
        token,
        ..Flow::default()
    };
    if let Some(repeated) = repeated(edit, &module)? {
        return Ok(repeated);
    }
    check_name(edit, &module.name, None)?;
    let count = instance_mut(edit)?.modules.len();
    if edit.settings.quotas.reached(Limited::ModulesPerInstance, count) {
        let message = format!("The maximum number of flow modules for this instance was reached: {count}");
        return Err(ApiError::new(429, "LimitExceededException", message));
    }
    if let Some(content) = &module.published {
        validated(edit, &content.text)?;
    }
    let id = edit.state.next_id("module");
    let reply = json!({ "Id": id, "Arn": module_arn(call, instance_id(call)?, &id) });
    instance_mut(edit)?.modules.insert(id, module);
    Ok(Reply::ok(reply))
}

/// The same token again: the module it made, or a refusal when it asks for something else.
fn repeated(edit: &mut Edit<'_>, module: &Flow) -> Result<Option<Reply>, ApiError> {
    let call = edit.call;
    let instance = instance_mut(edit)?;
    let known = module.token.iter().flat_map(|token| instance.modules.with("token", token)).next();
    let Some((id, known)) = known else { return Ok(None) };
    if known.name != module.name {
        let message = "The ClientToken was used for another request";
        return Err(ApiError::new(409, "IdempotencyException", message));
    }
    let body = json!({ "Id": id, "Arn": module_arn(call, instance_id(call)?, id) });
    Ok(Some(Reply::ok(body)))
}

fn update_content(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let (id, which) = module_id(call)?;
    module_mut(edit, id)?;
    if let Some(settings) = call.text("Settings")? {
        module_mut(edit, id)?.settings = Some(settings.to_owned());
    }
    if call.text("Content")?.is_none() {
        return Ok(Reply::empty());
    }
    let content = Content { text: content(call)?, modified: edit.now };
    match which {
        Which::Published => {
            validated(edit, &content.text)?;
            let settings = edit.settings;
            content::publish(module_mut(edit, id)?, settings, content);
        }
        Which::Saved if edit.assumptions().saved_write == SavedWrite::Drafts => {
            module_mut(edit, id)?.draft = Some(content)
        }
        Which::Saved | Which::Other => return Err(call.invalid("ContactFlowModuleId must not have a suffix")),
    }
    Ok(Reply::empty())
}

fn update_metadata(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let (id, _) = module_id(call)?;
    module_mut(edit, id)?;
    if let Some(name) = call.optional("Name", 127)? {
        check_name(edit, name, Some(id))?;
        instance_mut(edit)?.modules.change(id, |module| module.name = name.to_owned());
    }
    if let Some(description) = call.optional("Description", 500)? {
        module_mut(edit, id)?.description = description.to_owned();
    }
    if let Some(state) = call.text("State")? {
        let state = call.one_of("State", state, &["ACTIVE", "ARCHIVED"])?;
        module_mut(edit, id)?.archived = state == "ARCHIVED";
    }
    Ok(Reply::ok(Value::Object(Map::new())))
}

fn delete(edit: &mut Edit<'_>) -> Answer {
    let (id, _) = module_id(edit.call)?;
    module_mut(edit, id)?;
    instance_mut(edit)?.modules.remove(id);
    Ok(Reply::empty())
}
