//! What became of a plan's actions.

use std::path::PathBuf;

use super::action::ActionId;
use super::plan::Plan;
use super::write::Write;
use crate::operations::{FaultKind, Operation};
use crate::resource::Address;

/// How an action ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was written.
    Applied,
    /// Somebody had written the same meanwhile.
    AlreadySo,
    /// It failed.
    Failed(Failure),
    /// It was not tried, because something that it needs was not done.
    Skipped {
        /// What was not done.
        because_of: ActionId,
    },
    /// It was not tried, because nobody allowed it by name.
    Refused {
        /// Why that is needed.
        message: String,
        /// What `--allow` takes.
        allow: Address,
    },
    /// It was not tried, because what it was planned on has changed since.
    Moved {
        /// What changed.
        message: String,
    },
    /// It was tried, and whether it was carried out could not be found out.
    Unknown(Failure),
    /// It was not tried, because the run ended before, or a quota was reached that it needs.
    NotBegun {
        /// Why the run ended, or what reached the quota.
        message: String,
    },
}

/// What went wrong, or what was seen in place of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is reported.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The call that failed; none where every call succeeded and AWS shows something else.
    pub call: Option<FailedCall>,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCall {
    /// Why it failed.
    pub kind: FaultKind,
    /// The operation.
    pub operation: Operation,
    /// The service's id of the request, where it answered.
    pub request_id: Option<String>,
}

impl Failure {
    /// A failure that is not one of a call.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()), call: None }
    }
}

impl Outcome {
    /// Whether AWS now holds what the action was to write.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Applied | Self::AlreadySo)
    }

    /// What went wrong, where something did that is not somebody else's change.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::Unknown(failure) => Some(failure),
            _ => None,
        }
    }

    /// What to do, where there is something.
    pub fn hint(&self) -> Option<&str> {
        self.failure()?.hint.as_deref()
    }

    /// The same without its hint.
    #[must_use]
    pub fn without_hint(mut self) -> Self {
        if let Self::Failed(failure) | Self::Unknown(failure) = &mut self {
            failure.hint = None;
        }
        self
    }
}

/// What an apply did.
#[derive(Debug, Clone, Default)]
pub struct ApplyReport {
    /// Each action's outcome, in the plan's order.
    pub outcomes: Vec<(ActionId, Outcome)>,
    /// Where overwritten contents were kept.
    pub backups: Vec<PathBuf>,
}

impl ApplyReport {
    /// Whether something was not started, or its end not waited for.
    pub fn is_cut_short(&self) -> bool {
        let cut = |outcome: &Outcome| matches!(outcome, Outcome::NotBegun { .. } | Outcome::Unknown { .. });
        self.outcomes.iter().any(|(_, outcome)| cut(outcome))
    }

    /// Whether nothing at all was sent, because the run ended before.
    pub fn wrote_nothing(&self) -> bool {
        let never = |outcome: &Outcome| {
            matches!(outcome, Outcome::NotBegun { .. } | Outcome::Refused { .. } | Outcome::Skipped { .. })
        };
        let begins = self.outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::NotBegun { .. }));
        begins && self.outcomes.iter().all(|(_, outcome)| never(outcome))
    }

    /// Whether an instance of the plan was made.
    pub fn made_instance(&self, plan: &Plan) -> bool {
        let made = |id: &ActionId| {
            let action = plan.actions.iter().find(|action| action.id == *id);
            action.is_some_and(|action| matches!(action.write(), Write::Instance(_)))
        };
        self.outcomes.iter().any(|(id, outcome)| made(id) && outcome.is_done())
    }
}
