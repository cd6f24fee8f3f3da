//! Sizes, names and members that Amazon Connect refuses.

use super::super::limits;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct Shape;

static META: RuleMeta = RuleMeta {
    code: "flow-shape",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Checks what holds for a flow as a whole: at most 256,000 characters and 250 actions, a start that exists, \
           identifiers that are there, allowed, and different, and no key twice in an object.",
    why: "Amazon Connect refuses such a flow when it is published, or keeps only one of two equal keys \
          (flow language, pages \"Amazon Connect Flow language\" and \"Actions\").",
    fix: "Change what the message names: shorten, split, or rename.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a:b", "Actions": [
  {"Identifier": "a:b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a b", "Actions": [
  {"Identifier": "a b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for Shape {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let problems = limits::check(flow.document);
        // A start that does not exist is `unknown-start`'s: it makes every block unreachable, and is told once.
        for problem in
            problems.into_iter().filter(|problem| problem.kind != limits::ProblemKind::UnknownStart)
        {
            let index = problem
                .pointer
                .strip_prefix("/Actions/")
                .and_then(|rest| rest.split('/').next()?.parse().ok());
            let block = index.and_then(|index: usize| flow.document.blocks().get(index));
            out.add(&META, flow, block, &problem.pointer, problem.message);
        }
    }
}
