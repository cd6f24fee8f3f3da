//! Plans the removal of functions that the set made.

use super::bindings::Disassociations;
use super::contents::Contents;
use super::{DeletionCounts, orphan};
use crate::manifest::Manifest;
use crate::plan::facts::mentions::Called;
use crate::plan::facts::ownership::Owner;
use crate::plan::model::{ActionId, FunctionRemoval, Guard, Removal};
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{Address, Code, FunctionRef, Kind, Label, OwnSid, Problem};
use crate::snapshot::{FunctionFound, Look, RemovalSeen};

/// Plans the deletion of every function that carries the set's tag and that the manifest does not name.
pub(super) fn plan(
    desired: &Manifest,
    seen: &RemovalSeen,
    contents: &Contents<'_>,
    disassociations: &Disassociations,
    builder: &mut PlanBuilder,
    deletions: &mut DeletionCounts,
) {
    for ((place, name), found) in &seen.functions {
        let Owner::Ours(logical) = Owner::of(Some(&found.tags), &desired.set) else { continue };
        deletions.own(Kind::Function);
        // The name cannot be changed: under another one, the same logical name is another function.
        if desired.functions.values().any(|f| f.target.place == *place && f.target.name == *name) {
            continue;
        }
        let function = FunctionRef { place: place.clone(), name: name.clone(), qualifier: None };
        let planner = Planner { desired, seen, contents, disassociations, function, logical, found };
        planner.plan(builder, deletions);
    }
}

/// Plans one function that is orphaned.
struct Planner<'a> {
    desired: &'a Manifest,
    seen: &'a RemovalSeen,
    contents: &'a Contents<'a>,
    disassociations: &'a Disassociations,
    function: FunctionRef,
    logical: String,
    found: &'a FunctionFound,
}

impl Planner<'_> {
    fn plan(&self, builder: &mut PlanBuilder, deletions: &mut DeletionCounts) {
        let name = &self.function.name;
        let declared = |label: &Label| self.desired.functions.contains_key(label);
        let Some(address) = orphan((Kind::Function, &self.logical, name), declared, builder) else {
            let message = format!(
                "several functions carry the tag of `{}`: only one is removed in a run",
                self.logical
            );
            let hint = format!("run it again to remove `{name}` when the others are gone.");
            builder.problems.push(Problem::held(Code::CannotTell, message).hint(hint));
            return;
        };
        if let Some(problem) = self.refusal() {
            builder.problems.push(problem.on(&address));
            return;
        }
        deletions.delete(Kind::Function);
        let reason = format!("orphaned: this set created `{name}` and no longer declares it");
        let removal = FunctionRemoval {
            function: self.function.clone(),
            record: self.found.seen.record(),
            base: Box::new(self.found.seen.clone()),
            policies: self.found.policies.clone(),
            aliases: self.found.aliases.clone(),
            callers: self.contents.all_callers(),
        };
        let guard = self.guard(&address);
        builder.remove(address, Removal::Function(removal), reason, self.after(), guard);
    }

    fn refusal(&self) -> Option<Problem> {
        if let Some(instance) = self.contents.unreadable.first() {
            let message = format!(
                "it is orphaned, but some flows or modules of instance/{instance} could not be read: one of them may call it"
            );
            let hint = "fix what could not be read, then run again with --prune.";
            return Some(Problem::held(Code::CannotTell, message).hint(hint));
        }
        let mut instances = self.contents.arns.keys();
        let caller = instances.find_map(|at| self.contents.caller(at, &self.function, Called::Anyhow));
        if let Some(caller) = caller {
            let message = format!("it is orphaned, but {caller} still refers to it");
            let hint = "remove the reference, or declare the function again.";
            return Some(Problem::held(Code::StillReferred, message).hint(hint));
        }
        let held =
            self.disassociations.held.contains(&(self.function.place.clone(), self.function.name.clone()));
        let message = "it is orphaned, but an association or a statement of it has to stay";
        let hint = "fix the problem reported for what keeps it, then run again with `--prune`.";
        held.then(|| Problem::held(Code::StillReferred, message).hint(hint))
    }

    /// A statement of somebody else says that somebody else relies on the function.
    fn guard(&self, address: &Address) -> Option<Guard> {
        if let Some(mark) = Owner::adopted_by_another(&self.found.tags, &self.desired.set) {
            let message = format!("another set adopted it as `{mark}`");
            return Some(Guard::new("adopted-by-another-set", message, address));
        }
        let own = |sid: &str| OwnSid::parse(sid).is_some_and(|own| own.set == self.desired.set);
        let sids = self.found.policies.values().flat_map(|policy| policy.sids());
        let foreign = sids.filter(|sid| !own(sid) && !self.is_trace(sid)).count();
        (foreign > 0).then(|| Guard {
            code: "function-used-by-others",
            message: format!("its policy has {foreign} statements of others, who may rely on it"),
            allow: address.clone(),
            with: Vec::new(),
        })
    }

    /// Whether a statement is only what the service leaves behind of an association that is gone, or goes.
    fn is_trace(&self, sid: &str) -> bool {
        let arn = self.function.arn().to_string();
        self.contents.arns.iter().any(|(name, instance)| {
            let of_instance = sid == instance.service_sid();
            let (place, function) = (self.function.place.clone(), self.function.name.clone());
            let ends = self.disassociations.ends.contains(&((*instance).clone(), place, function));
            let list = self.seen.associations.get(*name).and_then(Look::found);
            let of_function = |listed: &String| *listed == arn || listed.starts_with(&format!("{arn}:"));
            of_instance && (ends || list.is_some_and(|list| !list.iter().any(of_function)))
        })
    }

    /// Everything that has to be gone before the function goes.
    fn after(&self) -> Vec<ActionId> {
        let key = (self.function.place.clone(), self.function.name.clone());
        let own = self.disassociations.actions.get(&key).into_iter().flatten().cloned();
        let callers = self.contents.arns.keys().flat_map(|at| self.contents.last_calls(at, &self.function));
        own.chain(callers).collect()
    }
}
