//! One run after another of a process that stays, over one way to AWS. Reads that have failed in the runs before are asked
//! for less often than what answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::budget::Budget;
use super::ending::NOT_CALLED;
use super::fault::Fault;
use super::options::{AssumedRole, Options};
use super::{Session, assumed};
use crate::operations::{FaultKind, Operation};
use crate::resource::{AccountId, Place};

/// Reads that rest in this run, each with what went wrong before.
#[derive(Debug, Default)]
pub(super) struct Resting(Mutex<BTreeMap<(Place, Operation), String>>);

impl Resting {
    /// Why a call is not made.
    pub(super) fn refusal(&self, operation: Operation, place: &Place, subject: &str) -> Option<Fault> {
        let resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let message = resting.get(&(place.clone(), operation))?;
        let message =
            format!("{NOT_CALLED}it failed in the last rounds, and is asked for less often: {message}");
        Some(Fault { kind: FaultKind::NotCalled, ..Fault::unexpected(operation, subject, message) })
    }
}

impl Session {
    /// The same way to AWS for another run of a process that stays: it shares clients, credentials, rates, counters and the
    /// request to stop. What the last run has given up, because it was denied, full or failing, is tried anew, and the
    /// time limit begins again. `roles` are those of the run's manifests.
    pub async fn next_run(&self, roles: BTreeMap<AccountId, AssumedRole>) -> Self {
        let options = Options { roles, ..self.options.clone() };
        let same = options.roles == self.options.roles;
        let assumed = if same { self.assumed.clone() } else { assumed(&options, &self.base).await };
        let budget = Budget::new(options.visible_within, options.timeout);
        let clients = if same { Arc::clone(&self.clients) } else { Arc::default() };
        let (lost, reached, resting) = (Arc::default(), Arc::default(), Arc::default());
        let base = self.base.clone();
        Self { options, base, clients, assumed, lost, budget, reached, resting, ..self.beside() }
    }

    /// Lets reads rest: their calls fail in this run without being made.
    pub fn rest(&self, reads: BTreeMap<(Place, Operation), String>) {
        *self.resting.0.lock().unwrap_or_else(PoisonError::into_inner) = reads;
    }

    /// The reads that gave no good answer to their last call, however often it was tried. Who calls is not among them:
    /// nothing is read without that.
    pub fn failing_reads(&self) -> BTreeMap<(Place, Operation), String> {
        let mut failing = self.budget.failing();
        failing.retain(|(_, operation), _| !operation.writes() && *operation != Operation::GetCallerIdentity);
        failing
    }
}
