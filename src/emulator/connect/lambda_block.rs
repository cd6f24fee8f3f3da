//! What publishing checks of an InvokeLambdaFunction action.

use serde_json::{Map, Value};

use super::lookup::instance;
use crate::emulator::dispatch::view::View;
use crate::emulator::settings::assumptions::{AsynchronousLimit, LambdaReference, TimeoutBranch};
use crate::emulator::state::arn::FunctionName;

const PARAMETERS: &[&str] = &[
    "LambdaFunctionARN",
    "InvocationTimeLimitSeconds",
    "InvocationType",
    "LambdaInvocationAttributes",
    "ResponseValidation",
];

/// Appends what is wrong with the action at `path`.
pub(crate) fn check(
    view: &View<'_>,
    action: &Map<String, Value>,
    transitions: &Map<String, Value>,
    path: &str,
    found: &mut Vec<String>,
) {
    let empty = Map::new();
    let parameters = action.get("Parameters").and_then(Value::as_object).unwrap_or(&empty);
    let path_of = |name: &str| format!("{path}.Parameters.{name}");
    for name in parameters.keys().filter(|name| !PARAMETERS.contains(&name.as_str())) {
        found.push(format!("Invalid Action property name. Path: {}", path_of(name)));
    }
    match parameters.get("LambdaFunctionARN").and_then(Value::as_str) {
        Some(arn) if !arn.is_empty() => check_function(view, arn, &path_of("LambdaFunctionARN"), found),
        _ => {
            found.push(format!("Action is missing required property. Path: {}", path_of("LambdaFunctionARN")))
        }
    }
    check_time_limit(view, parameters, &path_of("InvocationTimeLimitSeconds"), found);
    let word = |name: &str, words: &[&str], value: Option<&Value>, found: &mut Vec<String>| {
        if value.is_some_and(|value| !value.as_str().is_some_and(|text| words.contains(&text))) {
            found.push(format!("Invalid Action property value. Path: {}", path_of(name)));
        }
    };
    word("InvocationType", &["SYNCHRONOUS", "ASYNCHRONOUS"], parameters.get("InvocationType"), found);
    let response = parameters.get("ResponseValidation");
    let response_type = response.and_then(|response| response.get("ResponseType"));
    word("ResponseValidation.ResponseType", &["STRING_MAP", "JSON"], response_type, found);
    if parameters.get("LambdaInvocationAttributes").is_some_and(|attributes| !attributes.is_object()) {
        found.push(format!("Invalid Action property value. Path: {}", path_of("LambdaInvocationAttributes")));
    }
    check_ways_out(view, transitions, path, found);
}

/// A number or a number in text, from 1 to 8 seconds; an asynchronous invocation may take longer (U11).
fn check_time_limit(view: &View<'_>, parameters: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
    let Some(value) = parameters.get("InvocationTimeLimitSeconds") else {
        found.push(format!("Action is missing required property. Path: {path}"));
        return;
    };
    let asynchronous = parameters.get("InvocationType").and_then(Value::as_str) == Some("ASYNCHRONOUS");
    let most = match view.assumptions().asynchronous_limit {
        AsynchronousLimit::Sixty if asynchronous => 60,
        AsynchronousLimit::Sixty | AsynchronousLimit::Eight => 8,
    };
    let seconds = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    if !seconds.is_some_and(|seconds| (1..=most).contains(&seconds)) {
        found.push(format!("Invalid Action property value. Path: {path}"));
    }
}

/// The block leads on, has no conditions, and has the error branch that AWS demands.
fn check_ways_out(view: &View<'_>, transitions: &Map<String, Value>, path: &str, found: &mut Vec<String>) {
    if !transitions.contains_key("NextAction") {
        found.push(format!("Action is missing required property. Path: {path}.Transitions.NextAction"));
    }
    let items = |name: &str| transitions.get(name).and_then(Value::as_array).into_iter().flatten();
    if items("Conditions").next().is_some() {
        found.push(format!("Action does not support conditions. Path: {path}.Transitions.Conditions"));
    }
    let timeouts = view.assumptions().timeout_branch;
    let mut caught = false;
    for (number, error) in items("Errors").enumerate() {
        match error.get("ErrorType").and_then(Value::as_str) {
            Some("NoMatchingError") => caught = true,
            Some("Timeout" | "TimeLimitExceeded") if timeouts == TimeoutBranch::Accepted => {}
            other => found.push(format!(
                "Invalid Action error. Error: {}, Path: {path}.Transitions.Errors[{number}]",
                other.unwrap_or("null")
            )),
        }
    }
    if !caught {
        found.push(format!("Action is missing required error. Error: NoMatchingError, Path: {path}"));
    }
}

/// U0: what publishing checks of a function that a block names literally.
fn check_function(view: &View<'_>, arn: &str, path: &str, found: &mut Vec<String>) {
    let required = view.assumptions().lambda_reference;
    if required == LambdaReference::Unchecked || arn.starts_with('$') {
        return;
    }
    let function = FunctionName::parse(arn);
    let known = function.and_then(|name| {
        let (account, region) = (name.account?, name.region?);
        Some(view.state.function(&account, &region, &name.name).is_some())
    });
    let associated = instance(view).is_ok_and(|(_, instance)| {
        let associated = |arn| instance.associations.get(arn).is_some();
        associated(arn) || arn.rsplit_once(':').is_some_and(|(bare, _)| associated(bare))
    });
    let accepted = known == Some(true) && (associated || required == LambdaReference::Checked);
    if !accepted {
        found.push(format!("Invalid Action property value. Path: {path}"));
    }
}
