//! Writes whose answer is lost: AWS is looked at before anything is said or repeated.
//!
//! What is created without an idempotency token and is not there is created again. Its name can be taken only once, so
//! that a second creation is refused and never makes a twin.

use std::future::Future;

use super::budget::Patience;
use super::fault::{Fault, FaultKind};
use super::session::Session;

/// Creations at the most: each after a look that showed nothing.
const TRIES: u32 = 3;
/// Looks after a creation whose outcome is unknown: what was created may show late.
const LOOKS: u32 = 3;

/// What became of a write that may be repeated: after an unknown outcome AWS is looked at, and where it shows what was
/// to be written, that is done, whoever did it.
///
/// # Errors
///
/// The write's fault, unless AWS shows it; or why nothing could be seen.
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
    let mut patience = session.patience();
    for _ in 0..LOOKS {
        if look().await? {
            return Ok(());
        }
        if !patience.goes_on().await {
            break;
        }
    }
    Err(fault)
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
/// The last creation's fault, if nothing is there; or why nothing could be seen.
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
    loop {
        tries += 1;
        let fault = match create().await {
            Ok(made) => return Ok(Created::Made(made)),
            Err(fault) => fault,
        };
        let taken = matches!(fault.kind, FaultKind::AlreadyExists | FaultKind::Conflict);
        if !taken && !fault.maybe_done() {
            return Err(fault);
        }
        // Where the name is taken, somebody has just created it: that will show.
        let within = if taken { session.others_within() } else { session.visible_within() };
        let mut patience = Patience::new(session, within);
        let mut looks = 0;
        while taken || looks < LOOKS {
            looks += 1;
            if let Some(found) = look().await? {
                return Ok(Created::Found(found, fault));
            }
            if !patience.goes_on().await {
                return Err(fault);
            }
        }
        if taken || tries == TRIES {
            return Err(fault);
        }
    }
}
