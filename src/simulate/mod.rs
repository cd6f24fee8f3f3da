//! One contact through the flows of a manifest, offline: what it hears, how long it is silent, which branches it takes, and
//! why.
//!
//! Pure: what the world answers comes from a [`Scenario`](crate::manifest::Scenario), or from whoever drives a
//! [`Simulation`] step by step. [`Functions`] is the one place where the call of a function is answered.

mod answers;
mod check;
mod contact;
mod coverage;
mod ending;
mod from_way;
mod functions;
mod happened;
mod heard;
mod names;
mod program;
mod run;
mod sweep;

pub use crate::manifest::scenario_entry as words_of;
pub use check::{Played, Stop, Unmet, play, queue_name};
pub use contact::{contact, profile};
pub use coverage::{Coverage, Covered, FileCoverage, Part, Share};
pub use ending::Ending;
pub use from_way::from_way;
pub use functions::{Attempted, Called, Functions, NoFunctions, Outcome, Tried};
pub use happened::happened;
pub use heard::{Heard, heard, is_like, spoken};
pub use names::unknown_blocks;
pub use program::{NoFlow, Subject, subject};
pub use run::{By, MAX_STEPS, Progress, Refused, Simulation, Taken, UnusedAnswer, answers_of, label};
pub use sweep::{CallFault, Swept, sweep};

#[cfg(test)]
mod tests;
