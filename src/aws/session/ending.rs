//! Why a run ends before it is done.

use std::fmt;
use std::time::Duration;

use crate::resource::spoken;

/// Why a run is to end before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::aws) enum Ending {
    /// It was asked to.
    Interrupted,
    /// Its time, so long, is over.
    OutOfTime(Duration),
}

/// How the message of a fault begins whose call was not made.
pub(super) const NOT_CALLED: &str = "not called: ";

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::OutOfTime(limit) => {
                write!(f, "the time limit of {} (--timeout) was reached", spoken(*limit))
            }
        }
    }
}
