//! Why a run ends before it is done.

use std::fmt;
use std::time::Duration;

use super::fault::Fault;
use crate::operations::{FaultKind, Operation};
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

impl Ending {
    /// The fault of a call that is not made any more.
    pub(in crate::aws) fn fault(self, operation: Operation, subject: &str) -> Fault {
        self.met(operation, subject, NOT_CALLED)
    }

    /// The fault of a read whose answer is not waited for any more.
    pub(in crate::aws) fn cuts_off(self, operation: Operation, subject: &str) -> Fault {
        self.met(operation, subject, "not waited for: ")
    }

    fn met(self, operation: Operation, subject: &str, how: &str) -> Fault {
        let kind = match self {
            Self::Interrupted => FaultKind::Interrupted,
            Self::OutOfTime(_) => FaultKind::OutOfTime,
        };
        let fault = Fault::unexpected(operation, subject, format!("{how}{self}"));
        Fault { kind, ending: Some(self), ..fault }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::OutOfTime(limit) => write!(f, "the time limit of {} (--timeout) was reached", spoken(*limit)),
        }
    }
}
