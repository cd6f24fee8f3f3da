//! A function that takes no calls.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionConcurrencyZero;

static META: RuleMeta = RuleMeta {
    code: "function-concurrency-zero",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function whose reserved concurrency is 0.",
    why: "Lambda throttles every call, and every contact takes the Error branch (Lambda developer guide, \
          \"Configuring reserved concurrency\").",
    fix: "Raise or remove the function's reserved concurrency.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for FunctionConcurrencyZero {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.reserved_concurrency = Some(0))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if found.facts.reserved_concurrency == Some(0) {
                let message = format!(
                    "`{}` invokes {}, whose reserved concurrency is 0",
                    found.block.name,
                    found.name()
                );
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}
