//! A request on its way through the emulator: as it came, as it was admitted, and what becomes of it.

use std::time::Duration;

use super::call::Call;
use super::faults::{FalseAnswer, FaultKind};
use super::lost_writes::PolicySnapshot;
use super::wire::{Answer, RawRequest, Scope, Service};

/// A request whose sender and service are known.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) scope: Scope,
    pub(super) service: Service,
    pub(super) raw: RawRequest,
}

/// A request that was counted, with what is injected into it.
#[derive(Debug)]
pub(super) struct Admitted {
    /// None for an operation that the emulator does not know.
    pub(super) call: Option<Call>,
    pub(super) faults: Vec<FaultKind>,
    /// Policies as they were when the request came, for the fault that loses a write.
    pub(super) snapshot: Option<PolicySnapshot>,
    /// To be waited before it is carried out.
    pub(super) delay: Duration,
    /// Name of the operation, or of the request when it is none.
    pub(super) name: String,
    /// Id of the request.
    pub(super) request_id: String,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is answered.
    Answer(Answer),
    /// Something that is not the answer comes in its place.
    False(FalseAnswer, Answer),
    /// The operation is not known.
    Unknown,
    /// The connection is closed instead of an answer.
    Drop,
    /// The process ends.
    Killed,
}
