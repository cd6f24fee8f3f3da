//! What the writes of a function share: what is refused before, the version that is published, the answer.

use serde_json::{Map, Value, json};

use super::functions::{self, resolve};
use super::policy::stale;
use crate::emulator::call::Call;
use crate::emulator::state::Function;
use crate::emulator::state::arn;
use crate::emulator::wire::ApiError;

/// Refuses to change a function that is being created or updated.
pub(crate) fn check_settled(call: &Call, name: &str, function: &Function, now: u64) -> Result<(), ApiError> {
    let arn = arn::function(&call.account, &call.region, name);
    let reason = if now < function.active_at {
        "The function is currently in the following state: Pending".to_owned()
    } else if now < function.updated_at {
        format!("An update is in progress for resource: {arn}")
    } else {
        return Ok(());
    };
    let message = format!("The operation cannot be performed at this time. {reason}");
    Err(ApiError::new(409, "ResourceConflictException", message))
}

/// Refuses to invoke a function that is still being created. While it is updated, Lambda goes on with the old one.
pub(crate) fn check_invocable(
    call: &Call,
    name: &str,
    function: &Function,
    now: u64,
) -> Result<(), ApiError> {
    if now >= function.active_at {
        return Ok(());
    }
    let arn = arn::function(&call.account, &call.region, name);
    let message = format!(
        "The operation cannot be performed at this time. The function is currently in the following state: Pending ({arn})"
    );
    Err(ApiError::new(409, "ResourceConflictException", message))
}

/// Refuses a revision id that is not that of `$LATEST`.
pub(crate) fn check_revision(call: &Call, function: &Function) -> Result<(), ApiError> {
    match call.text("RevisionId")? {
        Some(sent) if function.latest.get("RevisionId").and_then(Value::as_str) != Some(sent) => Err(stale()),
        _ => Ok(()),
    }
}

/// Members that differ between `$LATEST` and a version without the function having changed.
const VOLATILE: &[&str] = &["LastModified", "RevisionId", "Description"];

/// Publishes `$LATEST` and returns the version's number; without a change since the last publish, that version's.
pub(crate) fn publish(function: &mut Function, description: Option<&str>) -> u64 {
    let last = function.versions.get(&function.last_version);
    if last.is_some_and(|last| meaning(last) == meaning(&function.latest)) {
        return function.last_version;
    }
    let mut version = function.latest.clone();
    if let Some(description) = description {
        version.insert("Description".into(), json!(description));
    }
    function.last_version += 1;
    function.versions.insert(function.last_version, version);
    function.last_version
}

fn meaning(members: &Map<String, Value>) -> Map<String, Value> {
    members
        .iter()
        .filter(|(name, _)| !VOLATILE.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The configuration of a function after a write.
pub(crate) fn shown(
    call: &Call,
    name: &str,
    function: &Function,
    version: Option<String>,
    now: u64,
) -> Result<Value, ApiError> {
    let resolved = resolve(call, name, function, version)?;
    Ok(functions::configuration(call, name, function, &resolved, Some(now)))
}
