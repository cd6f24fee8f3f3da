//! The effectful half: calls AWS, observes and applies.
//!
//! | folder | is | may use |
//! |---|---|---|
//! | `session` | what a run is connected with: clients, pace, time limits, faults, the one function that makes a call | nothing of the others |
//! | `client` | the calls, one file a resource | `session` |
//! | `observe` | what was seen, as a `Snapshot` | `client`, `session` |
//! | `apply` | a `Plan` carried out, one file a kind of action | `client`, `session` |
//!
//! The only place that knows the SDK's types. What to read comes from `plan::reads`, what to write from a `Plan`: an
//! action is compared with AWS once more before it writes, and stops where somebody was faster. The SDK's own retries are
//! off, so that every attempt, page and retry passes the pacer.

mod apply;
mod client;
mod observe;
mod session;

pub use apply::{GRACE, Keep, Progress, apply};
pub use client::Invoked;
pub use observe::{
    Identities, LiveError, ObserveError, Wanted, find_instance, identify, observe, observe_as,
    observe_instance, observe_kept, observe_policies, observe_removal, observe_unmanaged, read_policy,
};
pub use session::{
    ATTEMPT, Access, AssumedRole, FIRST_PAUSE, Fault, FaultKind, InFlight, MOST_AT_ONCE, MachineError,
    Options, Session, StopHandle, Trust, trust,
};
