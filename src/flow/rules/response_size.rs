//! An answer that is too long.

use super::super::facts::FunctionFacts;
use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ResponseSize;

static META: RuleMeta = RuleMeta {
    code: "response-size",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    what: "Finds functions whose declared response has 32,768 bytes or more, by its example or by its keys \
          alone.",
    why: "An answer of 32 KB is refused, and the contact takes the Error branch (administrator guide, \
          \"Verify the function response\"; a newer edition is said to name 64 KB).",
    fix: "Return less: only what the flow reads.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for ResponseSize {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| {
            f.response_example = Some(format!("{{\"a\": \"{}\"}}", "x".repeat(MAX_BYTES)))
        })
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if bytes(found.facts) >= MAX_BYTES {
                let message = format!(
                    "the declared response of {}, which `{}` invokes, has at least {} bytes; it must have fewer than {MAX_BYTES}",
                    found.name(),
                    found.block.name,
                    bytes(found.facts)
                );
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}

/// The size from which an answer is refused, in bytes of UTF-8.
const MAX_BYTES: usize = 32_768;

/// The bytes that a declared response has at least.
fn bytes(facts: &FunctionFacts) -> usize {
    // `"key":"",` and the braces, with one comma too many.
    let keys = facts.response_keys.iter().flatten().map(|key| key.len() + 6).sum::<usize>() + 1;
    let example = facts.response_example.as_deref().map_or(0, |text| {
        let value = serde_json::from_str::<serde_json::Value>(text);
        value.map_or(text.len(), |value| value.to_string().len())
    });
    keys.max(example)
}
