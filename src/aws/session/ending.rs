//! Why a run ends before it is done, and what a fault makes of its action: failed, unknown, or not begun.

use std::fmt;
use std::time::Duration;

use super::fault::{Fault, FaultKind};
use crate::operations::Operation;
use crate::plan::Outcome;
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

    /// How an action ends that has written nothing.
    pub(in crate::aws) fn not_begun(self) -> Outcome {
        Outcome::NotBegun { message: format!("{self} before") }
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

impl Fault {
    /// How an action ends that this fault ended; `sent` says whether it had sent a write before.
    pub(in crate::aws) fn outcome(&self, sent: bool) -> Outcome {
        if let (FaultKind::OutOfTime | FaultKind::Interrupted, false) = (&self.kind, sent) {
            let why = self.message.strip_prefix(NOT_CALLED).unwrap_or(&self.message);
            return Outcome::NotBegun { message: format!("{why} before") };
        }
        let (message, hint) = (self.to_string(), self.hint());
        if self.kind == FaultKind::QuotaBefore && !sent {
            return Outcome::NotBegun { message: self.message.clone() };
        }
        let unseen = self.maybe_done() || self.not_called() || self.kind == FaultKind::Throttled;
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

/// Says a time: `90 s`, `2 min`.
pub(in crate::aws) fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 120 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(operation: Operation, kind: FaultKind) -> Fault {
        Fault { kind, ..Fault::unexpected(operation, "flow/main", "no answer in time") }
    }

    #[test]
    fn an_action_that_the_end_of_the_run_met_before_its_first_write_has_not_begun() {
        for operation in [Operation::GetRole, Operation::PutRolePolicy] {
            let ended = Ending::Interrupted.fault(operation, "role/x").outcome(false);
            assert_eq!(ended, Ending::Interrupted.not_begun());
            let late = Ending::OutOfTime(Duration::from_secs(90));
            let message = "the time limit of 90 s (--timeout) was reached before".to_owned();
            assert_eq!(late.fault(operation, "role/x").outcome(false), Outcome::NotBegun { message });
        }
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
        assert!(!unknown(failed(write, FaultKind::NotCalled), true), "it was not sent");
        assert!(unknown(failed(read, FaultKind::NotCalled), true), "what was sent before was not read back");
    }
}
