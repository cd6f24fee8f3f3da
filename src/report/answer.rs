//! What is wrong with a function's answer, in words.

use crate::runtime::answer::{Advice, Breach, JsonKind, MAX_BYTES, REPORTED_BYTES};

/// Says what a breach is, and what to do about it.
pub(crate) fn breach_text(breach: &Breach) -> (String, &'static str) {
    match breach {
        Breach::Empty => {
            ("the function answered nothing".to_owned(), "return an object, such as `{ Name: \"Ann\" }`.")
        }
        Breach::NotUtf8 { offset } => {
            (format!("the answer is not UTF-8 (byte {offset})"), "return text in UTF-8.")
        }
        Breach::NotJson { why } => (format!("the answer is not JSON: {why}"), "return a JSON object."),
        Breach::NotAnObject(JsonKind::Null) => (
            "the answer is null: the handler returned nothing".to_owned(),
            "return an object on every path through the handler.",
        ),
        Breach::NotAnObject(kind) => {
            (format!("the answer is {}, not a JSON object", kind_text(*kind)), "return a JSON object.")
        }
        Breach::Nested { key, kind } => (
            format!("`{key}` is {}, and the block reads a flat map of text", kind_text(*kind)),
            "return text for each key, or set `responseType: json` on the binding.",
        ),
        Breach::TooLong { bytes } => {
            let newer = if *bytes < REPORTED_BYTES {
                format!(" (a newer edition of the guide is said to allow {REPORTED_BYTES})")
            } else {
                String::new()
            };
            (
                format!("the answer has {bytes} bytes; it must have fewer than {MAX_BYTES}{newer}"),
                "return only what the flow reads.",
            )
        }
        Breach::MissingKey { key } => (
            format!("the answer lacks `{key}`, which `response.keys` of the manifest promises"),
            "return the key on every path through the handler, or remove it from `response.keys`.",
        ),
    }
}

/// Says what may surprise.
pub(crate) fn advice_text(advice: &Advice) -> String {
    let named = "the guide names only letters, digits, dashes and underscores";
    match advice {
        Advice::KeyCharacters { key } => format!("the key `{key}` has other characters: {named}"),
        Advice::ValueCharacters { key } => format!("the value of `{key}` has other characters: {named}"),
        Advice::NotText { key, kind } => format!(
            "`{key}` is {}; AWS does not document what a flat map makes of it, so return text",
            kind_text(*kind)
        ),
        Advice::More { count } => format!("{count} more of the kind"),
    }
}

const fn kind_text(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Null => "null",
        JsonKind::Bool => "a boolean",
        JsonKind::Number => "a number",
        JsonKind::Text => "a string",
        JsonKind::List => "a list",
        JsonKind::Object => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_says_what_is_wrong_and_what_to_do() {
        let text = |breach| {
            let (text, hint) = breach_text(&breach);
            format!("{text}\n{hint}")
        };
        let null = text(Breach::NotAnObject(JsonKind::Null));
        assert!(null.starts_with("the answer is null: the handler returned nothing\n"), "{null}");
        let long = text(Breach::TooLong { bytes: 40_000 });
        assert!(long.contains("40000 bytes") && long.contains("65536"), "{long}");
        assert!(!text(Breach::TooLong { bytes: 70_000 }).contains("65536"));
        let nested = text(Breach::Nested { key: "a".into(), kind: JsonKind::List });
        assert!(nested.contains("`a` is a list") && nested.contains("responseType: json"), "{nested}");
    }
}
