//! Invoking a function: what a request asks for, checked, with everything that is needed to run it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::configuration::is_image;
use super::functions::resolve;
use super::lookup::{function, qualifier};
use super::writes::check_invocable;
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::View;
use crate::emulator::run::{Configuration, FunctionId, Invocation, Waiting};
use crate::emulator::state::arn;
use crate::emulator::wire::ApiError;

pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    action: "InvokeFunction",
    ..lambda(
        "Invoke",
        "POST",
        "/2015-03-31/functions/{FunctionName}/invocations",
        Resource::Function,
        Handler::Invoke(invoke),
    )
}];

/// The largest event of a caller that waits, and of one that does not, in bytes (Lambda quotas).
const MOST_WAITING: usize = 6_291_456;
const MOST_EVENT: usize = 1_048_576;
/// The longest client context, in base64 (Invoke).
const MOST_CONTEXT: usize = 3_583;

fn invoke(view: &View<'_>) -> Result<Invocation, ApiError> {
    let call = view.call;
    let (waiting, limit) = match call.header("x-amz-invocation-type") {
        None | Some("RequestResponse") => (Waiting::RequestResponse, MOST_WAITING),
        Some("Event") => (Waiting::Event, MOST_EVENT),
        Some("DryRun") => (Waiting::DryRun, MOST_WAITING),
        Some(other) => {
            return Err(call.invalid(format!(
                "InvocationType must be one of RequestResponse, Event, DryRun, it is {other}"
            )));
        }
    };
    let (name, function) = function(view)?;
    let resolved = resolve(call, &name.name, function, qualifier(call, &name)?)?;
    check_invocable(call, &name.name, function, view.now)?;
    let payload = payload(call, limit)?;
    let mut invoked = arn::function(&call.account, &call.region, &name.name);
    if let Some(qualifier) = &resolved.qualifier {
        invoked = format!("{invoked}:{qualifier}");
    }
    Ok(Invocation {
        function: FunctionId {
            account: call.account.clone(),
            region: call.region.clone(),
            name: name.name.clone(),
        },
        arn: invoked,
        configuration: configuration(resolved.configuration),
        version: resolved.version,
        reserved: function.reserved_concurrency,
        payload,
        client_context: client_context(call)?,
        tail: call.header("x-amz-log-type") == Some("Tail"),
        waiting,
    })
}

/// The event: any JSON text, `{}` where there is none.
fn payload(call: &Call, limit: usize) -> Result<Vec<u8>, ApiError> {
    let size = call.payload.len();
    if size > limit {
        let kind = call.header("x-amz-invocation-type").unwrap_or("RequestResponse");
        let message = format!(
            "{size} byte payload is too large for the {kind} invocation type (service limit {limit} bytes)"
        );
        return Err(ApiError::new(413, "RequestTooLargeException", message));
    }
    if call.payload.is_empty() {
        return Ok(b"{}".to_vec());
    }
    match serde_json::from_slice::<IgnoredAny>(&call.payload) {
        Ok(_) => Ok(call.payload.clone()),
        Err(error) => Err(ApiError::new(
            400,
            "InvalidRequestContentException",
            format!("Could not parse request body into json: Could not parse payload into json: {error}"),
        )),
    }
}

/// The client context as JSON.
fn client_context(call: &Call) -> Result<Option<String>, ApiError> {
    let Some(sent) = call.header("x-amz-client-context") else { return Ok(None) };
    let text = (sent.len() <= MOST_CONTEXT)
        .then(|| STANDARD.decode(sent).ok())
        .flatten()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .filter(Value::is_object);
    let text = text.ok_or_else(|| {
        let message = format!(
            "Client context must be a valid Base64-encoded JSON object of at most {MOST_CONTEXT} bytes."
        );
        ApiError::new(400, "InvalidRequestContentException", message)
    })?;
    // One line of a header, in ASCII: what is beyond is escaped.
    let ascii = text.to_string().chars().fold(String::new(), |mut line, c| {
        let mut units = [0; 2];
        match c {
            ' '..='~' => line.push(c),
            c => c.encode_utf16(&mut units).iter().for_each(|unit| line.push_str(&format!("\\u{unit:04x}"))),
        }
        line
    });
    Ok(Some(ascii))
}

/// What a version declares, for whom runs it.
fn configuration(members: &Map<String, Value>) -> Configuration {
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str, default| members.get(name).and_then(Value::as_u64).unwrap_or(default);
    let members_of = |pointer: &str| json!(members).pointer(pointer).and_then(Value::as_object).cloned();
    let variables = members_of("/Environment/Variables").unwrap_or_default();
    Configuration {
        revision: text("RevisionId"),
        runtime: if is_image(members) { String::new() } else { text("Runtime") },
        handler: text("Handler"),
        memory: number("MemorySize", 128),
        timeout: number("Timeout", 3),
        storage: members_of("/EphemeralStorage").and_then(|of| of.get("Size")?.as_u64()).unwrap_or(512),
        variables: variables
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect(),
        code: text("CodeSha256"),
    }
}
