//! The states before recent writes, which reads are shown while a consistency delay lasts. They share what no write
//! changed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::State;

/// States with the time of the write that replaced them, oldest first.
#[derive(Debug, Default)]
pub(crate) struct History(VecDeque<(Instant, State)>);

impl History {
    /// Keeps the state before a write.
    pub(crate) fn keep(&mut self, before: State, delay: Duration) {
        if delay.is_zero() {
            return;
        }
        self.forget(delay);
        self.0.push_back((Instant::now(), before));
    }

    /// The state as it was that long ago: before the first write that is younger. None if there was no such write.
    pub(crate) fn shown(&mut self, delay: Duration) -> Option<&State> {
        self.forget(delay);
        self.0.front().map(|(_, before)| before)
    }

    /// Drops the states that no read sees any more.
    fn forget(&mut self, delay: Duration) {
        while self.0.front().is_some_and(|(written, _)| written.elapsed() >= delay) {
            self.0.pop_front();
        }
    }
}
