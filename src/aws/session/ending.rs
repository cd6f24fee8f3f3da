//! Why a run ends before it is done.

use std::fmt;
use std::time::Duration;

use super::fault::Fault;
use crate::operations::{FaultKind, Operation};
use crate::snapshot::OUT_OF_TIME;

/// Why a run is to end before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::aws) enum Ending {
    /// It was asked to.
    Interrupted,
    /// Its time, so long, is over.
    OutOfTime(Duration),
}

/// How the message of a fault begins whose call was not made.
pub(in crate::aws) const NOT_CALLED: &str = "not called: ";

impl Ending {
    /// The fault of a call that is not made any more.
    pub(in crate::aws) fn fault(self, operation: Operation, subject: &str) -> Fault {
        let kind = match self {
            Self::Interrupted => FaultKind::Interrupted,
            Self::OutOfTime(_) => FaultKind::OutOfTime,
        };
        Fault { kind, ..Fault::unexpected(operation, subject, format!("{NOT_CALLED}{self}")) }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::OutOfTime(limit) => write!(f, "the time limit of {} {OUT_OF_TIME}", spoken(*limit)),
        }
    }
}

/// Says a time: `90 s`, `2 min`.
pub(in crate::aws) fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 120 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
