//! Plans the removal of functions that the set made, and of their roles.

use super::bindings::Goodbyes;
use super::contents::{Contents, logical};
use super::mentions::Qualifier;
use super::{FunctionRemoval, Removal, RoleRemoval, Tally};
use crate::manifest::Manifest;
use crate::plan::{ActionId, Draft, Guard, owner_tag};
use crate::resource::{AccountId, Address, FunctionRef, Kind, Label, OwnSid, Problem};
use crate::snapshot::{FunctionFound, Look, RemovalSeen, Snapshot};

/// Plans the deletion of every function that carries the set's tag under a logical name that is not declared.
pub(super) fn plan(
    desired: &Manifest,
    observed: &Snapshot,
    seen: &RemovalSeen,
    contents: &Contents<'_>,
    goodbyes: &Goodbyes,
    draft: &mut Draft,
    tally: &mut Tally,
) {
    for role in observed.roles.values().filter_map(Look::found) {
        logical(&role.tags, desired).iter().for_each(|_| tally.own(Kind::Role));
    }
    for ((place, name), found) in &seen.functions {
        let Some(logical) = logical(&found.tags, desired) else { continue };
        tally.own(Kind::Function);
        let meant = desired.functions.values().any(|f| f.target.place == *place && f.target.name == *name);
        if meant || desired.functions.contains_key(&logical) {
            continue;
        }
        let function = FunctionRef { place: place.clone(), name: name.clone(), qualifier: None };
        let planner = Planner { desired, seen, contents, goodbyes, function, logical, found };
        planner.plan(draft, tally);
    }
}

/// Plans one function that is left over.
struct Planner<'a> {
    desired: &'a Manifest,
    seen: &'a RemovalSeen,
    contents: &'a Contents<'a>,
    goodbyes: &'a Goodbyes,
    function: FunctionRef,
    logical: Label,
    found: &'a FunctionFound,
}

impl Planner<'_> {
    fn plan(&self, draft: &mut Draft, tally: &mut Tally) {
        let address = Address::new(Kind::Function, &self.logical);
        if let Some(problem) = self.refusal() {
            draft.problems.push(problem.on(&address));
            return;
        }
        if draft.actions.iter().any(|action| action.id.address == address) {
            let message =
                format!("several functions carry the tag of {address}: only one is removed in a run");
            let hint = "run it again when that one is gone.";
            draft.problems.push(Problem::held("cannot-tell", message).on(&address).hint(hint));
            return;
        }
        tally.delete(Kind::Function);
        let name = &self.function.name;
        let reason = format!("left over: the set made `{name}`, and the manifest does not name it any more");
        let removal = FunctionRemoval { function: self.function.clone(), record: self.found.seen.record() };
        let guard = self.guard(&address);
        let id = draft.remove(address, Removal::Function(removal), reason, self.after(), guard);
        self.role(id, draft, tally);
    }

    /// The role goes with the last function that has it, if the set made it for this one.
    fn role(&self, function: ActionId, draft: &mut Draft, tally: &mut Tally) {
        let Some((account, name)) = role_of(self.found) else { return };
        let Some(role) = self.seen.roles.get(&(account.clone(), name.clone())) else { return };
        if logical(&role.tags, self.desired).as_ref() != Some(&self.logical) {
            return;
        }
        tally.own(Kind::Role);
        let address = Address::new(Kind::Role, &self.logical);
        let others = self
            .seen
            .functions
            .iter()
            .filter(|((place, name), _)| (place, name) != (&self.function.place, &self.function.name));
        let user = others
            .map(|((_, name), found)| (name, found))
            .find(|(_, found)| found.seen.latest.role == role.arn);
        if let Some((user, _)) = user {
            let message = format!("role `{name}` is left over, but function `{user}` still has it");
            let hint = "give that function another role, then run it again with --prune.";
            draft.problems.push(Problem::held("still-referred", message).on(&address).hint(hint));
            return;
        }
        tally.delete(Kind::Role);
        let reason = format!("left over: the set made `{name}` for {}", function.address);
        let owner = owner_tag(&self.desired.set, &self.logical);
        let removal = RoleRemoval { place: self.function.place.clone(), name, owner };
        draft.remove(address, Removal::Role(removal), reason, vec![function], None);
    }

    fn refusal(&self) -> Option<Problem> {
        if let Some(instance) = self.contents.blind.first() {
            let message = format!(
                "it is left over, but not every flow and module of instance/{instance} could be read: one of them may call it"
            );
            let hint = "mend the gap that tells why, then run it again with --prune.";
            return Some(Problem::held("cannot-tell", message).hint(hint));
        }
        let mut instances = self.contents.arns.keys();
        let caller = instances.find_map(|at| self.contents.caller(at, &self.function, Qualifier::Any));
        if let Some(caller) = caller {
            let message = format!("it is left over, but {caller} still refers to it");
            let hint = "take the reference out, or declare the function again.";
            return Some(Problem::held("still-referred", message).hint(hint));
        }
        let held = self.goodbyes.held.contains(&(self.function.place.clone(), self.function.name.clone()));
        let message = "it is left over, but an association or a statement of it has to stay";
        let hint = "what holds it is listed with its own address; mend that, then run it again with --prune.";
        held.then(|| Problem::held("still-referred", message).hint(hint))
    }

    /// A statement of somebody else says that somebody else relies on the function.
    fn guard(&self, address: &Address) -> Option<Guard> {
        let own = |sid: &str| OwnSid::parse(sid).is_some_and(|own| own.set == self.desired.set);
        let sids = self.found.policies.values().flat_map(|policy| policy.sids());
        let foreign = sids.filter(|sid| !own(sid) && !self.is_trace(sid)).count();
        (foreign > 0).then(|| Guard {
            code: "function-used-by-others",
            message: format!("its policy holds {foreign} statements of others, who may rely on it"),
            allow: address.clone(),
        })
    }

    /// Whether a statement is only what the service leaves behind of an association that is gone, or goes.
    fn is_trace(&self, sid: &str) -> bool {
        let arn = self.function.arn().to_string();
        self.contents.arns.iter().any(|(name, instance)| {
            let of_instance = sid.strip_prefix("connect-") == Some(instance.id.as_str());
            let (place, function) = (self.function.place.clone(), self.function.name.clone());
            let ends = self.goodbyes.ends.contains(&((*instance).clone(), place, function));
            let list = self.seen.associations.get(*name).and_then(Look::found);
            let of_function = |listed: &String| *listed == arn || listed.starts_with(&format!("{arn}:"));
            of_instance && (ends || list.is_some_and(|list| !list.iter().any(of_function)))
        })
    }

    /// Everything that has to be gone before the function goes.
    fn after(&self) -> Vec<ActionId> {
        let key = (self.function.place.clone(), self.function.name.clone());
        let own = self.goodbyes.actions.get(&key).into_iter().flatten().cloned();
        let callers = self.contents.arns.keys().flat_map(|at| self.contents.farewells(at, &self.function));
        own.chain(callers).collect()
    }
}

/// The account and name of a function's role.
pub(crate) fn role_of(found: &FunctionFound) -> Option<(AccountId, String)> {
    let mut parts = found.seen.latest.role.splitn(6, ':');
    let account = AccountId::parse(parts.nth(4)?).ok()?;
    let name = parts.next()?.strip_prefix("role/")?.rsplit('/').next()?;
    Some((account, name.to_owned()))
}

/// Whether the set made a function that the manifest does not name any more.
#[cfg(feature = "aws")]
pub(crate) fn is_left_over(found: &FunctionFound, desired: &Manifest) -> bool {
    logical(&found.tags, desired).is_some_and(|logical| !desired.functions.contains_key(&logical))
}
