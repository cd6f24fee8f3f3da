//! Looks at the policies of functions that flows call by a literal ARN and that the manifest does not bind under this
//! alias or version: whether such a call is allowed is known only from the policy of what is called.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::gap;
use crate::aws::session::{FaultKind, Session};
use crate::manifest::{Manifest, called_in};
use crate::resource::{Address, FunctionRef, Kind};
use crate::snapshot::{FlowSeen, Look, Snapshot};

/// Adds the policies that are called and were not read yet. What the caller may not read becomes unknown and is no gap:
/// the audit says so at the block. Every other failure is a gap.
pub(super) async fn observe_called(session: &Session, desired: &Manifest, snapshot: &mut Snapshot) {
    let wanted = unread(desired, snapshot);
    let looks = wanted
        .iter()
        .map(|(function, by)| async move { (function, by, session.policy(function, &by.to_string()).await) });
    for (function, by, result) in join_all(looks).await {
        let look = match result {
            Ok(Some(policy)) => Look::Found(policy),
            Ok(None) => Look::Absent { close: Vec::new() },
            Err(fault) => {
                if !matches!(fault.kind, FaultKind::Denied | FaultKind::Credentials) {
                    let unread = gap(&fault, by);
                    let message = format!("function `{function}`: {}", unread.message);
                    snapshot.gaps.push(crate::snapshot::Gap { message, ..unread });
                }
                Look::Unknown
            }
        };
        snapshot.called.insert(function.clone(), look);
    }
    snapshot.calls = session.calls();
}

/// Each function once, with the first flow or module that calls it.
fn unread(desired: &Manifest, snapshot: &Snapshot) -> BTreeMap<FunctionRef, Address> {
    let mut found: BTreeMap<FunctionRef, Address> = desired.needs.called().clone();
    let mut add = |seen: &FlowSeen, skip: &[&str], by: &Address| {
        let published = seen.published.iter();
        for function in published.flat_map(|content| called_in(&content.text, skip)) {
            found.entry(function).or_insert_with(|| by.clone());
        }
    };
    for ((kind, instance, name), look) in &snapshot.flows {
        let (Some(seen), Some(flow)) = (look.found(), desired.content(*kind, name)) else { continue };
        let bound: Vec<&str> = flow.bindings.keys().map(String::as_str).collect();
        add(seen, &bound, &desired.flow_address(*kind, name, instance));
    }
    let everything = snapshot.removal.iter().flat_map(|removal| &removal.contents);
    for (instance, look) in everything {
        let by = Address::new(Kind::Instance, instance);
        look.found().into_iter().flatten().for_each(|seen| add(seen, &[], &by));
    }
    let known = |function: &FunctionRef| {
        let audited = snapshot.removal.as_ref().map(|removal| removal.policy(function));
        snapshot.policies.contains_key(function)
            || snapshot.called.contains_key(function)
            || audited.is_some_and(|look| look != Look::Unknown)
    };
    // Credentials were looked at for the accounts of the set alone.
    let ours = |function: &FunctionRef| snapshot.identities.contains_key(&function.place.account);
    found.retain(|function, _| ours(function) && !known(function));
    found
}
