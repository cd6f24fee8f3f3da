//! How an emulator behaves beside its content: rates, quotas, delays, faults, assumptions.

pub(crate) mod assumptions;
pub(crate) mod error;
pub(crate) mod faults;
pub(crate) mod quotas;
pub(crate) mod rates;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use self::assumptions::Assumptions;
use self::faults::Fault;
use self::quotas::Quotas;
use self::rates::Rates;
use crate::emulator::run::RunFunctions;

/// Everything about an emulator that is not its content. The default has no rate limit and no fault.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether and how fast requests are limited.
    pub rates: Rates,
    /// Quotas that differ from AWS's defaults.
    pub quotas: Quotas,
    /// How long reads go on showing the state before a write. Writes see each other at once.
    pub consistency_delay: Duration,
    /// Faults to inject.
    pub faults: Vec<Fault>,
    /// Answers to what AWS leaves undocumented.
    pub assumptions: Assumptions,
    /// Decides which calls a fault with a probability hits.
    pub seed: u64,
    /// File that the state is read from and written to; None keeps it in memory.
    pub state: Option<PathBuf>,
    /// An IAM policy document that limits every caller; None allows everything.
    pub caller_policy: Option<Value>,
    /// How long asynchronous work takes.
    pub timings: Timings,
    /// Whether other machines may connect, under whatever name; else only loopback addresses are listened on.
    pub allow_remote: bool,
    /// How functions are run; None answers Invoke with an error that says so.
    pub functions: Option<RunFunctions>,
    /// How long a request may take to arrive whole; then its connection is closed.
    pub arrival: Arrival,
}

/// How long a request may take to arrive whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival(pub Duration);

impl Default for Arrival {
    /// A minute, which is enough for the largest package over loopback.
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

/// How long the asynchronous parts of AWS take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// From CreateFunction until the function is Active.
    pub function_pending: Duration,
    /// From an update of code or configuration until LastUpdateStatus is Successful.
    pub function_update: Duration,
    /// From CreateRole (or a new trust policy) until Lambda can assume the role.
    pub role_propagation: Duration,
    /// From CreateInstance until the instance is ACTIVE.
    pub instance_creation: Duration,
}

impl Default for Timings {
    /// A fifth of a second each: long enough that a client which does not wait fails.
    fn default() -> Self {
        let short = Duration::from_millis(200);
        Self {
            function_pending: short,
            function_update: short,
            role_propagation: short,
            instance_creation: short,
        }
    }
}
