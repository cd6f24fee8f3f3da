//! Changing the code and the configuration of a function.

use serde_json::json;

use super::configuration;
use super::lookup::function_mut;
use super::writes::{self, check_revision, check_settled, shown};
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::Edit;
use crate::emulator::state::Function;
use crate::emulator::state::clock;
use crate::emulator::wire::{Answer, Reply};

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda(
        "UpdateFunctionCode",
        "PUT",
        "/2015-03-31/functions/{FunctionName}/code",
        Resource::Function,
        Handler::Write(update_code),
    ),
    lambda(
        "UpdateFunctionConfiguration",
        "PUT",
        "/2015-03-31/functions/{FunctionName}/configuration",
        Resource::Function,
        Handler::Write(update_configuration),
    ),
];

fn update_code(edit: &mut Edit<'_>) -> Answer {
    let (call, now, packages) = (edit.call, edit.now, edit.packages);
    let done = now + clock::milliseconds(edit.settings.timings.function_update);
    let revision = edit.state.next_id("function revision");
    let (name, function) = function_mut(edit)?;
    check_settled(call, &name.name, function, now)?;
    check_revision(call, function)?;
    let mut members = function.latest.clone();
    configuration::apply_code((call, packages), &call.body, &mut members)?;
    if call.flag("DryRun")?.unwrap_or_default() {
        let trial = Function { latest: members, ..function.clone() };
        return Ok(Reply::ok(shown(call, &name.name, &trial, None, now)?));
    }
    configuration::touch(&mut members, now, revision);
    function.latest = members;
    function.updated_at = done;
    let publish = call.flag("Publish")?.unwrap_or_default();
    let version = publish.then(|| writes::publish(function, None).to_string());
    Ok(Reply::ok(shown(call, &name.name, function, version, now)?))
}

fn update_configuration(edit: &mut Edit<'_>) -> Answer {
    let (call, now) = (edit.call, edit.now);
    let done = now + clock::milliseconds(edit.settings.timings.function_update);
    let revision = edit.state.next_id("function revision");
    let role = call.optional("Role", 2048)?;
    function_mut(edit)?;
    if let Some(role) = role {
        configuration::check_role(edit, role)?;
    }
    let (name, function) = function_mut(edit)?;
    check_settled(call, &name.name, function, now)?;
    check_revision(call, function)?;
    let mut members = function.latest.clone();
    configuration::apply(call, &mut members)?;
    if let Some(role) = role {
        members.insert("Role".into(), json!(role));
    }
    configuration::touch(&mut members, now, revision);
    function.latest = members;
    function.updated_at = done;
    Ok(Reply::ok(shown(call, &name.name, function, None, now)?))
}
