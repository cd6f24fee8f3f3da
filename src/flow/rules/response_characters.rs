//! An answer with characters that the guide does not name.

use super::super::facts::FunctionFacts;
use super::super::invocation::ResponseType;
use super::invoked::{Invoked, invoked};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ResponseCharacters;

static META: RuleMeta = RuleMeta {
    code: "response-characters",
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    what: "Checks the declared response of functions that are read as a string map, its keys and the values \
          of its example: the guide names letters, digits, dashes and underscores.",
    why: "What happens to other characters is not documented; many work in practice, and the guide's own \
          sample has some (administrator guide, \"Verify the function response\").",
    fix: "Keep to these characters, or set the block's response validation to JSON.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for ResponseCharacters {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.response_keys = Some([String::from("first name")].into()))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if unusual(&found).is_some() {
                let message = {
                    let (what, text) = unusual(&found).unwrap_or_default();
                    format!(
                        "the declared response of {}, which `{}` invokes, has the {what} `{text}`; the guide names only \
                         letters, digits, dashes and underscores",
                        found.name(),
                        found.block.name
                    )
                };
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}

/// Returns the first key or value with another character.
fn unusual(found: &Invoked<'_>) -> Option<(&'static str, String)> {
    let flat = found.invocation.response_type == ResponseType::StringMap
        && found.facts.response_type != Some(ResponseType::Json);
    if !flat {
        return None;
    }
    let FunctionFacts { response_keys, response_example, .. } = found.facts;
    let strange = |text: &&str| !text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let key = response_keys.iter().flatten().map(String::as_str).find(strange);
    if let Some(key) = key {
        return Some(("key", key.to_owned()));
    }
    let example: serde_json::Value = serde_json::from_str(response_example.as_deref()?).ok()?;
    let members = example.as_object()?;
    let key = members.keys().map(String::as_str).find(strange).map(|key| ("key", key.to_owned()));
    let value = || members.values().filter_map(serde_json::Value::as_str).find(strange);
    key.or_else(|| value().map(|value| ("value", value.to_owned())))
}
