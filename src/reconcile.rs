//! A round of the reconciler: read, look, plan, and carry out. Every command that touches AWS goes through here.

use std::collections::BTreeSet;

use crate::aws::{self, Keep, ObserveError, Progress, Session};
use crate::manifest::Manifest;
use crate::plan::{self, ApplyReport, Plan, Reads};
use crate::resource::Address;
use crate::snapshot::Gap;

/// Looks at AWS and plans.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn plan(session: &Session, desired: &Manifest, reads: &Reads) -> Result<Plan, ObserveError> {
    let snapshot = aws::observe(session, desired, reads).await?;
    Ok(plan::plan(desired, &snapshot))
}

/// Why an apply does not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBegun {
    /// Something in the plan has to be mended first.
    Errors,
    /// The caller may not read what the manifest needs: whoever may not read will not be let write half of it.
    MayNotRead,
}

/// Says whether a plan may be carried out at all. A gap that is no matter of permissions holds back only what depends
/// on it: one sick flow must not stop the rest.
pub fn may_begin(plan: &Plan) -> Result<(), NotBegun> {
    if plan.has_errors() {
        Err(NotBegun::Errors)
    } else if plan.gaps.iter().any(|Gap { denied, .. }| *denied) {
        Err(NotBegun::MayNotRead)
    } else {
        Ok(())
    }
}

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
