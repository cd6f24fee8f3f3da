//! A round of the reconciler: read, look, plan, and carry out. Every command that touches AWS goes through here.

use std::collections::BTreeSet;

use crate::aws::{self, Keep, ObserveError, Progress, Session};
use crate::drift::{self, Drift, Scope};
use crate::manifest::Manifest;
use crate::plan::{self, ApplyReport, KeptFlow, LookReads, Plan, Reach, Undeclared};
pub use crate::plan::{NotBegun, may_begin};
use crate::resource::Address;
use crate::snapshot::Snapshot;

/// Looks at AWS and plans.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn plan(session: &Session, desired: &Manifest, reach: Reach) -> Result<Plan, ObserveError> {
    let snapshot = observe(session, desired, &reach.of_plan(desired)).await?;
    let planned = match reach {
        Reach::Declared => {
            Plan { undeclared: drift::undeclared(desired, &snapshot), ..plan::plan(desired, &snapshot) }
        }
        Reach::Orphaned | Reach::Everything { prune: true } => plan::plan_pruned(desired, &snapshot),
        Reach::Everything { prune: false } => Plan {
            undeclared: Undeclared::deleted(&plan::plan_pruned(desired, &snapshot)),
            ..plan::plan(desired, &snapshot)
        },
    };
    Ok(if reach.judges_unmanaged() { plan::audited(planned, desired, &snapshot) } else { planned })
}

/// Looks at AWS and tells how it left the declared state. Nothing is written.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn drift(session: &Session, desired: &Manifest, scope: Scope<'_>) -> Result<Drift, ObserveError> {
    let reads = scope.reach.of_drift(desired);
    let mut snapshot = observe(session, desired, &reads).await?;
    if reads.removal.is_none() {
        aws::observe_strangers(session, desired, &mut snapshot).await;
    }
    Ok(drift::drift(desired, &snapshot, scope))
}

async fn observe(session: &Session, desired: &Manifest, reads: &LookReads) -> Result<Snapshot, ObserveError> {
    let mut snapshot = aws::observe(session, desired, &reads.declared).await?;
    if let Some(removal) = &reads.removal {
        aws::observe_removal(session, desired, removal, &mut snapshot).await;
    }
    Ok(snapshot)
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
