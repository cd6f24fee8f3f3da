//! The actions of the flow language that are documented, with what each requires and where it may stand.
//!
//! Rests on the pages of the flow language, one an action. Where exports of the console itself do otherwise than
//! the page says, or two pages contradict each other, nothing is required here: a rule that is wrong about flows
//! that take calls is worse than none.

use crate::flow::stub::FlowType;

/// The types of flows in which an action must not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// None that are sure.
    Nowhere,
    /// "Not supported in whisper flows, customer queue flows, or hold flows".
    WhisperQueueHold,
    /// "Contact flows, transfer flows, and customer queue flows".
    WhisperHold,
    /// As before; pages differ about outbound whisper flows.
    MostWhisperHold,
    /// Hold flows; pages differ about others.
    Hold,
    /// All but customer queue and hold flows.
    AllButQueueHold,
    /// All but customer queue flows.
    AllButQueue,
    /// All but transfer flows.
    AllButTransfer,
    /// All but modules.
    AllButModule,
}

impl Barred {
    /// Returns whether a type of flow is one of them. Journeys of campaigns are not described, and modules run in
    /// flows of several types, so that of these only what is for modules alone is judged.
    pub const fn holds(self, kind: FlowType) -> bool {
        use FlowType::{AgentHold, AgentTransfer, AgentWhisper, Campaign, ContactFlow, CustomerHold};
        use FlowType::{CustomerQueue, CustomerWhisper, Module, OutboundWhisper, QueueTransfer};
        let (whisper, hold, transfer) = (
            matches!(kind, CustomerWhisper | AgentWhisper | OutboundWhisper),
            matches!(kind, CustomerHold | AgentHold),
            matches!(kind, AgentTransfer | QueueTransfer),
        );
        let (queue, inbound) = (matches!(kind, CustomerQueue), matches!(kind, ContactFlow));
        match self {
            Self::Nowhere => false,
            Self::WhisperQueueHold => whisper || queue || hold,
            Self::WhisperHold => whisper || hold,
            Self::MostWhisperHold => matches!(kind, CustomerWhisper | AgentWhisper) || hold,
            Self::Hold => hold,
            Self::AllButQueueHold => inbound || transfer || whisper,
            Self::AllButQueue => inbound || transfer || whisper || hold,
            Self::AllButTransfer => inbound || queue || whisper || hold,
            Self::AllButModule => !matches!(kind, Module | Campaign),
        }
    }
}

/// A documented action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// The type, as it stands in a flow.
    pub kind: &'static str,
    /// The error types for which it must have a branch.
    pub errors: &'static [&'static str],
    /// Whether a contact goes on by `NextAction` after success.
    pub next: bool,
    /// Where it must not stand.
    pub barred: Barred,
}

const ERROR: &[&str] = &["NoMatchingError"];
const NO_MATCH: &[&str] = &["NoMatchingCondition"];
const BOTH: &[&str] = &["NoMatchingCondition", "NoMatchingError"];
const NUMBER: &[&str] = &["InvalidCallbackNumber", "CallbackNumberNotDialable"];

const fn action(kind: &'static str, errors: &'static [&'static str], next: bool, barred: Barred) -> Action {
    Action { kind, errors, next, barred }
}

/// An action of which nothing is required that is sure.
const fn free(kind: &'static str) -> Action {
    action(kind, &[], false, Barred::Nowhere)
}

/// All documented actions, ordered by type.
///
/// `MessageParticipant` and `UpdateContactTextToSpeechVoice` have a page that names `NoMatchingError`, and the
/// console exports them without. `InvokeLambdaFunction` has a rule of its own.
pub const ACTIONS: &[Action] = &[
    free("AssociateContactToCustomerProfile"),
    action("CheckHoursOfOperation", ERROR, false, Barred::Nowhere),
    action("CheckMetricData", BOTH, false, Barred::Nowhere),
    free("CheckOutboundCallStatus"),
    free("CheckVoiceId"),
    action("Compare", NO_MATCH, false, Barred::Nowhere),
    free("CompleteOutboundCall"),
    action("ConnectParticipantWithLexBot", ERROR, false, Barred::Nowhere),
    action("CreateCallbackContact", ERROR, false, Barred::Nowhere),
    free("CreateCase"),
    free("CreateCustomerProfile"),
    free("CreateTask"),
    free("CreateWisdomSession"),
    action("DequeueContactAndTransferToQueue", ERROR, false, Barred::AllButQueue),
    action("DisconnectParticipant", &[], false, Barred::WhisperHold),
    action("DistributeByPercentage", NO_MATCH, false, Barred::Nowhere),
    action("EndFlowExecution", &[], false, Barred::Hold),
    action("EndFlowModuleExecution", &[], false, Barred::AllButModule),
    free("GetCalculatedAttributesForCustomerProfile"),
    free("GetCase"),
    free("GetCustomerProfile"),
    free("GetCustomerProfileObject"),
    action("GetMetricData", ERROR, true, Barred::Nowhere),
    action("GetParticipantInput", ERROR, true, Barred::MostWhisperHold),
    action("InvokeFlowModule", ERROR, true, Barred::Nowhere),
    free("InvokeLambdaFunction"),
    free("Loop"),
    action("MessageParticipant", &[], true, Barred::Nowhere),
    action("MessageParticipantIteratively", &[], false, Barred::AllButQueueHold),
    free("ResumeContact"),
    free("ShowView"),
    free("StartOutboundChatContact"),
    free("StartVoiceIdStream"),
    action("TagContact", &[], true, Barred::Nowhere),
    action("TransferContactToAgent", &[], false, Barred::AllButTransfer),
    action("TransferContactToQueue", ERROR, false, Barred::WhisperQueueHold),
    action("TransferToFlow", ERROR, false, Barred::WhisperQueueHold),
    action("UnTagContact", &[], true, Barred::Nowhere),
    free("UpdateCase"),
    action("UpdateContactAttributes", ERROR, true, Barred::Nowhere),
    action("UpdateContactCallbackNumber", NUMBER, true, Barred::Nowhere),
    action("UpdateContactData", &[], true, Barred::Nowhere),
    action("UpdateContactEventHooks", &[], true, Barred::Nowhere),
    action("UpdateContactMediaProcessing", &[], true, Barred::Nowhere),
    action("UpdateContactMediaStreamingBehavior", &[], true, Barred::Nowhere),
    action("UpdateContactRecordingAndAnalyticsBehavior", &[], true, Barred::Nowhere),
    action("UpdateContactRecordingBehavior", &[], true, Barred::Nowhere),
    action("UpdateContactRoutingBehavior", &[], true, Barred::Nowhere),
    action("UpdateContactTargetQueue", ERROR, true, Barred::WhisperQueueHold),
    action("UpdateContactTextToSpeechVoice", &[], true, Barred::Nowhere),
    free("UpdateCustomerProfile"),
    action("UpdateFlowAttributes", &[], true, Barred::Nowhere),
    action("UpdateFlowLoggingBehavior", &[], true, Barred::Nowhere),
    action("UpdatePreviousContactParticipantState", &[], true, Barred::WhisperQueueHold),
    free("UpdateRoutingCriteria"),
    action("Wait", ERROR, false, Barred::Nowhere),
];

/// Types that the console exports though no page describes them.
const SEEN: [&str; 6] = [
    "AuthenticateParticipant",
    "CheckSegmentMembership",
    "LoadContactContent",
    "RouteContactToAgent",
    "TransferParticipantToThirdParty",
    "UpdateContactRoutingCriteria",
];

/// Finds a documented action by its type.
pub fn action_of(kind: &str) -> Option<&'static Action> {
    let place = ACTIONS.binary_search_by(|action| action.kind.cmp(kind)).ok()?;
    ACTIONS.get(place)
}

/// Returns whether a type is documented, or known from exports.
pub fn is_known(kind: &str) -> bool {
    action_of(kind).is_some() || SEEN.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::stub::stub;
    use crate::flow::{Document, graph};

    #[test]
    fn actions_are_found_by_their_type() {
        assert!(ACTIONS.is_sorted_by_key(|action| action.kind));
        assert_eq!(ACTIONS.len(), 56);
        assert!(action_of("Wait").is_some() && action_of("wait").is_none());
        assert!(is_known("LoadContactContent") && !is_known("PlayPrompt"));
    }

    #[test]
    fn what_ends_a_flow_requires_nothing_behind_it() {
        for action in ACTIONS.iter().filter(|action| graph::is_terminal(action.kind)) {
            assert!(!action.next && action.errors.is_empty(), "{action:?}");
        }
    }

    #[test]
    fn the_smallest_flows_are_allowed_in_their_type() {
        for kind in FlowType::ALL {
            for block in Document::parse(&stub(kind)).unwrap().blocks() {
                let action = action_of(&block.kind).unwrap();
                assert!(!action.barred.holds(kind), "{kind:?} {action:?}");
            }
        }
    }
}
