//! Statements that let Amazon Connect call a function, and that are not declared.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Detail, Difference};
use super::{Finder, orphaned, unmanaged};
use crate::manifest::Grants;
use crate::plan::{account_address, label};
use crate::resource::{
    Address, FunctionRef, Grant, InstanceArn, Kind, Label, OwnSid, Place, ResourcePolicy, Statement,
};
use crate::snapshot::Look;

/// What is declared of one function and instance.
#[derive(Default)]
struct Wanted {
    hashes: BTreeSet<String>,
    any: bool,
    of_account: bool,
}

impl<'a> Finder<'a> {
    /// Statements in the policies that were read: of this set's own those that nothing declares, and of others those
    /// that let an instance call a declared function, or one of the set's instances call any.
    pub(super) fn statements(&self) -> Vec<Difference> {
        let wanted = self.grants();
        let mut found = Vec::new();
        for (function, policy) in &self.policies {
            for statement in &policy.statements {
                found.extend(self.statement(function, policy, statement, &wanted));
            }
        }
        found
    }

    /// What any manifest of the run wants, by function and instance.
    fn grants(&self) -> BTreeMap<(FunctionRef, InstanceArn), Wanted> {
        let mut wanted: BTreeMap<(FunctionRef, InstanceArn), Wanted> = BTreeMap::new();
        for (name, seen) in &self.instances {
            for (manifest, at) in self.declaring(name, seen) {
                for (function, _) in manifest.needs.on(at) {
                    let Some(function) = manifest.functions.get(function) else { continue };
                    let key = (function.target.clone(), seen.arn.clone());
                    let grant = match function.grants {
                        Grants::Account => Grant::of_account(key.0.clone(), key.1.place.clone()),
                        _ => Grant { function: key.0.clone(), instance: key.1.clone() },
                    };
                    let entry = wanted.entry(key).or_default();
                    entry.hashes.insert(grant.hash());
                    entry.any |= function.grants == Grants::Any;
                    entry.of_account |= function.grants == Grants::Account;
                }
            }
        }
        wanted
    }

    fn statement(
        &self,
        function: &FunctionRef,
        policy: &ResourcePolicy,
        statement: &Statement,
        wanted: &BTreeMap<(FunctionRef, InstanceArn), Wanted>,
    ) -> Option<Difference> {
        let sid = &statement.sid;
        let detail = || Some(Detail::Statement { function: function.clone(), sid: sid.clone() });
        let Some(instance) = statement.instance() else {
            return match (OwnSid::parse(sid), statement.account()) {
                (Some(own), Some(place)) => self.of_account(function, &place, sid, (&own, wanted)),
                _ => self.unclear(function, statement),
            };
        };
        if self.is_unread(&instance) {
            return None;
        }
        let declared = wanted.get(&(function.clone(), instance.clone()));
        let address =
            Address::between(Kind::Grant, &self.instance_label(&instance)?, &self.function_label(function)?);
        if let Some(own) = OwnSid::parse(sid) {
            // A wanted Sid that says something else is the planner's.
            let is_wanted =
                wanted.iter().any(|((of, _), wanted)| of == function && wanted.hashes.contains(&own.hash));
            if own.set != self.desired.set || is_wanted {
                return None;
            }
            let why = match declared {
                Some(wanted) if self.is_replaced(policy, wanted) => {
                    "another statement of this set allows that too"
                }
                Some(wanted) if wanted.of_account => "the manifest asks for `grants: account` instead",
                Some(_) => "the manifest asks for another statement instead",
                None => "no declared flow does",
            };
            let message = format!(
                "this set's statement `{sid}` in the policy of {function} lets {} call it, and {why}",
                self.words(&instance)
            );
            return Some(orphaned(address, message, detail()));
        }
        let ours = self
            .desired
            .functions
            .values()
            .any(|f| f.target.place == function.place && f.target.name == function.name);
        let here = self.instances.values().any(|seen| seen.arn == instance);
        if !statement.lets_connect_call() || !(ours || here) || declared.is_some_and(|wanted| wanted.any) {
            return None;
        }
        // Policies are judged by what they allow, whoever wrote them under whatever Sid.
        let grant = Grant { function: function.clone(), instance: instance.clone() };
        let explained =
            declared.is_some() || self.may_be_associated(function, &instance) || owned(policy, &instance);
        if explained && statement.is_exactly(&grant) {
            return None;
        }
        let message = format!(
            "statement `{sid}` in the policy of {function} lets {} call it and is not declared",
            self.words(&instance)
        );
        let hint = match declared {
            Some(_) => {
                "it allows more than this set's own statement: remove it, or set `grants: any` on the function."
            }
            None => "declare a flow or `functions:` entry that needs it, or remove the statement.",
        };
        Some(unmanaged(address, message, detail(), hint))
    }

    /// Whether the policy holds a statement of the set's own that the manifest wants.
    fn is_replaced(&self, policy: &ResourcePolicy, wanted: &Wanted) -> bool {
        policy
            .sids()
            .filter_map(OwnSid::parse)
            .any(|own| own.set == self.desired.set && wanted.hashes.contains(&own.hash))
    }

    /// A set's statement for all instances of an account in a Region: wanted, orphaned, or another set's matter.
    fn of_account(
        &self,
        function: &FunctionRef,
        place: &Place,
        sid: &str,
        (own, wanted): (&OwnSid, &BTreeMap<(FunctionRef, InstanceArn), Wanted>),
    ) -> Option<Difference> {
        let is_wanted =
            wanted.iter().any(|((of, _), wanted)| of == function && wanted.hashes.contains(&own.hash));
        if own.set != self.desired.set || is_wanted {
            return None;
        }
        let address = account_address(place, &self.function_label(function)?)?;
        let message = format!(
            "this set's statement `{sid}` in the policy of {function} lets all instances in {place} call it, and nothing declared needs it"
        );
        let detail = Detail::Statement { function: function.clone(), sid: sid.to_owned() };
        Some(orphaned(address, message, Some(detail)))
    }

    /// Reports a statement that names no single instance; one that lets everybody call is a finding instead.
    fn unclear(&self, function: &FunctionRef, statement: &Statement) -> Option<Difference> {
        let name = self.declared(function)?;
        if !statement.lets_connect_call() || statement.opening().is_some() {
            return None;
        }
        let message = format!(
            "statement `{}` in the policy of {function} allows more than one Connect instance and is not declared",
            statement.sid
        );
        let detail = Detail::Statement { function: function.clone(), sid: statement.sid.clone() };
        let hint = "replace it with a grant of this set, or remove the statement.";
        Some(unmanaged(Address::new(Kind::Function, name), message, Some(detail), hint))
    }

    /// Whether the instance's list holds the function, or could not be read: the service writes a statement beside it,
    /// under a Sid of its own.
    fn may_be_associated(&self, function: &FunctionRef, instance: &InstanceArn) -> bool {
        let known = self.instances.iter().find(|(_, seen)| seen.arn == *instance);
        let look = known.and_then(|(name, _)| self.observed.associations.get(*name));
        let arn = function.unqualified().arn().to_string();
        if matches!(look, Some(Look::Unknown)) {
            return true;
        }
        let list = look.and_then(Look::found);
        list.is_some_and(|list| list.iter().any(|text| *text == arn || text.starts_with(&format!("{arn}:"))))
    }

    fn instance_label(&self, instance: &InstanceArn) -> Option<Label> {
        let known = self.instances.iter().find(|(_, seen)| seen.arn == *instance);
        known.map(|(name, _)| (*name).clone()).or_else(|| label(&instance.id))
    }

    fn words(&self, instance: &InstanceArn) -> String {
        let known = self.instances.iter().find(|(_, seen)| seen.arn == *instance);
        known.map_or_else(|| instance.to_string(), |(name, _)| format!("instance/{name}"))
    }
}

/// Whether some set made a grant to the instance: what the service wrote beside its association is explained then.
fn owned(policy: &ResourcePolicy, instance: &InstanceArn) -> bool {
    let mut statements = policy.statements.iter();
    statements.any(|s| OwnSid::parse(&s.sid).is_some() && s.instance().as_ref() == Some(instance))
}
