//! Writes whose answer is lost: AWS is looked at before anything is said or repeated.
//!
//! What is created without an idempotency token and is not there is created again. Its name can be taken only once, so
//! that a second creation is refused and never makes a twin.

use std::future::Future;

use crate::aws::session::{Fault, FaultKind, Session};

/// Creations at the most: each after a look that showed nothing.
const TRIES: u32 = 3;
/// Looks after a write whose outcome is unknown: what was created may show late.
const LOOKS: u32 = 3;

/// What became of a write that may be repeated: after an unknown outcome AWS is looked at, and where it shows what was
/// to be written, that is done, whoever did it.
///
/// # Errors
///
/// The write's fault, unless AWS shows it, with why nothing could be seen where that is so.
pub(super) async fn or_shown<L>(
    session: &Session,
    written: Result<(), Fault>,
    look: impl Fn() -> L,
) -> Result<(), Fault>
where
    L: Future<Output = Result<bool, Fault>>,
{
    let fault = match written {
        Err(fault) if fault.maybe_done() => fault,
        other => return other,
    };
    let mut wait = session.wait();
    for _ in 0..LOOKS {
        if look().await.map_err(|read| fault.unread(read))? {
            return Ok(());
        }
        if !wait.goes_on().await {
            break;
        }
    }
    Err(fault)
}

/// What is seen after a deletion whose outcome is unknown.
pub(super) enum Left {
    /// Nothing is there any more.
    Nothing,
    /// It is there as it was.
    Same,
    /// Something else is there, or somebody changed it; says what.
    Other(String),
}

/// What became of a deletion.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deleted {
    /// It is gone; says whether it was there before.
    Gone(bool),
    /// It may be gone, and something else is there by now; says what.
    Replaced(String),
}

/// Deletes something that may be deleted twice: after an unknown outcome AWS is looked at. What is gone is done, and what
/// is still there as it was is deleted again, a few times.
///
/// # Errors
///
/// The deletion's fault, if it is still there, with what was seen; or why nothing could be seen.
pub(super) async fn delete<D, L>(
    session: &Session,
    delete: impl Fn() -> D,
    look: impl Fn() -> L,
) -> Result<Deleted, Fault>
where
    D: Future<Output = Result<bool, Fault>>,
    L: Future<Output = Result<Left, Fault>>,
{
    let mut wait = session.wait();
    let (mut tries, mut lost) = (0, None::<Fault>);
    loop {
        tries += 1;
        let fault = match delete().await {
            // What an earlier try deleted is not there any more.
            Ok(there) => return Ok(Deleted::Gone(there || lost.is_some())),
            Err(fault) if fault.maybe_done() => fault,
            Err(fault) => return Err(after(lost.as_ref(), fault)),
        };
        for _ in 0..LOOKS {
            match look().await.map_err(|read| fault.unread(read))? {
                Left::Nothing => return Ok(Deleted::Gone(true)),
                Left::Other(what) => return Ok(Deleted::Replaced(what)),
                Left::Same if wait.goes_on().await => {}
                Left::Same => return Err(fault.with("it is still there")),
            }
        }
        let fault = fault.with("it is still there");
        if tries == TRIES {
            return Err(fault);
        }
        lost = Some(fault);
    }
}

/// What became of a creation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Created<T> {
    /// It was created.
    Made(T),
    /// Something of that name is there; the fault says whether this creation may have made it.
    Found(T, Fault),
}

/// Creates something, a few times if need be; `look` finds what has its name.
///
/// # Errors
///
/// The last creation's fault, if nothing is there; after one that may have been carried out, that one's, with what
/// went wrong since; or why nothing could be seen.
pub(super) async fn once<T, C, L>(
    session: &Session,
    create: impl Fn() -> C,
    look: impl Fn() -> L,
) -> Result<Created<T>, Fault>
where
    C: Future<Output = Result<T, Fault>>,
    L: Future<Output = Result<Option<T>, Fault>>,
{
    let mut tries = 0;
    // The last creation that may have been carried out, and shows late.
    let mut lost: Option<Fault> = None;
    loop {
        tries += 1;
        let fault = match create().await {
            Ok(made) => return Ok(Created::Made(made)),
            Err(fault) => fault,
        };
        let taken = matches!(fault.kind, FaultKind::AlreadyExists | FaultKind::Conflict);
        if !taken && !fault.maybe_done() {
            // Whoever waits for the role creates it again, and finds then what shows late.
            let waits = fault.role_may_be_new();
            return Err(if waits { fault } else { after(lost.as_ref(), fault) });
        }
        // Where the name is taken, somebody has just created it: that will show.
        let within = if taken { session.others_within() } else { session.visible_within() };
        let mut wait = session.wait_for(within);
        let mut looks = 0;
        if fault.maybe_done() {
            lost = Some(fault.clone());
        }
        while taken || looks < LOOKS {
            looks += 1;
            if let Some(found) = look().await.map_err(|read| unseen(lost.as_ref(), read))? {
                return Ok(Created::Found(found, fault));
            }
            if !wait.goes_on().await {
                return Err(fault);
            }
        }
        if taken || tries == TRIES {
            return Err(fault);
        }
    }
}

/// The fault to report when another attempt failed after one that may have been carried out.
fn after(lost: Option<&Fault>, fault: Fault) -> Fault {
    match lost {
        Some(lost) => lost.with(&format!("another attempt failed: {fault}")),
        None => fault,
    }
}

/// The fault to report when nothing can be seen after a try that may have been carried out.
fn unseen(lost: Option<&Fault>, read: Fault) -> Fault {
    match lost {
        Some(lost) => lost.unread(read),
        None => read,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;
    use crate::aws::session::Options;
    use crate::operations::Operation;
    use crate::plan::Outcome;

    async fn session() -> Session {
        let options = Options::embedded("http://127.0.0.1:9");
        Session::open(Options { first_pause: Duration::from_millis(1), ..options }).await
    }

    fn fault(operation: Operation, kind: FaultKind, message: &str) -> Fault {
        Fault { kind, ..Fault::unexpected(operation, "flow/main", message) }
    }

    fn denied() -> Fault {
        fault(Operation::DescribeContactFlow, FaultKind::Denied, "the read is denied")
    }

    /// The outcome is unknown, and the message says both what the write and what the read met.
    fn is_unknown(fault: &Fault) {
        names_both(fault, "could not be read back", "the read is denied");
    }

    fn names_both(fault: &Fault, what: &str, met: &str) {
        let Outcome::Unknown(why) = fault.outcome("other", true) else { panic!("{fault:?}") };
        let message = why.message;
        assert!(["no answer", what, met].iter().all(|part| message.contains(part)), "{message}");
    }

    #[tokio::test]
    async fn a_write_that_cannot_be_read_back_stays_unknown() {
        let session = session().await;
        let written = fault(Operation::UpdateContactFlowContent, FaultKind::Unreachable, "no answer");
        is_unknown(&or_shown(&session, Err(written), async || Err(denied())).await.unwrap_err());
    }

    #[tokio::test]
    async fn a_creation_that_cannot_be_read_back_stays_unknown() {
        let session = session().await;
        let create = async || Err(fault(Operation::CreateContactFlow, FaultKind::Internal, "no answer"));
        let look = async || Err(denied());
        is_unknown(&once::<(), _, _>(&session, create, look).await.unwrap_err());
    }

    #[tokio::test]
    async fn a_refusal_after_a_creation_that_may_show_late_does_not_hide_it() {
        let session = session().await;
        let tries = Cell::new(0);
        let create = async || {
            tries.set(tries.get() + 1);
            Err(match tries.get() {
                1 => fault(Operation::CreateContactFlow, FaultKind::Internal, "no answer"),
                _ => fault(Operation::CreateContactFlow, FaultKind::Denied, "the creation is refused"),
            })
        };
        let met = once::<(), _, _>(&session, create, async || Ok(None)).await.unwrap_err();
        names_both(&met, "another attempt failed", "the creation is refused");
        assert!(!met.message.contains("read back"), "{met}");
        assert_eq!(tries.get(), 2);
    }

    #[tokio::test]
    async fn a_refusal_after_a_deletion_that_may_show_late_does_not_hide_it() {
        let session = session().await;
        let tries = Cell::new(0);
        let away = async || {
            tries.set(tries.get() + 1);
            Err(match tries.get() {
                1 => fault(Operation::DeleteContactFlow, FaultKind::Internal, "no answer"),
                _ => fault(Operation::DeleteContactFlow, FaultKind::Denied, "the deletion is refused"),
            })
        };
        let met = delete(&session, away, async || Ok(Left::Same)).await.unwrap_err();
        names_both(&met, "another attempt failed", "the deletion is refused");
        assert!(!met.message.contains("read back"), "{met}");
        assert_eq!(tries.get(), 2);
    }

    #[tokio::test]
    async fn where_a_name_is_taken_the_fault_of_the_read_is_what_is_reported() {
        let session = session().await;
        let create = async || Err(fault(Operation::CreateContactFlow, FaultKind::AlreadyExists, "taken"));
        let met = once::<(), _, _>(&session, create, async || Err(denied())).await.unwrap_err();
        assert_eq!(met, denied());
    }
}
