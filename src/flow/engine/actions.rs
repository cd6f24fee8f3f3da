//! The types of blocks that the engine knows, and what each may come to.
//!
//! Rests on the pages of the flow language, one an action, and on exports of the console.

use super::conditions;
use super::program::Code;
use crate::flow::catalog::{Barred, action_of};
use crate::flow::document::{Block, Document, Format};
use crate::flow::json::Node;
use crate::flow::namespaces::Root;
use crate::flow::stub::FlowType;

/// The error that stands for all others.
pub(super) const ANY: &str = "NoMatchingError";
/// No condition holds.
pub(super) const NO_MATCH: &str = "NoMatchingCondition";
/// The time of a function or view was over.
pub(super) const TIME_LIMIT: &str = "TimeLimitExceeded";
/// The customer entered nothing in time.
pub(super) const INPUT_LIMIT: &str = "InputTimeLimitExceeded";
/// The queue has no room.
pub(super) const AT_CAPACITY: &str = "QueueAtCapacity";

/// What a block does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Says something.
    Message,
    /// Says something again and again.
    Messages,
    /// Takes digits of the customer.
    Input,
    /// Invokes a function.
    Function,
    /// Compares a value.
    Compare,
    /// Throws dice.
    Distribute,
    /// Counts.
    Loop,
    /// Looks at hours of operation.
    Hours,
    /// Compares a metric.
    Metric,
    /// Reads metrics.
    MetricData,
    /// Sets the working queue.
    TargetQueue,
    /// Transfers to a queue.
    ToQueue,
    /// Transfers to another flow.
    ToFlow,
    /// Transfers to an agent.
    ToAgent,
    /// Transfers to an outside number.
    ToThirdParty,
    /// Enters a module.
    Module,
    /// Leaves a module.
    EndModule,
    /// Hangs up.
    Disconnect,
    /// Ends the flow.
    End,
    /// Sets attributes of the contact.
    Attributes,
    /// Sets attributes of the flow.
    FlowAttributes,
    /// Sets flows for events.
    Hooks,
    /// Sets members of the contact's data.
    Data,
    /// Sets the voice.
    Voice,
    /// Sets or removes tags.
    Tags,
    /// Sets the number to call back.
    CallbackNumber,
    /// Changes what the flow sees nothing of, or starts what goes on elsewhere.
    Setting,
    /// Talks with a bot.
    Lex,
    /// Shows an agent a view.
    View,
    /// Waits for time or an event.
    Wait,
    /// Does what only the world knows, and may put what it finds under a root.
    Unknown(Option<Root>),
}

impl Family {
    /// Returns whether a block may ask something.
    pub(super) const fn asks(self) -> bool {
        matches!(
            self,
            Self::Messages
                | Self::Input
                | Self::Function
                | Self::Distribute
                | Self::Hours
                | Self::Metric
                | Self::MetricData
                | Self::ToQueue
                | Self::ToFlow
                | Self::ToThirdParty
                | Self::Module
                | Self::Lex
                | Self::View
                | Self::Wait
                | Self::Unknown(_)
        )
    }
}

/// What a block may come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Exits {
    pub(super) next: bool,
    pub(super) conditions: bool,
    pub(super) errors: Vec<String>,
    pub(super) leaves: bool,
}

/// Returns what a block does. Of an older export only the ends are known: its parameters have other names.
pub(super) fn family(document: &Document, block: &Block) -> Family {
    let family = of_kind(&block.kind);
    let known = match family {
        Family::Disconnect | Family::End | Family::EndModule | Family::ToAgent => true,
        _ if document.format() == Format::Legacy => false,
        _ if block.transitions.conditions.iter().any(|branch| !conditions::is_known(&branch.operator)) => {
            false
        }
        // The form of a block that loads an answer, of a loop over a list, and of some waits is not published.
        Family::Function => match document.parameter(block, "InvocationType").and_then(Node::as_str) {
            None | Some("SYNCHRONOUS" | "ASYNCHRONOUS") => true,
            Some(_) => false,
        },
        Family::Loop => document.parameter(block, "LoopCount").is_some(),
        Family::Wait => {
            let parameters = document.block_node(block).and_then(|node| node.get("Parameters"));
            let names = parameters.map(Node::members).unwrap_or_default();
            let known = ["TimeLimitSeconds", "TimeoutSeconds", "Events"];
            names.iter().all(|member| known.contains(&member.key.as_str()))
        }
        _ => true,
    };
    if known { family } else { Family::Unknown(None) }
}

/// Returns whether the engine knows the type of a block, though perhaps not this form of it.
pub(super) fn is_known(block: &Block) -> bool {
    !matches!(of_kind(&block.kind), Family::Unknown(_))
}

fn of_kind(kind: &str) -> Family {
    match kind {
        "MessageParticipant" => Family::Message,
        "MessageParticipantIteratively" => Family::Messages,
        "GetParticipantInput" => Family::Input,
        "InvokeLambdaFunction" => Family::Function,
        "Compare" => Family::Compare,
        "DistributeByPercentage" => Family::Distribute,
        "Loop" => Family::Loop,
        "CheckHoursOfOperation" => Family::Hours,
        "CheckMetricData" => Family::Metric,
        "GetMetricData" => Family::MetricData,
        "UpdateContactTargetQueue" => Family::TargetQueue,
        "TransferContactToQueue" | "DequeueContactAndTransferToQueue" => Family::ToQueue,
        "TransferToFlow" => Family::ToFlow,
        "TransferContactToAgent" => Family::ToAgent,
        "TransferParticipantToThirdParty" => Family::ToThirdParty,
        "InvokeFlowModule" => Family::Module,
        "EndFlowModuleExecution" => Family::EndModule,
        "DisconnectParticipant" => Family::Disconnect,
        "EndFlowExecution" => Family::End,
        "UpdateContactAttributes" => Family::Attributes,
        "UpdateFlowAttributes" => Family::FlowAttributes,
        "UpdateContactEventHooks" => Family::Hooks,
        "UpdateContactData" => Family::Data,
        "UpdateContactTextToSpeechVoice" => Family::Voice,
        "TagContact" | "UnTagContact" | "UntagContact" => Family::Tags,
        "UpdateContactCallbackNumber" => Family::CallbackNumber,
        "ConnectParticipantWithLexBot" => Family::Lex,
        "ShowView" => Family::View,
        "Wait" => Family::Wait,
        "UpdateFlowLoggingBehavior"
        | "UpdateContactRecordingBehavior"
        | "UpdateContactRecordingAndAnalyticsBehavior"
        | "UpdateContactMediaStreamingBehavior"
        | "UpdateContactMediaProcessing"
        | "UpdateContactRoutingBehavior"
        | "UpdateContactRoutingCriteria"
        | "UpdateRoutingCriteria"
        | "UpdatePreviousContactParticipantState"
        | "CreateCallbackContact" => Family::Setting,
        "GetCustomerProfile"
        | "GetCustomerProfileObject"
        | "GetCalculatedAttributesForCustomerProfile"
        | "CreateCustomerProfile"
        | "UpdateCustomerProfile"
        | "AssociateContactToCustomerProfile" => Family::Unknown(Some(Root::Customer)),
        "GetCase" | "CreateCase" | "UpdateCase" => Family::Unknown(Some(Root::Case)),
        "CreateWisdomSession" => Family::Unknown(Some(Root::Wisdom)),
        "EvaluateDataTableValues" => Family::Unknown(Some(Root::DataTables)),
        "ConnectParticipantWithAgenticCX" => Family::Unknown(Some(Root::AgenticCX)),
        _ => Family::Unknown(None),
    }
}

/// Returns whether a block stores what the customer enters.
pub(super) fn stores(document: &Document, block: &Block) -> bool {
    document.parameter(block, "StoreInput").is_some_and(is_true)
}

/// Returns whether a parameter says yes: exports have truth values in several forms.
pub(super) fn is_true(node: &Node) -> bool {
    node.scalar().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Returns what a block may come to.
pub(super) fn exits(code: &Code, block: &Block) -> Exits {
    let document = &*code.document;
    let mut exits = of_family(document, block);
    if code.kind == FlowType::Module
        && barred_somewhere(&block.kind)
        && !exits.errors.iter().any(|e| e == ANY)
    {
        exits.errors.push(ANY.to_owned());
    }
    exits
}

/// Returns whether a block is not allowed in some type of flow that may call a module.
fn barred_somewhere(kind: &str) -> bool {
    action_of(kind).is_some_and(|action| !matches!(action.barred, Barred::Nowhere | Barred::AllButModule))
}

fn of_family(document: &Document, block: &Block) -> Exits {
    let errors = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let next = |kinds: &[&str]| Exits { next: true, errors: errors(kinds), ..Exits::default() };
    let choice = |kinds: &[&str]| Exits { conditions: true, errors: errors(kinds), ..Exits::default() };
    let away = |kinds: &[&str]| Exits { leaves: true, errors: errors(kinds), ..Exits::default() };
    match family(document, block) {
        Family::Message
        | Family::MetricData
        | Family::TargetQueue
        | Family::Attributes
        | Family::FlowAttributes
        | Family::Hooks
        | Family::Data
        | Family::Voice
        | Family::Tags => next(&[ANY]),
        Family::Function => next(&[ANY, TIME_LIMIT]),
        Family::Messages => Exits { leaves: true, ..choice(&[ANY]) },
        Family::Input if stores(document, block) => next(&[ANY, "InvalidPhoneNumber"]),
        Family::Input => choice(&[ANY, INPUT_LIMIT]),
        Family::Compare | Family::Distribute => choice(&[]),
        Family::Loop | Family::Hours | Family::Metric => choice(&[ANY]),
        Family::ToQueue => away(&[ANY, AT_CAPACITY]),
        Family::ToFlow => away(&[ANY]),
        Family::ToAgent | Family::EndModule | Family::Disconnect | Family::End => away(&[]),
        Family::ToThirdParty => {
            let comes_back = document.parameter(block, "ContinueFlowExecution").is_some_and(is_true);
            match comes_back {
                true => next(&[ANY, "CallFailed", "ConnectionTimeLimitExceeded"]),
                false => away(&[ANY]),
            }
        }
        Family::Module => {
            let conditions = !block.transitions.conditions.is_empty();
            Exits { next: true, conditions, ..away(&[ANY]) }
        }
        Family::CallbackNumber => next(&["InvalidCallbackNumber", "CallbackNumberNotDialable"]),
        Family::Lex => choice(&[ANY, INPUT_LIMIT]),
        Family::View => choice(&[ANY, TIME_LIMIT]),
        Family::Wait => choice(&[ANY, "ParticipantNotFound"]),
        // What it may do wrong is what it declares.
        Family::Setting => Exits { errors: declared(block), ..next(&[]) },
        Family::Unknown(_) => unknown(block),
    }
}

/// Whatever it declares; without anything the contact's way ends there.
fn unknown(block: &Block) -> Exits {
    let transitions = &block.transitions;
    let conditions = !transitions.conditions.is_empty() || transitions.error(NO_MATCH).is_some();
    let (next, errors) = (transitions.next.is_some(), declared(block));
    let leaves = !next && !conditions && errors.is_empty();
    Exits { next, conditions, errors, leaves }
}

/// Returns the errors that a block declares, but for the one that is no error.
fn declared(block: &Block) -> Vec<String> {
    let errors = block.transitions.errors.iter().map(|branch| branch.label.clone());
    errors.filter(|error| error != NO_MATCH).collect()
}
