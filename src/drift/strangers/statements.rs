//! Statements that let Amazon Connect call a function, and that are not declared.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Detail, Difference};
use super::{Finder, left_over, unmanaged};
use crate::manifest::Grants;
use crate::plan::{label, uses};
use crate::resource::{
    Address, FunctionRef, Grant, InstanceArn, Kind, Label, OwnSid, ResourcePolicy, Statement,
};

/// What is declared of one function and instance.
struct Wanted {
    hashes: BTreeSet<String>,
    any: bool,
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
                for (_, function) in uses(manifest).into_keys().filter(|(instance, _)| instance == at) {
                    let Some(function) = manifest.functions.get(&function) else { continue };
                    let key = (function.target.clone(), seen.arn.clone());
                    let grant = Grant { function: key.0.clone(), instance: key.1.clone() };
                    let entry =
                        wanted.entry(key).or_insert_with(|| Wanted { hashes: BTreeSet::new(), any: false });
                    entry.hashes.insert(grant.hash());
                    entry.any |= function.grants == Grants::Any;
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
        let instance = statement.instance()?;
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
            let message = format!(
                "this set's statement `{sid}` in the policy of {function} lets {} call it, and no flow that the manifest names does",
                self.words(&instance)
            );
            return Some(left_over(address, message, detail()));
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
        if self.is_of_the_service(sid, &instance, function, policy) {
            return None;
        }
        let message = format!(
            "statement `{sid}` in the policy of {function} lets {} call it, and nobody declared it",
            self.words(&instance)
        );
        let hint = match declared {
            Some(_) => {
                "this set's own statement allows the same: remove this one, or say `grants: any` on the function."
            }
            None => "declare a flow or `functions:` entry that needs it, or remove the statement.",
        };
        Some(unmanaged(address, message, detail(), hint))
    }

    /// Whether the service wrote it beside an association that is told of by itself, or that another set made.
    fn is_of_the_service(
        &self,
        sid: &str,
        instance: &InstanceArn,
        function: &FunctionRef,
        policy: &ResourcePolicy,
    ) -> bool {
        if sid.strip_prefix("connect-") != Some(instance.id.as_str()) {
            return false;
        }
        let listed = self.instances.iter().find(|(_, seen)| seen.arn == *instance).and_then(|(name, _)| {
            let list = self.observed.associations.get(*name)?.found()?;
            let arn = function.unqualified().arn().to_string();
            Some(list.iter().any(|text| *text == arn || text.starts_with(&format!("{arn}:"))))
        });
        let owned = policy.statements.iter().any(|statement| {
            OwnSid::parse(&statement.sid).is_some() && statement.instance().as_ref() == Some(instance)
        });
        listed == Some(true) || owned
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
