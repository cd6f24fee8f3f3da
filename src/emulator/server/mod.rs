//! One request from its arrival to its answer: who calls what, what is injected, what is limited, then the operation.

pub(crate) mod connection;
pub(crate) mod core;
mod front_door;
mod inner;
mod passage;
pub(crate) mod stats;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::connection::Cut;
use self::core::Core;
use self::passage::{Admitted, InPlace, Incoming, Outcome};
use crate::emulator::registry;
use crate::emulator::run::Invoked;
use crate::emulator::settings::faults::FalseAnswer;
use crate::emulator::wire::{self, ApiError, RawRequest, Scope, Service};

/// The longest body that is read: a zip package of 50 MB in base64, and some.
const MAX_BODY: usize = 80 * 1024 * 1024;

/// Answers every request.
pub(crate) async fn handle(
    Shared(core): Shared<Arc<Core>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response<Body> {
    if let Some(why) = front_door::refusal(request.headers(), core.hosts()) {
        tracing::warn!("refused: {why}");
        return plain(StatusCode::FORBIDDEN, "text/plain", format!("{why}\n"));
    }
    let path = request.uri().path();
    match (request.method().as_str(), path) {
        ("GET", "/healthz") => plain(StatusCode::OK, "text/plain", "ok\n".to_owned()),
        ("GET", "/_emulator/stats") => match serde_json::to_string(&core.stats()) {
            Ok(text) => plain(StatusCode::OK, "application/json", text),
            Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string()),
        },
        ("POST", "/_emulator/thaw") => {
            core.thaw();
            plain(StatusCode::OK, "application/json", "{}".to_owned())
        }
        ("POST", "/_emulator/reset") => {
            core.reset();
            plain(StatusCode::OK, "application/json", "{}".to_owned())
        }
        _ => aws(core, cut, request).await,
    }
}

fn plain(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    response
}

async fn aws(core: Arc<Core>, cut: Cut, request: Request) -> Response<Body> {
    let _arrived = core.under_way.arrives();
    let read = read(request).await;
    cut.whole();
    let (incoming, service) = match read {
        Ok(read) => read,
        Err((service, error)) => return wire::respond(service, "", &Err(error), &core.request_id()),
    };
    let admitted = core.admit(incoming);
    if !admitted.delay.is_zero() {
        tokio::time::sleep(admitted.delay).await;
    }
    let request_id = admitted.request_id.clone();
    let name = admitted.name.clone();
    let functions = Arc::clone(&core.functions);
    match execute(core, admitted, service).await {
        Outcome::Run(invocation, in_place) => {
            let answer = match functions.invoke(*invocation, &request_id).await {
                Ok(done) => invoked(done, &request_id),
                Err(error) => wire::respond(service, &name, &Err(error), &request_id),
            };
            match in_place {
                InPlace::Nothing => answer,
                InPlace::False(FalseAnswer::Internal) => {
                    wire::respond(service, &name, &Err(ApiError::internal(service)), &request_id)
                }
                InPlace::False(instead) => falsely(instead, answer).await,
                InPlace::Drop => {
                    cut.cut();
                    plain(StatusCode::OK, "text/plain", String::new())
                }
            }
        }
        Outcome::Answer(answer) => wire::respond(service, &name, &answer, &request_id),
        Outcome::False(instead, answer) => {
            falsely(instead, wire::respond(service, &name, &answer, &request_id)).await
        }
        Outcome::Unknown => unknown(service, &name, &request_id),
        Outcome::Drop => {
            cut.cut();
            plain(StatusCode::OK, "text/plain", String::new())
        }
        Outcome::Killed => std::process::exit(137),
    }
}

/// Carries a request out. While the world is frozen nothing is done and nothing is answered.
async fn execute(core: Arc<Core>, mut admitted: Admitted, service: Service) -> Outcome {
    let outcome = loop {
        let executed = if core.writes_files() {
            // Saving the state waits for the disk.
            let core = Arc::clone(&core);
            match tokio::task::spawn_blocking(move || core.execute(admitted)).await {
                Ok(executed) => executed,
                Err(_) => Ok(Outcome::Answer(Err(ApiError::internal(service)))),
            }
        } else {
            core.execute(admitted)
        };
        match executed {
            Ok(outcome) => break outcome,
            Err(waiting) => admitted = *waiting,
        }
        core.until_thawed().await;
    };
    core.until_thawed().await;
    outcome
}

/// The answer of a function.
fn invoked(done: Invoked, request_id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(done.payload));
    *response.status_mut() = StatusCode::from_u16(done.status).unwrap_or(StatusCode::OK);
    let tail = done.tail.map(|tail| STANDARD.encode(tail));
    for (name, value) in [
        ("content-type", Some("application/json")),
        ("x-amzn-requestid", Some(request_id)),
        ("x-amz-executed-version", Some(done.version.as_str())),
        ("x-amz-function-error", done.failed.then_some("Unhandled")),
        ("x-amz-log-result", tail.as_deref()),
        ("x-flowbind-example", done.example.then_some("no code ran")),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// What comes in place of an answer.
async fn falsely(instead: FalseAnswer, real: Response<Body>) -> Response<Body> {
    match instead {
        FalseAnswer::Html => {
            plain(StatusCode::OK, "text/html", "<!DOCTYPE html><title>Sign in</title><p>Sign in\n".to_owned())
        }
        FalseAnswer::Empty => Response::new(Body::empty()),
        FalseAnswer::Braces => plain(StatusCode::OK, "application/json", "{}".to_owned()),
        FalseAnswer::Hang => std::future::pending().await,
        FalseAnswer::Internal => real,
        FalseAnswer::Truncated => {
            let (parts, body) = real.into_parts();
            let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
            Response::from_parts(parts, Body::from(whole.slice(..whole.len() / 2)))
        }
    }
}

/// An operation that the emulator does not have.
fn unknown(service: Service, name: &str, request_id: &str) -> Response<Body> {
    let instead = registry::absent::instead(service, name).map(|instead| format!(": {instead}"));
    let message = format!("the embedded AWS does not have {name}{}", instead.unwrap_or_default());
    let body = json!({ "Message": message });
    let mut response = plain(StatusCode::NOT_IMPLEMENTED, "application/json", body.to_string());
    let headers = response.headers_mut();
    headers.insert("x-amzn-errortype", HeaderValue::from_static("UnknownOperationException"));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", value);
    }
    response
}

/// Reads a request as far as its service, or says what is wrong with it in the words of a service.
async fn read(request: Request) -> Result<(Incoming, Service), (Service, ApiError)> {
    let (parts, body) = request.into_parts();
    let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scope = Scope::parse(header).ok_or_else(|| {
        let message = "Missing Authentication Token: the request has no SigV4 Authorization header";
        (Service::Connect, ApiError::new(403, "MissingAuthenticationTokenException", message))
    })?;
    let service = Service::from_signing_name(&scope.service).ok_or_else(|| {
        tracing::warn!(service = scope.service, "unknown service");
        let message = format!("the embedded AWS does not have the service {}", scope.service);
        (Service::Connect, ApiError::new(501, "UnknownOperationException", message))
    })?;
    let bytes = to_bytes(body, MAX_BODY).await.map_err(|error| {
        (service, ApiError::new(413, "RequestEntityTooLargeException", error.to_string()))
    })?;
    let mut raw = RawRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: wire::parse_query(parts.uri.query().unwrap_or_default()),
        headers: amazon_headers(&parts.headers),
        ..RawRequest::default()
    };
    if registry::takes_payload(service, &raw) {
        raw.payload = bytes.to_vec();
        raw.body = json!({});
        return Ok((Incoming { scope, service, raw }, service));
    }
    let text = String::from_utf8(bytes.to_vec())
        .map_err(|_| (service, ApiError::invalid(service, "the body is not UTF-8")))?;
    raw.body = parse_body(service, &text).map_err(|error| (service, error))?;
    Ok((Incoming { scope, service, raw }, service))
}

/// The headers that are AWS's own.
fn amazon_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let own = headers.iter().filter(|(name, _)| name.as_str().starts_with("x-amz-"));
    own.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}

fn parse_body(service: Service, text: &str) -> Result<Value, ApiError> {
    if service.is_query() {
        return Ok(wire::parse_form(text));
    }
    if text.trim().is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(Value::Object(members)),
        Ok(_) => Err(ApiError::new(400, "SerializationException", "the body is not a JSON object")),
        Err(error) => Err(ApiError::new(400, "SerializationException", error.to_string())),
    }
}
