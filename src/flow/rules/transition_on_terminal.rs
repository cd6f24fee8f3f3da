//! A block that ends the flow and yet leads on.

use super::super::graph::is_terminal;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct TransitionOnTerminal;

static META: RuleMeta = RuleMeta {
    code: "transition-on-terminal",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds blocks that end a flow or module (`DisconnectParticipant`, `EndFlowExecution`, \
           `EndFlowModuleExecution`, `TransferContactToAgent`) and have a transition.",
    why: "Amazon Connect refuses the flow: \"Action does not support transitions\" (flow language, the pages of \
          these actions). No contact would take the transition.",
    fix: "Empty the block's `Transitions`, or put what should happen before it.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {"NextAction": "end"}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for TransitionOnTerminal {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for block in flow.document.blocks().iter().filter(|block| is_terminal(&block.kind)) {
            // Some exports write an empty name where there is none.
            let target = block.transitions.targets().find(|target| !target.identifier.is_empty());
            if let Some(target) = target {
                let message = format!(
                    "`{}` ({}) ends here and cannot lead to `{}`",
                    block.name, block.written_kind, target.identifier
                );
                out.add(&META, flow, Some(block), &target.pointer, message);
            }
        }
    }
}
