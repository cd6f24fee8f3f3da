//! Looks at the functions that are in an instance's list and whose policies nothing that is declared needs: they tell
//! whether the set once put them there. A handful of calls to Lambda, none to Amazon Connect.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::gap;
use super::removal::Observer;
use crate::aws::session::{FaultKind, Session};
use crate::manifest::Manifest;
use crate::resource::{Address, FunctionArn, FunctionRef, Kind, Label, Place};
use crate::snapshot::{FunctionFound, Gap, Look, Snapshot};

/// Adds them to a snapshot. A missing permission is no gap: whoever may read no more than what the manifest declares
/// learns that the function is there, and not whose it is. Every other failure is one.
pub async fn observe_unmanaged(session: &Session, desired: &Manifest, snapshot: &mut Snapshot) {
    let observer = Observer { session, desired, seen: snapshot };
    let unmanaged = unmanaged(snapshot);
    let looks = unmanaged.iter().map(|(instance, function)| {
        let observer = &observer;
        async move { (instance, function, observer.function(function.clone()).await) }
    });
    let (mut seen, mut gaps) = (Vec::new(), Vec::new());
    for (instance, function, result) in join_all(looks).await {
        let look: Look<FunctionFound> = match result {
            Ok(Some(found)) => Look::Found(found),
            Ok(None) => Look::Absent { close: Vec::new() },
            Err(fault) => {
                if !matches!(fault.kind, FaultKind::Denied | FaultKind::Credentials) {
                    let unread = gap(&fault, &Address::new(Kind::Instance, instance));
                    gaps.push(Gap {
                        message: format!("function `{}`: {}", function.name, unread.message),
                        ..unread
                    });
                }
                Look::Unknown
            }
        };
        seen.push(((function.place.clone(), function.name.clone()), look));
    }
    snapshot.unmanaged.extend(seen);
    snapshot.gaps.extend(gaps);
    snapshot.calls = session.calls();
}

/// Reads the tags of functions in the lists that nothing declares, if a function from `source:` is not there: a function
/// cannot be renamed, so that one of them may be what it was called before. It only explains; what cannot be read is left
/// out.
pub(super) async fn former(
    session: &Session,
    desired: &Manifest,
    snapshot: &Snapshot,
) -> BTreeMap<(Place, String), BTreeMap<String, String>> {
    if !snapshot.sources.values().any(|look| matches!(look, Look::Absent { .. })) {
        return BTreeMap::new();
    }
    let declared = |found: &FunctionRef| {
        desired.functions.values().any(|function| function.target.unqualified() == *found)
    };
    let looks = unmanaged(snapshot).into_iter().filter(|(_, found)| !declared(found)).map(
        |(_, function)| async move {
            let seen = session.function(&function, &format!("function `{}`", function.name)).await;
            Some(((function.place, function.name), seen.ok()??.tags?))
        },
    );
    join_all(looks).await.into_iter().flatten().collect()
}

/// Each function once, with an instance whose list holds it.
fn unmanaged(snapshot: &Snapshot) -> Vec<(Label, FunctionRef)> {
    let mut found = BTreeSet::new();
    let mut unmanaged = Vec::new();
    for (instance, look) in &snapshot.associations {
        let texts = look.found().into_iter().flatten();
        for arn in texts.filter_map(|text| FunctionArn::parse(text).ok()) {
            let known = snapshot.policies.keys().any(|f| f.place == arn.place && f.name == arn.name);
            let function = FunctionRef { place: arn.place, name: arn.name, qualifier: None };
            // Credentials were looked at for the accounts of the set alone.
            let ours = snapshot.identities.contains_key(&function.place.account);
            if !known && ours && found.insert(function.clone()) {
                unmanaged.push((instance.clone(), function));
            }
        }
    }
    unmanaged
}
