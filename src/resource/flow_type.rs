//! The types of contact flow, and modules beside them.

use std::fmt;

use serde::Serialize;

/// A flow's type; it cannot be changed once the flow exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the service's own, from the ContactFlowType enumeration")]
pub enum FlowType {
    ContactFlow,
    CustomerQueue,
    CustomerHold,
    CustomerWhisper,
    AgentHold,
    AgentWhisper,
    OutboundWhisper,
    AgentTransfer,
    QueueTransfer,
    Campaign,
    /// A flow module: no type of the service, but made of the same language and handled alike.
    Module,
}

impl FlowType {
    /// Every type that a flow can have, in the order of the API model.
    pub const ALL: [Self; 10] = [
        Self::ContactFlow,
        Self::CustomerQueue,
        Self::CustomerHold,
        Self::CustomerWhisper,
        Self::AgentHold,
        Self::AgentWhisper,
        Self::OutboundWhisper,
        Self::AgentTransfer,
        Self::QueueTransfer,
        Self::Campaign,
    ];

    /// The word that a manifest uses, such as `contact-flow`.
    pub fn word(self) -> &'static str {
        match self {
            Self::ContactFlow => "contact-flow",
            Self::CustomerQueue => "customer-queue",
            Self::CustomerHold => "customer-hold",
            Self::CustomerWhisper => "customer-whisper",
            Self::AgentHold => "agent-hold",
            Self::AgentWhisper => "agent-whisper",
            Self::OutboundWhisper => "outbound-whisper",
            Self::AgentTransfer => "agent-transfer",
            Self::QueueTransfer => "queue-transfer",
            Self::Campaign => "campaign",
            Self::Module => "module",
        }
    }

    /// The value on the wire, such as `CONTACT_FLOW`; never sent for a module.
    pub fn wire(self) -> String {
        self.word().to_ascii_uppercase().replace('-', "_")
    }

    /// Finds the type behind a manifest's word; a flow cannot be a module.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for FlowType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_flow_has_its_word_and_a_module_is_no_flow() {
        for kind in FlowType::ALL {
            assert_eq!(FlowType::from_word(kind.word()), Some(kind));
        }
        assert_eq!(FlowType::from_word("module"), None);
        assert_eq!(FlowType::QueueTransfer.wire(), "QUEUE_TRANSFER");
    }
}
