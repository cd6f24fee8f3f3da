//! A request on its way through the emulator: as it came, as it was admitted, and what becomes of it.

use std::time::Duration;

use crate::emulator::call::Call;
use crate::emulator::dispatch::operation::Handler;
use crate::emulator::run::Invocation;
use crate::emulator::settings::faults::lost_writes::PolicySnapshot;
use crate::emulator::settings::faults::{FalseAnswer, FaultKind};
use crate::emulator::wire::{Answer, RawRequest, Scope, Service};

/// A request whose sender and service are known.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) scope: Scope,
    pub(crate) service: Service,
    pub(crate) raw: RawRequest,
}

/// A request that was counted, with what is injected into it.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The call and what carries it out; None for an operation that the emulator does not know.
    pub(crate) known: Option<(Call, Handler)>,
    pub(crate) faults: Vec<FaultKind>,
    /// Policies as they were when the request came, for the fault that loses a write.
    pub(crate) snapshot: Option<PolicySnapshot>,
    /// To be waited before it is carried out.
    pub(crate) delay: Duration,
    /// Name of the operation, or of the request when it is none.
    pub(crate) name: String,
    /// Id of the request.
    pub(crate) request_id: String,
}

/// What comes in place of the answer of a function that ran.
#[derive(Debug, Clone, Copy)]
pub(crate) enum InPlace {
    Nothing,
    Drop,
    False(FalseAnswer),
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is answered.
    Answer(Answer),
    /// A function is run, and its answer is given unless something comes in its place.
    Run(Box<Invocation>, InPlace),
    /// Something that is not the answer comes in its place.
    False(FalseAnswer, Answer),
    /// The operation is not known.
    Unknown,
    /// The connection is closed instead of an answer.
    Drop,
    /// The process ends.
    Killed,
}
