//! Counters of what the emulator was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// What was called since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Stats {
    /// Calls by operation, such as `connect:ListLambdaFunctions`; refused ones count too.
    pub calls: BTreeMap<String, u64>,
    /// Answers that told the client to slow down, over all operations.
    pub throttled: u64,
    /// Answers that refused the caller, over all operations.
    pub denied: u64,
    /// Operations that the emulator does not know.
    pub unknown: BTreeSet<String>,
    /// The most calls that were on their way at once, from the request's head to its answer.
    pub most_at_once: usize,
    /// The factor on AWS's rates at which requests are limited; none when they are not.
    pub rates: Option<f64>,
    /// The operation at which a fault has stopped the world, such as `connect:CreateContactFlow`.
    pub frozen: Option<String>,
}

impl Stats {
    /// Counts a call of a known operation.
    pub(crate) fn called(&mut self, service: &str, operation: &str) {
        *self.calls.entry(format!("{service}:{operation}")).or_default() += 1;
    }
}

/// Calls that are on their way, and the most that ever were at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnderWay(Arc<Mutex<(usize, usize)>>);

/// One of them, until it is dropped.
pub(crate) struct Arrived(UnderWay);

impl UnderWay {
    /// Counts a call until what is given is dropped.
    pub(crate) fn arrives(&self) -> Arrived {
        self.change(|(now, most)| (now + 1, most.max(now + 1)));
        Arrived(self.clone())
    }

    pub(crate) fn most(&self) -> usize {
        self.change(|counts| counts).1
    }

    /// Forgets the most.
    pub(crate) fn reset(&self) {
        self.change(|(now, _)| (now, now));
    }

    fn change(&self, change: impl FnOnce((usize, usize)) -> (usize, usize)) -> (usize, usize) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts = change(*counts);
        *counts
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        self.0.change(|(now, most)| (now.saturating_sub(1), most));
    }
}
