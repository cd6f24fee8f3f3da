//! Plans the statements that let instances call functions, as the function's `grants:` asks.
//!
//! - `own`: the set's own statement, whatever else allows the call. Its Sid records who made the association.
//! - `exact`: any statement that allows exactly the instance on the qualifier that is called, Amazon Connect's own too.
//!   What Amazon Connect writes comes with the association, if at all: that is made first, then the policy is read, and
//!   a statement is written only where none is. It is right whatever AWS does.
//! - `account`: one statement of the set's own for all instances of an account in a Region.
//! - `any`: any statement that allows the call.
//!
//! # Why an association without a statement of the set's own carries no mark
//!
//! A tag on the function could record it and costs no bytes of the policy. But a function has 50 tags at most, fewer than
//! the instances that `account` is for; most functions belong to others, who may not let a set tag them (TagResource) and
//! whose tags say nothing of it; it takes one more read for each function and one more write for each association; and
//! tags of one function, written for several instances at once, are not conditional. Nothing of that makes a lost mark
//! worse than it is: without it nothing is deleted. So `exact` and `account` leave such associations unmarked, `--prune`
//! does not end them, and the plan says so once.
//!
//! # From one to another
//!
//! - `own` to `exact`: statements of the set's own stay, and their marks with them; nothing is written.
//! - `exact` to `own`: statements are added. An association that was there is not the set's by that.
//! - to `account`: the one statement is written; `--prune` then removes those for single instances, and with them what
//!   they record of associations.
//! - from `account`: what the instances need is written first; `--prune` then removes the one statement.

use super::{Need, Planned, Tie};
use crate::manifest::Grants;
use crate::plan::model::{ActionId, Cause, GrantSpec, Write};
use crate::plan::planner::builder::PlanBuilder;
use crate::plan::reasons;
use crate::resource::{
    Address, Code, Grant, InstanceArn, Judgement, Kind, OwnSid, Problem, ResourcePolicy, SidKind,
};
use crate::snapshot::Look;

/// What is wanted of a policy, and what it says.
struct Statement<'a> {
    grant: Grant,
    policy: &'a ResourcePolicy,
    judgement: Judgement,
    own: Vec<OwnStatement>,
}

impl Need<'_> {
    /// Plans the statement that the function's `grants:` asks for.
    pub(super) fn grant(&self, tie: &Tie, planned: &mut Planned, builder: &mut PlanBuilder) {
        let address = Address::between(Kind::Grant, self.instance, self.name);
        let Some(instance) = self.arn(builder, &address) else { return };
        let association_address = Address::between(Kind::Association, self.instance, self.name);
        let blocker =
            builder.blocked.get(&association_address).cloned().or_else(|| self.function_missing(builder));
        if let Some(why) = blocker {
            builder.block(address, why);
            return;
        }
        let target = &self.function.target;
        let Some(policy) = self.policy() else { return };
        let judgement = policy.judge(target, &instance);
        if let Judgement::Denied(sid) = &judgement {
            self.denied(sid, &address, builder);
        }
        let grant = match self.function.grants {
            Grants::Account => Grant::of_account(target.clone(), instance.place.clone()),
            _ => Grant { function: target.clone(), instance },
        };
        if let Some(known) = planned.of_account.get(&grant).cloned() {
            self.shared(address, known, tie, planned, builder);
            return;
        }
        let own = self.own(policy, &grant);
        if self.is_enough(policy, &grant, &judgement, &own, tie) {
            builder.in_sync += 1;
            if own.iter().any(|own| own.sid.kind == SidKind::WithAssociation) {
                planned.mark(tie);
            }
            return;
        }
        let statement = Statement { grant, policy, judgement, own };
        let action = self.write(&statement, address, tie, planned, builder);
        if self.function.grants == Grants::Account {
            planned.of_account.insert(statement.grant, action);
        }
    }

    /// One statement is for all instances of the account: this one needs no more.
    fn shared(
        &self,
        address: Address,
        known: Option<ActionId>,
        tie: &Tie,
        planned: &Planned,
        builder: &mut PlanBuilder,
    ) {
        let Some(action) = known else {
            builder.in_sync += 1;
            return;
        };
        planned.first(tie, &action, builder);
        builder.shared.insert(address, action);
    }

    /// Whether what is in the policy is good enough for the function's `grants:`.
    fn is_enough(
        &self,
        policy: &ResourcePolicy,
        grant: &Grant,
        judgement: &Judgement,
        own: &[OwnStatement],
        tie: &Tie,
    ) -> bool {
        match self.function.grants {
            Grants::Any => {
                let makes = matches!(tie, Tie::Planned(_));
                matches!(judgement, Judgement::Allowed(_))
                    && (!makes || own.iter().all(|own| own.sid.kind == SidKind::WithAssociation))
            }
            // A statement of the set's own that is there stays, whatever it says of the association.
            Grants::Exact => match own {
                [] => policy.says(grant),
                [one] => one.exact,
                _ => false,
            },
            Grants::Own | Grants::Account => false,
        }
    }

    /// Plans the write of the set's own statement, unless it is there; gives the write.
    fn write(
        &self,
        statement: &Statement<'_>,
        address: Address,
        tie: &Tie,
        planned: &mut Planned,
        builder: &mut PlanBuilder,
    ) -> Option<ActionId> {
        let Statement { grant, own, .. } = statement;
        let awaited = self.awaited(grant, own, tie, planned);
        let marks = self.function.grants != Grants::Account && awaited.is_none();
        if marks {
            planned.mark(tie);
        }
        let marked = own.iter().any(|own| own.sid.kind == SidKind::WithAssociation);
        let inherits =
            || own.is_empty() && matches!(tie, Tie::Listed) && self.marked_elsewhere(&grant.instance);
        let makes = matches!(tie, Tie::Planned(_));
        let kind = match marks && (makes || marked || inherits()) {
            true => SidKind::WithAssociation,
            false => SidKind::GrantOnly,
        };
        let sid = OwnSid { kind, set: self.desired.set.clone(), hash: grant.hash() };
        if matches!(own.as_slice(), [one] if one.exact && one.sid == sid) {
            builder.in_sync += 1;
            return None;
        }
        let (cause, reason) = self.reason(statement, &sid, awaited.is_some());
        let taken = own.iter().filter(|own| !own.exact || own.sid != sid).map(|own| own.sid.to_string());
        let write = Write::Grant(GrantSpec {
            grant: grant.clone(),
            set: self.desired.set.clone(),
            kind,
            taken: taken.collect(),
            replaces: !own.is_empty(),
            only_if_missing: awaited.is_some(),
        });
        let after = self.made_first(builder).into_iter().chain(awaited.clone()).collect();
        let id = builder.act(address, write, (cause, reason), after);
        if awaited.is_none() {
            planned.first(tie, &id, builder);
        }
        Some(id)
    }

    /// The association with which Amazon Connect may write a statement that is good enough: the policy is looked at
    /// when it is made.
    fn awaited(&self, grant: &Grant, own: &[OwnStatement], tie: &Tie, planned: &Planned) -> Option<ActionId> {
        let Tie::Planned(key) = tie else { return None };
        let may = self.function.grants == Grants::Exact && own.is_empty() && key.1 == grant.function;
        planned.associations.get(key).filter(|_| may).map(|(id, _)| id.clone())
    }

    /// The set's own statements of a grant in a policy: under its hash, or with its meaning.
    pub(super) fn own(&self, policy: &ResourcePolicy, grant: &Grant) -> Vec<OwnStatement> {
        let hash = grant.hash();
        let own = policy.statements.iter().filter_map(|statement| {
            let sid = OwnSid::parse(&statement.sid).filter(|sid| sid.set == self.desired.set)?;
            let exact = statement.is_exactly(grant);
            (exact || sid.hash == hash).then_some(OwnStatement { sid, exact })
        });
        own.collect()
    }

    /// Whether a statement of another qualifier marks the unqualified association as the set's. One whose own
    /// qualified ARN is listed may mean that.
    fn marked_elsewhere(&self, instance: &InstanceArn) -> bool {
        let target = &self.function.target;
        let Some(Look::Found(list)) = self.observed.associations.get(self.instance) else { return false };
        let beside = self.observed.policies.iter().filter(|(function, _)| {
            function.unqualified() == target.unqualified()
                && (function.qualifier.is_none() || !list.contains(&function.arn().to_string()))
        });
        let mut policies = beside.filter_map(|(function, look)| Some((function, look.found()?)));
        policies.any(|(function, policy)| {
            let grant = Grant { function: function.clone(), instance: instance.clone() };
            let mut own = self.own(policy, &grant).into_iter();
            own.any(|own| own.sid.kind == SidKind::WithAssociation && own.sid.hash == grant.hash())
        })
    }

    fn denied(&self, sid: &str, address: &Address, builder: &mut PlanBuilder) {
        let target = &self.function.target;
        let message = format!(
            "statement `{sid}` in the policy of {target} denies the call or may deny it; no grant overrides that"
        );
        let hint =
            "remove that statement from the function's policy; flowbind never touches what is not its own.";
        let problem = Problem::warning(Code::GrantDenied, message).on(address).at(&self.function.origin);
        builder.problems.push(problem.hint(hint));
    }

    /// Why the statement is written, and which side changed.
    fn reason(&self, statement: &Statement<'_>, wanted: &OwnSid, awaited: bool) -> (Cause, String) {
        let Statement { grant, judgement, own, policy } = statement;
        let function = &grant.function;
        if let Some(edited) = own.iter().find(|own| !own.exact) {
            return (
                Cause::Outside,
                format!("statement `{}` in the policy of {function} was changed", edited.sid),
            );
        }
        if own.iter().any(|own| own.sid == *wanted) {
            let extra = own.iter().find(|own| own.sid != *wanted).map(|own| own.sid.to_string());
            let extra = extra.unwrap_or_default();
            let reason = format!(
                "the policy of {function} also has statement `{extra}` of this set, for the same call"
            );
            return (Cause::Unknown, reason);
        }
        match (own.first(), judgement) {
            (Some(old), _) if old.sid.kind != wanted.kind => (
                Cause::Follows,
                format!("statement `{}` does not record that this set makes the association", old.sid),
            ),
            (Some(old), _) => {
                (Cause::Unknown, format!("a run ended before it had replaced statement `{}`", old.sid))
            }
            _ if grant.is_of_account() => {
                let place = &grant.instance.place;
                let reason = match policy.says(grant) {
                    true => format!(
                        "the statement in the policy of {function} for all instances in {place} is not this set's"
                    ),
                    false => format!(
                        "the policy of {function} has no statement for all instances in {place}; {}",
                        self.need()
                    ),
                };
                (Cause::Absent, reason)
            }
            (None, _) if awaited => {
                let reason = format!(
                    "{}; written only if Amazon Connect writes no statement for exactly this instance with the association",
                    self.need()
                );
                (Cause::Absent, reason)
            }
            (None, Judgement::Allowed(sid)) => {
                let reason = format!(
                    "the policy of {function} has no statement of this set for the instance (`{sid}` allows it today)"
                );
                (Cause::Absent, reason)
            }
            (None, Judgement::Denied(_) | Judgement::Silent) => {
                let reason = format!("{}; {}", reasons::not_allowed(function), self.need());
                (Cause::Absent, reason)
            }
        }
    }
}

/// A statement of the set's own.
pub(super) struct OwnStatement {
    pub(super) sid: OwnSid,
    /// Whether it says exactly what the grant says; else somebody edited it.
    pub(super) exact: bool,
}
