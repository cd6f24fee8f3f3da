//! A function that is not ready.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionNotActive;

static META: RuleMeta = RuleMeta {
    code: "function-not-active",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function whose state is not `Active`.",
    why: "A function that is pending, inactive or failed answers late or not at all (Lambda developer \
          guide, \"Lambda function states\").",
    fix: "Wait until the function is Active, or look up why it failed.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for FunctionNotActive {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.active = Some(false))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if found.facts.active == Some(false) {
                let message =
                    format!("`{}` invokes {}, whose state is not Active", found.block.name, found.name());
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}
