//! The rates at which an embedded AWS answers: it reports them at `/_emulator/stats`, and nobody else does.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long the answer may take; it comes from this machine.
const WITHIN: Duration = Duration::from_secs(1);
/// The longest answer that is read: counters of some hundred operations.
const LONGEST: usize = 1 << 18;

/// How an embedded AWS limits requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum EmbeddedRates {
    /// Not at all.
    Off,
    /// At AWS's rates times a factor.
    Times(f64),
}

/// Asks what answers at the endpoint of all services; none if that is no embedded AWS, or not where all calls go.
pub(super) async fn ask(config: &SdkConfig) -> Option<EmbeddedRates> {
    let url = config.endpoint_url().filter(|url| !has_other_endpoints(config, url))?;
    let host = url.strip_prefix("http://")?.split('/').next()?;
    let address = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let answer = tokio::time::timeout(WITHIN, answer(&address, host)).await.ok()?.ok()?;
    read(&answer)
}

/// Whether a service has an endpoint of its own, as the SDK looks for it: one that has none answers with that of all.
fn has_other_endpoints(config: &SdkConfig, url: &str) -> bool {
    let Some(settings) = config.service_config() else { return false };
    if config.get_origin("endpoint_url").is_client_config() {
        return false;
    }
    ["Connect", "Lambda", "IAM", "STS"].into_iter().any(|service| {
        let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL");
        key.profile("endpoint_url")
            .build()
            .is_ok_and(|key| settings.load_config(key).is_some_and(|own| own != url))
    })
}

async fn answer(address: &str, host: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /_emulator/stats HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    while bytes.len() < LONGEST && !is_enough(&String::from_utf8_lossy(&bytes)) {
        let read = stream.read(&mut part).await?;
        if read == 0 {
            break;
        }
        bytes.extend_from_slice(part.get(..read).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// How the answer of an embedded AWS begins.
const OK: &str = "HTTP/1.1 200 ";

/// Returns whether the rest of an answer need not be waited for: it is whole, or not that of an embedded AWS.
fn is_enough(answer: &str) -> bool {
    if !answer.starts_with(OK) {
        return !OK.starts_with(answer);
    }
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return false };
    let length = head.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
        let value = name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())?;
        value.ok()
    });
    length.is_some_and(|length| body.len() >= length)
}

fn read(answer: &str) -> Option<EmbeddedRates> {
    let (_, body) = answer.strip_prefix(OK)?.split_once("\r\n\r\n")?;
    let stats: Value = serde_json::from_str(body).ok()?;
    stats.get("calls").filter(|calls| calls.is_object())?;
    match stats.get("rates")? {
        Value::Null => Some(EmbeddedRates::Off),
        factor => {
            let factor = factor.as_f64().filter(|factor| factor.is_finite() && *factor > 0.0)?;
            Some(EmbeddedRates::Times(factor))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_embedded_aws_says_its_rates() {
        let ok = |body: &str| read(&format!("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{body}"));
        assert_eq!(ok(r#"{"calls":{},"rates":20.0}"#), Some(EmbeddedRates::Times(20.0)));
        assert_eq!(ok(r#"{"calls":{},"rates":null}"#), Some(EmbeddedRates::Off));
        for rates in [r#""fast""#, "0", "-1", "1e999", "[]"] {
            assert_eq!(ok(&format!(r#"{{"calls":{{}},"rates":{rates}}}"#)), None, "{rates}");
        }
        for other in ["", "{}", r#"{"calls":{}}"#, r#"{"rates":null}"#, "<html>", "[20]"] {
            assert_eq!(ok(other), None, "{other}");
        }
        assert_eq!(read("HTTP/1.1 404 Not Found\r\n\r\n{\"rates\":20.0}"), None);
        assert_eq!(read("nonsense"), None);
    }

    #[test]
    fn nothing_is_waited_for_that_would_not_count() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{ }";
        for end in 0..whole.len() {
            assert!(!is_enough(&whole[..end]), "{}", &whole[..end]);
        }
        assert!(is_enough(whole));
        assert!(!is_enough("HTTP/1.1 200 OK\r\n\r\n{}"), "it goes on until the connection is closed");
        for other in ["HTTP/1.1 404", "HTTP/1.0 200 OK", "SSH-2.0-OpenSSH", "\0"] {
            assert!(is_enough(other), "{other}");
        }
    }
}
