//! Looks at what stands today where a run kept something.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{ObserveError, gap};
use crate::aws::session::{Fault, Session};
use crate::plan::{KeptFlow, LiveFlow};
use crate::resource::{InstanceArn, Kind, Place};
use crate::snapshot::{FlowSummary, Gap, Look, SET_TAG};

type Lists = BTreeMap<(Kind, InstanceArn), Result<BTreeMap<String, FlowSummary>, Fault>>;

/// Looks at each kept flow, in their order; failures are gaps.
///
/// # Errors
///
/// When the caller cannot be identified, or is in another account than the flows.
pub async fn observe_kept(
    session: &Session,
    kept: &[KeptFlow],
) -> Result<(Vec<LiveFlow>, Vec<Gap>), ObserveError> {
    let places: BTreeMap<_, &Place> =
        kept.iter().map(|k| (k.instance.place.account.clone(), &k.instance.place)).collect();
    for (account, place) in places {
        let (found, arn) = session
            .identity(place, &format!("account {account}"))
            .await
            .map_err(|source| ObserveError::Identity { account: account.clone(), source })?;
        if found != account.as_str() {
            return Err(ObserveError::WrongAccount { wanted: account, found, arn });
        }
    }
    let wanted: BTreeSet<(Kind, InstanceArn)> = kept.iter().map(|k| (k.key.0, k.instance.clone())).collect();
    let lists = join_all(wanted.into_iter().map(|(kind, instance)| async move {
        let list = session.list(kind, &instance, &instance.to_string()).await;
        ((kind, instance), list)
    }));
    let lists: Lists = lists.await.into_iter().collect();
    let looks = join_all(kept.iter().map(|kept| look(session, kept, &lists))).await;
    let mut gaps = Vec::new();
    let live = looks.into_iter().zip(kept).map(|(look, kept)| {
        look.unwrap_or_else(|fault| {
            gaps.push(gap(&fault, &kept.address));
            LiveFlow { flow: Look::Unknown, name_taken: false }
        })
    });
    Ok((live.collect(), gaps))
}

async fn look(session: &Session, kept: &KeptFlow, lists: &Lists) -> Result<LiveFlow, Fault> {
    let (kind, subject) = (kept.key.0, kept.address.to_string());
    let list = match lists.get(&(kind, kept.instance.clone())) {
        Some(Ok(list)) => list,
        Some(Err(fault)) => return Err(fault.clone()),
        None => return Ok(LiveFlow { flow: Look::Unknown, name_taken: false }),
    };
    let Some((name, summary)) = list.iter().find(|(_, summary)| summary.id == kept.id) else {
        let absent = |name_taken| LiveFlow { flow: Look::Absent { close: Vec::new() }, name_taken };
        let Some(summary) = list.get(&kept.name) else { return Ok(absent(false)) };
        let seen = session.seen(kind, &kept.instance, &kept.name, summary, &subject).await?;
        // Made again since, by a rollback or an apply of the same set: it is the same under another id.
        let same = kept.tags.get(SET_TAG).is_some_and(|owner| seen.tags.get(SET_TAG) == Some(owner));
        return Ok(if same { LiveFlow { flow: Look::Found(seen), name_taken: false } } else { absent(true) });
    };
    let seen = session.seen(kind, &kept.instance, name, summary, &subject).await?;
    Ok(LiveFlow { flow: Look::Found(seen), name_taken: false })
}
