//! The smallest flow of each type that Amazon Connect publishes: what stands in for a flow that others refer to
//! until its own content can be sent.

/// The types of flows, by the names of the API. A type is fixed for the life of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowType {
    /// An inbound flow.
    ContactFlow,
    /// What a customer hears in a queue.
    CustomerQueue,
    /// What a customer hears on hold.
    CustomerHold,
    /// What a customer hears when joined with an agent.
    CustomerWhisper,
    /// What an agent hears on hold.
    AgentHold,
    /// What an agent hears when joined with a customer.
    AgentWhisper,
    /// What is played at the start of an outbound call.
    OutboundWhisper,
    /// A transfer to an agent.
    AgentTransfer,
    /// A transfer to a queue.
    QueueTransfer,
    /// A journey of outbound campaigns.
    Campaign,
    /// A module, which is no flow but made of the same language.
    Module,
}

impl FlowType {
    /// All types, the module last.
    pub const ALL: [Self; 11] = [
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
        Self::Module,
    ];

    /// Returns the name of the API; `MODULE` for a module, which has none.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContactFlow => "CONTACT_FLOW",
            Self::CustomerQueue => "CUSTOMER_QUEUE",
            Self::CustomerHold => "CUSTOMER_HOLD",
            Self::CustomerWhisper => "CUSTOMER_WHISPER",
            Self::AgentHold => "AGENT_HOLD",
            Self::AgentWhisper => "AGENT_WHISPER",
            Self::OutboundWhisper => "OUTBOUND_WHISPER",
            Self::AgentTransfer => "AGENT_TRANSFER",
            Self::QueueTransfer => "QUEUE_TRANSFER",
            Self::Campaign => "CAMPAIGN",
            Self::Module => "MODULE",
        }
    }

    /// Finds a type by its name in the API, in a manifest (`contact-flow`) or in an export (`contactFlow`).
    pub fn from_name(name: &str) -> Option<Self> {
        let plain = |name: &str| name.replace(['-', '_'], "").to_ascii_uppercase();
        let name = plain(name);
        Self::ALL.into_iter().find(|kind| plain(kind.as_str()) == name)
    }

    /// Returns the action that a flow of this type may end with, and its parameters.
    ///
    /// Hold flows loop their prompts and cannot end ("MessageParticipantIteratively" is for queue and hold flows);
    /// where a contact stays with someone else `EndFlowExecution` leaves it there.
    const fn last_action(self) -> (&'static str, &'static str) {
        match self {
            Self::ContactFlow | Self::AgentTransfer | Self::QueueTransfer => ("DisconnectParticipant", "{}"),
            Self::CustomerHold | Self::AgentHold => (
                "MessageParticipantIteratively",
                r#"{"Messages":[{"SSML":"<speak><break time=\"10s\"/></speak>"}]}"#,
            ),
            Self::CustomerQueue
            | Self::CustomerWhisper
            | Self::AgentWhisper
            | Self::OutboundWhisper
            | Self::Campaign => ("EndFlowExecution", "{}"),
            Self::Module => ("EndFlowModuleExecution", "{}"),
        }
    }
}

/// Writes the smallest valid flow of a type.
pub fn stub(kind: FlowType) -> String {
    let (action, parameters) = kind.last_action();
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"end","Metadata":{{}},"Actions":[{{"Identifier":"end","Type":"{action}","Parameters":{parameters},"Transitions":{{}}}}]}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Document, limits};

    #[test]
    fn every_stub_is_a_flow_without_a_problem() {
        for kind in FlowType::ALL {
            let document = Document::parse(&stub(kind)).unwrap();
            assert_eq!(limits::check(&document), [], "{kind:?}");
            assert_eq!(document.start(), Some("end"));
        }
    }

    #[test]
    fn a_type_is_found_by_any_of_its_names() {
        for name in ["CONTACT_FLOW", "contact-flow", "contactFlow"] {
            assert_eq!(FlowType::from_name(name), Some(FlowType::ContactFlow));
        }
        assert_eq!(FlowType::from_name("module"), Some(FlowType::Module));
        assert_eq!(FlowType::from_name("flow"), None);
    }
}
