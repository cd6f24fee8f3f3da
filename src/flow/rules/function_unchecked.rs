//! A function of which nobody could say whether the instance may invoke it.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionUnchecked;

static META: RuleMeta = RuleMeta {
    code: "function-unchecked",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks that invoke a function by its literal ARN whose policy could not be read: the caller lacks permission, or \
           its account is not one of the manifest's. Reads AWS: `plan` and `drift`.",
    why: "Whether the function exists and lets the instance call it is unknown, and an unknown state must not look like \
          a good one.",
    fix: "Declare the function's account under `accounts:` with a role to assume, let the caller read the function's \
          policy, or check it there by hand.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for FunctionUnchecked {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| {
            f.unread = Some("the caller lacks permission to read its policy".to_owned())
        })
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            let Some(why) = &found.facts.unread else { continue };
            let message = format!(
                "`{}` invokes {}; whether the instance may call it could not be read: {why}",
                found.block.name,
                found.name()
            );
            out.add(&META, flow, Some(found.block), &found.pointer, message);
        }
    }
}
