//! What the set and others have between one instance and one function.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::account::OfAccount;
use super::{Key, Planner};
use crate::manifest::Grants;
use crate::plan::model::{ActionId, OwnStatement};
use crate::resource::{
    Address, Code, FunctionRef, Grant, InstanceArn, Judgement, Kind, Label, OwnSid, Problem, ResourcePolicy,
    SetName, SidKind, Statement,
};
use crate::snapshot::{Look, Snapshot};

/// A statement of the set's own.
pub(super) struct Own<'a> {
    pub(super) function: FunctionRef,
    pub(super) sid: &'a str,
    pub(super) body: &'a Value,
    pub(super) kind: SidKind,
    pub(super) orphaned: bool,
}

impl Own<'_> {
    pub(super) fn as_seen(&self) -> OwnStatement {
        let (function, sid) = (self.function.clone(), self.sid.to_owned());
        OwnStatement { function, sid, body: self.body.clone(), instead: None }
    }

    /// Whether it marks an association as the set's.
    pub(super) fn marks(&self) -> bool {
        self.kind == SidKind::WithAssociation
    }
}

/// A grant that the manifest wants.
pub(super) struct Wanted {
    pub(super) name: Label,
    pub(super) grant: Grant,
    pub(super) accepts: Grants,
}

/// What the set owns between one instance and one function, whatever the qualifier.
#[derive(Default)]
pub(super) struct Pair<'a> {
    pub(super) own: Vec<Own<'a>>,
    pub(super) wanted: Vec<Wanted>,
    /// Whether the manifest wants an association.
    pub(super) associated: bool,
    /// Another set with a statement of its own for the two: it needs the association, whoever made that.
    pub(super) other: Option<SetName>,
}

/// How an association ends.
pub(super) enum End {
    /// It is none of the set's, or is not there.
    None,
    /// A mark that goes speaks of it, and the list does not show it.
    Unseen,
    /// It is wanted, or has to stay.
    Stays { held: bool },
    /// This action ends it.
    Goes(ActionId),
}

impl<'a> Planner<'a, '_> {
    /// What is wanted between each instance and function, and all grants of it.
    fn wanted(&self, observed: &Snapshot) -> (BTreeMap<Key, Pair<'a>>, BTreeSet<Grant>) {
        let mut pairs: BTreeMap<Key, Pair<'a>> = BTreeMap::new();
        let mut grants = BTreeSet::new();
        for (instance, name, need) in self.desired.needs.iter() {
            let arn = observed.instances.get(instance).and_then(Look::found).map(|seen| seen.arn.clone());
            let (Some(function), Some(arn)) = (self.desired.functions.get(name), arn) else { continue };
            let key = (arn.clone(), function.target.place.clone(), function.target.name.clone());
            let pair = pairs.entry(key).or_default();
            pair.associated |= need.association.is_some();
            let target = function.target.clone();
            let grant = match function.grants {
                Grants::Account => Grant::of_account(target, arn.place),
                _ => Grant { function: target, instance: arn },
            };
            grants.insert(grant.clone());
            pair.wanted.push(Wanted { name: name.clone(), grant, accepts: function.grants });
        }
        (pairs, grants)
    }

    /// Pairs what is wanted with what the set owns.
    pub(super) fn pairs(
        &mut self,
        observed: &Snapshot,
        of_account: &mut OfAccount<'a>,
    ) -> BTreeMap<Key, Pair<'a>> {
        let places = self.places();
        let (mut pairs, grants) = self.wanted(observed);
        let seen = self.seen;
        for ((place, name), found) in &seen.functions {
            for (qualifier, policy) in &found.policies {
                let function =
                    FunctionRef { place: place.clone(), name: name.clone(), qualifier: qualifier.clone() };
                for statement in &policy.statements {
                    let Some(own) = OwnSid::parse(&statement.sid) else { continue };
                    let wanted = grants.iter().find(|grant| {
                        grant.function == function
                            && (grant.hash() == own.hash || statement.is_exactly(grant))
                    });
                    let needed =
                        wanted.is_some() || self.is_relied_on(observed, &function, policy, statement);
                    let about = (&self.desired.set, &places, needed);
                    if of_account.add(&function, statement, &own, about) {
                        if own.set == self.desired.set {
                            self.deletions.own(Kind::Grant);
                        }
                        continue;
                    }
                    if own.set != self.desired.set {
                        let Some(instance) = statement.instance() else { continue };
                        pairs.entry((instance, place.clone(), name.clone())).or_default().other =
                            Some(own.set);
                        continue;
                    }
                    self.deletions.own(Kind::Grant);
                    // A wanted Sid that says something else, or what is wanted under another Sid, is replaced where
                    // grants are planned.
                    let orphaned = wanted.is_none();
                    let known = self.instance_of(&function, &own.hash);
                    let Some(instance) = known.or_else(|| statement.instance()) else {
                        if orphaned {
                            self.without_instance(&function, &statement.sid);
                        }
                        continue;
                    };
                    let made = Grant { function: function.clone(), instance: instance.clone() };
                    let fits = [made.hash(), made.interim_hash()].contains(&own.hash);
                    let pair = pairs.entry((instance, place.clone(), name.clone())).or_default();
                    pair.own.push(Own {
                        function: function.clone(),
                        sid: &statement.sid,
                        body: &statement.body,
                        // One that was made for another instance says nothing about this one.
                        kind: if fits { own.kind } else { SidKind::GrantOnly },
                        orphaned,
                    });
                }
            }
        }
        pairs
    }

    /// Whether a declared function that is content with any statement (`grants: any`) may be called by this one alone.
    fn is_relied_on(
        &self,
        observed: &Snapshot,
        function: &FunctionRef,
        policy: &ResourcePolicy,
        statement: &Statement,
    ) -> bool {
        let Some(place) = statement.account() else { return false };
        let others = policy.statements.iter().filter(|other| other.sid != statement.sid).cloned().collect();
        let without = ResourcePolicy { statements: others, ..policy.clone() };
        self.desired.needs.iter().any(|(instance, name, _)| {
            let declared = self.desired.functions.get(name);
            let any = declared.is_some_and(|it| it.grants == Grants::Any && it.target == *function);
            let arn = observed.instances.get(instance).and_then(Look::found).map(|seen| &seen.arn);
            any && arn.is_some_and(|arn| {
                arn.place == place && !matches!(without.judge(function, arn), Judgement::Allowed(_))
            })
        })
    }

    /// The instance that a Sid was made for, whatever its statement says now.
    fn instance_of(&self, function: &FunctionRef, hash: &str) -> Option<InstanceArn> {
        let mut known = self.contents.arns.values();
        let made = |instance: &InstanceArn| {
            Grant { function: function.clone(), instance: instance.clone() }.hash() == hash
        };
        known.find(|instance| made(instance)).map(|instance| (*instance).clone())
    }

    fn without_instance(&mut self, function: &FunctionRef, sid: &str) {
        let Some(address) = self.function_label(function).map(|name| Address::new(Kind::Function, &name))
        else {
            return;
        };
        self.disassociations.held.insert((function.place.clone(), function.name.clone()));
        let message = format!(
            "statement `{sid}` in the policy of {function} was edited and names no instance: it is unknown who uses it"
        );
        let hint = "remove the statement by hand if it is not needed.";
        self.builder.problems.push(Problem::held(Code::CannotTell, message).on(&address).hint(hint));
    }
}
