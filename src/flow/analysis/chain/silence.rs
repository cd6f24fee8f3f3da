//! What a block does to a contact's silence.

use crate::flow::catalog::action_of;
use crate::flow::document::{Block, Document};
use crate::flow::invocation::{InvocationKind, TimeLimit};
use crate::flow::limits::MAX_SYNC_SECONDS;

/// The shortest time limit that Amazon Connect takes, in seconds; the page "InvokeLambdaFunction".
const MIN_SYNC_SECONDS: u32 = 1;

/// Whether a block starts the count of silent seconds anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// The contact hears something.
    Prompt,
    /// The contact hears nothing.
    Silent,
    /// It may; AWS does not say, or the block's type is not known.
    Doubtful,
}

/// Returns what a type of block does.
///
/// The admin guide's page "Grant Amazon Connect access to your AWS Lambda functions" names Play prompt as what breaks
/// a sequence; the other three play the same prompts. What waits or shows something is not named there.
pub(super) fn effect(kind: &str) -> Effect {
    match kind {
        "MessageParticipant"
        | "MessageParticipantIteratively"
        | "GetParticipantInput"
        | "ConnectParticipantWithLexBot" => Effect::Prompt,
        "ShowView" | "Wait" | "AuthenticateParticipant" | "TransferParticipantToThirdParty" => {
            Effect::Doubtful
        }
        // It is the name that exports give `UpdateRoutingCriteria`.
        "UpdateContactRoutingCriteria" => Effect::Silent,
        kind if action_of(kind).is_some() => Effect::Silent,
        _ => Effect::Doubtful,
    }
}

/// How long a contact waits for a block's function: at least and at most, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seconds {
    pub(super) least: u32,
    pub(super) most: u32,
}

impl Seconds {
    const NONE: Self = Self { least: 0, most: 0 };

    /// Returns how long a contact may be kept waiting by a block. The limit holds for all retries together; a limit
    /// that cannot be read may be anything that Amazon Connect takes. Nobody waits for an asynchronous invocation.
    pub(super) fn of(document: &Document, block: &Block) -> Self {
        match document.invocation(block) {
            Some(invocation) if invocation.kind == InvocationKind::Sync => {
                match invocation.time_limit.as_ref().and_then(TimeLimit::seconds) {
                    Some(seconds) => {
                        let seconds = seconds.clamp(MIN_SYNC_SECONDS, MAX_SYNC_SECONDS);
                        Self { least: seconds, most: seconds }
                    }
                    None => Self { least: MIN_SYNC_SECONDS, most: MAX_SYNC_SECONDS },
                }
            }
            _ => Self::NONE,
        }
    }
}
