//! Creating and deleting functions.

use serde_json::json;

use super::configuration;
use super::lookup::{function_mut, function_name, missing, qualifier};
use super::writes::{self, shown};
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::Edit;
use crate::emulator::state::Function;
use crate::emulator::state::clock;
use crate::emulator::wire::{Answer, ApiError, Reply};

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda("CreateFunction", "POST", "/2015-03-31/functions", Resource::Function, Handler::Write(create)),
    lambda(
        "DeleteFunction",
        "DELETE",
        "/2015-03-31/functions/{FunctionName}",
        Resource::Function,
        Handler::Write(delete),
    ),
];

fn create(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = function_name(call)?.name;
    if edit.state.function(&call.account, &call.region, &name).is_some() {
        let message = format!("Function already exist: {name}");
        return Err(ApiError::new(409, "ResourceConflictException", message));
    }
    let mut function = requested(edit)?;
    configuration::touch(&mut function.latest, edit.now, edit.state.next_id("function revision"));
    function.active_at = edit.now + clock::milliseconds(edit.settings.timings.function_pending);
    let publish = call.flag("Publish")?.unwrap_or_default();
    let version = publish.then(|| writes::publish(&mut function, None).to_string());
    let reply = shown(call, &name, &function, version, edit.now)?;
    edit.state.region_mut(&call.account, &call.region).functions.insert(name, function);
    Ok(Reply::status(201, reply))
}

/// The function that a CreateFunction asks for.
fn requested(edit: &Edit<'_>) -> Result<Function, ApiError> {
    let call = edit.call;
    let role = call.required("Role", 2048)?;
    let code = call.body.get("Code").ok_or_else(|| call.invalid("Code is required"))?;
    let tags = call.tags("Tags")?;
    let mut members = configuration::defaults();
    configuration::apply(call, &mut members)?;
    let image = configuration::is_image(&members);
    if image && (members.contains_key("Runtime") || members.contains_key("Handler")) {
        return Err(call
            .invalid("Runtime and Handler are not supported for functions created with container images."));
    }
    if !image && (!members.contains_key("Runtime") || !members.contains_key("Handler")) {
        return Err(call.invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    configuration::apply_code((call, edit.packages), code, &mut members)?;
    configuration::check_role(edit, role)?;
    members.insert("Role".into(), json!(role));
    Ok(Function { latest: members, tags, ..Function::default() })
}

fn delete(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let (name, function) = function_mut(edit)?;
    let Some(qualifier) = qualifier(call, &name)? else {
        edit.state.region_mut(&call.account, &call.region).functions.remove(&name.name);
        return Ok(Reply::empty());
    };
    let version = qualifier.parse::<u64>().ok().filter(|version| function.versions.contains_key(version));
    let version = version.ok_or_else(|| missing(call, &name.name, Some(&qualifier)))?;
    let users: Vec<&str> = function
        .aliases
        .iter()
        .filter(|(_, alias)| alias.version == qualifier || alias.weights.contains_key(&qualifier))
        .map(|(name, _)| name.as_str())
        .collect();
    if !users.is_empty() {
        let message = format!(
            "Unable to delete version because the following aliases reference it: [{}]",
            users.join(", ")
        );
        return Err(ApiError::new(409, "ResourceConflictException", message));
    }
    function.versions.remove(&version);
    function.policies.remove(&qualifier);
    Ok(Reply::empty())
}
