//! A function that the manifest does not know.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct UndeclaredFunction;

static META: RuleMeta = RuleMeta {
    code: "undeclared-function",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function by its literal ARN or name which the manifest neither binds \
          nor declares.",
    why: "flowbind then neither associates nor grants it: whether the call works is unknown.",
    fix: "Declare the function under `functions:` and bind the block, or name it by its token, such as \
          `${function.lookup.arn}`.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for UndeclaredFunction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.declared = Some(false))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if found.facts.declared == Some(false) {
                let message = format!(
                    "`{}` invokes {}, which the manifest neither binds nor declares",
                    found.block.name,
                    found.name()
                );
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}
