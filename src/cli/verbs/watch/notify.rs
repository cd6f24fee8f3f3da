//! Sends notifications to a webhook: in their order, each until it is taken or has failed too often. Where it goes is a
//! secret, and so is what it is signed with: neither is in any line or error.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::disk;
use crate::report::{Audience, notice_body};
use crate::resource::{Mask, SetName};
use crate::watch::Change;

/// How often a notification is tried, and the pause after the first try, which doubles.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_secs(1);
/// How long a try may take.
const WITHIN: Duration = Duration::from_secs(10);
/// So many notifications wait; what comes on top is lost, and that is reported.
const WAITING: usize = 1_000;
/// The most bytes of a file with a secret.
const MAX_SECRET: u64 = 16 << 10;

/// Where a secret comes from.
#[derive(Debug, Clone)]
pub(super) enum Secret {
    /// The value itself, from the environment.
    Value(String),
    /// A file, read anew for each notification, so that it can be exchanged.
    File(PathBuf),
}

/// Where notifications go.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    pub(super) audience: Audience,
    pub(super) url: Secret,
    /// Sent as `Authorization: Bearer`.
    pub(super) token: Option<Secret>,
    pub(super) mask: Mask,
    /// The pause after the first failed try.
    pub(super) pause: Duration,
}

impl Hook {
    pub(super) fn new(audience: Audience, url: Secret, token: Option<Secret>, mask: Mask) -> Self {
        Self { audience, url, token, mask, pause: PAUSE }
    }
}

/// Hears whether a notification was delivered, with why not.
pub(super) type Heard = Arc<dyn Fn(&SetName, Result<(), String>) + Send + Sync>;

/// Sends notifications from a task of its own.
pub(super) struct Notifier {
    queue: mpsc::Sender<(SetName, String)>,
    task: JoinHandle<()>,
    audience: Audience,
    heard: Heard,
}

impl Notifier {
    /// Begins to send.
    pub(super) fn start(hook: Hook, heard: Heard) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        let audience = hook.audience;
        let task = tokio::spawn(send_all(hook, waiting, Arc::clone(&heard)));
        Self { queue, task, audience, heard }
    }

    /// Sends what changed in a set's drift, when its turn comes.
    pub(super) fn send(&self, set: &SetName, time: &str, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        let body = notice_body(self.audience, set, time, changes);
        if self.queue.try_send((set.clone(), body)).is_err() {
            (self.heard)(set, Err("too many notifications are waiting".to_owned()));
        }
    }

    /// Waits until all is sent, or this time is over.
    pub(super) async fn end(self, within: Duration) {
        drop(self.queue);
        // What is not sent by then is lost with the process.
        let _ = tokio::time::timeout(within, self.task).await;
    }
}

async fn send_all(hook: Hook, mut waiting: mpsc::Receiver<(SetName, String)>, heard: Heard) {
    let mut builder = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    builder.set_proxy_config(Some(ProxyConfig::from_env()));
    let connector = builder.build();
    while let Some((set, body)) = waiting.recv().await {
        let sent = hook.deliver(&connector, &body).await;
        heard(&set, sent);
    }
}

/// Why a try failed, and whether another one may do better.
struct Failed {
    why: String,
    again: bool,
}

impl Hook {
    /// Tries until it is taken.
    async fn deliver(&self, connector: &Connector, body: &str) -> Result<(), String> {
        let mut pause = self.pause;
        for tries in 1.. {
            match self.once(connector, body).await {
                Ok(()) => break,
                Err(Failed { why, again }) if !again || tries == TRIES => return Err(why),
                Err(_) => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
            }
        }
        Ok(())
    }

    async fn once(&self, connector: &Connector, body: &str) -> Result<(), Failed> {
        let request = self.request(body).map_err(|why| Failed { why, again: false })?;
        let again = |why: &str| Failed { why: why.to_owned(), again: true };
        let answer = tokio::time::timeout(WITHIN, connector.call(request)).await;
        let answer = answer.map_err(|_| again("the webhook did not answer in time"))?;
        // What went wrong may hold the URL.
        let answer = answer.map_err(|_| again("the webhook could not be reached"))?;
        match answer.status().as_u16() {
            200..300 => Ok(()),
            status => {
                let why = format!("the webhook answered with status {status}");
                Err(Failed { why, again: matches!(status, 408 | 429 | 500..) })
            }
        }
    }

    fn request(&self, body: &str) -> Result<HttpRequest, String> {
        let url = self.read(&self.url, "URL")?;
        if !is_private(&url) {
            return Err("the webhook's URL is not https".to_owned());
        }
        let mut request = HttpRequest::new(SdkBody::from(body));
        let wrong = |_| "the webhook's URL is not a URL".to_owned();
        request.set_method("POST").map_err(|_| "the request could not be made".to_owned())?;
        request.set_uri(url).map_err(wrong)?;
        let headers = request.headers_mut();
        headers.insert("content-type", "application/json");
        headers.insert("content-length", body.len().to_string());
        headers.insert("user-agent", concat!("flowbind/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.token {
            let token = self.read(token, "token")?;
            let unfit = |_| "the webhook's token has characters that no header takes".to_owned();
            headers.try_insert("authorization", format!("Bearer {token}")).map_err(unfit)?;
        }
        Ok(request)
    }

    /// Reads a secret; from then on nothing that is written shows it.
    fn read(&self, secret: &Secret, what: &str) -> Result<String, String> {
        let text = match secret {
            Secret::Value(value) => value.clone(),
            Secret::File(path) => disk::read_text(path, MAX_SECRET).map_err(|error| {
                format!("the webhook's {what} cannot be read from {}: {error}", path.display())
            })?,
        };
        let text = text.trim().to_owned();
        self.mask.hide([text.as_str()]);
        Ok(text)
    }
}

/// Whether a URL shows nothing to others on the way.
fn is_private(url: &str) -> bool {
    let local = |rest: &str| {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        host == "localhost"
            || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    };
    url.starts_with("https://") || url.strip_prefix("http://").is_some_and(local)
}
