//! How Lambda's operations find the function they are about.

use crate::emulator::call::Call;
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::state::Function;
use crate::emulator::state::arn::{self, FunctionName};
use crate::emulator::wire::{ApiError, Service};

/// Reads the function's name from the path; a name in another account or Region is refused as AWS does.
pub(crate) fn function_name(call: &Call) -> Result<FunctionName, ApiError> {
    let text = match call.labels.get("FunctionName") {
        Some(text) => call.within("FunctionName", text, 1, 256)?,
        None => call.required("FunctionName", 140)?,
    };
    let parsed =
        FunctionName::parse(text).ok_or_else(|| call.invalid(format!("{text} is not a function name")))?;
    if parsed.region.as_ref().is_some_and(|region| *region != call.region) {
        return Err(call.invalid(format!(
            "Functions from '{}' are not reachable in this region ('{}')",
            parsed.region.as_deref().unwrap_or_default(),
            call.region
        )));
    }
    if parsed.account.as_ref().is_some_and(|account| *account != call.account) {
        return Err(ApiError::denied(Service::Lambda, &call.principal, &call.action(), text));
    }
    Ok(parsed)
}

/// Returns the qualifier of the call: from the query string, else from the name. They may not contradict.
pub(crate) fn qualifier(call: &Call, name: &FunctionName) -> Result<Option<String>, ApiError> {
    let queried = call.query("Qualifier").map(str::to_owned);
    if let Some(qualifier) = &queried {
        if !arn::is_qualifier(qualifier) {
            return Err(call.invalid(format!("Qualifier {qualifier} is not a version or an alias")));
        }
        if name.qualifier.as_ref().is_some_and(|named| named != qualifier) {
            return Err(call.invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            ));
        }
    }
    Ok(queried.or_else(|| name.qualifier.clone()))
}

/// The function does not exist.
pub(crate) fn missing(call: &Call, name: &str, qualifier: Option<&str>) -> ApiError {
    let mut resource = arn::function(&call.account, &call.region, name);
    if let Some(qualifier) = qualifier {
        resource = format!("{resource}:{qualifier}");
    }
    ApiError::new(404, "ResourceNotFoundException", format!("Function not found: {resource}"))
}

/// Returns the function of a reading call.
pub(crate) fn function<'a>(view: &View<'a>) -> Result<(FunctionName, &'a Function), ApiError> {
    let name = function_name(view.call)?;
    let function = view
        .state
        .function(&view.call.account, &view.call.region, &name.name)
        .ok_or_else(|| missing(view.call, &name.name, None))?;
    Ok((name, function))
}

/// Returns the function of a writing call.
pub(crate) fn function_mut<'a>(edit: &'a mut Edit<'_>) -> Result<(FunctionName, &'a mut Function), ApiError> {
    let name = function_name(edit.call)?;
    let function = edit
        .state
        .function_mut(&edit.call.account, &edit.call.region, &name.name)
        .ok_or_else(|| missing(edit.call, &name.name, None))?;
    Ok((name, function))
}
