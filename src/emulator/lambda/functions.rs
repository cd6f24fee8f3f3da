//! Functions as they are read: configuration, code location, lists.

use serde_json::{Map, Value, json};

use super::lookup::{function, missing, qualifier};
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::View;
use crate::emulator::state::Function;
use crate::emulator::state::arn;
use crate::emulator::wire::{Answer, ApiError, Page, Reply, Service};

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda(
        "GetFunction",
        "GET",
        "/2015-03-31/functions/{FunctionName}",
        Resource::Function,
        Handler::ReadNow(get_function),
    ),
    lambda(
        "GetFunctionConfiguration",
        "GET",
        "/2015-03-31/functions/{FunctionName}/configuration",
        Resource::Function,
        Handler::ReadNow(get_function_configuration),
    ),
    lambda("ListFunctions", "GET", "/2015-03-31/functions", Resource::Any, Handler::Read(list_functions)),
];

/// The configuration behind a qualifier, with the version it is and the ARN it was asked under.
pub(crate) struct Resolved<'a> {
    pub(crate) configuration: &'a Map<String, Value>,
    /// `$LATEST` or the number.
    pub(crate) version: String,
    /// The qualifier of the ARN, as in the request.
    pub(crate) qualifier: Option<String>,
}

/// Finds the configuration of a version, an alias or `$LATEST`.
pub(crate) fn resolve<'a>(
    call: &Call,
    name: &str,
    function: &'a Function,
    qualifier: Option<String>,
) -> Result<Resolved<'a>, ApiError> {
    let latest = || (&function.latest, "$LATEST".to_owned());
    let (configuration, version) = match qualifier.as_deref() {
        None | Some("$LATEST") => latest(),
        Some(wanted) => {
            let version = function.aliases.get(wanted).map_or(wanted, |alias| alias.version.as_str());
            if version == "$LATEST" {
                latest()
            } else {
                let number = version.parse().ok();
                let configuration = number
                    .and_then(|number: u64| function.versions.get(&number))
                    .ok_or_else(|| missing(call, name, Some(wanted)))?;
                (configuration, version.to_owned())
            }
        }
    };
    Ok(Resolved { configuration, version, qualifier })
}

/// The members of a function's configuration. Lists leave out its state.
pub(crate) fn configuration(
    call: &Call,
    name: &str,
    function: &Function,
    resolved: &Resolved<'_>,
    state_at: Option<u64>,
) -> Value {
    let mut arn = arn::function(&call.account, &call.region, name);
    if let Some(qualifier) = &resolved.qualifier {
        arn = format!("{arn}:{qualifier}");
    }
    let mut members = Map::new();
    members.insert("FunctionName".into(), json!(name));
    members.insert("FunctionArn".into(), json!(arn));
    members.extend(resolved.configuration.clone());
    members.insert("Version".into(), json!(resolved.version));
    if let Some(now) = state_at {
        state_members(&mut members, function, now);
    }
    Value::Object(members)
}

fn state_members(members: &mut Map<String, Value>, function: &Function, now: u64) {
    if now < function.active_at {
        members.insert("State".into(), json!("Pending"));
        members.insert("StateReason".into(), json!("The function is being created."));
        members.insert("StateReasonCode".into(), json!("Creating"));
    } else {
        members.insert("State".into(), json!("Active"));
    }
    let updating = now < function.updated_at;
    members.insert("LastUpdateStatus".into(), json!(if updating { "InProgress" } else { "Successful" }));
    if updating {
        members.insert("LastUpdateStatusReason".into(), json!("The function is being updated."));
    }
}

fn get_function(view: &View<'_>) -> Answer {
    let (name, function) = function(view)?;
    let resolved = resolve(view.call, &name.name, function, qualifier(view.call, &name)?)?;
    let digest = resolved.configuration.get("CodeSha256").and_then(Value::as_str).unwrap_or_default();
    let mut body = json!({
        "Configuration": configuration(view.call, &name.name, function, &resolved, Some(view.now)),
        // Nothing is served there: the emulator keeps packages to run them, and gives none out.
        "Code": { "RepositoryType": "S3", "Location": format!("https://code.invalid/{}?sha256={digest}", name.name) },
    });
    let arn = arn::function(&view.call.account, &view.call.region, &name.name);
    if !view.access.allows(Service::Lambda, "ListTags", &arn, &[]) {
        let denied = ApiError::denied(Service::Lambda, &view.call.principal, "lambda:ListTags", &arn);
        body["TagsError"] = json!({ "ErrorCode": denied.code, "Message": denied.message });
    } else if !function.tags.is_empty() {
        body["Tags"] = json!(function.tags);
    }
    if let Some(reserved) = function.reserved_concurrency {
        body["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
    }
    Ok(Reply::ok(body))
}

fn get_function_configuration(view: &View<'_>) -> Answer {
    let (name, function) = function(view)?;
    let resolved = resolve(view.call, &name.name, function, qualifier(view.call, &name)?)?;
    Ok(Reply::ok(configuration(view.call, &name.name, function, &resolved, Some(view.now))))
}

fn list_functions(view: &View<'_>) -> Answer {
    let page = lambda_page(view.call)?;
    let region = view.state.region(&view.call.account, &view.call.region);
    let shown = |(name, function): (&String, &Function)| {
        let resolved =
            Resolved { configuration: &function.latest, version: "$LATEST".to_owned(), qualifier: None };
        configuration(view.call, name, function, &resolved, None)
    };
    let page = page.of(|passed| {
        region.into_iter().flat_map(move |region| region.functions.iter_from(passed)).map(shown)
    });
    Ok(marked("Functions", page))
}

/// Lambda accepts page sizes up to 10,000 but never answers more than 50 items.
pub(crate) fn lambda_page(call: &Call) -> Result<Page, ApiError> {
    let asked = match call.query("MaxItems") {
        None => 50,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|size| (1..=10_000).contains(size))
            .ok_or_else(|| call.invalid(format!("MaxItems must lie between 1 and 10000, it is {text}")))?,
    };
    Page::new(call.query("Marker"), asked.min(50)).ok_or_else(|| call.invalid("the marker is not valid"))
}

/// Writes a page of a Lambda list.
pub(crate) fn marked(member: &str, (items, marker): (Vec<Value>, Option<String>)) -> Reply {
    let mut body = json!({ member: items });
    if let Some(marker) = marker {
        body["NextMarker"] = json!(marker);
    }
    Reply::ok(body)
}
