//! How long a run may try: for an operation that gives no good answer, for a wait, and for the run.
//!
//! A server that accepts connections and never answers costs an attempt's time for every try. What bounds a command is
//! that an operation that has failed for the session's patience is not asked again while it goes on failing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::ending::{Ending, NOT_CALLED};
use super::fault::Fault;
use crate::operations::{FaultKind, Operation};
use crate::resource::{Place, spoken};

/// What is left of a run's time, and which operations give no good answer. A clone is the same; one [beside](Budget::beside)
/// it shares all but the actions.
#[derive(Debug, Clone)]
pub(in crate::aws) struct Budget {
    /// How long an operation may fail.
    patience: Duration,
    /// Whose actions go on here: two plans may name different things alike.
    plan: u32,
    state: Arc<Mutex<State>>,
}

/// Whose action: the plan that it belongs to, and its subject.
type Actor = (u32, String);

#[derive(Debug, Default)]
struct State {
    limit: Option<Duration>,
    deadline: Option<Instant>,
    failing: BTreeMap<(Place, Operation), Failing>,
    /// How many plans have actions beside the first.
    beside: u32,
    /// The actions that go on.
    acting: BTreeSet<Actor>,
    /// How many writes are under way for an action.
    flying: BTreeMap<Actor, u32>,
    /// The actions for which a write was sent that may have been carried out.
    sent: BTreeSet<Actor>,
}

impl State {
    /// The run's time limit, and from when on nothing is read: a run that has written may look at what became of that
    /// for a while longer. None for a run without a limit.
    fn end_of_reads(&self, patience: Duration) -> Option<(Duration, Instant)> {
        let grace = if self.sent.is_empty() { Duration::ZERO } else { patience };
        Some((self.limit?, self.deadline?.checked_add(grace)?))
    }

    fn has_sent(&self, actor: &Actor) -> bool {
        self.sent.contains(actor) || self.flying.get(actor).is_some_and(|flying| *flying > 0)
    }
}

#[derive(Debug, Clone)]
struct Failing {
    since: Instant,
    tried: Instant,
    /// When it was last tried or refused: what nobody asked for meanwhile does not go on failing.
    asked: Instant,
    message: String,
}

impl Budget {
    pub(in crate::aws) fn new(patience: Duration, limit: Option<Duration>) -> Self {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let state = Arc::new(Mutex::new(State { limit, deadline, ..State::default() }));
        Self { patience, plan: 0, state }
    }

    /// The same for the actions of another plan.
    pub(in crate::aws) fn beside(&self) -> Self {
        let plan = {
            let mut state = self.state();
            state.beside += 1;
            state.beside
        };
        Self { patience: self.patience, plan, state: Arc::clone(&self.state) }
    }

    fn actor(&self, subject: &str) -> Actor {
        (self.plan, subject.to_owned())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves whole entries behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the end of the run off.
    pub(in crate::aws) fn postpone(&self, by: Duration) {
        let mut state = self.state();
        state.deadline = state.deadline.and_then(|deadline| deadline.checked_add(by));
    }

    /// The run's time limit, once it is over.
    pub(in crate::aws) fn over(&self) -> Option<Duration> {
        let state = self.state();
        state.limit.filter(|_| state.deadline.is_some_and(|deadline| Instant::now() >= deadline))
    }

    /// Waits until the run's time is over; forever if it has none.
    pub(in crate::aws) async fn until_over(&self) {
        loop {
            let deadline = self.state().deadline;
            match deadline {
                None => std::future::pending().await,
                Some(deadline) if Instant::now() >= deadline => return,
                Some(deadline) => tokio::time::sleep_until(deadline).await,
            }
        }
    }

    /// Waits until nothing is read any more, and gives the run's time limit; forever if it has none.
    pub(in crate::aws) async fn until_reads_end(&self) -> Duration {
        loop {
            let end = self.state().end_of_reads(self.patience);
            match end {
                None => std::future::pending().await,
                Some((limit, end)) if Instant::now() >= end => return limit,
                Some((_, end)) => tokio::time::sleep_until(end).await,
            }
        }
    }

    /// Why a call is not made: the run is over, or the operation has failed for too long. Now and then a call is let through to see whether the service
    /// is back.
    pub(in crate::aws) fn refusal(
        &self,
        operation: Operation,
        place: &Place,
        subject: &str,
        now: Instant,
    ) -> Option<Fault> {
        let mut state = self.state();
        if let Some((limit, end)) = state.end_of_reads(self.patience)
            && now >= end
        {
            return Some(Ending::OutOfTime(limit).fault(operation, subject));
        }
        let patience = self.patience;
        let key = (place.clone(), operation);
        let failing = state.failing.get_mut(&key)?;
        if now.saturating_duration_since(failing.asked) >= patience {
            state.failing.remove(&key);
            return None;
        }
        failing.asked = now;
        if now.saturating_duration_since(failing.since) < patience {
            return None;
        }
        if now.saturating_duration_since(failing.tried) >= patience {
            failing.tried = now;
            return None;
        }
        let message = format!("{NOT_CALLED}it has failed for {}: {}", spoken(patience), failing.message);
        Some(Fault { kind: FaultKind::NotCalled, ..Fault::unexpected(operation, subject, message) })
    }

    /// What gave no good answer to its last call, with what went wrong.
    pub(in crate::aws) fn failing(&self) -> BTreeMap<(Place, Operation), String> {
        let state = self.state();
        state.failing.iter().map(|(key, failing)| (key.clone(), failing.message.clone())).collect()
    }

    /// Notes that a call is sent.
    pub(in crate::aws) fn sending(&self, operation: Operation, subject: &str) {
        if operation.writes() {
            *self.state().flying.entry(self.actor(subject)).or_default() += 1;
        }
    }

    /// Notes how a call ended that was sent.
    pub(in crate::aws) fn note(
        &self,
        operation: Operation,
        place: &Place,
        subject: &str,
        fault: Option<&Fault>,
        now: Instant,
    ) {
        let mut state = self.state();
        if operation.writes() {
            let actor = self.actor(subject);
            if let Some(flying) = state.flying.get_mut(&actor) {
                *flying = flying.saturating_sub(1);
            }
            if fault.is_none_or(Fault::maybe_done) {
                state.sent.insert(actor);
            }
        }
        let key = (place.clone(), operation);
        let Some(fault) = fault.filter(|fault| fault.maybe_done() || fault.kind == FaultKind::Throttled)
        else {
            state.failing.remove(&key);
            return;
        };
        let message = fault.message.clone();
        let before = state.failing.get(&key);
        let before = before.filter(|it| now.saturating_duration_since(it.asked) < self.patience);
        let since = before.map_or(now, |failing| failing.since);
        state.failing.insert(key, Failing { since, tried: now, asked: now, message });
    }

    /// Begins an action, and forgets what was sent for its subject, so that [`Budget::has_sent`] is about what comes.
    pub(in crate::aws) fn begin(&self, subject: &str) {
        let (mut state, actor) = (self.state(), self.actor(subject));
        state.sent.remove(&actor);
        state.flying.remove(&actor);
        state.acting.insert(actor);
    }

    /// Ends an action.
    pub(in crate::aws) fn end(&self, subject: &str) {
        self.state().acting.remove(&self.actor(subject));
    }

    /// Whether a write was sent for a subject that may have been carried out; one that is not answered yet counts.
    pub(in crate::aws) fn has_sent(&self, subject: &str) -> bool {
        self.state().has_sent(&self.actor(subject))
    }

    /// How many actions go on that have sent a write.
    pub(in crate::aws) fn in_flight(&self) -> usize {
        let state = self.state();
        state.acting.iter().filter(|actor| state.has_sent(actor)).count()
    }

    /// Whether a call belongs to an action that has sent no write: it is the first one, or a look before it.
    pub(in crate::aws) fn waits_to_write(&self, operation: Operation, subject: &str) -> bool {
        let acts = operation.writes() || self.state().acting.contains(&self.actor(subject));
        acts && !self.has_sent(subject)
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

    fn failed(operation: Operation, kind: FaultKind) -> Fault {
        Fault { kind, ..Fault::unexpected(operation, "flow/main", "no answer in time") }
    }

    const PATIENCE: Duration = Duration::from_secs(60);

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn an_operation_that_goes_on_failing_is_not_asked_again_and_others_are() {
        let (budget, start) = (Budget::new(PATIENCE, None), Instant::now());
        let (get, list) = (Operation::GetRole, Operation::ListInstances);
        let refusal = |operation, at| budget.refusal(operation, &place(), "y", start + seconds(at));
        budget.note(get, &place(), "x", Some(&failed(get, FaultKind::Unreachable)), start);
        assert_eq!(refusal(get, 30), None, "it has only begun to fail");
        budget.note(get, &place(), "x", Some(&failed(get, FaultKind::Internal)), start + seconds(61));
        let refused = refusal(get, 62).expect("it has failed for too long");
        assert_eq!((&refused.kind, refused.subject.as_str()), (&FaultKind::NotCalled, "y"));
        assert!(refused.message.contains("no answer in time"), "{}", refused.message);
        assert!(!refused.maybe_done(), "it was not sent");
        assert_eq!(refusal(list, 62), None);
        assert!(refusal(get, 110).is_some());
        assert_eq!(refusal(get, 122), None, "one call looks whether it is back");
        assert!(refusal(get, 123).is_some(), "and only one");
        budget.note(get, &place(), "x", None, start + seconds(124));
        assert_eq!(refusal(get, 125), None, "it is back");
    }

    #[test]
    fn a_failure_of_long_ago_does_not_count() {
        let (budget, start) = (Budget::new(PATIENCE, None), Instant::now());
        let get = Operation::GetRole;
        let refusal = |at| budget.refusal(get, &place(), "x", start + seconds(at));
        let fails = |at| {
            budget.note(get, &place(), "x", Some(&failed(get, FaultKind::Internal)), start + seconds(at))
        };
        fails(0);
        assert_eq!(refusal(100), None);
        fails(101);
        assert_eq!(refusal(102), None, "it has failed for a second");
        fails(300);
        assert_eq!(refusal(301), None, "nor where nobody asked before");
        // Nor an outage that was noticed, once nobody has asked for as long again.
        fails(350);
        fails(361);
        assert!(refusal(362).is_some());
        assert_eq!(refusal(500), None);
        fails(501);
        assert_eq!(refusal(502), None);
    }

    #[test]
    fn a_refusal_of_the_service_is_no_failure_of_it() {
        let (budget, now) = (Budget::new(Duration::ZERO, None), Instant::now());
        let get = Operation::GetRole;
        budget.note(get, &place(), "x", Some(&failed(get, FaultKind::NotFound)), now);
        assert_eq!(budget.refusal(get, &place(), "x", now), None);
    }

    #[test]
    fn after_the_run_nothing_is_called_but_what_looks_at_writes_that_were_sent() {
        let budget = Budget::new(PATIENCE, Some(Duration::ZERO));
        let (get, now) = (Operation::GetRole, Instant::now());
        let refusal = |at| budget.refusal(get, &place(), "x", now + seconds(at)).map(|fault| fault.kind);
        assert_eq!(budget.over(), Some(Duration::ZERO));
        assert_eq!(refusal(0), Some(FaultKind::OutOfTime));
        budget.note(Operation::CreateRole, &place(), "x", None, now);
        assert_eq!(refusal(0), None);
        assert_eq!(refusal(61), Some(FaultKind::OutOfTime));
        budget.postpone(PATIENCE);
        assert_eq!(budget.over(), None);
        assert_eq!(Budget::new(Duration::ZERO, None).over(), None);
    }

    #[test]
    fn an_action_is_in_flight_from_its_first_write_to_its_end() {
        let (budget, now) = (Budget::new(PATIENCE, None), Instant::now());
        let (get, put) = (Operation::GetRole, Operation::PutRolePolicy);
        budget.begin("x");
        budget.begin("y");
        budget.sending(get, "x");
        assert_eq!(budget.in_flight(), 0, "both wait or look");
        budget.sending(put, "x");
        assert_eq!(budget.in_flight(), 1);
        budget.note(put, &place(), "x", None, now);
        assert_eq!(budget.in_flight(), 1, "what was written is looked at");
        budget.sending(put, "y");
        assert_eq!(budget.in_flight(), 2);
        budget.note(put, &place(), "y", Some(&failed(put, FaultKind::Throttled)), now);
        assert_eq!(budget.in_flight(), 1, "nothing was done");
        budget.end("x");
        assert_eq!(budget.in_flight(), 0);
    }

    #[test]
    fn an_action_waits_to_write_until_a_write_of_it_is_sent() {
        let (budget, now) = (Budget::new(PATIENCE, None), Instant::now());
        let (get, put) = (Operation::GetRole, Operation::PutRolePolicy);
        assert!(!budget.waits_to_write(get, "x"), "it belongs to no action");
        budget.begin("x");
        assert!(budget.waits_to_write(get, "x") && budget.waits_to_write(put, "x"));
        budget.sending(put, "x");
        assert!(budget.has_sent("x") && !budget.waits_to_write(put, "x"), "it may be carried out now");
        budget.note(put, &place(), "x", Some(&failed(put, FaultKind::Throttled)), now);
        assert!(!budget.has_sent("x") && budget.waits_to_write(put, "x"), "nothing was done");
        budget.sending(put, "x");
        budget.note(put, &place(), "x", Some(&failed(put, FaultKind::Unreachable)), now);
        assert!(budget.has_sent("x") && !budget.waits_to_write(get, "x"));
        budget.begin("x");
        assert!(budget.waits_to_write(put, "x"), "another action of the same subject");
        budget.end("x");
        assert!(!budget.waits_to_write(get, "x"));
    }

    #[test]
    fn two_plans_may_name_different_things_alike() {
        let put = Operation::AddPermission;
        let now = Instant::now();
        let one = Budget::new(Duration::ZERO, None);
        let other = one.beside();
        one.begin("x");
        one.sending(put, "x");
        other.begin("x");
        assert!(one.has_sent("x"), "what the first has sent is still known");
        assert!(!other.has_sent("x") && other.waits_to_write(put, "x"));
        other.sending(put, "x");
        assert_eq!((one.in_flight(), other.in_flight()), (2, 2), "all of the run's");
        one.note(put, &place(), "x", Some(&failed(put, FaultKind::Throttled)), now);
        other.end("x");
        assert!(!one.has_sent("x") && other.has_sent("x"));
        let third = other.beside();
        third.begin("x");
        assert!(!third.has_sent("x") && other.has_sent("x"));
    }
}
