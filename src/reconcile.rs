//! A round of the reconciler: read, look, plan, and carry out. Every command that touches AWS goes through here.

use std::collections::BTreeSet;

use crate::aws::{self, Keep, ObserveError, Progress, Session};
use crate::drift::{self, Drift, Scope};
use crate::manifest::Manifest;
use crate::plan::{self, ApplyReport, KeptFlow, Plan, Reads, Undeclared};
pub use crate::plan::{NotBegun, may_begin};
use crate::resource::Address;

/// Looks at AWS and plans.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn plan(session: &Session, desired: &Manifest, reads: &Reads) -> Result<Plan, ObserveError> {
    let snapshot = aws::observe(session, desired, reads).await?;
    Ok(Plan { undeclared: drift::undeclared(desired, &snapshot), ..plan::plan(desired, &snapshot) })
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

/// Looks at AWS and plans, and checks the flows and functions that are not managed as well.
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
    let pruned = plan::plan_pruned(desired, &snapshot);
    let planned = match prune {
        true => pruned,
        false => Plan { undeclared: Undeclared::deleted(&pruned), ..plan::plan(desired, &snapshot) },
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

/// Looks at AWS and plans what a run kept back. What the manifests protect needs leave.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than what was kept.
pub async fn plan_rollback(
    session: &Session,
    run: &str,
    kept: &[KeptFlow],
    manifests: &[Manifest],
) -> Result<Plan, ObserveError> {
    let (live, gaps) = aws::observe_kept(session, kept).await?;
    Ok(plan::plan_rollback(run, (kept, manifests), &live, gaps))
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
