//! Plans associations and grants: the two facts without which a call fails, each observed and mended on its own.

use std::collections::BTreeMap;

use super::functions;
use super::uses::{association_of, uses};
use super::{ActionId, AssociationSpec, Cause, Change, Draft, GrantSpec, LateSid, Spec};
use crate::manifest::{Function, Grants, Manifest};
use crate::resource::{
    Address, FunctionRef, Grant, InstanceArn, Judgement, Kind, Label, MAX_POLICY_BYTES, OwnSid, Problem,
    ResourcePolicy, SidKind,
};
use crate::snapshot::{Look, Snapshot};

/// The quota that a new account has ("Amazon Connect service quotas": Lambda functions per instance); it can be raised.
const DEFAULT_FUNCTIONS_PER_INSTANCE: usize = 50;

/// Plans what every instance needs of every function.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, draft: &mut Draft) {
    let mut associations = BTreeMap::new();
    let mut sizes = Sizes::default();
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
            user: users.iter().next().map_or_else(String::new, ToString::to_string),
        };
        let association = need.association(&mut associations, draft);
        need.grant(association, &mut sizes, draft);
    }
    sizes.check(desired, draft);
    check_quota(observed, draft);
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
    user: String,
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

    /// Plans the association, and says which action makes it, if one does.
    fn association(
        &self,
        planned: &mut BTreeMap<(Label, FunctionRef), ActionId>,
        draft: &mut Draft,
    ) -> Option<ActionId> {
        let wanted = association_of(self.desired, self.instance, self.name)?;
        let address = Address::between(Kind::Association, self.instance, self.name);
        let instance = self.arn(draft, &address)?;
        if let Some(id) = planned.get(&(self.instance.clone(), wanted.clone())) {
            return Some(id.clone());
        }
        if let Some(why) = self.function_missing(draft) {
            draft.block(address, why);
            return None;
        }
        let Some(Look::Found(list)) = self.observed.associations.get(self.instance) else {
            draft.block(address, format!("the functions of instance/{} could not be read", self.instance));
            return None;
        };
        let arn = wanted.arn().to_string();
        let qualified = self.function.target.arn().to_string();
        if list.contains(&arn) {
            draft.in_sync += 1;
            return None;
        }
        if list.contains(&qualified) {
            draft.in_sync += 1;
            let message = format!("{address} is there as {qualified}, with the qualifier; that is accepted");
            draft.problems.push(Problem::warning("qualified-association", message).on(&address));
            return None;
        }
        let reason = format!("the instance's list does not hold {}; {} needs it", wanted.name, self.user);
        let cause = if self.was_associated(&instance) { Cause::TakenAway } else { Cause::Absent };
        let spec = Spec::Association(AssociationSpec { instance, function: wanted.clone() });
        let id = draft.act(address, Change::Create(spec), (cause, reason), self.made_first(draft));
        planned.insert((self.instance.clone(), wanted), id.clone());
        Some(id)
    }

    /// Whether the Sid of the grant says that the set had made the association.
    fn was_associated(&self, instance: &InstanceArn) -> bool {
        let grant = Grant { function: self.function.target.clone(), instance: instance.clone() };
        let made = |own: &OwnSid| own.set == self.desired.set && own.kind == SidKind::WithAssociation;
        self.policy().is_some_and(|policy| policy.exact(&grant, made).is_some())
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

    /// Says why the function cannot be bound, if that is so; a missing one is reported once.
    fn function_missing(&self, draft: &mut Draft) -> Option<String> {
        let target = &self.function.target;
        match self.observed.policies.get(target) {
            Some(Look::Found(_)) => None,
            Some(Look::Absent { .. }) if functions::provides(self.function) => {
                let blocked = draft.blocked.get(&Address::new(Kind::Function, self.name)).cloned();
                let gone = || format!("function `{}` went away while it was looked at", target.name);
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

    fn grant(&self, association: Option<ActionId>, sizes: &mut Sizes, draft: &mut Draft) {
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
            let message = format!(
                "statement `{sid}` in the policy of {target} denies the call, or may: no grant can lift that"
            );
            let hint = "remove that statement from the function's policy; flowbind never touches what is not its own.";
            draft.problems.push(
                Problem::warning("grant-denied", message).on(&address).at(&self.function.origin).hint(hint),
            );
        }
        let good = match self.function.grants {
            Grants::Any => matches!(judgement, Judgement::Allowed(_)),
            Grants::Own => policy.exact(&grant, |own| own.set == self.desired.set).is_some(),
        };
        if good {
            draft.in_sync += 1;
            return;
        }
        let taken = taken(policy, &grant, self.desired);
        let reason = reason(&grant, &judgement, self, &taken);
        sizes.add(policy, &grant, self.name);
        let mut after = self.made_first(draft);
        after.extend(association.clone());
        let sid = association.map_or(LateSid::Known(SidKind::GrantOnly), LateSid::After);
        let replaces = !taken.is_empty();
        let spec = Spec::Grant(GrantSpec { grant, set: self.desired.set.clone(), sid, taken });
        let change = if replaces { Change::Update(spec) } else { Change::Create(spec) };
        let cause = if replaces { Cause::Outside } else { Cause::Absent };
        draft.act(address, change, (cause, reason), after);
    }
}

/// The set's own Sids of this grant whose statements say something else: somebody edited them.
fn taken(policy: &ResourcePolicy, grant: &Grant, desired: &Manifest) -> Vec<String> {
    let hash = grant.hash();
    let mine = |sid: &str| OwnSid::parse(sid).is_some_and(|own| own.set == desired.set && own.hash == hash);
    policy.statements.iter().filter(|s| mine(&s.sid) && !s.is_exactly(grant)).map(|s| s.sid.clone()).collect()
}

fn reason(grant: &Grant, judgement: &Judgement, need: &Need<'_>, taken: &[String]) -> String {
    let function = &grant.function;
    if let Some(sid) = taken.first() {
        return format!("statement `{sid}` in the policy of {function} was changed");
    }
    match judgement {
        Judgement::Allowed(sid) => {
            format!(
                "the policy of {function} has no statement of this set for the instance (`{sid}` allows it today)"
            )
        }
        Judgement::Denied(_) | Judgement::Silent => {
            format!("the policy of {function} does not let the instance call it; {} needs it", need.user)
        }
    }
}

/// Forecasts the size of each policy.
#[derive(Default)]
struct Sizes(BTreeMap<FunctionRef, (usize, Label)>);

impl Sizes {
    fn add(&mut self, policy: &ResourcePolicy, grant: &Grant, function: &Label) {
        // The longest Sid that a set can have: the forecast may be a little high, never low.
        let bytes = grant.bytes(&"s".repeat(100));
        self.0.entry(grant.function.clone()).or_insert((policy.bytes, function.clone())).0 += bytes;
    }

    fn check(&self, desired: &Manifest, draft: &mut Draft) {
        for (function, (bytes, name)) in &self.0 {
            if *bytes <= MAX_POLICY_BYTES {
                continue;
            }
            let message = format!(
                "the policy of {function} would have about {bytes} bytes; Lambda allows {MAX_POLICY_BYTES}"
            );
            let hint = "remove statements that nobody needs, or let fewer instances call this function.";
            let mut problem = Problem::error("policy-too-large", message)
                .on(&Address::new(Kind::Function, name))
                .hint(hint);
            problem.origin = desired.functions.get(name).map(|f| f.origin.clone());
            draft.problems.push(problem);
        }
    }
}

fn check_quota(observed: &Snapshot, draft: &mut Draft) {
    let mut added: BTreeMap<Label, usize> = BTreeMap::new();
    for action in &draft.actions {
        if let (Spec::Association(_), Some(instance)) = (action.change.spec(), &action.id.address.instance) {
            *added.entry(instance.clone()).or_default() += 1;
        }
    }
    for (instance, new) in added {
        let there = observed
            .associations
            .get(&instance)
            .and_then(Look::found)
            .map_or(0, std::collections::BTreeSet::len);
        if there + new > DEFAULT_FUNCTIONS_PER_INSTANCE {
            let message = format!(
                "instance/{instance} would have {} functions; the quota of a new account is {DEFAULT_FUNCTIONS_PER_INSTANCE}",
                there + new
            );
            let hint =
                "look up \"Lambda functions per instance\" in Service Quotas (L-E3D2F503) before you apply.";
            let address = Address::new(Kind::Instance, &instance);
            draft.problems.push(Problem::warning("functions-per-instance", message).on(&address).hint(hint));
        }
    }
}
