//! What a run is to reach: what its plans are made of, for all sets together, and which calls a look takes.

use std::collections::BTreeSet;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::chosen::Chosen;
use super::look;
use crate::aws::{self, Identities, ObserveError, Session};
use crate::drift::{Drift, Scope};
use crate::manifest::Manifest;
use crate::plan::{self, Forecast, KeptFlow, LookReads, Plan, Reach, kept_forecast};
use crate::resource::{Address, SetName};

/// What the plans are made of.
#[derive(Debug, Clone, Copy)]
pub enum Goal<'a> {
    /// AWS is to agree with manifests.
    Declared {
        /// The manifests, one for each set.
        manifests: &'a [Manifest],
        /// What the plans are to hold.
        wish: &'a Wish,
    },
    /// Contents that a run kept are to be restored.
    Kept {
        /// The run.
        run: &'a str,
        /// What it kept.
        flows: &'a [KeptFlow],
        /// What they protect is left as it is.
        manifests: &'a [Manifest],
    },
}

/// What plans are to hold.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// How far it looks, and whether it deletes what is orphaned.
    pub reach: Reach,
    /// Somebody insists on a large deletion.
    pub force: bool,
    /// Only these; none means everything.
    pub only: Vec<Chosen>,
}

/// What is known of a look before it begins.
#[derive(Debug, Clone, Copy)]
pub struct Ahead<'a> {
    /// What is looked at, such as a set.
    pub subject: &'a str,
    /// Its calls.
    pub forecast: &'a Forecast,
    /// Whether the lists of what no manifest names are read as well: how much they lead to is known when they are read.
    pub sees_orphans: bool,
}

/// Watches looks: shows how they go on.
pub trait Watch {
    /// Drives looks to their end that are made side by side.
    fn during<T>(&self, ahead: &[Ahead<'_>], looks: impl Future<Output = T>) -> impl Future<Output = T>;
}

/// The sets that are looked at side by side, at most: what was seen of a set is held until its plan is made.
const MOST_SETS_AT_ONCE: usize = 32;

/// Looks at every set, as many side by side as may be: the rates are kept by the session. Nothing is read before it is
/// known who calls, in the accounts of all sets.
async fn look_at_all<'m, T, F>(
    session: &Session,
    manifests: &'m [Manifest],
    (reads, sees_orphans): (impl Fn(&Manifest) -> LookReads, bool),
    watch: &impl Watch,
    look: impl Fn(&'m Manifest, LookReads, Identities) -> F,
) -> Result<Vec<T>, ObserveError>
where
    F: Future<Output = T>,
{
    let reads: Vec<LookReads> = manifests.iter().map(reads).collect();
    let forecasts: Vec<Forecast> =
        manifests.iter().zip(&reads).map(|(desired, reads)| reads.forecast(desired)).collect();
    let ahead: Vec<Ahead<'_>> = manifests
        .iter()
        .zip(&forecasts)
        .map(|(desired, forecast)| Ahead { subject: desired.set.as_str(), forecast, sees_orphans })
        .collect();
    let looks = async {
        let identified = manifests.iter().zip(&reads);
        let identified = identified.map(|(desired, reads)| aws::identify(session, desired, &reads.declared));
        let identities: Vec<Identities> =
            stream::iter(identified).buffered(MOST_SETS_AT_ONCE).try_collect().await?;
        let looks = manifests.iter().zip(reads).zip(identities);
        let looks = looks.map(|((desired, reads), known)| look(desired, reads, known));
        Ok(stream::iter(looks).buffered(MOST_SETS_AT_ONCE).collect().await)
    };
    watch.during(&ahead, looks).await
}

/// Why there are no plans.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// AWS could not be looked at.
    #[error(transparent)]
    Unread(#[from] ObserveError),
    /// An address was chosen that is nowhere.
    #[error("no planned or declared resource has this address")]
    Unknown(Box<Unknown>),
}

/// An address that was chosen and is nowhere.
#[derive(Debug)]
pub struct Unknown {
    /// What was chosen.
    pub chosen: Chosen,
    /// All sets.
    pub sets: Vec<SetName>,
    /// The address that was perhaps meant.
    pub suggested: Option<String>,
    /// Whether what is orphaned could be chosen too.
    pub prunes: bool,
}

impl<'a> Goal<'a> {
    /// The manifests in which addresses have a meaning; none where contents are restored.
    pub fn manifests(&self) -> &'a [Manifest] {
        match self {
            Self::Declared { manifests, .. } => manifests,
            Self::Kept { .. } => &[],
        }
    }

    /// Looks at AWS and plans every set.
    pub fn plans<'f>(
        &'f self,
        session: &'f Session,
        watch: &'f impl Watch,
    ) -> LocalBoxFuture<'f, Result<Vec<Plan>, LookError>> {
        Box::pin(async move {
            match *self {
                Self::Declared { manifests, wish } => {
                    let reach = wish.reach;
                    let reads = (|desired: &_| reach.of_plan(desired), reach.sees_orphans());
                    let look = |desired, reads, known| look::plan_as(session, desired, (reach, reads), known);
                    let plans = look_at_all(session, manifests, reads, watch, look).await?;
                    wish.of_all(manifests, plans).map_err(LookError::Unknown)
                }
                Self::Kept { run, flows, manifests } => {
                    let (subject, forecast) = (format!("run {run}"), kept_forecast(flows, None));
                    let ahead = Ahead { subject: &subject, forecast: &forecast, sees_orphans: false };
                    let planned = look::plan_rollback(session, run, flows, manifests);
                    Ok(vec![watch.during(&[ahead], planned).await?])
                }
            }
        })
    }

    /// The calls of looking again, after these plans were made.
    pub fn forecast_again(&self, plans: &[Plan]) -> Vec<Forecast> {
        match *self {
            Self::Declared { manifests, wish } => {
                let look = |(desired, plan): (&Manifest, &Plan)| {
                    wish.reach.of_plan(desired).forecast_again(desired, plan)
                };
                manifests.iter().zip(plans).map(look).collect()
            }
            Self::Kept { flows, .. } => plans.iter().map(|plan| kept_forecast(flows, Some(plan))).collect(),
        }
    }
}

impl Wish {
    /// Settles what concerns several sets, and leaves what was chosen.
    fn of_all(&self, manifests: &[Manifest], mut plans: Vec<Plan>) -> Result<Vec<Plan>, Box<Unknown>> {
        plan::settle_rivals(&mut plans);
        plan::check_policy_sizes(&mut plans);
        if !self.only.is_empty() {
            plans = self.select(manifests, plans)?;
        }
        let forced = |plan: Plan| if self.force { plan.forced() } else { plan };
        Ok(plans.into_iter().map(forced).collect())
    }

    fn select(&self, manifests: &[Manifest], plans: Vec<Plan>) -> Result<Vec<Plan>, Box<Unknown>> {
        let found = |chosen: &Chosen| plans.iter().any(|plan| !chosen.means(manifests, plan).is_empty());
        if let Some(chosen) = self.only.iter().find(|chosen| !found(chosen)) {
            return Err(Box::new(Unknown {
                chosen: chosen.clone(),
                sets: plans.iter().map(|plan| plan.set.clone()).collect(),
                suggested: chosen.suggested(manifests, &plans),
                prunes: self.reach.prunes(),
            }));
        }
        let select = |(manifest, plan): (&Manifest, Plan)| {
            let only: BTreeSet<Address> = Chosen::in_set(&self.only, manifests, &plan);
            plan.only(manifest, &only)
        };
        let mut selected: Vec<Plan> = manifests.iter().zip(plans).map(select).collect();
        plan::check_policy_sizes(&mut selected);
        Ok(selected)
    }
}

/// Looks at AWS and tells how it left the declared state of each set.
///
/// # Errors
///
/// When a caller cannot be identified, or is in another account than a manifest says.
pub async fn drifts(
    session: &Session,
    scope: Scope<'_>,
    watch: &impl Watch,
) -> Result<Vec<Drift>, ObserveError> {
    let reach = scope.reach;
    let reads = (|desired: &_| reach.of_drift(desired), reach.sees_orphans());
    let look = |desired, reads, known| look::drift_as(session, desired, (scope, reads), known);
    look_at_all(session, scope.manifests, reads, watch, look).await
}
