//! How long a run may try: for an operation that gives no good answer, for a wait, and for the run.
//!
//! A server that accepts connections and never answers costs an attempt's time for every try. What bounds a command is
//! that an operation that has failed for the session's patience is not asked again while it goes on failing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::fault::{Fault, FaultKind};
use super::session::Session;
use crate::operations::Operation;
use crate::plan::Outcome;
use crate::resource::Place;

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What is left of a run's time, and which operations give no good answer.
#[derive(Debug)]
pub(super) struct Budget {
    /// How long an operation may fail.
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    limit: Option<Duration>,
    deadline: Option<Instant>,
    failing: BTreeMap<(Place, Operation), Failing>,
    /// The subjects for which a write was sent that may have been carried out.
    sent: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct Failing {
    since: Instant,
    tried: Instant,
    kind: FaultKind,
    message: String,
}

impl Budget {
    pub(super) fn new(patience: Duration, limit: Option<Duration>) -> Self {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        Self { patience, state: Mutex::new(State { limit, deadline, ..State::default() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves whole entries behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the end of the run off.
    pub(super) fn postpone(&self, by: Duration) {
        let mut state = self.state();
        state.deadline = state.deadline.and_then(|deadline| deadline.checked_add(by));
    }

    /// The run's time limit, once it is over.
    pub(super) fn over(&self) -> Option<Duration> {
        let state = self.state();
        state.limit.filter(|_| state.deadline.is_some_and(|deadline| Instant::now() >= deadline))
    }

    /// Waits until the run's time is over; for ever if it has none.
    pub(super) async fn until_over(&self) {
        loop {
            let deadline = self.state().deadline;
            match deadline {
                None => std::future::pending().await,
                Some(deadline) if Instant::now() >= deadline => return,
                Some(deadline) => tokio::time::sleep_until(deadline).await,
            }
        }
    }

    /// Why a call is not made: the run is over, or the operation has failed for too long. A run that has written may
    /// look at what became of that for a while longer. Now and then a call is let through to see whether the service
    /// is back.
    pub(super) fn refusal(&self, operation: Operation, place: &Place, subject: &str) -> Option<Fault> {
        let now = Instant::now();
        let mut state = self.state();
        let fault = |kind, message| Some(Fault { kind, ..Fault::unexpected(operation, subject, message) });
        if let (Some(limit), Some(deadline)) = (state.limit, state.deadline) {
            let grace = if state.sent.is_empty() { Duration::ZERO } else { self.patience };
            if now.saturating_duration_since(deadline) >= grace && now >= deadline {
                let message = format!("not called: the run's {} are over", spoken(limit));
                return fault(FaultKind::OutOfTime, message);
            }
        }
        let patience = self.patience;
        let failing = state.failing.get_mut(&(place.clone(), operation))?;
        if now.duration_since(failing.since) < patience {
            return None;
        }
        if now.duration_since(failing.tried) >= patience {
            failing.tried = now;
            return None;
        }
        let message = format!("not called: it has failed for {}: {}", spoken(patience), failing.message);
        fault(failing.kind.clone(), message)
    }

    /// Notes how a call ended.
    pub(super) fn note(&self, operation: Operation, place: &Place, subject: &str, fault: Option<&Fault>) {
        let now = Instant::now();
        let mut state = self.state();
        if operation.writes() && fault.is_none_or(Fault::maybe_done) {
            state.sent.insert(subject.to_owned());
        }
        let key = (place.clone(), operation);
        let Some(fault) = fault.filter(|fault| fault.maybe_done() || fault.kind == FaultKind::Throttled)
        else {
            state.failing.remove(&key);
            return;
        };
        let (kind, message) = (fault.kind.clone(), fault.message.clone());
        let since = state.failing.get(&key).map_or(now, |failing| failing.since);
        state.failing.insert(key, Failing { since, tried: now, kind, message });
    }

    /// Forgets what was sent for a subject, so that [`Budget::has_sent`] is about what comes.
    pub(super) fn begin(&self, subject: &str) {
        self.state().sent.remove(subject);
    }

    /// Whether a write was sent for a subject that may have been carried out.
    pub(super) fn has_sent(&self, subject: &str) -> bool {
        self.state().sent.contains(subject)
    }
}

/// Says a time: `90 s`, `2 min`.
pub(super) fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 120 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// Looks again and again: ends when the time is over, the wait's or the run's.
pub(super) struct Patience<'a> {
    session: &'a Session,
    began: Instant,
    pause: Duration,
    within: Duration,
}

impl<'a> Patience<'a> {
    pub(super) fn new(session: &'a Session, within: Duration) -> Self {
        Self { session, began: Instant::now(), pause: session.first_pause(), within }
    }

    /// Waits a while; says whether there is time for another look.
    pub(super) async fn goes_on(&mut self) -> bool {
        if self.began.elapsed() >= self.within.min(self.session.longest_wait()) {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }

    /// How long it was looked, in words.
    pub(super) fn waited(&self) -> String {
        spoken(self.began.elapsed())
    }

    /// The outcome of an action whose write AWS does not show: `seen` says what was seen instead.
    pub(super) fn unknown(&self, seen: impl Into<String>) -> Outcome {
        let hint = match self.session.over() {
            Some(limit) => format!("the run's {} are over: run the command again.", spoken(limit)),
            None => "run the command again: it looks first, and writes only what is missing.".to_owned(),
        };
        Outcome::Unknown { message: format!("{} after {}", seen.into(), self.waited()), hint: Some(hint) }
    }
}

impl Fault {
    /// How an action ends that this fault ended; `sent` says whether it had sent a write before.
    pub(super) fn outcome(&self, sent: bool) -> Outcome {
        let (message, hint) = (self.to_string(), self.hint());
        let unseen = self.maybe_done() || matches!(self.kind, FaultKind::Throttled | FaultKind::OutOfTime);
        if self.kind == FaultKind::QuotaBefore && !sent {
            return Outcome::NotBegun { message: self.message.clone() };
        }
        let unknown = match self.operation.writes() {
            true => self.maybe_done(),
            false => sent && unseen,
        };
        match unknown {
            true => Outcome::Unknown { message, hint },
            false => Outcome::Failed { message, hint },
        }
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

    #[test]
    fn an_operation_that_goes_on_failing_is_not_asked_again_and_others_are() {
        let budget = Budget::new(Duration::from_millis(20), None);
        let (get, list) = (Operation::GetRole, Operation::ListInstances);
        budget.note(get, &place(), "x", Some(&failed(get, FaultKind::Unreachable)));
        assert_eq!(budget.refusal(get, &place(), "x"), None, "it has only begun to fail");
        std::thread::sleep(Duration::from_millis(30));
        budget.note(get, &place(), "x", Some(&failed(get, FaultKind::Internal)));
        let refused = budget.refusal(get, &place(), "y").expect("it has failed for too long");
        assert_eq!((refused.kind, refused.subject.as_str()), (FaultKind::Internal, "y"));
        assert!(refused.message.contains("no answer in time"), "{}", refused.message);
        assert_eq!(budget.refusal(list, &place(), "x"), None);
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(budget.refusal(get, &place(), "x"), None, "one call looks whether it is back");
        assert!(budget.refusal(get, &place(), "x").is_some(), "and only one");
        budget.note(get, &place(), "x", None);
        assert_eq!(budget.refusal(get, &place(), "x"), None, "it is back");
    }

    #[test]
    fn a_refusal_of_the_service_is_no_failure_of_it() {
        let budget = Budget::new(Duration::ZERO, None);
        let get = Operation::GetRole;
        budget.note(get, &place(), "x", Some(&failed(get, FaultKind::NotFound)));
        assert_eq!(budget.refusal(get, &place(), "x"), None);
    }

    #[test]
    fn after_the_run_nothing_is_called_but_what_looks_at_writes_that_were_sent() {
        let budget = Budget::new(Duration::from_secs(60), Some(Duration::ZERO));
        let get = Operation::GetRole;
        assert_eq!(budget.over(), Some(Duration::ZERO));
        assert_eq!(budget.refusal(get, &place(), "x").map(|fault| fault.kind), Some(FaultKind::OutOfTime));
        budget.note(Operation::CreateRole, &place(), "x", None);
        assert_eq!(budget.refusal(get, &place(), "x"), None);
        budget.postpone(Duration::from_secs(60));
        assert_eq!(budget.over(), None);
        assert_eq!(Budget::new(Duration::ZERO, None).over(), None);
    }

    #[test]
    fn a_fault_is_unknown_where_something_may_have_been_done() {
        let unknown = |fault: Fault, sent| matches!(fault.outcome(sent), Outcome::Unknown { .. });
        let (write, read) = (Operation::PutRolePolicy, Operation::GetRole);
        assert!(unknown(failed(write, FaultKind::Unreachable), false));
        assert!(!unknown(failed(write, FaultKind::Throttled), true));
        assert!(!unknown(failed(write, FaultKind::Denied), true));
        assert!(unknown(failed(read, FaultKind::Throttled), true));
        assert!(!unknown(failed(read, FaultKind::Internal), false), "nothing was written yet");
        assert!(!unknown(failed(read, FaultKind::Denied), true), "the permission is what to tell");
    }
}
