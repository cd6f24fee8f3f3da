//! What a process that stays answers over HTTP: whether it lives, what monitoring scrapes, a page for people, and a request
//! for a round. On loopback unless its user says otherwise.
//!
//! Nothing here writes to AWS. A page of somebody else's site that is open in a browser can send requests to loopback: it is
//! refused by `Host` and `Origin`, before anything is done.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use tokio::net::TcpListener;

use super::asks::Asks;

/// What is answered with: read anew for each request.
pub(super) trait Answers: Send + Sync + 'static {
    /// Whether every set has had a round.
    fn is_ready(&self) -> bool;
    /// The metrics.
    fn metrics(&self) -> Result<String, std::fmt::Error>;
    /// The page for people, or that of one set.
    fn page(&self, set: Option<&str>) -> Option<String>;
}

struct Shared<A> {
    answers: A,
    asks: Asks,
    /// Whether names in `Host` other than loopback's own are taken.
    any_host: bool,
}

/// Answers until it is dropped.
pub(super) async fn serve(
    listener: TcpListener,
    answers: impl Answers,
    asks: Asks,
    any_host: bool,
) -> std::io::Result<()> {
    let shared = Arc::new(Shared { answers, asks, any_host });
    let router = Router::new().fallback(handle).with_state(shared);
    axum::serve(listener, router).await
}

async fn handle<A: Answers>(State(shared): State<Arc<Shared<A>>>, request: Request) -> Response<Body> {
    if let Some(why) = refusal(request.headers(), shared.any_host) {
        return text(StatusCode::FORBIDDEN, format!("{why}\n"));
    }
    let (method, path) = (request.method().as_str(), request.uri().path());
    let reads = matches!(method, "GET" | "HEAD");
    match path {
        "/healthz" if reads => text(StatusCode::OK, "ok\n".to_owned()),
        "/readyz" if reads => match shared.answers.is_ready() {
            true => text(StatusCode::OK, "ready\n".to_owned()),
            false => text(StatusCode::SERVICE_UNAVAILABLE, "the first round has not ended\n".to_owned()),
        },
        "/metrics" if reads => match shared.answers.metrics() {
            Ok(metrics) => answer(StatusCode::OK, super::metrics::CONTENT_TYPE, metrics),
            Err(_) => {
                text(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written\n".to_owned())
            }
        },
        "/reconcile" if method == "POST" => {
            shared.asks.round();
            text(StatusCode::ACCEPTED, "a round starts now\n".to_owned())
        }
        "/reconcile" => not_allowed("POST"),
        "/healthz" | "/readyz" | "/metrics" => not_allowed("GET"),
        _ => match page(path).map(|set| shared.answers.page(set)) {
            Some(_) if !reads => not_allowed("GET"),
            Some(Some(page)) => html(page),
            Some(None) | None => text(StatusCode::NOT_FOUND, "there is no such page\n".to_owned()),
        },
    }
}

/// The set that a path names, if it is that of a page.
fn page(path: &str) -> Option<Option<&str>> {
    match path.strip_prefix("/set/") {
        Some(set) => Some(Some(set)),
        None => (path == "/").then_some(None),
    }
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

fn text(status: StatusCode, body: String) -> Response<Body> {
    answer(status, "text/plain; charset=utf-8", body)
}

fn html(page: String) -> Response<Body> {
    let mut response = answer(StatusCode::OK, "text/html; charset=utf-8", page);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; \
                  form-action 'none'";
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response.headers_mut().insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    response
}

fn not_allowed(method: &'static str) -> Response<Body> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, format!("only {method}\n"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
    response
}

/// Says why a request is refused, if it is.
fn refusal(headers: &HeaderMap, any_host: bool) -> Option<String> {
    let named = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
    let host = |text: &str| text.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    if let Some(origin) = named(ORIGIN).find(|origin| !host(origin).is_some_and(|host| is_loopback(&host))) {
        return Some(format!("a web page of {origin} may not use this server"));
    }
    if any_host {
        return None;
    }
    let foreign =
        named(HOST).find(|name| !host(name).is_some_and(|host| is_loopback(&host) || is_ip(&host)))?;
    Some(format!(
        "this server is not {foreign}; call it as localhost or by its IP address, or start it with --allow-remote"
    ))
}

fn is_ip(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}

fn is_loopback(host: &str) -> bool {
    let loopback = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    loopback.is_ok_and(|ip| ip.is_loopback()) || host.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: &str, origin: Option<&str>, any_host: bool) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        refusal(&headers, any_host).is_some()
    }

    #[test]
    fn a_page_of_another_site_and_a_name_that_was_bent_to_loopback_are_refused() {
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "10.0.0.7:8080"] {
            assert!(!refused(host, None, false), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:8080", "a.localhost", ""] {
            assert!(refused(host, None, false), "{host}");
        }
        assert!(!refused("flowbind.svc:8080", None, true));
        assert!(refused("flowbind.svc:8080", Some("http://evil.example"), true));
        assert!(refused("localhost:8080", Some("null"), false));
        assert!(!refused("localhost:8080", Some("http://localhost:8080"), false));
    }
}
