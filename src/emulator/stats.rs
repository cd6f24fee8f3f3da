//! Counters of what the emulator was asked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// What was called since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Calls by operation, such as `connect:ListLambdaFunctions`; refused ones count too.
    pub calls: BTreeMap<String, u64>,
    /// Answers that told the client to slow down, over all operations.
    pub throttled: u64,
    /// Answers that refused the caller, over all operations.
    pub denied: u64,
    /// Operations that the emulator does not know.
    pub unknown: BTreeSet<String>,
    /// The operation at which a fault has stopped the world, such as `connect:CreateContactFlow`.
    pub frozen: Option<String>,
}

impl Stats {
    /// Counts a call of a known operation.
    pub(super) fn called(&mut self, service: &str, operation: &str) {
        *self.calls.entry(format!("{service}:{operation}")).or_default() += 1;
    }
}
