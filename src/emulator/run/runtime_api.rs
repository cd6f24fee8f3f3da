//! The Lambda Runtime API (2018-06-01) of one execution environment, on a loopback port of its own.
//!
//! Page: "Using the Lambda runtime API for custom runtimes". The clients of runtimes know a host and a port and nothing
//! else, so there is no secret in its path. Where the system says whose a connection is, others than the processes of the
//! environment are refused.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use super::failure::MAX_ANSWER;
use super::usage;

const PREFIX: &str = "/2018-06-01/runtime/";

/// One invocation, as the runtime gets it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) id: String,
    pub(super) payload: Vec<u8>,
    /// Milliseconds since the epoch.
    pub(super) deadline: u64,
    pub(super) arn: String,
    pub(super) client_context: Option<String>,
}

/// What the runtime posted for an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Posted {
    Answer(Bytes),
    Error(Bytes),
    /// More bytes than an answer may have.
    TooLarge(usize),
}

/// What a runtime has done so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// How often it asked for work.
    pub(super) asked: u64,
    /// The last invocation that it posted anything for, and what.
    pub(super) posted: Option<(String, Posted)>,
    /// Why it cannot start.
    pub(super) init_error: Option<Bytes>,
}

/// The API of one environment.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    pub(super) work: mpsc::Sender<Work>,
    pub(super) seen: watch::Receiver<Seen>,
    /// The process that those of the function are below, once it is there.
    pub(super) above: Arc<OnceLock<u32>>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Api {
    address: SocketAddr,
    work: Mutex<mpsc::Receiver<Work>>,
    seen: watch::Sender<Seen>,
    current: std::sync::Mutex<Option<String>>,
    above: Arc<OnceLock<u32>>,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (work, receiver) = mpsc::channel(1);
        let (sender, seen) = watch::channel(Seen::default());
        let above = Arc::default();
        let api = Api {
            address,
            work: Mutex::new(receiver),
            seen: sender,
            current: std::sync::Mutex::default(),
            above: Arc::clone(&above),
        };
        let router = Router::new().fallback(handle).with_state(Arc::new(api));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, service).await {
                tracing::warn!(%error, "a Runtime API ended");
            }
        });
        Ok(Self { address, work, seen, above, server })
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    if !is_runtime(request.headers(), api.address) || !is_own(peer, api.address, api.above.get().copied()) {
        return answer(StatusCode::FORBIDDEN, "Forbidden");
    }
    let path = request.uri().path().to_owned();
    let Some(path) = path.strip_prefix(PREFIX) else { return answer(StatusCode::NOT_FOUND, "NotFound") };
    match (request.method().as_str(), path.split('/').collect::<Vec<_>>().as_slice()) {
        ("GET", ["invocation", "next"]) => next(&api).await,
        ("POST", ["init", "error"]) => {
            let body = read(request).await.unwrap_or_default();
            api.seen.send_modify(|seen| seen.init_error = Some(body));
            answer(StatusCode::ACCEPTED, "OK")
        }
        ("POST", ["invocation", id, what @ ("response" | "error")]) => {
            if api.current.lock().is_ok_and(|current| current.as_deref() != Some(id)) {
                return answer(StatusCode::BAD_REQUEST, "InvalidRequestID");
            }
            let (posted, status) = match read(request).await {
                Ok(body) if *what == "error" => (Posted::Error(body), StatusCode::ACCEPTED),
                Ok(body) => (Posted::Answer(body), StatusCode::ACCEPTED),
                Err(size) => (Posted::TooLarge(size), StatusCode::PAYLOAD_TOO_LARGE),
            };
            let id = (*id).to_owned();
            api.seen.send_modify(|seen| {
                // The first one counts.
                if seen.posted.as_ref().is_none_or(|(of, _)| *of != id) {
                    seen.posted = Some((id, posted));
                }
            });
            answer(status, if status == StatusCode::ACCEPTED { "OK" } else { "RequestEntityTooLarge" })
        }
        _ => answer(StatusCode::NOT_FOUND, "NotFound"),
    }
}

/// No web page, by whatever name it calls this machine.
fn is_runtime(headers: &HeaderMap, address: SocketAddr) -> bool {
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let named = |host: &str| host == address.to_string() || host == format!("localhost:{}", address.port());
    !headers.contains_key("origin") && host.is_none_or(named)
}

/// Whether a connection is one of the processes below; where that is not known, whether it is this user's, or that of whom
/// functions run as; yes where neither is known.
fn is_own(peer: SocketAddr, address: SocketAddr, above: Option<u32>) -> bool {
    let Ok(table) = std::fs::read_to_string("/proc/net/tcp") else { return true };
    let Some((user, inode)) = owner(&table, peer, address) else { return true };
    let own = rustix::process::geteuid().as_raw();
    let above = above.and_then(|above| i32::try_from(above).ok());
    let has = above.and_then(|above| usage::has_socket(above, inode));
    has.unwrap_or(user == own || Some(user) == super::interpreter::instead_of_root())
}

/// Finds the user and the number of a connection in the system's table.
fn owner(table: &str, from: SocketAddr, to: SocketAddr) -> Option<(u32, u64)> {
    let written = |address: SocketAddr| match address {
        SocketAddr::V4(v4) => Some(format!("{:08X}:{:04X}", u32::from_le_bytes(v4.ip().octets()), v4.port())),
        SocketAddr::V6(_) => None,
    };
    let (from, to) = (written(from)?, written(to)?);
    table.lines().find_map(|line| {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let found = *parts.get(1)? == from && *parts.get(2)? == to;
        found.then(|| Some((parts.get(7)?.parse().ok()?, parts.get(9)?.parse().ok()?)))?
    })
}

async fn next(api: &Api) -> Response<Body> {
    api.seen.send_modify(|seen| seen.asked += 1);
    let Some(work) = api.work.lock().await.recv().await else {
        // The environment is being ended.
        return answer(StatusCode::GONE, "Gone");
    };
    if let Ok(mut current) = api.current.lock() {
        *current = Some(work.id.clone());
    }
    let mut response = Response::new(Body::from(work.payload));
    let trace = format!("Root=1-00000000-{};Parent=0000000000000000;Sampled=0", "0".repeat(24));
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set("content-type", "application/json");
    set("lambda-runtime-aws-request-id", &work.id);
    set("lambda-runtime-deadline-ms", &work.deadline.to_string());
    set("lambda-runtime-invoked-function-arn", &work.arn);
    set("lambda-runtime-trace-id", &trace);
    if let Some(context) = &work.client_context {
        set("lambda-runtime-client-context", context);
    }
    response
}

/// Reads a body, or says how long it is when that is too long.
async fn read(request: Request) -> Result<Bytes, usize> {
    use axum::body::HttpBody as _;
    let declared =
        request.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    let mut body = request.into_body();
    if declared.is_some_and(|size: usize| size > MAX_ANSWER) {
        // It is read to its end, or the runtime never gets to the answer.
        let mut left = declared.unwrap_or_default();
        while let Some(Ok(frame)) =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await
        {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        }
        return Err(declared.unwrap_or_default());
    }
    to_bytes(body, MAX_ANSWER).await.map_err(|_| declared.unwrap_or(MAX_ANSWER + 1))
}

fn answer(status: StatusCode, what: &str) -> Response<Body> {
    let body = match status {
        StatusCode::ACCEPTED => format!("{{\"status\":\"{what}\"}}\n"),
        _ => format!("{{\"errorType\":\"{what}\",\"errorMessage\":\"{what}\"}}\n"),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_of_a_connection_is_read_from_the_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 12345 1\n";
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        assert_eq!(owner(table, at(8080), at(50_000)), Some((1000, 12345)));
        assert_eq!(owner(table, at(50_000), at(8080)), None);
    }

    #[test]
    fn web_pages_are_no_runtime() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 4000));
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect()
        };
        assert!(is_runtime(&headers(&[("host", "127.0.0.1:4000")]), address));
        assert!(!is_runtime(&headers(&[("host", "evil.example:4000")]), address));
        assert!(!is_runtime(&headers(&[("host", "127.0.0.1:4000"), ("origin", "null")]), address));
    }
}
