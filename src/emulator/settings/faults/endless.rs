//! Lists that never end: whatever page is asked for, the first one comes, with the same token behind it, or with
//! another one each time.

use serde_json::{Value, json};

use crate::emulator::call::Call;
use crate::emulator::wire::{Reply, Service};

const TOKENS: &[&str] = &["nextToken", "NextToken", "Marker"];

/// Makes a request for any page one for the first.
pub(crate) fn to_first_page(call: &mut Call) {
    call.query.retain(|(name, _)| !TOKENS.contains(&name.as_str()));
    if let Value::Object(members) = &mut call.body {
        members.retain(|name, _| !TOKENS.contains(&name.as_str()));
    }
}

/// Puts the token of another page into an answer.
pub(crate) fn with_token(mut reply: Reply, service: Service, token: &str) -> Reply {
    let members: &[(&str, Value)] = match service {
        Service::Connect => &[("NextToken", json!(token))],
        Service::Lambda => &[("NextMarker", json!(token))],
        Service::Iam | Service::Sts => &[("IsTruncated", json!(true)), ("Marker", json!(token))],
    };
    if let Value::Object(body) = &mut reply.body {
        body.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    reply
}
