//! Plans associations and grants: the two facts without which a call fails, each observed and restored on its own.
//!
//! A list of functions carries no tags, so the Sid of a statement is the mark that says who made an association. The
//! mark comes first: a statement without its association harms nobody, an association without its mark would be
//! nobody's forever. Which statements are wanted, and when an association carries no mark: see [`statements`].

mod statements;

use std::collections::BTreeMap;

use super::builder::PlanBuilder;
use crate::manifest::{Function, Manifest};
use crate::plan::model::{ActionId, AssociationSpec, Cause, Write};
use crate::plan::planner::functions;
use crate::plan::reasons;
use crate::resource::{
    Address, Code, FunctionRef, Grant, InstanceArn, Kind, Label, Problem, ResourcePolicy, SidKind,
};
use crate::snapshot::{Look, Snapshot};

/// Plans what every instance needs of every function.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, builder: &mut PlanBuilder) {
    let mut planned = Planned::default();
    let no_policy = ResourcePolicy::default();
    for (instance, name, needed) in desired.needs.iter() {
        let Some(function) = desired.functions.get(name) else { continue };
        let need = Need {
            desired,
            observed,
            instance,
            name,
            listed: needed.association.as_ref(),
            function,
            no_policy: &no_policy,
            user: needed.users.iter().next(),
        };
        let tie = need.association(&mut planned, builder);
        need.grant(&tie, &mut planned, builder);
    }
    unmarked(planned, desired, builder);
}

/// What is planned so far, of what several needs may share.
#[derive(Default)]
struct Planned {
    /// The associations that the plan makes, and whether a statement marks each as the set's.
    associations: BTreeMap<(Label, FunctionRef), (ActionId, bool)>,
    /// The statements for all instances of an account, with the write where one is planned.
    of_account: BTreeMap<Grant, Option<ActionId>>,
}

impl Planned {
    /// Notes that a statement marks the association that the plan makes.
    fn mark(&mut self, tie: &Tie) {
        if let Tie::Planned(key) = tie
            && let Some((_, marked)) = self.associations.get_mut(key)
        {
            *marked = true;
        }
    }

    /// Puts a statement before the association that the plan makes.
    fn first(&self, tie: &Tie, statement: &ActionId, builder: &mut PlanBuilder) {
        if let Tie::Planned(key) = tie
            && let Some((association, _)) = self.associations.get(key)
            && let Some(action) = builder.actions.iter_mut().find(|action| action.id == *association)
            && !action.after.contains(statement)
        {
            action.after.push(statement.clone());
        }
    }
}

/// How a grant is tied to an association.
enum Tie {
    /// None is wanted, it is blocked, or it is listed with the function's own qualifier.
    None,
    /// It is listed without a qualifier.
    Listed,
    /// This plan makes it.
    Planned((Label, FunctionRef)),
}

/// Warns once that nothing will record that the set made associations.
fn unmarked(planned: Planned, desired: &Manifest, builder: &mut PlanBuilder) {
    let all = planned.associations.into_values().filter(|(_, marked)| !marked);
    let all: Vec<Address> = all.map(|(id, _)| id.address).collect();
    let Some(first) = all.first() else { return };
    let function = desired.functions.get(&first.name);
    let (subject, them) = match all.len() {
        1 => (first.to_string(), "the association"),
        many => (format!("{many} associations ({first}, …)"), "them"),
    };
    let message = format!(
        "{subject} will carry no mark of this set: statements that are not its own, or not for one instance, allow the \
         calls, so `--prune` will not remove {them}"
    );
    let hint = "set `grants: own` on the function to let `--prune` end the association.";
    let mut problem = Problem::warning(Code::AssociationUnmarked, message).on(first).hint(hint);
    problem.origin = function.map(|function| function.origin.clone());
    builder.problems.push(problem);
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
    /// The ARN that the instance's list must hold, if any.
    listed: Option<&'a FunctionRef>,
    /// The first flow, module or instance that needs it.
    user: Option<&'a Address>,
}

impl Need<'_> {
    fn arn(&self, builder: &mut PlanBuilder, address: &Address) -> Option<InstanceArn> {
        let blocker = builder.blocked.get(&Address::new(Kind::Instance, self.instance)).cloned();
        if let Some(why) = blocker {
            builder.block(address.clone(), why);
            return None;
        }
        self.observed.instances.get(self.instance)?.found().map(|seen| seen.arn.clone())
    }

    /// Plans the association.
    fn association(&self, planned: &mut Planned, builder: &mut PlanBuilder) -> Tie {
        let Some(wanted) = self.listed.cloned() else { return Tie::None };
        let address = Address::between(Kind::Association, self.instance, self.name);
        let Some(instance) = self.arn(builder, &address) else { return Tie::None };
        let key = (self.instance.clone(), wanted.clone());
        if let Some((id, _)) = planned.associations.get(&key) {
            builder.shared.insert(address, id.clone());
            return Tie::Planned(key);
        }
        if let Some(why) = self.function_missing(builder) {
            builder.block(address, why);
            return Tie::None;
        }
        let Some(Look::Found(list)) = self.observed.associations.get(self.instance) else {
            builder.block(address, format!("the functions of instance/{} could not be read", self.instance));
            return Tie::None;
        };
        let arn = wanted.arn().to_string();
        let qualified = self.function.target.arn().to_string();
        if list.contains(&arn) {
            builder.in_sync += 1;
            return if wanted.qualifier.is_none() { Tie::Listed } else { Tie::None };
        }
        if list.contains(&qualified) {
            builder.in_sync += 1;
            let message = format!("{address} exists as {qualified}, with the qualifier; that is accepted");
            builder.problems.push(Problem::warning(Code::QualifiedAssociation, message).on(&address));
            return Tie::None;
        }
        let mark = self.mark(&instance);
        let listed = format!("{}; {}", reasons::not_associated(&wanted), self.need());
        let reason = match &mark {
            // Whether it was ever made cannot be known: the mark is written first.
            Some(sid) => format!("{listed}; `{sid}` marks the association as this set's"),
            None => listed,
        };
        let spec = Write::Association(AssociationSpec { instance, function: wanted });
        let id = builder.act(address, spec, (Cause::Absent, reason), self.made_first(builder));
        planned.associations.insert(key.clone(), (id, mark.is_some()));
        Tie::Planned(key)
    }

    /// Says what the function is needed for.
    fn need(&self) -> String {
        match self.user {
            Some(user) => reasons::needed_by(user),
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
    fn made_first(&self, builder: &PlanBuilder) -> Vec<ActionId> {
        functions::action(self.name, builder).into_iter().collect()
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
    fn function_missing(&self, builder: &mut PlanBuilder) -> Option<String> {
        let target = &self.function.target;
        match self.observed.policies.get(target) {
            Some(Look::Found(_)) => None,
            Some(Look::Absent { .. }) if functions::provides(self.function) => {
                let blocked = builder.blocked.get(&Address::new(Kind::Function, self.name)).cloned();
                let gone = || format!("function `{}` was deleted while flowbind was reading it", target.name);
                let planned = functions::action(self.name, builder).is_some();
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
                builder.problems.push(
                    Problem::error(Code::FunctionNotFound, message.clone())
                        .on(&address)
                        .at(&self.function.origin)
                        .hint(hint),
                );
                Some(message)
            }
            Some(Look::Unknown) | None => Some(format!("the resource policy of {target} could not be read")),
        }
    }
}
