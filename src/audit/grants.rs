//! Grants that let more call a function than was meant.

use std::collections::BTreeSet;

use crate::manifest::{Function, Grants, Manifest};
use crate::resource::{Address, Code, Grant, Kind, Label, Opening, OwnSid, Place, Problem, Statement};
use crate::snapshot::{Look, Snapshot};

/// Names the statements that let Amazon Connect call a declared function on behalf of anybody, or of instances that a
/// wildcard takes in, and those that are too wide in another way.
pub(super) fn wide(desired: &Manifest, observed: &Snapshot) -> Vec<Problem> {
    let (mut problems, places) = (Vec::new(), places(desired));
    for (name, function) in &desired.functions {
        let Some(Look::Found(policy)) = observed.policies.get(&function.target) else { continue };
        let address = Address::new(Kind::Function, name);
        for statement in policy.statements.iter().filter(|one| !is_declared(desired, function, one, &places))
        {
            let (sid, target) = (&statement.sid, &function.target);
            let who = match statement.opening() {
                Some(Opening::Anybody) => "anybody call it".to_owned(),
                Some(Opening::AllBut) => "anybody call it except those listed (`NotPrincipal`)".to_owned(),
                Some(Opening::Account(id)) => format!("everybody in account {id} call it"),
                Some(Opening::Organisation(id)) => format!("everybody in organisation {id} call it"),
                Some(Opening::Actions(action)) => format!("Amazon Connect do more than call it (`{action}`)"),
                _ => String::new(),
            };
            let problem = match statement.opening() {
                None => continue,
                Some(_) if !who.is_empty() => Problem::warning(
                    Code::GrantTooWide,
                    format!("statement `{sid}` in the policy of {target} lets {who}"),
                ),
                Some(Opening::AnySource) => Problem::warning(
                    Code::GrantWithoutSourceArn,
                    format!(
                        "statement `{sid}` in the policy of {target} lets Amazon Connect call it for any instance: \
                         it has no SourceArn"
                    ),
                ),
                Some(Opening::Wildcard(source)) => Problem::warning(
                    Code::GrantWithWildcard,
                    format!(
                        "statement `{sid}` in the policy of {target} lets every instance that `{source}` matches call it"
                    ),
                ),
                Some(_) => continue,
            };
            let own = OwnSid::parse(sid).is_some_and(|own| own.set == desired.set);
            let hint = match own {
                true => {
                    "this set created it, for `grants: account`; `flowbind plan --prune` removes it when nothing declared \
                     needs it any more."
                }
                false => {
                    "replace it with a statement with the ARN of one instance (SourceArn) and its account \
                     (SourceAccount); flowbind never touches what is not its own."
                }
            };
            problems.push(problem.on(&address).at(&function.origin).hint(hint));
        }
    }
    problems
}

/// The accounts and Regions of the declared instances.
fn places(desired: &Manifest) -> BTreeSet<Place> {
    desired.instances.values().map(|instance| instance.place.clone()).collect()
}

/// Whether a statement is the one that `grants: account` declares.
fn is_declared(
    desired: &Manifest,
    function: &Function,
    statement: &Statement,
    places: &BTreeSet<Place>,
) -> bool {
    let own = OwnSid::parse(&statement.sid).is_some_and(|own| own.set == desired.set);
    let mut grants = places.iter().map(|place| Grant::of_account(function.target.clone(), place.clone()));
    own && function.grants == Grants::Account && grants.any(|grant| statement.is_exactly(&grant))
}

/// Names the functions that `grants: account` opens to instances that nobody declares.
pub(super) fn declared_wide(desired: &Manifest) -> Vec<Problem> {
    let wide = desired.functions.iter().filter(|(_, function)| function.grants == Grants::Account);
    let problem = |(name, function): (&Label, &Function)| {
        let message = format!(
            "`grants: account` lets every Amazon Connect instance of the account in the Region call `{name}`, including unmanaged ones"
        );
        let hint = "use `grants: own` or `grants: exact` while the policy has room for a statement for each instance.";
        let address = Address::new(Kind::Function, name);
        Problem::warning(Code::GrantForAccount, message).on(&address).at(&function.origin).hint(hint)
    };
    wide.map(problem).collect()
}
