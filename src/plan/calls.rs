//! The calls that carrying a plan out makes at the least, by where they go: writes, the reads right before them, and
//! the reads that confirm them.
//!
//! Retries, further pages, and looks that wait until AWS shows a write come on top.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::buckets::paced_time;
use super::tags::kind_of_arn;
use super::{
    Action, AssociationSpec, Callers, Change, Disassociation, FlowMetadataSpec, FlowRemoval, FlowSpec,
    FunctionRemoval, FunctionSpec, GrantSpec, Plan, Removal, RoleRemoval, RoleSpec, Spec, StatementRemoval,
    Step, TagTarget, TagsSpec,
};
use crate::operations::Operation;
use crate::resource::{InstanceArn, Kind, Place};

/// Calls of each operation, by account and Region.
pub type Calls = BTreeMap<(Place, Operation), u32>;

/// Counts the calls that an apply makes at the least.
pub fn apply_calls(plan: &Plan) -> Calls {
    let mut tally = Tally::default();
    for action in &plan.actions {
        tally.action(action);
    }
    // Writers of one list share their looks: one for each instance is sure.
    let lists: BTreeSet<_> = plan.actions.iter().filter_map(listed).collect();
    lists.into_iter().for_each(|instance| tally.add(&instance.place, Operation::ListLambdaFunctions, 1));
    let read: BTreeMap<_, _> = plan.actions.iter().filter_map(read_again).collect();
    for (instance, Callers { flows, modules }) in read {
        // What this plan deletes may be gone before.
        let left = |all: u32, kind| all.saturating_sub(deleted(plan, instance, kind));
        let callers = Callers { flows: left(flows, Kind::Flow), modules: left(modules, Kind::Module) };
        tally.callers(instance, callers);
    }
    tally.0
}

/// The calls and the time that carrying a plan out takes at the least.
pub fn apply_forecast(plan: &Plan) -> (u32, Duration) {
    let calls = apply_calls(plan);
    let all = calls.values().fold(0, |sum: u32, times| sum.saturating_add(*times));
    let each = calls.iter().map(|((place, operation), times)| (Some(place), *operation, *times));
    (all, paced_time(each))
}

/// The instance whose list of functions confirms an association.
fn listed(action: &Action) -> Option<&InstanceArn> {
    match action.change.spec() {
        Spec::Association(AssociationSpec { instance, .. }) => Some(instance),
        _ => None,
    }
}

/// The instance of which every flow and module is read again, once a run.
fn read_again(action: &Action) -> Option<(&InstanceArn, Callers)> {
    match action.change.spec() {
        Spec::Removal(Removal::Association(removal)) => Some((&removal.instance, removal.callers?)),
        Spec::Removal(Removal::Statements(removal)) => Some((&removal.instance, removal.callers?)),
        _ => None,
    }
}

/// How many flows or modules of an instance the plan deletes.
fn deleted(plan: &Plan, instance: &InstanceArn, kind: Kind) -> u32 {
    let deletes = |action: &&Action| match action.change.spec() {
        Spec::Removal(Removal::Flow(removal)) => {
            removal.flow.instance == *instance && removal.flow.key.0 == kind
        }
        _ => false,
    };
    count(plan.actions.iter().filter(deletes).count())
}

/// Describes of a look at a flow or module: what is published, and the draft.
const BOTH: u32 = 2;
/// Pages of an instance's attributes: 13 of them, 7 a page.
const ATTRIBUTE_PAGES: u32 = 2;

#[derive(Default)]
struct Tally(Calls);

impl Tally {
    fn add(&mut self, place: &Place, operation: Operation, times: u32) {
        if times > 0 {
            *self.0.entry((place.clone(), operation)).or_default() += times;
        }
    }

    fn action(&mut self, action: &Action) {
        match action.change.spec() {
            Spec::Role(spec) => self.role(spec),
            Spec::Function(spec) => self.function(spec),
            Spec::Association(spec) => {
                self.add(&spec.instance.place, Operation::AssociateLambdaFunction, 1);
            }
            Spec::Grant(spec) => self.grant(spec),
            Spec::Flow(spec) => self.flow(action, spec),
            Spec::FlowMetadata(FlowMetadataSpec { key, instance, .. }) => {
                self.add(&instance.place, describes(key.0), BOTH);
                self.add(&instance.place, metadata(key.0), 1);
            }
            Spec::Tags(spec) => self.tags(spec),
            Spec::Attributes(spec) => {
                let place = &spec.instance.place;
                self.add(place, Operation::UpdateInstanceAttribute, count(spec.attributes.len()));
                self.add(place, Operation::ListInstanceAttributes, 2 * ATTRIBUTE_PAGES);
            }
            Spec::Instance(spec) => {
                self.add(&spec.place, Operation::CreateInstance, 1);
                self.add(&spec.place, Operation::DescribeInstance, 1);
            }
            Spec::Removal(removal) => self.removal(removal),
        }
    }

    fn role(&mut self, spec: &RoleSpec) {
        let RoleSpec { place, wanted, before, .. } = spec;
        match before {
            None => {
                self.add(place, Operation::CreateRole, 1);
                self.add(place, Operation::AttachRolePolicy, count(wanted.managed.len()));
                self.add(place, Operation::PutRolePolicy, count(wanted.inline.len()));
            }
            Some(before) => {
                self.whole_role(place, before.inline.len());
                self.add(place, Operation::UpdateAssumeRolePolicy, u32::from(wanted.trust != before.trust));
                let attached = wanted.managed.difference(&before.managed).count();
                self.add(place, Operation::AttachRolePolicy, count(attached));
                let put = wanted
                    .inline
                    .iter()
                    .filter(|(name, text)| before.inline.get(*name) != Some(text))
                    .count();
                self.add(place, Operation::PutRolePolicy, count(put));
                let detached = before.managed.difference(&wanted.managed).count();
                self.add(place, Operation::DetachRolePolicy, count(detached));
                let deleted = before.inline.keys().filter(|name| !wanted.inline.contains_key(*name)).count();
                self.add(place, Operation::DeleteRolePolicy, count(deleted));
            }
        }
        self.add(place, Operation::TagRole, 1);
        self.whole_role(place, wanted.inline.len());
    }

    /// A look at a role with all its policies.
    fn whole_role(&mut self, place: &Place, inline: usize) {
        self.add(place, Operation::GetRole, 1);
        self.add(place, Operation::ListAttachedRolePolicies, 1);
        self.add(place, Operation::ListRolePolicies, 1);
        self.add(place, Operation::GetRolePolicy, count(inline));
    }

    fn function(&mut self, spec: &FunctionSpec) {
        let place = &spec.function.place;
        let known = spec.before.as_ref().and_then(|before| before.alias.as_ref());
        if spec.before.is_none() {
            self.add(place, Operation::CreateFunction, 1);
            self.add(place, Operation::TagFunction, 1);
        } else {
            let code = spec.fields.iter().any(|field| field.path == super::fields::CODE);
            let rest = spec
                .fields
                .iter()
                .any(|field| field.path != super::fields::CODE && !field.path.starts_with("publish."));
            for (writes, operation) in
                [(code, Operation::UpdateFunctionCode), (rest, Operation::UpdateFunctionConfiguration)]
            {
                self.add(place, operation, u32::from(writes));
                self.add(place, Operation::GetFunction, u32::from(writes));
            }
            self.add(place, Operation::TagFunction, u32::from(code || rest));
        }
        self.add(place, Operation::GetFunction, 1);
        if spec.source.publish.is_some() {
            self.add(place, Operation::PublishVersion, 1);
            self.add(place, Operation::GetFunction, 1);
            let point = if known.is_some() { Operation::UpdateAlias } else { Operation::CreateAlias };
            self.add(place, point, 1);
            self.add(place, Operation::GetAlias, 1);
        }
    }

    fn callers(&mut self, instance: &InstanceArn, Callers { flows, modules }: Callers) {
        let place = &instance.place;
        self.add(place, Operation::ListContactFlows, 1);
        self.add(place, Operation::ListContactFlowModules, 1);
        self.add(place, Operation::DescribeContactFlow, flows.saturating_mul(BOTH));
        self.add(place, Operation::DescribeContactFlowModule, modules.saturating_mul(BOTH));
    }

    fn grant(&mut self, spec: &GrantSpec) {
        let place = &spec.grant.function.place;
        self.add(place, Operation::AddPermission, 1);
        self.add(place, Operation::GetPolicy, 1);
        self.add(place, Operation::RemovePermission, count(spec.taken.len()));
    }

    fn flow(&mut self, action: &Action, spec: &FlowSpec) {
        let (place, kind) = (&spec.instance.place, spec.key.0);
        let stubbed = matches!(action.change, Change::Create(_))
            && action.after.iter().any(|id| id.step == Step::Stub && id.address == action.id.address);
        if spec.id.is_none() && !stubbed {
            self.add(place, creates(kind), 1);
        } else {
            self.add(place, describes(kind), BOTH);
            self.add(place, content(kind), 1);
            let tagged = spec.marked || !spec.tags.is_empty();
            self.add(place, Operation::TagResource, u32::from(tagged));
        }
        // A stub is overwritten in the same run: what is written there confirms it.
        self.add(place, describes(kind), u32::from(action.id.step != Step::Stub));
    }

    fn tags(&mut self, spec: &TagsSpec) {
        match &spec.target {
            TagTarget::Content { instance, arn } => {
                self.add(&instance.place, describes(kind_of_arn(arn)), BOTH);
                self.add(&instance.place, Operation::TagResource, 1);
            }
            TagTarget::Function(function) => {
                self.add(&function.place, Operation::GetFunction, 1);
                self.add(&function.place, Operation::TagFunction, 1);
            }
            TagTarget::Role { place, .. } => {
                self.add(place, Operation::GetRole, 1);
                self.add(place, Operation::TagRole, 1);
            }
        }
    }

    fn removal(&mut self, removal: &Removal) {
        match removal {
            Removal::Flow(removal) => {
                let FlowRemoval { flow, base: _ } = &**removal;
                let (place, kind) = (&flow.instance.place, flow.key.0);
                self.add(place, deletes(kind), 1);
                self.add(place, describes(kind), 2 * BOTH);
            }
            Removal::Association(Disassociation { instance, functions, callers: _, keep }) => {
                let place = &instance.place;
                self.add(place, Operation::DisassociateLambdaFunction, count(functions.len()));
                self.add(place, Operation::ListLambdaFunctions, 1);
                for kept in keep {
                    self.add(&kept.grant.grant.function.place, Operation::GetPolicy, 1);
                }
            }
            Removal::Statements(StatementRemoval { instance: _, statements, callers: _ }) => {
                for (function, _) in statements {
                    self.add(&function.place, Operation::RemovePermission, 1);
                    self.add(&function.place, Operation::GetPolicy, 1);
                }
            }
            Removal::Function(FunctionRemoval { function, .. }) => {
                self.add(&function.place, Operation::DeleteFunction, 1);
                self.add(&function.place, Operation::GetFunction, 2);
            }
            Removal::Role(RoleRemoval { place, policies, .. }) => {
                self.whole_role(place, policies.inline.len());
                self.add(place, Operation::DetachRolePolicy, count(policies.managed.len()));
                self.add(place, Operation::DeleteRolePolicy, count(policies.inline.len()));
                self.add(place, Operation::DeleteRole, 1);
                self.add(place, Operation::GetRole, 1);
            }
        }
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn describes(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::DescribeContactFlowModule } else { Operation::DescribeContactFlow }
}

fn creates(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::CreateContactFlowModule } else { Operation::CreateContactFlow }
}

fn content(kind: Kind) -> Operation {
    match kind {
        Kind::Module => Operation::UpdateContactFlowModuleContent,
        _ => Operation::UpdateContactFlowContent,
    }
}

fn metadata(kind: Kind) -> Operation {
    match kind {
        Kind::Module => Operation::UpdateContactFlowModuleMetadata,
        _ => Operation::UpdateContactFlowMetadata,
    }
}

fn deletes(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::DeleteContactFlowModule } else { Operation::DeleteContactFlow }
}
