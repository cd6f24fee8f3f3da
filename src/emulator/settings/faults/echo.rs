//! A refusal that repeats the request's texts as services, gateways and proxies do: quoted, escaped, encoded, cut short.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::emulator::call::Call;
use crate::emulator::wire::{ApiError, percent_encode};

/// The most characters of a text that are repeated, but for what is cut shorter.
const REPEATED: usize = 2_000;
/// The characters that are left of a text that is cut short.
const CUT: usize = 14;

/// Refuses a call with its texts in the message.
pub(crate) fn refusal(call: &Call) -> ApiError {
    let mut texts = Vec::new();
    leaves(&call.body, &mut texts);
    // Clients may cut a message: a package comes last.
    texts.sort_by_key(|text| text.len());
    let said: Vec<String> = texts.into_iter().map(repeated).collect();
    call.invalid(format!("the request cannot be accepted: {}", said.join("; ")))
}

fn leaves<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, texts)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, texts)),
        _ => {}
    }
}

fn repeated(text: &str) -> String {
    let text: String = text.chars().take(REPEATED).collect();
    let cut: String = text.chars().take(CUT).collect();
    let json = Value::from(text.as_str()).to_string();
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let encoded = percent_encode(&text);
    let base64 = STANDARD.encode(format!("{{\"Value\":{json}}}"));
    format!("'{text}' {json} {html} {encoded} {base64} {} '{cut}...'", text.to_uppercase())
}
