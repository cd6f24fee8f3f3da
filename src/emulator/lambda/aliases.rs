//! Aliases of functions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::functions::{lambda_page, marked};
use super::lookup::{function, function_mut, missing};
use super::policy::stale;
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::state::arn;
use crate::emulator::state::{Alias, Function};
use crate::emulator::wire::{Answer, ApiError, Reply};

const ALL: &str = "/2015-03-31/functions/{FunctionName}/aliases";
const ONE: &str = "/2015-03-31/functions/{FunctionName}/aliases/{Name}";

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda("CreateAlias", "POST", ALL, Resource::Function, Handler::Write(create)),
    lambda("ListAliases", "GET", ALL, Resource::Function, Handler::Read(list)),
    lambda("GetAlias", "GET", ONE, Resource::Function, Handler::Read(get)),
    lambda("UpdateAlias", "PUT", ONE, Resource::Function, Handler::Write(update)),
    lambda("DeleteAlias", "DELETE", ONE, Resource::Function, Handler::Write(delete)),
];

fn alias_arn(call: &Call, function: &str, name: &str) -> String {
    format!("{}:{name}", arn::function(&call.account, &call.region, function))
}

fn shown(call: &Call, function: &str, name: &str, alias: &Alias) -> Value {
    let mut body = json!({
        "AliasArn": alias_arn(call, function, name),
        "Name": name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision,
    });
    if !alias.weights.is_empty() {
        body["RoutingConfig"] = json!({ "AdditionalVersionWeights": alias.weights });
    }
    body
}

fn not_found(call: &Call, function: &str, name: &str) -> ApiError {
    let message = format!("Cannot find alias arn: {}", alias_arn(call, function, name));
    ApiError::new(404, "ResourceNotFoundException", message)
}

/// Sets what the body says about an alias.
fn apply(call: &Call, name: &str, function: &Function, alias: &mut Alias) -> Result<(), ApiError> {
    let exists = |version: &str| {
        version == "$LATEST"
            || version.parse().is_ok_and(|number: u64| function.versions.contains_key(&number))
    };
    if let Some(version) = call.optional("FunctionVersion", 1024)? {
        if !exists(version) {
            return Err(missing(call, name, Some(version)));
        }
        version.clone_into(&mut alias.version);
    }
    if let Some(description) = call.optional("Description", 256)? {
        description.clone_into(&mut alias.description);
    }
    if let Some(weights) = call.body.pointer("/RoutingConfig/AdditionalVersionWeights") {
        let weights: BTreeMap<String, f64> = serde_json::from_value(weights.clone())
            .map_err(|_| call.invalid("AdditionalVersionWeights must map versions to numbers"))?;
        if let Some(unknown) = weights.keys().find(|version| !exists(version)) {
            return Err(missing(call, name, Some(unknown)));
        }
        if weights.values().any(|weight| !(0.0..=1.0).contains(weight)) {
            return Err(call.invalid("a weight must lie between 0 and 1"));
        }
        alias.weights = weights;
    }
    Ok(())
}

fn create(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = call.required("Name", 128)?;
    call.required("FunctionVersion", 1024)?;
    if !arn::is_qualifier(name) || name.starts_with('$') || name.chars().all(|c| c.is_ascii_digit()) {
        return Err(call.invalid(format!("Name {name} is not a legal alias name")));
    }
    let revision = edit.state.next_id("alias revision");
    let (function_name, function) = function_mut(edit)?;
    if function.aliases.contains_key(name) {
        let message = format!("Alias already exists: {}", alias_arn(call, &function_name.name, name));
        return Err(ApiError::new(409, "ResourceConflictException", message));
    }
    let mut alias = Alias { revision, ..Alias::default() };
    apply(call, &function_name.name, function, &mut alias)?;
    let body = shown(call, &function_name.name, name, &alias);
    function.aliases.insert(name.to_owned(), alias);
    Ok(Reply::status(201, body))
}

fn get(view: &View<'_>) -> Answer {
    let (function_name, function) = function(view)?;
    let name = view.call.label("Name");
    let alias = function.aliases.get(name).ok_or_else(|| not_found(view.call, &function_name.name, name))?;
    Ok(Reply::ok(shown(view.call, &function_name.name, name, alias)))
}

fn list(view: &View<'_>) -> Answer {
    let page = lambda_page(view.call)?;
    let (function_name, function) = function(view)?;
    let wanted = view.call.query("FunctionVersion");
    let items = function
        .aliases
        .iter()
        .filter(|(_, alias)| wanted.is_none_or(|wanted| alias.version == wanted))
        .map(|(name, alias)| shown(view.call, &function_name.name, name, alias));
    Ok(marked("Aliases", page.cut(items)))
}

fn update(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = call.label("Name");
    let revision = edit.state.next_id("alias revision");
    let (function_name, function) = function_mut(edit)?;
    let known = function.aliases.get(name).ok_or_else(|| not_found(call, &function_name.name, name))?;
    if call.text("RevisionId")?.is_some_and(|sent| sent != known.revision) {
        return Err(stale());
    }
    let mut alias = Alias { revision, ..known.clone() };
    apply(call, &function_name.name, function, &mut alias)?;
    let body = shown(call, &function_name.name, name, &alias);
    function.aliases.insert(name.to_owned(), alias);
    Ok(Reply::ok(body))
}

/// Deleting an alias that is not there succeeds: the operation has no error for it.
fn delete(edit: &mut Edit<'_>) -> Answer {
    let name = edit.call.label("Name");
    let (_, function) = function_mut(edit)?;
    function.aliases.remove(name);
    function.policies.remove(name);
    Ok(Reply::status(204, Value::Null))
}
