//! One token bucket for each account, Region, service and operation, in front of the SDK.
//!
//! Amazon Connect allows about 2 requests a second for each operation, for all users of an account and Region
//! together. A faster caller is throttled and ends up waiting longer than it would here, so every attempt waits for a
//! token first.
//!
//! Written here, and not with a library for rate limits, because the forecast runs through the same buckets without a clock
//! (`plan::schedule`), and a bucket is emptied when AWS refuses a call.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::operations::Operation;
use crate::plan::{Buckets, Pace};
use crate::resource::Place;

/// Paces calls, and counts them.
#[derive(Debug)]
pub(super) struct Pacer {
    began: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    buckets: Buckets,
    calls: BTreeMap<Operation, u32>,
    answers: BTreeMap<(Operation, u16), u64>,
    /// How long calls have waited for their turn.
    waited: Duration,
    /// Whether those who waited have given up their turns.
    reopened: bool,
}

impl Pacer {
    /// Creates a pacer; one that is off only counts.
    pub(super) fn new(on: bool) -> Self {
        Self::of(Buckets::full(on))
    }

    /// Creates a pacer at AWS's rates times a factor.
    pub(super) fn faster(factor: f64) -> Self {
        Self::of(Buckets::faster(factor))
    }

    fn of(buckets: Buckets) -> Self {
        let (calls, answers) = (BTreeMap::new(), BTreeMap::new());
        let state = State { buckets, calls, answers, waited: Duration::ZERO, reopened: false };
        Self { began: Instant::now(), state: Mutex::new(state) }
    }

    /// Takes a token, if need be one of the future, and says how long it is until then.
    pub(super) fn take(&self, place: &Place, operation: Operation, now: Instant) -> Duration {
        self.lock().buckets.take(Some(place), operation, now.saturating_duration_since(self.began))
    }

    /// How much later than its token says a call has to be sent, as far as it is known yet.
    pub(super) fn late(&self, place: &Place, operation: Operation, now: Instant) -> Duration {
        self.lock().buckets.late(place, operation, now.saturating_duration_since(self.began))
    }

    /// Notes that a call was answered.
    pub(super) fn answered(&self, place: &Place, operation: Operation, now: Instant) {
        self.lock().buckets.answered(place, operation, now.saturating_duration_since(self.began));
    }

    /// Counts a call that is made.
    pub(super) fn count(&self, operation: Operation) {
        *self.lock().calls.entry(operation).or_default() += 1;
    }

    /// Counts how a call was answered; without a status it was not.
    pub(super) fn note(&self, operation: Operation, status: Option<u16>) {
        *self.lock().answers.entry((operation, status.unwrap_or_default())).or_default() += 1;
    }

    /// Adds the time that a call has waited for its turn.
    pub(super) fn note_wait(&self, waited: Duration) {
        let mut state = self.lock();
        state.waited = state.waited.saturating_add(waited);
    }

    /// The answers so far, by operation and status; 0 where none came.
    pub(super) fn answers(&self) -> BTreeMap<(Operation, u16), u64> {
        self.lock().answers.clone()
    }

    /// How long calls have waited so far, all together.
    pub(super) fn waited(&self) -> Duration {
        self.lock().waited
    }

    /// Takes back the tokens of the future, once: all who wait for theirs have to take another one, or do without.
    pub(super) fn reopen(&self, now: Instant) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.reopened, true) {
            state.buckets.take_back(now.saturating_duration_since(self.began));
        }
    }

    /// Empties the bucket: the service said that somebody else used it up.
    pub(super) fn throttled(&self, place: &Place, operation: Operation) {
        self.lock().buckets.empty(place, operation);
    }

    /// The calls made so far, retries and pages included.
    pub(super) fn calls(&self) -> BTreeMap<Operation, u32> {
        self.lock().calls.clone()
    }

    /// What calls have to wait for from now on, where each is answered after a latency.
    pub(super) fn pace(&self, latency: Duration) -> Pace {
        Pace::new(self.lock().buckets.clone(), self.began.elapsed(), latency)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves numbers behind, which are still good to pace by.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{AccountId, Region};

    fn place() -> Place {
        Place {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-2").unwrap(),
        }
    }

    /// Plays calls against the service's own bucket, as published, and counts refusals.
    fn refused(calls: u32, operation: Operation, latency: impl Fn(u32) -> Duration) -> (u32, Duration) {
        let pacer = Pacer::new(true);
        let start = Instant::now();
        let arrivals: Vec<Duration> =
            (0..calls).map(|n| pacer.take(&place(), operation, start) + latency(n)).collect();
        let last = arrivals.iter().max().copied().unwrap_or_default();
        (refused_at(operation, arrivals), last)
    }

    /// Counts the calls that the service refuses.
    fn refused_at(operation: Operation, mut arrivals: Vec<Duration>) -> u32 {
        let facts = operation.facts();
        arrivals.sort();
        let (mut tokens, mut at, mut refused) = (f64::from(facts.burst), Duration::ZERO, 0);
        for arrival in arrivals {
            tokens = (tokens + (arrival - at).as_secs_f64() * facts.rate).min(f64::from(facts.burst));
            at = arrival;
            if tokens < 1.0 { refused += 1 } else { tokens -= 1.0 }
        }
        refused
    }

    #[test]
    fn no_paced_call_is_refused_even_when_the_first_is_slow_to_arrive() {
        for operation in [Operation::ListLambdaFunctions, Operation::GetPolicy] {
            let slow_start = |n| Duration::from_millis(if n < 5 { 60 } else { 1 });
            assert_eq!(refused(200, operation, slow_start).0, 0, "{operation}");
        }
    }

    #[test]
    fn no_paced_call_is_refused_where_the_first_answers_come_late() {
        for (operation, first) in [(Operation::ListLambdaFunctions, 450), (Operation::GetPolicy, 450)] {
            let pacer = Pacer::new(true);
            let (start, mut arrivals) = (Instant::now(), Vec::new());
            for n in 0..200 {
                let wait = pacer.take(&place(), operation, start);
                if wait.is_zero() {
                    arrivals.push(Duration::from_millis(first + n));
                } else {
                    pacer.answered(&place(), operation, start + Duration::from_millis(first + 2));
                    arrivals.push(wait + pacer.late(&place(), operation, start + wait));
                }
            }
            assert_eq!(refused_at(operation, arrivals), 0, "{operation}");
        }
    }

    #[test]
    fn pacing_costs_little_over_what_the_bucket_allows() {
        let (_, took) = refused(60, Operation::GetPolicy, |_| Duration::ZERO);
        let best = Duration::from_secs_f64((60.0 - 15.0) / 15.0);
        assert!(took <= best.mul_f64(1.1), "{took:?} against {best:?}");
    }

    #[test]
    fn a_throttle_empties_the_bucket() {
        let pacer = Pacer::new(true);
        let now = Instant::now();
        assert_eq!(pacer.take(&place(), Operation::ListInstances, now), Duration::ZERO);
        pacer.throttled(&place(), Operation::ListInstances);
        assert!(pacer.take(&place(), Operation::ListInstances, now) > Duration::from_millis(400));
    }

    #[test]
    fn a_pacer_that_is_off_only_counts() {
        let pacer = Pacer::new(false);
        for _ in 0..100 {
            assert_eq!(pacer.take(&place(), Operation::ListInstances, Instant::now()), Duration::ZERO);
            pacer.count(Operation::ListInstances);
        }
        assert_eq!(pacer.calls()[&Operation::ListInstances], 100);
    }

    #[test]
    fn who_waits_gives_up_the_turn_once_and_the_rate_stays() {
        let pacer = Pacer::new(true);
        let now = Instant::now();
        let take = || pacer.take(&place(), Operation::ListInstances, now);
        let last = (0..100).map(|_| take()).max().unwrap_or_default();
        assert!(last > Duration::from_secs(40), "{last:?}");
        pacer.reopen(now);
        let after: Vec<Duration> = (0..10).map(|_| take()).collect();
        assert!(after[0] > Duration::from_millis(400) && after[0] < Duration::from_secs(1), "{after:?}");
        assert!(after[9] > Duration::from_secs(4), "{after:?}");
        pacer.reopen(now);
        assert!(take() > after[9], "those who wait now are not passed over");
    }
}
