//! Token buckets, as the operations' table has them: calls are paced by them, and forecasts are made with them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::operations::{Operation, PACED_SHARE, Service, Shares};
use crate::resource::Place;

/// How long a full bucket waits before it refills: the service's own bucket is full, and stays so, until the first
/// request has arrived there. Where it takes longer, calls are sent [`later`](Buckets::late).
pub const ARRIVAL: Duration = Duration::from_millis(60);

/// The longest that the first request after a pause may take to arrive: a connection is made for it, and it waits for a
/// busy machine. Answers that take longer take it for the work that was asked for.
const LATEST_ARRIVAL: Duration = Duration::from_millis(500);

/// Calls that share a rate: the same account and Region, service and, unless it shares one, operation. No place stands
/// for an account and Region that are not known yet.
pub(in crate::plan) type Key = (Option<Place>, Service, Option<Operation>);

/// One token bucket for each account, Region, service and operation. Times are counted from a moment that the user of
/// the buckets chooses.
#[derive(Debug, Clone)]
pub struct Buckets {
    /// What the table's rates are multiplied with; none where calls are not paced.
    pace: Option<f64>,
    buckets: BTreeMap<Key, Bucket>,
}

/// What a bucket holds at a moment, what it gets in a second, and what it holds at the most.
#[derive(Debug, Clone, Copy)]
pub(in crate::plan) struct Limit {
    pub(in crate::plan) tokens: f64,
    pub(in crate::plan) rate: f64,
    pub(in crate::plan) burst: f64,
}

#[derive(Debug, Clone)]
struct Bucket {
    tokens: f64,
    at: Duration,
    /// When the first token was taken since it was full.
    since: Duration,
    /// When the first call since then was answered.
    answered: Option<Duration>,
}

impl Buckets {
    /// Makes full buckets; calls that are not paced never wait.
    pub fn full(paced: bool) -> Self {
        Self { pace: paced.then_some(1.0), buckets: BTreeMap::new() }
    }

    /// Makes full buckets that refill faster by a factor: those of an embedded AWS. Their sizes stay as they are.
    pub fn faster(factor: f64) -> Self {
        Self { pace: Some(factor), buckets: BTreeMap::new() }
    }

    /// Fills them: enough time has passed.
    pub(in crate::plan) fn fill(&mut self) {
        self.buckets.clear();
    }

    /// Takes a token, if need be one of the future, and says how long it is until then.
    pub fn take(&mut self, place: Option<&Place>, operation: Operation, now: Duration) -> Duration {
        let Some((rate, burst)) = self.rate_and_burst(operation) else { return Duration::ZERO };
        let full = Bucket { tokens: burst, at: now, since: now, answered: None };
        let bucket = self.buckets.entry(key(place, operation)).or_insert(full);
        let passed = now.saturating_sub(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * rate).min(burst);
        let full = bucket.tokens >= burst;
        bucket.at = if full { now + ARRIVAL } else { bucket.at.max(now) };
        if full {
            (bucket.since, bucket.answered) = (now, None);
        }
        bucket.tokens -= 1.0;
        let ahead = bucket.at.saturating_sub(now);
        if bucket.tokens < 0.0 {
            ahead + Duration::from_secs_f64(-bucket.tokens / rate)
        } else {
            Duration::ZERO
        }
    }

    /// Notes that a call was answered.
    pub fn answered(&mut self, place: &Place, operation: Operation, now: Duration) {
        if let Some(bucket) = self.buckets.get_mut(&key(Some(place), operation)) {
            bucket.answered.get_or_insert(now);
        }
    }

    /// How much later than its token says a call has to be sent: the service's own bucket stayed full for longer than was
    /// allowed for, because the first request was slow to arrive.
    pub fn late(&self, place: &Place, operation: Operation, now: Duration) -> Duration {
        let Some(bucket) = self.buckets.get(&key(Some(place), operation)) else { return Duration::ZERO };
        let arrived = bucket.answered.unwrap_or(now);
        arrived.saturating_sub(bucket.since).min(LATEST_ARRIVAL).saturating_sub(ARRIVAL)
    }

    /// The tokens a second and the size of an operation's buckets; none where calls are not paced.
    fn rate_and_burst(&self, operation: Operation) -> Option<(f64, f64)> {
        let facts = operation.facts();
        self.pace.map(|pace| (facts.rate * PACED_SHARE * pace, f64::from(facts.burst)))
    }

    /// What calls of an operation have to keep to; none where calls are not paced.
    pub(in crate::plan) fn limit(
        &self,
        place: Option<&Place>,
        operation: Operation,
        now: Duration,
    ) -> Option<Limit> {
        let (rate, burst) = self.rate_and_burst(operation)?;
        let tokens = self.buckets.get(&key(place, operation)).map_or(burst, |bucket| {
            // Negative until the bucket begins to refill.
            let passed = now.as_secs_f64() - bucket.at.as_secs_f64();
            (bucket.tokens + passed * rate).min(burst)
        });
        Some(Limit { tokens, rate, burst })
    }

    /// Takes back the tokens of the future: nobody waits for them any more.
    pub fn take_back(&mut self, now: Duration) {
        for bucket in self.buckets.values_mut().filter(|bucket| bucket.tokens < 0.0) {
            (bucket.tokens, bucket.at) = (0.0, bucket.at.max(now));
        }
    }

    /// Empties a bucket: the service said that somebody else used it up.
    pub fn empty(&mut self, place: &Place, operation: Operation) {
        if let Some(bucket) = self.buckets.get_mut(&key(Some(place), operation)) {
            bucket.tokens = bucket.tokens.min(0.0);
        }
    }
}

pub(in crate::plan) fn key(place: Option<&Place>, operation: Operation) -> Key {
    let facts = operation.facts();
    (place.cloned(), facts.service, (facts.shares == Shares::Nothing).then_some(operation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{AccountId, Region};

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn calls_are_sent_as_late_as_the_first_answer_was() {
        let place = Place {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-2").unwrap(),
        };
        let operation = Operation::ListInstances;
        let mut buckets = Buckets::full(true);
        let late = |buckets: &Buckets, now| buckets.late(&place, operation, now);
        assert_eq!(late(&buckets, ms(100)), ms(0), "nothing was sent");
        buckets.take(Some(&place), operation, ms(1_000));
        assert_eq!(late(&buckets, ms(1_050)), ms(0));
        assert_eq!(late(&buckets, ms(1_200)), ms(140), "there is no answer yet");
        assert_eq!(late(&buckets, ms(9_000)), ms(440), "an answer this late says nothing of the request");
        buckets.answered(&place, operation, ms(1_300));
        buckets.answered(&place, operation, ms(1_900));
        assert_eq!(late(&buckets, ms(9_000)), ms(240));
        buckets.take(Some(&place), operation, ms(60_000));
        buckets.answered(&place, operation, ms(60_010));
        assert_eq!(late(&buckets, ms(61_000)), ms(0), "the bucket was full again, and the connection stood");
    }
}
