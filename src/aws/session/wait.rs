//! Waiting for what AWS does not show yet.

use std::time::Duration;

use tokio::time::Instant;

use super::Session;
use super::ending::spoken;
use crate::plan::Outcome;

/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Looks again and again: ends when the time is over, the wait's or the run's.
pub(in crate::aws) struct Patience<'a> {
    session: &'a Session,
    began: Instant,
    pause: Duration,
    within: Duration,
}

impl<'a> Patience<'a> {
    pub(in crate::aws) fn new(session: &'a Session, within: Duration) -> Self {
        Self { session, began: Instant::now(), pause: session.first_pause(), within }
    }

    /// Waits a while; says whether there is time for another look.
    pub(in crate::aws) async fn goes_on(&mut self) -> bool {
        if self.began.elapsed() >= self.within.min(self.session.longest_wait()) {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }

    /// How long it was looked, in words.
    pub(in crate::aws) fn waited(&self) -> String {
        spoken(self.began.elapsed())
    }

    /// The outcome of an action whose write AWS does not show: `seen` says what was seen instead.
    pub(in crate::aws) fn unknown(&self, seen: impl Into<String>) -> Outcome {
        let hint = match self.session.over() {
            Some(limit) => format!("the time limit of {} was reached: run the command again.", spoken(limit)),
            None => "run the command again: it looks first, and writes only what is missing.".to_owned(),
        };
        Outcome::Unknown { message: format!("{} after {}", seen.into(), self.waited()), hint: Some(hint) }
    }
}
