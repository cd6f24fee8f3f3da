//! How Connect's operations find the instance they are about, and the words of Connect's errors.

use serde_json::Value;

use crate::emulator::call::Call;
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::settings::assumptions::Wording;
use crate::emulator::state::Instance;
use crate::emulator::state::arn;
use crate::emulator::wire::{ApiError, Service};

/// Returns the instance id of the call, from the path or the body.
///
/// An ARN where an id belongs is answered as AWS does: authorisation sees a doubled `instance/arn:…` and refuses.
pub(crate) fn instance_id(call: &Call) -> Result<&str, ApiError> {
    let id = match call.labels.get("InstanceId") {
        Some(id) => call.within("InstanceId", id, 1, 100)?,
        None => call.required("InstanceId", 100)?,
    };
    if id.starts_with("arn:") {
        let action = format!("connect:{}", call.operation);
        let resource = arn::instance(&call.account, &call.region, id);
        return Err(ApiError::denied(Service::Connect, &call.principal, &action, &resource));
    }
    Ok(id)
}

/// Returns the instance of a reading call, with its id.
pub(crate) fn instance<'a>(view: &View<'a>) -> Result<(&'a str, &'a Instance), ApiError> {
    let id = instance_id(view.call)?;
    view.state
        .region(&view.call.account, &view.call.region)
        .and_then(|region| region.instances.get(id))
        .map(|instance| (id, instance))
        .ok_or_else(|| not_found(view.assumptions().wording, "instance", id))
}

/// Returns the instance of a writing call, which must be created completely.
pub(crate) fn instance_mut<'a>(edit: &'a mut Edit<'_>) -> Result<&'a mut Instance, ApiError> {
    let (wording, now) = (edit.assumptions().wording, edit.now);
    let id = instance_id(edit.call)?;
    let region = edit.state.region_mut(&edit.call.account, &edit.call.region);
    let instance = region.instances.get_mut(id).ok_or_else(|| not_found(wording, "instance", id))?;
    if now < instance.ready_at || instance.failure.is_some() {
        return Err(edit.call.invalid(format!("The instance {id} is not active")));
    }
    Ok(instance)
}

/// Something does not exist.
pub(crate) fn not_found(wording: Wording, what: &str, id: &str) -> ApiError {
    let message = match wording {
        Wording::Usual => format!("The specified {what} was not found. Id: {id}"),
        Wording::Other => format!("no such {what}"),
    };
    ApiError::new(404, "ResourceNotFoundException", message)
}

/// A value is of the right type but makes no sense.
pub(crate) fn invalid_parameter(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidParameterException", message)
}

/// Milliseconds of the state as the seconds that REST-JSON timestamps count.
#[expect(clippy::cast_precision_loss, reason = "milliseconds stay exact in an f64 for 285,000 years")]
pub(crate) fn timestamp(milliseconds: u64) -> Value {
    Value::from(milliseconds as f64 / 1000.0)
}
