//! A flow attribute that nothing sets.

use std::collections::BTreeSet;

use super::super::attributes::Written;
use super::super::references::Namespace;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct FlowAttributeNeverSet;

static META: RuleMeta = RuleMeta {
    code: "flow-attribute-never-set",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds flow attributes (`$.FlowAttributes.x`) that the flow reads and no block of it sets, each \
          once.",
    why: "Flow attributes live only within the flow that sets them: nothing else can, so it is always empty \
          (administrator guide, \"Flow attributes\").",
    fix: "Set it with Set contact attributes (flow attributes) before it is read, or correct the name.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "hello", "Actions": [
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.FlowAttributes.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "keep", "Actions": [
  {"Identifier": "keep", "Type": "UpdateFlowAttributes", "Parameters": {"FlowAttributes": {"name": {"Value": "Ann"}}},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.FlowAttributes.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for FlowAttributeNeverSet {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let written = Written::of(flow.document);
        if written.open {
            return;
        }
        let mut reported = BTreeSet::new();
        for found in flow.references().iter().filter(|found| found.namespace == Namespace::FlowAttributes) {
            let Some(name) = found.key() else { continue };
            if !flow.graph.is_reachable(found.block) || written.flow.contains(name) || !reported.insert(name)
            {
                continue;
            }
            let block = flow.document.blocks().get(found.block);
            let message =
                format!("no block of this flow sets the flow attribute `{name}`, and nothing else can");
            out.add(&META, flow, block, &found.pointer, message);
        }
    }
}
