//! SARIF 2.1.0, as GitHub code scanning and editors read it.
//!
//! Beside the OASIS standard, GitHub's page "SARIF support for code scanning" decides what is written: relative URIs,
//! lines and columns from 1, a fingerprint that outlives moved lines, a category in `automationDetails`.

use std::collections::BTreeMap;

use super::visible::{document, visible};
use crate::resource::{Address, said_of, sha256};
use log::*;

mod drift;
pub(super) mod log;
mod problems;

pub use drift::drift_sarif;
pub use problems::{failed_sarif, problems_sarif};

/// Where the schema of the standard lies.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The version of the standard.
const VERSION: &str = "2.1.0";

/// Writes a log of one run, with a line break at its end. `category` is GitHub's, such as `flowbind/lint/`.
///
/// # Errors
/// None that this data can cause.
pub(super) fn write(
    category: &str,
    rules: Vec<ReportingDescriptor>,
    invocation: Invocation,
    results: Vec<SarifResult>,
) -> serde_json::Result<String> {
    let driver = Driver { name: "flowbind", semantic_version: env!("CARGO_PKG_VERSION"), rules };
    document(&Log {
        schema: SCHEMA,
        version: VERSION,
        runs: [Run {
            tool: Tool { driver },
            automation_details: AutomationDetails { id: category },
            column_kind: "unicodeCodePoints",
            invocations: [invocation],
            results,
        }],
    })
}

/// Writes a message with the address that it is about in front.
fn about(address: Option<&Address>, message: &str) -> String {
    let Some(address) = address.map(ToString::to_string) else { return message.to_owned() };
    let (parts, said) = said_of(&address, message);
    format!("{address}{parts}{said}")
}

/// Makes what stays the same while a result lasts out of a text that tells it; equal texts are told apart by their order.
fn fingerprint(text: String, seen: &mut BTreeMap<String, u32>) -> String {
    let nth = seen.entry(text.clone()).or_default();
    *nth += 1;
    sha256(format!("{text}\0{nth}"))[..16].to_owned()
}

/// Writes a code as the standard wants names: `unreachable-block` is `UnreachableBlock`.
pub(super) fn pascal(code: &str) -> String {
    let words = code.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

/// Creates the place in a file.
pub(super) fn physical(file: &str, region: Option<Region>) -> PhysicalLocation {
    PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(file) }, region }
}

/// Creates a message that stays on one line and holds no link and no placeholder of the standard (3.11.5 and 3.11.6).
pub(super) fn plain(text: &str) -> String {
    let text = text.split('\n').map(visible).collect::<Vec<_>>().join("\n");
    let text = if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let number = after.split('}').next().filter(|inside| inside.len() < after.len());
        let placeholder =
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        out.push_str(before);
        out.push_str(if placeholder { "{{" } else { "{" });
        rest = after;
    }
    out + rest
}

/// Creates a URI reference of a path: relative where the path is, with everything escaped that a path segment may not
/// hold (RFC 3986, 3.3). A colon in the first segment would read as a scheme.
pub(super) fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut out = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => {
                out.push('%');
                out.extend(
                    [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
                );
            }
        }
    }
    out
}
