//! What calls have to wait for: the buckets as they are now, and how long an answer takes.

use std::time::Duration;

use super::buckets::Buckets;
use super::task::Call;

/// What calls have to wait for, as things are now.
#[derive(Debug, Clone)]
pub struct Pace {
    pub(super) buckets: Buckets,
    pub(super) now: Duration,
    pub(super) latency: Duration,
}

impl Pace {
    /// Goes on from buckets that calls were taken from until now; each call is answered after a latency.
    pub fn new(buckets: Buckets, now: Duration, latency: Duration) -> Self {
        Self { buckets, now, latency }
    }

    /// Starts from full buckets, and counts answers as immediate.
    pub fn full() -> Self {
        Self::new(Buckets::full(true), Duration::ZERO, Duration::ZERO)
    }

    /// The same, after a time in which all buckets have filled.
    #[must_use]
    pub fn rested(mut self) -> Self {
        self.buckets.fill();
        self
    }

    /// Takes tokens for calls that are made at once, and says when the last of them is answered.
    pub(super) fn answer(&mut self, calls: &[Call], at: Duration) -> Duration {
        let mut last = at;
        for call in calls {
            for _ in 0..call.times {
                last = last.max(at + self.buckets.take(call.place.as_ref(), call.operation, at));
            }
        }
        if calls.iter().any(|call| call.times > 0) { last + self.latency } else { last }
    }
}
