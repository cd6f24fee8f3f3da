//! Plans the removal of roles that the set made: they are found by their own tags, whatever became of the functions that
//! they were made for.

use super::{DeletionCounts, orphan};
use crate::manifest::Manifest;
use crate::plan::facts::ownership::{OWNER_TAG, Owner};
use crate::plan::facts::roles::managed;
use crate::plan::model::{Action, ActionId, Guard, Removal, RoleRemoval, Step, Write};
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{AccountId, Address, Code, FunctionRef, Kind, Label, Place, Problem};
use crate::snapshot::{REGION_TAG, RemovalSeen, RoleFound};

/// Plans the deletion of every role that carries the set's tag and that no function of the manifest declares.
pub(super) fn plan(
    desired: &Manifest,
    seen: &RemovalSeen,
    builder: &mut PlanBuilder,
    deletions: &mut DeletionCounts,
) {
    for ((account, name), role) in &seen.roles {
        let Owner::Ours(logical) = Owner::of(Some(&role.tags), &desired.set) else { continue };
        deletions.own(Kind::Role);
        let declared = desired.functions.values().any(|function| {
            function.target.place.account == *account && managed(function).is_some_and(|it| it.name == *name)
        });
        if !declared {
            Planner { desired, seen, account, name, role, logical: &logical }.plan(builder, deletions);
        }
    }
}

/// Plans one role that is orphaned.
struct Planner<'a> {
    desired: &'a Manifest,
    seen: &'a RemovalSeen,
    account: &'a AccountId,
    name: &'a str,
    role: &'a RoleFound,
    logical: &'a str,
}

impl Planner<'_> {
    fn plan(&self, builder: &mut PlanBuilder, deletions: &mut DeletionCounts) {
        let name = self.name;
        let declared =
            |label: &Label| self.desired.functions.get(label).is_some_and(|it| managed(it).is_some());
        let Some(address) = orphan((Kind::Role, self.logical, name), declared, builder) else {
            let message =
                format!("several roles carry the tag of `{}`: only one is removed in a run", self.logical);
            let hint = format!("run it again to remove `{name}` when the others are gone.");
            builder.problems.push(Problem::held(Code::CannotTell, message).hint(hint));
            return;
        };
        let places = self.seen.places.iter().filter(|place| place.account == *self.account);
        if let Some(unread) = places.clone().find(|place| !self.seen.whole.contains(place)) {
            let message = format!(
                "role `{name}` is orphaned, but some functions in {unread} could not be read: one of them may use it"
            );
            let hint = "fix what could not be read, then run it again with --prune.";
            builder.problems.push(Problem::held(Code::CannotTell, message).on(&address).hint(hint));
            return;
        }
        let (mut after, mut users, mut held) = (Vec::new(), Vec::new(), false);
        let all = self.seen.functions.iter();
        for ((place, user), _) in all.filter(|(_, found)| found.seen.latest.role == self.role.arn) {
            let function = FunctionRef { place: place.clone(), name: user.clone(), qualifier: None };
            match builder.actions.iter().find(|action| self.frees(action, &function)) {
                Some(action) => after.push(action.id.clone()),
                // Why an orphaned function has to stay is said there.
                None if self.is_orphan(&function) => held = true,
                None => users.push(user.as_str()),
            }
        }
        if let Some(problem) = self.still_used(&users) {
            builder.problems.push(problem.on(&address));
            return;
        }
        let Some(place) = places.clone().next().filter(|_| !held) else { return };
        // A function that this run takes from it has been looked for where it is.
        let guard = if after.is_empty() { self.elsewhere(&address) } else { None };
        self.remove(address, place, after, guard, builder);
        deletions.delete(Kind::Role);
    }

    /// Whether the set made a function that the manifest does not name.
    fn is_orphan(&self, function: &FunctionRef) -> bool {
        let found = self.seen.functions.get(&(function.place.clone(), function.name.clone()));
        found.is_some_and(|found| Owner::of(Some(&found.tags), &self.desired.set).is_ours())
            && !self.desired.functions.values().any(|declared| declared.target.unqualified() == *function)
    }

    /// Whether a function has the role no more after an action: it is deleted, or gets another role.
    fn frees(&self, action: &Action, function: &FunctionRef) -> bool {
        match action.write() {
            Write::Removal(Removal::Function(removal)) => removal.function == *function,
            Write::Function(spec) => spec.function == *function && spec.role != self.role.arn,
            _ => false,
        }
    }

    fn still_used(&self, users: &[&str]) -> Option<Problem> {
        let (first, rest) = users.split_first()?;
        let others = match rest.len() {
            0 => String::new(),
            1 => " and 1 other".to_owned(),
            many => format!(" and {many} others"),
        };
        let verb = if rest.is_empty() { "uses" } else { "use" };
        let message =
            format!("role `{}` is orphaned, but function `{first}`{others} still {verb} it", self.name);
        let hint = format!(
            "give the function another role, then run it again with --prune; or remove the role's tag `{OWNER_TAG}` to keep it."
        );
        Some(Problem::held(Code::StillReferred, message).hint(hint))
    }

    /// Who may use it where this run has not looked.
    fn elsewhere(&self, address: &Address) -> Option<Guard> {
        let region = self.role.tags.get(REGION_TAG);
        let looked = |region: &String| {
            let mut places = self.seen.places.iter().filter(|place| place.account == *self.account);
            places.any(|place| place.region.as_str() == region)
        };
        let message = match region {
            Some(region) if looked(region) => return None,
            Some(region) => format!(
                "it was created for a function in {region}, which the manifest no longer names: a function there may \
                 still use it (add {region} to the `regions` of its account to look there)"
            ),
            None => "no tag says in which Region its function is; that function may still use it".to_owned(),
        };
        Some(Guard::new("role-not-looked-for", message, address))
    }

    fn remove(
        &self,
        address: Address,
        place: &Place,
        after: Vec<ActionId>,
        guard: Option<Guard>,
        builder: &mut PlanBuilder,
    ) {
        let name = self.name;
        let reason = match after.iter().find(|id| id.step == Step::Delete) {
            Some(function) => format!("orphaned: this set created `{name}` for {}", function.address),
            None => format!("orphaned: this set created `{name}` and no longer declares it"),
        };
        let owner = self.role.tags.get(OWNER_TAG).cloned().unwrap_or_default();
        let removal = RoleRemoval {
            place: place.clone(),
            name: name.to_owned(),
            arn: self.role.arn.clone(),
            looked: self.seen.places.iter().filter(|place| place.account == *self.account).cloned().collect(),
            owner,
            policies: self.role.policies.clone(),
        };
        builder.remove(address, Removal::Role(removal), reason, after, guard);
    }
}
