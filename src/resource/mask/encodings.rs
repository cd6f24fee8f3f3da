//! How AWS, the libraries between it and flowbind, and flowbind itself write a text.

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Returns a value in every encoding, itself among them.
pub(super) fn encodings(value: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([value.to_owned()]);
    // Other cases of ASCII letters are found anyway.
    all.insert(value.to_uppercase());
    all.insert(value.to_lowercase());
    let json = json(value);
    for text in [value, json.as_str()] {
        all.extend([percent(text, b"-._~"), form(text), percent(text, b"-._~!*'();:@&=+$,/?#[]")]);
        all.insert(percent(&percent(text, b"-._~"), b"-._~"));
        for quote in ["&quot;", "&#34;", "\""] {
            all.extend(["&#39;", "&#x27;", "&apos;", "'"].map(|apostrophe| html(text, quote, apostrophe)));
        }
        all.extend(base64(text));
    }
    let escaped = [
        json.clone(),
        json.replace('/', "\\/"),
        ascii_json(&json),
        careful_json(&json),
        controls(value),
        debug(value),
        value.replace('\'', "''"),
    ];
    for text in escaped {
        // In a log in JSON, or in an answer inside of an answer, it is escaped once more.
        let again = self::json(&text);
        all.insert(self::json(&again));
        all.extend([again, text]);
    }
    all
}

/// As JSON, without the quotes.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// JSON that has nothing but ASCII.
fn ascii_json(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            escape(c, &mut out);
        }
    }
    out
}

/// JSON that may stand in HTML, as Go and Gson write it.
fn careful_json(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        match c {
            '&' | '<' | '>' | '\'' | '=' | '\u{2028}' | '\u{2029}' => escape(c, &mut out),
            c => out.push(c),
        }
    }
    out
}

fn escape(c: char, out: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// Escapes alone what steers a terminal.
fn controls(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => escape(c, &mut out),
            c => out.push(c),
        }
    }
    out
}

/// As Rust quotes text, without the quotes.
fn debug(text: &str) -> String {
    let quoted = format!("{text:?}");
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(text: &str, kept: &[u8]) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// As forms are sent.
fn form(text: &str) -> String {
    percent(text, b"-._* ").replace(' ', "+")
}

fn html(text: &str, quote: &str, apostrophe: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str(quote),
            '\'' => out.push_str(apostrophe),
            c => out.push(c),
        }
    }
    out
}

/// As it stands in the base64 of anything that holds it, for it may begin at each of three places of a group.
fn base64(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (before, skipped) in [(0, 0), (1, 2), (2, 3)] {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(text.as_bytes());
        // The last character depends on what follows, unless it ends a group.
        let certain = bytes.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            // A few characters would be found in any base64.
            all.extend(encoded.get(skipped..certain).filter(|text| text.len() >= 8).map(str::to_owned));
        }
    }
    all
}
