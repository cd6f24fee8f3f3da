//! Quotas that this run has reached: what needs one of them is not tried any more, whether its call waits for its turn
//! or has not started.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::fault::Fault;
use crate::operations::{FaultKind, Operation};
use crate::resource::Place;

/// What a quota counts: what an operation creates, in an account and Region, and there on an instance if it has an id.
pub(super) type Counted = (Operation, Place, String);

/// The quotas that are reached, with the fault that said so.
#[derive(Debug, Default)]
pub(super) struct Reached {
    faults: Mutex<BTreeMap<Counted, Fault>>,
    noted: Notify,
}

impl Reached {
    /// Why a call is not made, for what it would be made for; none as long as the quota is not reached.
    pub(super) fn refusal(&self, counted: &Counted, subject: &str) -> Option<Fault> {
        self.faults().get(counted).map(|first| waits(first, subject))
    }

    /// Waits until the quota is reached.
    pub(super) async fn refused(&self, counted: &Counted, subject: &str) -> Fault {
        loop {
            let noted = self.noted.notified();
            if let Some(fault) = self.refusal(counted, subject) {
                return fault;
            }
            noted.await;
        }
    }

    /// Notes how a call ended, and gives the fault that it ends with: the first that says that a quota is reached
    /// stands for all others.
    pub(super) fn note(&self, counted: &Counted, fault: Fault) -> Fault {
        if fault.kind != FaultKind::Quota {
            return fault;
        }
        let mut faults = self.faults();
        if let Some(first) = faults.get(counted) {
            return waits(first, &fault.subject);
        }
        faults.insert(counted.clone(), fault.clone());
        drop(faults);
        self.noted.notify_waiters();
        fault
    }

    fn faults(&self) -> MutexGuard<'_, BTreeMap<Counted, Fault>> {
        // A panic elsewhere leaves whole entries behind.
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn waits(first: &Fault, subject: &str) -> Fault {
    let message = format!(
        "{} for {} reached a quota ({}); what needs the same quota was not tried",
        first.operation, first.subject, first.message
    );
    Fault { kind: FaultKind::QuotaBefore, ..Fault::unexpected(first.operation, subject, message) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{AccountId, Region};

    #[tokio::test]
    async fn the_first_fault_stands_for_all_that_need_the_same_and_for_nothing_else() {
        let place = Place {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-2").unwrap(),
        };
        let flows = |instance: &str| (Operation::CreateContactFlow, place.clone(), instance.to_owned());
        let fault = |kind: FaultKind, subject: &str| Fault {
            kind,
            ..Fault::unexpected(Operation::CreateContactFlow, subject, "LimitExceededException")
        };
        let reached = Reached::default();
        let other = reached.note(&flows("a"), fault(FaultKind::Denied, "flow/x"));
        assert_eq!((other.kind, reached.refusal(&flows("a"), "flow/y")), (FaultKind::Denied, None));
        let counted = flows("a");
        let reach = async { reached.note(&counted, fault(FaultKind::Quota, "flow/x")) };
        let (waiting, first) = tokio::join!(reached.refused(&counted, "flow/y"), reach);
        assert_eq!(first, fault(FaultKind::Quota, "flow/x"));
        assert_eq!((&waiting.kind, waiting.subject.as_str()), (&FaultKind::QuotaBefore, "flow/y"));
        assert!(waiting.message.contains("for flow/x reached a quota (LimitExceededException)"), "{waiting}");
        assert_eq!(reached.note(&flows("a"), fault(FaultKind::Quota, "flow/y")), waiting);
        assert_eq!(reached.refusal(&flows("b"), "flow/y"), None);
    }
}
