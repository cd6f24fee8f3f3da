//! A process that stays: what is decided about a set after each look at it, when its next round is due, and what changed
//! since the last one.
//!
//! Pure: time and chance come in as arguments. `reconcile` makes the rounds; who runs them, where signals come from and who
//! hears of what happens is up to its caller, so that a command line and another host share one loop.

mod backoff;
mod board;
mod changes;
mod decide;
mod schedule;

pub use backoff::Backoff;
pub use board::{BUCKETS, Board, Card, Durations, RoundResult, Shown, WriteResult};
pub use changes::{Change, ChangeKind, Known, Seen};
pub use decide::{Decision, Last, MANY_TIMES, Mode, Refusal, Settings, decide};
pub use schedule::Pacing;
