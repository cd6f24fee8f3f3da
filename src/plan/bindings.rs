//! Plans associations and grants: the two facts without which a call fails, each observed and restored on its own.
//!
//! A list of functions carries no tags, so the Sid of a statement is the mark that says who made an association. The
//! mark comes first: a statement without its association harms nobody, an association without its mark would be
//! nobody's for ever.

use std::collections::BTreeMap;

use super::functions;
use super::uses::{association_of, uses};
use super::{ActionId, AssociationSpec, Cause, Change, Draft, GrantSpec, Spec};
use crate::manifest::{Function, Grants, Manifest};
use crate::resource::{
    Address, FunctionRef, Grant, InstanceArn, Judgement, Kind, Label, OwnSid, Problem, ResourcePolicy,
    SidKind,
};
use crate::snapshot::{Look, Snapshot};

/// Plans what every instance needs of every function.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, draft: &mut Draft) {
    let mut planned = Planned::new();
    let no_policy = ResourcePolicy::default();
    for ((instance_name, function_name), users) in uses(desired) {
        let Some(function) = desired.functions.get(&function_name) else { continue };
        let need = Need {
            desired,
            observed,
            instance: &instance_name,
            name: &function_name,
            function,
            no_policy: &no_policy,
            user: users.iter().next(),
        };
        let tie = need.association(&mut planned, draft);
        need.grant(&tie, &mut planned, draft);
    }
    for (id, marked) in planned.into_values() {
        if !marked {
            unmarked(&id.address, desired, draft);
        }
    }
}

/// The associations that the plan makes, and whether a statement marks each as the set's.
type Planned = BTreeMap<(Label, FunctionRef), (ActionId, bool)>;

/// How a grant is tied to an association.
enum Tie {
    /// None is wanted, it is blocked, or it is listed with the function's own qualifier.
    None,
    /// It is listed without a qualifier.
    Listed,
    /// This plan makes it.
    Planned((Label, FunctionRef)),
}

/// Notes that a statement marks the association that the plan makes.
fn mark(tie: &Tie, planned: &mut Planned) {
    if let Tie::Planned(key) = tie
        && let Some((_, marked)) = planned.get_mut(key)
    {
        *marked = true;
    }
}

/// Warns that nothing will record that the set made an association.
fn unmarked(association: &Address, desired: &Manifest, draft: &mut Draft) {
    let message = format!(
        "{association} will carry no mark of this set: a statement that is not its own allows the call already, so \
         `--prune` will not remove the association"
    );
    let hint = "set `grants: own` on the function if the association is to go with its last user.";
    let origin = desired.functions.get(&association.name).map(|function| function.origin.clone());
    let mut problem = Problem::warning("association-unmarked", message).on(association).hint(hint);
    problem.origin = origin;
    draft.problems.push(problem);
}

/// One function that one instance needs.
struct Need<'a> {
    desired: &'a Manifest,
    observed: &'a Snapshot,
    instance: &'a Label,
    name: &'a Label,
    function: &'a Function,
    /// The policy of a function that this run makes.
    no_policy: &'a ResourcePolicy,
    /// The first flow, module or instance that needs it.
    user: Option<&'a Address>,
}

impl Need<'_> {
    fn arn(&self, draft: &mut Draft, address: &Address) -> Option<InstanceArn> {
        let blocker = draft.blocked.get(&Address::new(Kind::Instance, self.instance)).cloned();
        if let Some(why) = blocker {
            draft.block(address.clone(), why);
            return None;
        }
        self.observed.instances.get(self.instance)?.found().map(|seen| seen.arn.clone())
    }

    /// Plans the association.
    fn association(&self, planned: &mut Planned, draft: &mut Draft) -> Tie {
        let Some(wanted) = association_of(self.desired, self.instance, self.name) else { return Tie::None };
        let address = Address::between(Kind::Association, self.instance, self.name);
        let Some(instance) = self.arn(draft, &address) else { return Tie::None };
        let key = (self.instance.clone(), wanted.clone());
        if let Some((id, _)) = planned.get(&key) {
            draft.shared.insert(address, id.clone());
            return Tie::Planned(key);
        }
        if let Some(why) = self.function_missing(draft) {
            draft.block(address, why);
            return Tie::None;
        }
        let Some(Look::Found(list)) = self.observed.associations.get(self.instance) else {
            draft.block(address, format!("the functions of instance/{} could not be read", self.instance));
            return Tie::None;
        };
        let arn = wanted.arn().to_string();
        let qualified = self.function.target.arn().to_string();
        if list.contains(&arn) {
            draft.in_sync += 1;
            return if wanted.qualifier.is_none() { Tie::Listed } else { Tie::None };
        }
        if list.contains(&qualified) {
            draft.in_sync += 1;
            let message = format!("{address} is there as {qualified}, with the qualifier; that is accepted");
            draft.problems.push(Problem::warning("qualified-association", message).on(&address));
            return Tie::None;
        }
        let mark = self.mark(&instance);
        let listed = format!("{} is not associated with the instance; {}", wanted.name, self.need());
        let reason = match &mark {
            // Whether it was ever made cannot be known: the mark is written first.
            Some(sid) => format!("{listed}; `{sid}` marks the association as this set's"),
            None => listed,
        };
        let spec = Spec::Association(AssociationSpec { instance, function: wanted });
        let id = draft.act(address, Change::Create(spec), (Cause::Absent, reason), self.made_first(draft));
        planned.insert(key.clone(), (id, mark.is_some()));
        Tie::Planned(key)
    }

    /// Says what the function is needed for.
    fn need(&self) -> String {
        match self.user {
            Some(user) if user.kind == Kind::Instance => format!("{user} lists it"),
            Some(user) => format!("{user} calls it"),
            None => "it is needed".to_owned(),
        }
    }

    /// The Sid that marks the association as the set's, if there is one.
    fn mark(&self, instance: &InstanceArn) -> Option<String> {
        let grant = Grant { function: self.function.target.clone(), instance: instance.clone() };
        let own = self.own(self.policy()?, &grant);
        own.into_iter().find(|own| own.sid.kind == SidKind::WithAssociation).map(|own| own.sid.to_string())
    }

    /// The write of the function itself, if one is planned.
    fn made_first(&self, draft: &Draft) -> Vec<ActionId> {
        functions::action(self.name, draft).into_iter().collect()
    }

    /// The policy as it was seen, or as it will be when this run has made the function or its alias.
    fn policy(&self) -> Option<&ResourcePolicy> {
        match self.observed.policies.get(&self.function.target)? {
            Look::Found(policy) => Some(policy),
            Look::Absent { .. } if functions::provides(self.function) => Some(self.no_policy),
            Look::Absent { .. } | Look::Unknown => None,
        }
    }

    /// The set's own statements of a grant in a policy: under its hash, or with its meaning.
    fn own(&self, policy: &ResourcePolicy, grant: &Grant) -> Vec<OwnStatement> {
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

    /// Says why the function cannot be bound, if that is so; a missing one is reported once.
    fn function_missing(&self, draft: &mut Draft) -> Option<String> {
        let target = &self.function.target;
        match self.observed.policies.get(target) {
            Some(Look::Found(_)) => None,
            Some(Look::Absent { .. }) if functions::provides(self.function) => {
                let blocked = draft.blocked.get(&Address::new(Kind::Function, self.name)).cloned();
                let gone = || format!("function `{}` was deleted while flowbind was reading it", target.name);
                let planned = functions::action(self.name, draft).is_some();
                blocked.or_else(|| (!planned).then(gone))
            }
            Some(Look::Absent { .. }) => {
                let what = match &target.qualifier {
                    Some(qualifier) => {
                        format!("function `{}` with alias or version `{qualifier}`", target.name)
                    }
                    None => format!("function `{}`", target.name),
                };
                let message = format!("no {what} in {}", target.place);
                let address = Address::new(Kind::Function, self.name);
                let hint = "create it, or correct the name, qualifier, account or Region in the manifest.";
                draft.problems.push(
                    Problem::error("function-not-found", message.clone())
                        .on(&address)
                        .at(&self.function.origin)
                        .hint(hint),
                );
                Some(message)
            }
            Some(Look::Unknown) | None => Some(format!("the resource policy of {target} could not be read")),
        }
    }

    fn grant(&self, tie: &Tie, planned: &mut Planned, draft: &mut Draft) {
        let address = Address::between(Kind::Grant, self.instance, self.name);
        let Some(instance) = self.arn(draft, &address) else { return };
        let association_address = Address::between(Kind::Association, self.instance, self.name);
        let blocker =
            draft.blocked.get(&association_address).cloned().or_else(|| self.function_missing(draft));
        if let Some(why) = blocker {
            draft.block(address, why);
            return;
        }
        let target = &self.function.target;
        let Some(policy) = self.policy() else { return };
        let grant = Grant { function: target.clone(), instance };
        let judgement = policy.judge(target, &grant.instance);
        if let Judgement::Denied(sid) = &judgement {
            self.denied(sid, &address, draft);
        }
        let own = self.own(policy, &grant);
        let makes = matches!(tie, Tie::Planned(_));
        if self.function.grants == Grants::Any
            && matches!(judgement, Judgement::Allowed(_))
            && (!makes || own.iter().all(|own| own.sid.kind == SidKind::WithAssociation))
        {
            draft.in_sync += 1;
            if !own.is_empty() {
                mark(tie, planned);
            }
            return;
        }
        mark(tie, planned);
        let marked = own.iter().any(|own| own.sid.kind == SidKind::WithAssociation);
        let inherits =
            || own.is_empty() && matches!(tie, Tie::Listed) && self.marked_elsewhere(&grant.instance);
        let kind = if makes || marked || inherits() { SidKind::WithAssociation } else { SidKind::GrantOnly };
        let sid = OwnSid { kind, set: self.desired.set.clone(), hash: grant.hash() };
        if matches!(own.as_slice(), [one] if one.exact && one.sid == sid) {
            draft.in_sync += 1;
            return;
        }
        let (cause, reason) = self.reason(&grant, &judgement, &own, &sid);
        let taken: Vec<String> =
            own.iter().filter(|own| !own.exact || own.sid != sid).map(|own| own.sid.to_string()).collect();
        let replaces = !own.is_empty();
        let spec = Spec::Grant(GrantSpec { grant, set: self.desired.set.clone(), kind, taken });
        let change = if replaces { Change::Update(spec) } else { Change::Create(spec) };
        let id = draft.act(address, change, (cause, reason), self.made_first(draft));
        if let Tie::Planned(key) = tie
            && let Some((association, _)) = planned.get(key)
            && let Some(action) = draft.actions.iter_mut().find(|action| action.id == *association)
        {
            action.after.push(id);
        }
    }

    fn denied(&self, sid: &str, address: &Address, draft: &mut Draft) {
        let target = &self.function.target;
        let message = format!(
            "statement `{sid}` in the policy of {target} denies the call, or may: no grant can lift that"
        );
        let hint =
            "remove that statement from the function's policy; flowbind never touches what is not its own.";
        let problem = Problem::warning("grant-denied", message).on(address).at(&self.function.origin);
        draft.problems.push(problem.hint(hint));
    }

    /// Why the statement is written, and which side changed.
    fn reason(
        &self,
        grant: &Grant,
        judgement: &Judgement,
        own: &[OwnStatement],
        wanted: &OwnSid,
    ) -> (Cause, String) {
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
            (None, Judgement::Allowed(sid)) => {
                let reason = format!(
                    "the policy of {function} has no statement of this set for the instance (`{sid}` allows it today)"
                );
                (Cause::Absent, reason)
            }
            (None, Judgement::Denied(_) | Judgement::Silent) => {
                let reason =
                    format!("the policy of {function} does not let the instance call it; {}", self.need());
                (Cause::Absent, reason)
            }
        }
    }
}

/// A statement of the set's own.
struct OwnStatement {
    sid: OwnSid,
    /// Whether it says exactly what the grant says; else somebody edited it.
    exact: bool,
}
