//! Who may talk to the emulator: programs on this machine, and no web page.
//!
//! A page of somebody else's site that is open in a browser can send requests to loopback. Its browser names the page in
//! `Origin`, or, where the site's name was made to resolve to loopback (DNS rebinding), the site in `Host`. Both are
//! refused before anything is counted or done.

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header::{HOST, ORIGIN};

/// Whether names in `Host` other than loopback's own are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// `localhost`, its subdomains and IP addresses.
    Loopback,
    /// Any, since the emulator listens for other machines.
    Any,
}

/// Says why a request is refused, if it is.
pub(crate) fn refusal(headers: &HeaderMap, hosts: Hosts) -> Option<String> {
    for origin in headers.get_all(ORIGIN) {
        let origin = origin.to_str().unwrap_or("?");
        let host = origin.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        if !host.is_some_and(|host| is_local(&host)) {
            return Some(format!("a web page of {origin} may not call the emulator"));
        }
    }
    if hosts == Hosts::Any {
        return None;
    }
    for host in headers.get_all(HOST) {
        let host = host.to_str().unwrap_or("?");
        if !host.parse::<Uri>().ok().and_then(|uri| uri.host().map(is_address_or_local)).unwrap_or(false) {
            return Some(format!(
                "the emulator is not {host}; call it as localhost or by its IP address, or start it with --allow-remote"
            ));
        }
    }
    None
}

/// SDKs put a bucket or an account in front of `localhost`; that name never resolves elsewhere (RFC 6761).
fn is_local(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let loopback = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    loopback || host == "localhost" || host.ends_with(".localhost")
}

fn is_address_or_local(host: &str) -> bool {
    is_local(host) || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn refused(host: &str, origin: Option<&str>, hosts: Hosts) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        refusal(&headers, hosts).is_some()
    }

    #[test]
    fn programs_on_this_machine_are_answered() {
        for host in
            ["localhost:4566", "127.0.0.1:4566", "[::1]:4566", "LOCALHOST", "a.localhost", "10.1.2.3:80"]
        {
            assert!(!refused(host, None, Hosts::Loopback), "{host}");
        }
        assert!(!refused("localhost:4566", Some("http://localhost:3000"), Hosts::Loopback));
    }

    #[test]
    fn web_pages_and_names_that_were_bent_to_loopback_are_refused() {
        assert!(refused("evil.example:4566", None, Hosts::Loopback));
        assert!(refused("localhost.evil.example", None, Hosts::Loopback));
        assert!(!refused("aws:4566", None, Hosts::Any));
        for origin in ["http://evil.example", "null", "https://localhost.evil.example", "file://"] {
            assert!(refused("localhost:4566", Some(origin), Hosts::Loopback), "{origin}");
            assert!(refused("aws:4566", Some(origin), Hosts::Any), "{origin}");
        }
    }
}
