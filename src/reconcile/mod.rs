//! A run of the reconciler: look, plan, decide, carry out, look again. Every command that touches AWS goes through here.
//!
//! [`Goal`] says what is planned, [`Reconciler`] makes the rounds of it. Who is asked, what is shown and where contents are
//! kept is up to a [`Host`]: here nothing is printed, and no terminal is read.

mod chosen;
mod goal;
mod invoke;
mod lanes;
mod look;
mod outside;
mod round;
mod stay;

use std::collections::BTreeSet;

pub use chosen::{Chosen, ChosenError};
pub use goal::{Ahead, Goal, LookError, Unknown, Watch, Wish, drifts};
pub use invoke::{NotTried, Tried, invoke, invoke_once};
pub use look::{Looked, drift, live, look, plan, plan_rollback};
pub use outside::{Event, Outside, Rules, Wake};
pub use round::{Carrying, Consent, Done, Ended, Host, Reconciler, Round, Stopped, Why};
pub use stay::stay;

use crate::aws::{self, Keep, Progress, Session};
use crate::plan::{ApplyReport, Plan};
pub use crate::plan::{NotBegun, all_may_begin, may_begin};
use crate::resource::Address;

/// Carries a plan out; `allowed` are the addresses that somebody allowed by name.
///
/// # Errors
///
/// When it may not begin; nothing was written then.
pub async fn apply(
    session: &Session,
    plan: &Plan,
    allowed: &BTreeSet<Address>,
    keep: &dyn Keep,
    progress: &dyn Progress,
) -> Result<ApplyReport, NotBegun> {
    may_begin(plan)?;
    Ok(aws::apply(session, plan, allowed, keep, progress).await)
}
