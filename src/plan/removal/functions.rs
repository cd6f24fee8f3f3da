//! Plans the removal of functions that the set made.

use super::bindings::Goodbyes;
use super::contents::{Contents, logical};
use super::mentions::Qualifier;
use super::{FunctionRemoval, Removal, Tally};
use crate::manifest::Manifest;
use crate::plan::{ActionId, Draft, Guard};
use crate::resource::{Address, FunctionRef, InstanceArn, Kind, OwnSid, Place, Problem};
use crate::snapshot::{FunctionFound, RemovalSeen};

/// Plans the deletion of every function that carries the set's tag under a logical name that is not declared.
pub(super) fn plan(
    desired: &Manifest,
    seen: &RemovalSeen,
    contents: &Contents<'_>,
    goodbyes: &Goodbyes,
    draft: &mut Draft,
    tally: &mut Tally,
) {
    for ((place, name), found) in &seen.functions {
        let Some(logical) = logical(&found.tags, desired) else { continue };
        tally.own(Kind::Function);
        let meant = desired.functions.values().any(|f| f.target.place == *place && f.target.name == *name);
        if meant || desired.functions.contains_key(&logical) {
            continue;
        }
        let address = Address::new(Kind::Function, &logical);
        let function = FunctionRef { place: place.clone(), name: name.clone(), qualifier: None };
        if let Some(problem) = refusal(&function, contents, goodbyes) {
            draft.problems.push(problem.on(&address));
            continue;
        }
        if draft.actions.iter().any(|action| action.id.address == address) {
            let message =
                format!("several functions carry the tag of {address}: which is left over cannot be told");
            draft.problems.push(Problem::held("cannot-tell", message).on(&address));
            continue;
        }
        let after = goodbyes.after(place, name, contents);
        let guard = guard(&address, desired, found, seen, contents, (place, name));
        tally.delete(Kind::Function);
        let reason = format!("left over: the set made `{name}`, and the manifest does not name it any more");
        draft.remove(address, Removal::Function(FunctionRemoval { function }), reason, after, guard);
    }
}

fn refusal(function: &FunctionRef, contents: &Contents<'_>, goodbyes: &Goodbyes) -> Option<Problem> {
    if let Some(instance) = contents.blind.first() {
        let message = format!(
            "it is left over, but not every flow and module of instance/{instance} could be read: one of them may call it"
        );
        return Some(Problem::held("cannot-tell", message));
    }
    let caller = contents.arns.keys().find_map(|at| contents.caller(at, function, Qualifier::Any));
    if let Some(caller) = caller {
        let message = format!("it is left over, but {caller} still refers to it");
        let hint = "take the reference out, or declare the function again.";
        return Some(Problem::held("still-referred", message).hint(hint));
    }
    let held = goodbyes.held.contains(&(function.place.clone(), function.name.clone()));
    let message = "it is left over, but an association or a statement of it has to stay";
    held.then(|| Problem::held("still-referred", message))
}

/// A statement of somebody else says that somebody else relies on the function.
fn guard(
    address: &Address,
    desired: &Manifest,
    found: &FunctionFound,
    seen: &RemovalSeen,
    contents: &Contents<'_>,
    (place, name): (&Place, &str),
) -> Option<Guard> {
    let function = FunctionRef { place: place.clone(), name: name.to_owned(), qualifier: None };
    let own = |sid: &str| OwnSid::parse(sid).is_some_and(|own| own.set == desired.set);
    let sids = found.policies.values().flat_map(|policy| policy.sids());
    let foreign = sids.filter(|sid| !own(sid) && !is_trace(sid, &function, seen, contents)).count();
    (foreign > 0).then(|| Guard {
        code: "function-used-by-others",
        message: format!("its policy holds {foreign} statements of others, who may rely on it"),
        allow: address.clone(),
    })
}

/// Whether a statement is only what the service leaves behind of an association that is gone, or goes.
fn is_trace(sid: &str, function: &FunctionRef, seen: &RemovalSeen, contents: &Contents<'_>) -> bool {
    let arn = function.arn().to_string();
    contents.arns.iter().any(|(name, InstanceArn { id, .. })| {
        let of_instance = sid.strip_prefix("connect-") == Some(id.as_str());
        let list = seen.associations.get(*name).and_then(crate::snapshot::Look::found);
        let of_function = |listed: &&String| **listed == arn || listed.starts_with(&format!("{arn}:"));
        // An association of the set's own goes first; only one of somebody else is still there then.
        of_instance && list.is_some_and(|list| !list.iter().any(|listed| of_function(&listed)))
    })
}

impl Goodbyes {
    /// Everything that has to be gone before the function goes.
    fn after(&self, place: &Place, name: &str, contents: &Contents<'_>) -> Vec<ActionId> {
        let function = FunctionRef { place: place.clone(), name: name.to_owned(), qualifier: None };
        let own = self.actions.get(&(place.clone(), name.to_owned())).into_iter().flatten().cloned();
        let callers = contents.arns.keys().flat_map(|at| contents.farewells(at, &function));
        own.chain(callers).collect()
    }
}
