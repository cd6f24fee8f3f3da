//! A contact attribute that the flow reads and never sets.

use std::collections::BTreeSet;

use super::super::attributes::Written;
use super::super::references::Namespace;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct AttributeNeverSet;

static META: RuleMeta = RuleMeta {
    code: "attribute-never-set",
    severity: Severity::Info,
    confidence: Confidence::Low,
    what: "Finds contact attributes (`$.Attributes.x`) that the flow reads and no block of it sets, each \
          once. Nothing is reported where a name is known only when a contact is there, or where a module is \
          invoked that may set it, and of `HostedWidget-` attributes, which a chat brings along.",
    why: "Another flow, the API that starts the contact or a function through the API may set it; if none \
          does, it is empty.",
    fix: "Check the spelling, and that whatever sets it runs before this flow.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "hello", "Actions": [
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.Attributes.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "keep", "Actions": [
  {"Identifier": "keep", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"name": "Ann"}},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.Attributes.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for AttributeNeverSet {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        let written = Written::of(flow.document);
        let modules = flow.document.blocks().iter().any(|block| block.kind == "InvokeFlowModule");
        if written.open || modules {
            return;
        }
        let mut reported = BTreeSet::new();
        for found in flow.references().iter().filter(|found| found.namespace == Namespace::Attributes) {
            let Some(name) = found.key().filter(|name| !name.starts_with("HostedWidget-")) else { continue };
            if !flow.graph.is_reachable(found.block)
                || written.contact.contains(name)
                || !reported.insert(name)
            {
                continue;
            }
            let block = flow.document.blocks().get(found.block);
            let message = format!("no block of this flow sets the attribute `{name}`; something else has to");
            out.add(&META, flow, block, &found.pointer, message);
        }
    }
}
