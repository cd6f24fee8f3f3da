//! A function that the instance may not invoke.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionNotGranted;

static META: RuleMeta = RuleMeta {
    code: "function-not-granted",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function whose resource policy, on the alias or version that is \
          called, does not let the instance call it.",
    why: "Lambda answers 403, and every contact takes the Error branch. Each qualifier has a policy of its \
          own.",
    fix: "Grant the call on the qualifier that the block names, or declare the function in the manifest, \
          and let flowbind do it.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for FunctionNotGranted {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.granted = Some(false))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if found.facts.granted == Some(false) && found.facts.exists != Some(false) {
                let message = format!(
                    "`{}` invokes {}, whose policy does not let the instance call it",
                    found.block.name,
                    found.name()
                );
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}
