//! A round of the reconciler: read, look, plan, and carry out. Every command that touches AWS goes through here.

use std::collections::BTreeSet;

use crate::aws::{self, Keep, ObserveError, Progress, Session};
use crate::drift::{self, Drift, Scope};
use crate::manifest::Manifest;
use crate::plan::{self, ApplyReport, KeptFlow, Plan, Reads};
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

/// Looks at AWS and plans, deletions of what is left over among it.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn plan_pruned(session: &Session, desired: &Manifest, reads: &Reads) -> Result<Plan, ObserveError> {
    let mut snapshot = aws::observe(session, desired, reads).await?;
    aws::observe_removal(session, desired, &plan::removal_reads(desired), &mut snapshot).await;
    Ok(plan::plan_pruned(desired, &snapshot))
}

/// Looks at AWS and plans, and judges the flows and functions that are not managed as well.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn plan_audited(
    session: &Session,
    desired: &Manifest,
    reads: &Reads,
    prune: bool,
) -> Result<Plan, ObserveError> {
    let mut snapshot = aws::observe(session, desired, reads).await?;
    aws::observe_removal(session, desired, &plan::removal_reads(desired), &mut snapshot).await;
    let planned = match prune {
        true => plan::plan_pruned(desired, &snapshot),
        false => plan::plan(desired, &snapshot),
    };
    Ok(plan::audited(planned, desired, &snapshot))
}

/// Looks at AWS and tells how it left the declared state. Nothing is written.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn drift(
    session: &Session,
    desired: &Manifest,
    reads: &Reads,
    scope: Scope<'_>,
) -> Result<Drift, ObserveError> {
    let mut snapshot = aws::observe(session, desired, reads).await?;
    match scope.audited {
        true => aws::observe_removal(session, desired, &plan::removal_reads(desired), &mut snapshot).await,
        false => aws::observe_strangers(session, desired, &mut snapshot).await,
    }
    Ok(drift::drift(desired, &snapshot, scope))
}

/// Looks at AWS and plans what a run kept back.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than what was kept.
pub async fn plan_rollback(session: &Session, run: &str, kept: &[KeptFlow]) -> Result<Plan, ObserveError> {
    let (live, gaps) = aws::observe_kept(session, kept).await?;
    Ok(plan::plan_rollback(run, kept, &live, gaps))
}

/// Why an apply does not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBegun {
    /// Something in the plan has to be mended first.
    Errors,
    /// So much would be deleted that somebody has to insist ([`Plan::forced`]): says how much.
    NeedsForce(String),
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
    } else if let Some(much) = &plan.force {
        Err(NotBegun::NeedsForce(much.clone()))
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
