//! A function that does not exist.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionMissing;

static META: RuleMeta = RuleMeta {
    code: "function-missing",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function, alias or version that does not exist.",
    why: "Amazon Connect publishes the flow anyway, and every contact takes the Error branch.",
    fix: "Create the function, alias or version, or correct the ARN.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for FunctionMissing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.exists = Some(false))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if found.facts.exists == Some(false) {
                let message =
                    format!("`{}` invokes {}, which does not exist", found.block.name, found.name());
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}
