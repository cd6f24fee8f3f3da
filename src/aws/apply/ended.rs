//! How a step of an action ends: done, or why not. There is no third way.

use crate::aws::session::{Ending, Fault, FaultKind, Wait};
use crate::plan::{FailedCall, Failure, Outcome};

/// How a step ends.
pub(super) type Ended = Result<Done, NotDone>;

/// How what AWS holds now came to be as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// This run wrote it.
    Written,
    /// It was so already.
    AlreadySo,
}

/// Why a step is not done: nothing more of its action is written.
#[derive(Debug)]
pub(super) enum NotDone {
    /// A call failed. What that makes of the action depends on what it has sent.
    Call(Fault),
    /// Somebody else changed it since the plan was made; says what is reported.
    Changed(String),
    /// It failed.
    Failed(Failure),
    /// It was written, and AWS does not show it.
    Unknown(Failure),
}

impl Done {
    /// What was written is done; what did not have to be was so already.
    pub(super) fn of(wrote: bool) -> Self {
        if wrote { Self::Written } else { Self::AlreadySo }
    }
}

impl From<Done> for Outcome {
    fn from(done: Done) -> Self {
        match done {
            Done::Written => Self::Applied,
            Done::AlreadySo => Self::AlreadySo,
        }
    }
}

impl From<Fault> for NotDone {
    fn from(fault: Fault) -> Self {
        Self::Call(fault)
    }
}

impl NotDone {
    /// It failed although every call succeeded.
    pub(super) fn failed(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Failed(Failure::new(message, hint))
    }

    /// AWS accepted a write and does not show it; `seen` says what it shows.
    pub(super) fn not_shown(wait: &Wait<'_>, seen: impl Into<String>) -> Self {
        Self::Unknown(wait.not_shown(seen))
    }

    /// Somebody else changed something between plan and write.
    pub(super) fn changed(subject: &str, what: &str) -> Self {
        Self::Changed(format!(
            "{subject} was changed by someone since the plan was made ({what}); nothing was written to it. Run `flowbind plan` again."
        ))
    }

    /// Somebody else deleted something between plan and write.
    pub(super) fn gone(subject: &str) -> Self {
        Self::Changed(format!(
            "{subject} was deleted by someone since the plan was made. Run `flowbind plan` again."
        ))
    }

    /// Somebody else took a name between plan and write.
    pub(super) fn taken(subject: &str, what: &str) -> Self {
        Self::Changed(format!(
            "{what} was created by someone since the plan was made, and it is not what {subject} declares; nothing was \
             written to it. Run `flowbind plan` again."
        ))
    }

    /// Something needs by now what was to be removed.
    pub(super) fn still_needed(subject: &str, what: &str) -> Self {
        Self::Changed(format!("{subject} was not removed: {what}. Run `flowbind plan` again."))
    }

    /// What was deleted is still there.
    pub(super) fn still_there(subject: &str) -> Self {
        Self::failed(
            format!("{subject}: the deletion was accepted, but it is still there"),
            "run the command again in a few minutes.",
        )
    }

    /// The same, where what failed is a look after a write that failed so.
    pub(super) fn after(self, written: &Fault) -> Self {
        match self {
            Self::Call(read) => Self::Call(written.unread(read)),
            other => other,
        }
    }

    /// How the action on `subject` ends; `sent` says whether it had sent a write before.
    pub(super) fn outcome(self, subject: &str, sent: bool) -> Outcome {
        match self {
            Self::Call(fault) => fault.outcome(subject, sent),
            Self::Changed(message) => Outcome::Moved { message },
            Self::Failed(failure) => Outcome::Failed(failure),
            Self::Unknown(failure) => Outcome::Unknown(failure),
        }
    }
}

/// What to do about a write that may have been carried out, after what there is to fix.
fn next(fix: Option<String>) -> String {
    let look = "`flowbind plan` shows whether it was written; running again writes only what is missing.";
    fix.map_or_else(|| look.to_owned(), |fix| format!("{fix} {look}"))
}

/// How an action ends that has written nothing when the run ends.
pub(super) fn not_begun(ending: Ending) -> Outcome {
    Outcome::NotBegun { message: format!("{ending} before") }
}

impl Fault {
    /// How an action on `subject` ends that this fault ended; `sent` says whether it had sent a write before.
    pub(super) fn outcome(&self, subject: &str, sent: bool) -> Outcome {
        if let (Some(ending), false) = (self.ending, sent) {
            return not_begun(ending);
        }
        if self.kind == FaultKind::QuotaBefore && !sent {
            return Outcome::NotBegun { message: self.message.clone() };
        }
        let unseen = self.maybe_done() || self.not_called() || self.kind == FaultKind::Throttled;
        let unknown = match self.operation.writes() {
            true => self.maybe_done(),
            false => sent && unseen,
        };
        let failure = Failure { message: self.said_of(subject), ..self.failure() };
        match unknown {
            true => Outcome::Unknown(Failure { hint: Some(next(failure.hint)), ..failure }),
            false => Outcome::Failed(failure),
        }
    }

    /// What is reported of this fault where its subject is known.
    fn said_of(&self, subject: &str) -> String {
        if self.subject != subject {
            return self.to_string();
        }
        let request = self.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
        format!("{}: {}{request}", self.operation, self.message)
    }

    /// What is reported of this fault.
    pub(super) fn failure(&self) -> Failure {
        Failure { message: self.to_string(), hint: self.hint(), call: Some(self.call()) }
    }

    /// The call that failed, as a machine is told of it.
    pub(super) fn call(&self) -> FailedCall {
        FailedCall { kind: self.kind, operation: self.operation, request_id: self.request_id.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::operations::Operation;

    fn failed(operation: Operation, kind: FaultKind) -> Fault {
        Fault { kind, ..Fault::unexpected(operation, "flow/main", "no answer in time") }
    }

    #[test]
    fn an_action_that_the_end_of_the_run_met_before_its_first_write_has_not_begun() {
        for operation in [Operation::GetRole, Operation::PutRolePolicy] {
            let ended = Ending::Interrupted.fault(operation, "role/x").outcome("role/x", false);
            assert_eq!(ended, not_begun(Ending::Interrupted));
            let late = Ending::OutOfTime(Duration::from_secs(90));
            let message = "the time limit of 90 s (--timeout) was reached before".to_owned();
            assert_eq!(
                late.fault(operation, "role/x").outcome("role/x", false),
                Outcome::NotBegun { message }
            );
        }
    }

    #[test]
    fn what_is_unknown_says_how_to_find_out_after_what_there_is_to_fix() {
        for kind in [FaultKind::Unreachable, FaultKind::Internal, FaultKind::Unexpected] {
            let Outcome::Unknown(why) = failed(Operation::PutRolePolicy, kind).outcome("flow/main", true)
            else {
                panic!("{kind:?}")
            };
            let hint = why.hint.expect("there is something to do");
            assert!(hint.ends_with(&next(None)) && hint.contains("`flowbind plan`"), "{hint}");
            assert_eq!(hint.contains("check the network"), kind == FaultKind::Unreachable, "{hint}");
            assert_eq!(why.message, "iam:PutRolePolicy: no answer in time", "the address is beside it");
        }
        let other = failed(Operation::PutRolePolicy, FaultKind::Internal).outcome("function/x", true);
        let Outcome::Unknown(why) = other else { panic!("{other:?}") };
        assert!(why.message.contains("for flow/main: "), "it is about something else: {}", why.message);
    }

    #[test]
    fn a_fault_is_unknown_where_something_may_have_been_done() {
        let unknown =
            |fault: Fault, sent| matches!(fault.outcome("flow/main", sent), Outcome::Unknown { .. });
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
