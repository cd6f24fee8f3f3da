//! A function that outlasts the time that it is given.

use super::super::invocation::TimeLimit;
use super::invoked::{Invoked, invoked};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionTimeout;

static META: RuleMeta = RuleMeta {
    code: "function-timeout",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks whose time limit is shorter than the function's own time-out.",
    why: "The contact has long taken the Error branch while the function goes on, and retries may do its \
          work again (administrator guide, \"Best practice for invoking multiple Lambda functions\").",
    fix: "Set the function's time-out to at most the block's limit, or raise the limit (to 8 seconds at \
          most).",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for FunctionTimeout {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.timeout_seconds = Some(4))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if outlasts(&found).is_some() {
                let message = {
                    let (own, limit) = outlasts(&found).unwrap_or_default();
                    format!(
                        "`{}` gives {} {limit} seconds, and its own time-out is {own}",
                        found.block.name,
                        found.name()
                    )
                };
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}

/// Returns the function's own time-out and the block's limit, in seconds, where the first is longer.
fn outlasts(found: &Invoked<'_>) -> Option<(u32, u32)> {
    let limit = found.invocation.time_limit.as_ref().and_then(TimeLimit::seconds)?;
    found.facts.timeout_seconds.filter(|own| *own > limit).map(|own| (own, limit))
}
