//! A function that the instance does not have in its list.

use super::invoked::invoked;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FunctionNotAssociated;

static META: RuleMeta = RuleMeta {
    code: "function-not-associated",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    what: "Finds blocks that invoke a function of the instance's own account and Region which is not \
          associated with the instance.",
    why: "An association is how Amazon Connect learns of the function and grants itself the call; without \
          it the designer does not offer the function, and the call works only by a grant made by hand \
          (administrator guide, \"Invoke AWS Lambda functions\").",
    fix: "Associate the function, or declare it in the manifest, and let flowbind do it.",
    bad: super::invoked::CALLS_F,
    good: super::invoked::CALLS_G,
};

impl Rule for FunctionNotAssociated {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        super::invoked::example(|f| f.associated = Some(false))
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for found in invoked(flow, facts) {
            if found.facts.associated == Some(false) && found.facts.exists != Some(false) {
                let message = format!(
                    "`{}` invokes {}, which is not associated with the instance",
                    found.block.name,
                    found.name()
                );
                out.add(&META, flow, Some(found.block), &found.pointer, message);
            }
        }
    }
}
