//! The one way to wait: pauses that double, and an end.
//!
//! Between two tries of a call, and two looks at what AWS does not show yet, is a pause: the session's first one, then
//! each twice as long as the last, up to a longest one. A look that waits for AWS also has a limit, after which no look
//! is begun; once the run is to end (it was interrupted, or its time is over) that limit is 20 s at the most. Whoever
//! waits says how long and what for; nobody sleeps in a loop of their own.
//!
//! Written here, since a library for retries knows nothing of a run that is to end.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::Session;
use super::fault::Fault;
use crate::plan::Failure;
use crate::resource::spoken;

/// The longest pause between two looks.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Pauses, each twice as long as the last.
#[derive(Debug)]
pub(in crate::aws) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    /// Begins with a pause, and ends with the longest.
    pub(super) fn up_to(first: Duration, longest: Duration) -> Self {
        Self { next: first, longest }
    }

    /// How long the next pause is.
    pub(super) fn next(&self) -> Duration {
        self.next
    }

    /// Waits for the length of the next pause.
    pub(in crate::aws) async fn pass(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(self.longest);
    }
}

/// Looks again and again, until a time is over: this one's or the run's.
pub(in crate::aws) struct Wait<'a> {
    session: &'a Session,
    began: Instant,
    pauses: Pauses,
    within: Duration,
}

impl<'a> Wait<'a> {
    pub(super) fn new(session: &'a Session, within: Duration) -> Self {
        Self { session, began: Instant::now(), pauses: session.pauses(), within }
    }

    /// Waits a while; says whether there is time for another look.
    pub(in crate::aws) async fn goes_on(&mut self) -> bool {
        if self.began.elapsed() >= self.within.min(self.session.longest_wait()) {
            return false;
        }
        self.pauses.pass().await;
        true
    }

    /// Looks until there is something to see; none if the time is over before.
    ///
    /// # Errors
    ///
    /// When a look fails.
    pub(in crate::aws) async fn until<T, L>(&mut self, look: impl Fn() -> L) -> Result<Option<T>, Fault>
    where
        L: Future<Output = Result<Option<T>, Fault>>,
    {
        loop {
            if let Some(seen) = look().await? {
                return Ok(Some(seen));
            }
            if !self.goes_on().await {
                return Ok(None);
            }
        }
    }

    /// When it began.
    pub(in crate::aws) fn began(&self) -> Instant {
        self.began
    }

    /// How long it was waited, in words.
    pub(in crate::aws) fn waited(&self) -> String {
        spoken(self.began.elapsed())
    }

    /// What is reported of a write that AWS does not show: `seen` says what was seen instead.
    pub(in crate::aws) fn not_shown(&self, seen: impl Into<String>) -> Failure {
        let hint = match self.session.over() {
            Some(limit) => format!("the time limit of {} was reached: run the command again.", spoken(limit)),
            None => "run the command again: it reads AWS first and writes only what is missing.".to_owned(),
        };
        Failure::new(format!("{} after {}", seen.into(), self.waited()), hint)
    }
}
