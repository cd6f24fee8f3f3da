//! Plans the removal of the set's statements for all instances of an account in a Region (`grants: account`), when
//! nothing declared needs them any more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Planner;
use crate::plan::facts::mentions::Called;
use crate::plan::model::{ActionId, Callers, OwnStatement, Removal, StatementRemoval};
use crate::plan::planner::removal::account_address;
use crate::resource::{
    Address, Code, FunctionRef, Grant, InstanceArn, Kind, Label, OwnSid, Place, Problem, SetName, Statement,
};

/// The place of the instances, and the function's place and name.
type Key = (Place, Place, String);
/// A statement: the function and qualifier, its Sid, and all of it.
type Found<'a> = (FunctionRef, &'a str, &'a Value);
/// What must have happened before, and the instances of which the flows are read again.
type Before = (Vec<ActionId>, Vec<(InstanceArn, Callers)>);

/// Statements for all instances of an account, as they were found.
#[derive(Default)]
pub(super) struct OfAccount<'a> {
    /// Those of the set's own that nothing needs, by the place of the instances and by function.
    orphaned: BTreeMap<Key, Vec<Found<'a>>>,
    /// Other sets that have one: they need the associations of every instance there.
    others: BTreeMap<Key, SetName>,
}

impl<'a> OfAccount<'a> {
    /// Takes note of a statement, if it is one of those.
    pub(super) fn add(
        &mut self,
        function: &FunctionRef,
        statement: &'a Statement,
        own: &OwnSid,
        (set, places, is_wanted): (&SetName, &BTreeSet<Place>, bool),
    ) -> bool {
        let made_for =
            |place: &&Place| Grant::of_account(function.clone(), (*place).clone()).hash() == own.hash;
        let Some(place) = places.iter().find(made_for).cloned().or_else(|| statement.account()) else {
            return false;
        };
        let key = (place, function.place.clone(), function.name.clone());
        if own.set != *set {
            self.others.insert(key, own.set.clone());
        } else if !is_wanted {
            let one = (function.clone(), statement.sid.as_str(), &statement.body);
            self.orphaned.entry(key).or_default().push(one);
        }
        true
    }

    /// Another set that lets every instance of an account call the function.
    pub(super) fn other(&self, instance: &InstanceArn, place: &Place, name: &str) -> Option<&SetName> {
        self.others.get(&(instance.place.clone(), place.clone(), name.to_owned()))
    }
}

impl<'a> Planner<'a, '_> {
    /// The places of the set's instances.
    pub(super) fn places(&self) -> BTreeSet<Place> {
        self.desired.instances.values().map(|instance| instance.place.clone()).collect()
    }

    /// Plans what goes.
    pub(super) fn of_account(&mut self, found: OfAccount<'a>) {
        for ((place, at, name), statements) in found.orphaned {
            let function = FunctionRef { place: at, name, qualifier: None };
            let Some(function_name) = self.function_label(&function) else { continue };
            let Some(address) = account_address(&place, &function_name) else { continue };
            self.of_one(&place, address, &function, statements);
        }
    }

    fn of_one(&mut self, place: &Place, address: Address, function: &FunctionRef, found: Vec<Found<'a>>) {
        let key = (function.place.clone(), function.name.clone());
        let (mut statements, mut after, mut callers) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (target, sid, body) in found {
            match self.needed(place, &target) {
                Ok((writes, others)) => {
                    after.extend(writes);
                    callers.extend(others);
                    statements.push(OwnStatement {
                        function: target,
                        sid: sid.to_owned(),
                        body: body.clone(),
                        instead: None,
                    });
                    self.deletions.delete(Kind::Grant);
                }
                Err(problem) => {
                    self.builder.problems.extend(problem.map(|problem| problem.on(&address)));
                    self.disassociations.held.insert(key.clone());
                }
            }
        }
        if statements.is_empty() {
            return;
        }
        let reason = format!(
            "orphaned: nothing declared needs a statement for all instances in {place} (flows of undeclared instances there were not read)"
        );
        let instance = Grant::of_account(function.clone(), place.clone()).instance;
        let callers = callers.into_iter().collect();
        let removal = StatementRemoval { instance, statements, ends: Vec::new(), callers };
        let id = self.builder.remove(address, Removal::Statements(removal), reason, after, None);
        self.disassociations.actions.entry(key).or_default().push(id);
    }

    /// What must have happened before a statement goes, and the instances of which the flows are read again; else why
    /// it stays.
    fn needed(&self, place: &Place, target: &FunctionRef) -> Result<Before, Option<Box<Problem>>> {
        let mut declared = self.desired.instances.iter().filter(|(_, instance)| instance.place == *place);
        if declared.any(|(name, _)| self.contents.unreadable.contains(name)) {
            return Err(None);
        }
        let here: Vec<_> = self.contents.arns.iter().filter(|(_, arn)| arn.place == *place).collect();
        if here.is_empty() {
            let message = format!(
                "a statement for all instances in {place} is orphaned, but no instance there is declared: what their flows call was not read"
            );
            let hint = "declare an instance there, without any flow, and run the command again.";
            return Err(Some(Box::new(Problem::held(Code::CannotTell, message).hint(hint))));
        }
        let (mut after, mut callers) = (Vec::new(), Vec::new());
        for (instance, arn) in here {
            let is = |name: &Label| {
                self.desired.functions.get(name).is_some_and(|function| function.target == *target)
            };
            let own: Vec<&Label> =
                self.desired.needs.on(instance).map(|(name, _)| name).filter(|name| is(name)).collect();
            // What the instance declares of the function is granted otherwise by now.
            after.extend(own.iter().filter_map(|name| {
                let address = Address::between(Kind::Grant, instance, name);
                self.builder.grant_write(&address)
            }));
            if !own.is_empty() {
                continue;
            }
            let qualifier = Called::Exactly(target.called());
            if let Some(caller) = self.contents.caller(instance, target, qualifier) {
                let message = format!("it is orphaned, but {caller} still calls the function");
                let hint = "remove the call, from the draft too, or bind the block in the manifest.";
                return Err(Some(Box::new(Problem::held(Code::StillReferred, message).hint(hint))));
            }
            after.extend(self.contents.last_calls(instance, target));
            callers.push(((*arn).clone(), self.contents.callers(instance)));
        }
        Ok((after, callers))
    }
}
