//! Looks at AWS, and says what follows: a plan, a drift, a plan of what was kept, or an instance as it is.

use crate::aws::{self, Identities, LiveError, ObserveError, Session, Wanted};
use crate::drift::{self, Drift, Scope};
use crate::import::{self, Policies};
use crate::manifest::Manifest;
use crate::plan::{self, KeptFlow, LookReads, Plan, Reach, Undeclared};
use crate::resource::Region;
use crate::snapshot::{LiveInstance, Snapshot};

/// Looks at AWS and plans.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn plan(session: &Session, desired: &Manifest, reach: Reach) -> Result<Plan, ObserveError> {
    let reads = reach.of_plan(desired);
    let identities = aws::identify(session, desired, &reads.declared).await?;
    Ok(plan_as(session, desired, (reach, reads), identities).await)
}

/// Looks at AWS and plans, where it is known who calls.
pub(super) async fn plan_as(
    session: &Session,
    desired: &Manifest,
    (reach, reads): (Reach, LookReads),
    identities: Identities,
) -> Plan {
    let snapshot = observe(session, desired, &reads, identities).await;
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
    if reach.judges_unmanaged() { plan::audited(planned, desired, &snapshot) } else { planned }
}

/// Looks at AWS and tells how it left the declared state. Nothing is written.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn drift(session: &Session, desired: &Manifest, scope: Scope<'_>) -> Result<Drift, ObserveError> {
    let reads = scope.reach.of_drift(desired);
    let identities = aws::identify(session, desired, &reads.declared).await?;
    Ok(drift_as(session, desired, (scope, reads), identities).await)
}

/// Looks at AWS and tells how it left the declared state, where it is known who calls.
pub(super) async fn drift_as(
    session: &Session,
    desired: &Manifest,
    (scope, reads): (Scope<'_>, LookReads),
    identities: Identities,
) -> Drift {
    let mut snapshot = observe(session, desired, &reads, identities).await;
    if reads.removal.is_none() {
        aws::observe_unmanaged(session, desired, &mut snapshot).await;
    }
    drift::drift(desired, &snapshot, scope)
}

/// What one look at a set showed: what would be done, and how AWS left the declared state.
#[derive(Debug, Clone)]
pub struct Looked {
    /// What would be done.
    pub plan: Plan,
    /// How AWS differs, and which side changed.
    pub drift: Drift,
}

/// Looks at AWS once, and says both what would be done and how it left the declared state. `all` are the manifests of
/// all sets: what another one declares on the same instance is not unmanaged.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the manifest says.
pub async fn look(session: &Session, desired: &Manifest, all: &[Manifest]) -> Result<Looked, ObserveError> {
    let (reach, scope) = (Reach::Declared, Scope { manifests: all, reach: Reach::Declared });
    let reads = reach.of_drift(desired);
    let identities = aws::identify(session, desired, &reads.declared).await?;
    let mut snapshot = observe(session, desired, &reads, identities).await;
    let plan = Plan { undeclared: drift::undeclared(desired, &snapshot), ..plan::plan(desired, &snapshot) };
    aws::observe_unmanaged(session, desired, &mut snapshot).await;
    Ok(Looked { plan, drift: drift::drift(desired, &snapshot, scope) })
}

async fn observe(
    session: &Session,
    desired: &Manifest,
    reads: &LookReads,
    identities: Identities,
) -> Snapshot {
    let mut snapshot = aws::observe_as(session, desired, &reads.declared, identities).await;
    if let Some(removal) = &reads.removal {
        aws::observe_removal(session, desired, removal, &mut snapshot).await;
    }
    snapshot
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

/// Looks at one instance as it is, with the policies of the functions that its flows use: all of it, or nothing.
///
/// # Errors
///
/// When any of it could not be read, or there is no such instance.
pub async fn live(
    session: &Session,
    wanted: &Wanted,
    region: &Region,
) -> Result<(LiveInstance, Policies), LiveError> {
    let live = aws::observe_instance(session, wanted, region).await?;
    let policies = aws::observe_policies(session, &import::functions_to_read(&live)).await?;
    Ok((live, policies))
}
