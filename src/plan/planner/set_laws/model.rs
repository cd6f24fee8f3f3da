//! Carries a plan out on a snapshot, as AWS would be seen afterwards: one instance, functions of others.

use std::collections::BTreeSet;

use super::sets::Set;
use crate::flow::compare;
use crate::flow::document::Document;
use crate::manifest::Manifest;
use crate::plan::{APPLIED_TAG, Action, ActionId, AsideSpec, FlowSpec, Made, Plan, TagTarget, Write};
use crate::resource::{FlowType, Grant, InstanceArn, Kind, Label, ResourcePolicy, Statement};
use crate::snapshot::{
    FlowContent, FlowIds, FlowSeen, FlowSummary, InstanceSeen, InstanceStatus, Look, Resolved, Snapshot,
};

/// The instance's ARN.
pub(super) const ARN: &str = "arn:aws:connect:eu-west-2:111122223333:instance/0f1e";

/// The instance's logical name.
pub(super) fn instance() -> Label {
    Label::parse("i").unwrap()
}

/// An instance that holds nothing, and functions that nobody may call.
pub(super) fn looked_at(desired: &Manifest) -> Snapshot {
    let mut seen = Snapshot::default();
    let arn = InstanceArn { place: desired.instances[&instance()].place.clone(), id: "0f1e".to_owned() };
    let (status, alias) = (InstanceStatus::Active, Some("acme".to_owned()));
    let found = InstanceSeen { arn, alias, status, status_reason: None, identity: None, tags: None };
    seen.instances.insert(instance(), Look::Found(found));
    seen.associations.insert(instance(), Look::Found(BTreeSet::new()));
    for function in desired.functions.values() {
        seen.policies.insert(function.target.clone(), Look::Found(ResourcePolicy::default()));
    }
    for kind in [Kind::Flow, Kind::Module] {
        seen.lists.insert((kind, instance()), Look::Found([].into()));
    }
    for (kind, name, _) in desired.contents() {
        seen.flows.insert((kind, instance(), name.clone()), Look::Absent { close: Vec::new() });
    }
    seen
}

/// A published flow or module.
pub(super) fn seen(kind: Kind, id: &str, name: &str, text: &str) -> FlowSeen {
    let path = if kind == Kind::Module { "flow-module" } else { "contact-flow" };
    let module = kind == Kind::Module;
    let summary = FlowSummary {
        id: id.to_owned(),
        arn: format!("{ARN}/{path}/{id}"),
        kind: Some(if module { FlowType::Module } else { FlowType::ContactFlow }),
        kind_text: if module { "MODULE" } else { "CONTACT_FLOW" }.to_owned(),
        published: true,
        archived: false,
    };
    let content = FlowContent { text: text.into(), modified_ms: Some(1_000) };
    FlowSeen {
        summary,
        name: name.to_owned(),
        description: String::new(),
        tags: [].into(),
        published: Some(content.clone()),
        draft: Some(content),
    }
}

/// Carries out every action, each after those that it needs.
pub(super) fn carry_out(made: &Set, desired: &Manifest, plan: &Plan, mut seen: Snapshot) -> Snapshot {
    let mut ended: BTreeSet<ActionId> = BTreeSet::new();
    let mut ids = Made::new();
    while ended.len() < plan.actions.len() {
        let ready = |action: &&Action| {
            !ended.contains(&action.id) && action.after.iter().all(|needed| ended.contains(needed))
        };
        let action = plan.actions.iter().find(ready).unwrap_or_else(|| panic!("{:#?}", plan.actions));
        write(made, action.write(), &mut ids, &mut seen);
        ended.insert(action.id.clone());
    }
    assert_eq!(desired.set, plan.set);
    seen
}

fn write(made: &Set, spec: &Write, ids: &mut Made, seen: &mut Snapshot) {
    match spec {
        Write::Association(spec) => {
            let Some(Look::Found(list)) = seen.associations.get_mut(&instance()) else { panic!() };
            list.insert(spec.function.arn().to_string());
            let (function, instance) = (spec.function.clone(), spec.instance.clone());
            if made.service_writes
                && let Some(Look::Found(policy)) = seen.policies.get_mut(&function)
            {
                let sid = instance.service_sid();
                policy.statements.retain(|statement| statement.sid != sid);
                let body = Grant { function, instance }.statement(&sid);
                policy.statements.push(Statement { body, sid });
            }
        }
        Write::Grant(spec) => {
            let Some(Look::Found(policy)) = seen.policies.get_mut(&spec.grant.function) else { panic!() };
            let sid = spec.sid().to_string();
            if spec.only_if_missing && policy.says(&spec.grant) {
                return;
            }
            policy
                .statements
                .retain(|statement| !spec.taken.contains(&statement.sid) && statement.sid != sid);
            policy.statements.push(Statement { body: spec.grant.statement(&sid), sid });
        }
        Write::Stub(spec) | Write::Flow(spec) => write_flow(spec, ids, seen),
        Write::Aside(AsideSpec { metadata: spec, at_last: _ })
        | Write::Metadata(spec)
        | Write::Archive(spec) => {
            let key = (spec.key.0, instance(), spec.key.1.clone());
            let Some(Look::Found(flow)) = seen.flows.get_mut(&key) else { panic!("{key:?}") };
            flow.name = spec.name.clone().unwrap_or_else(|| flow.name.clone());
            flow.description = spec.description.clone().unwrap_or_else(|| flow.description.clone());
        }
        Write::Tags(spec) => {
            let TagTarget::Content { arn, .. } = &spec.target else { panic!("{spec:?}") };
            let keys = (0..made.contents.len()).map(|n| made.key(n));
            for key in keys {
                if let Some(Look::Found(flow)) = seen.flows.get_mut(&key)
                    && flow.summary.arn == *arn
                {
                    flow.tags.extend(spec.tags.clone());
                }
            }
        }
        other => panic!("a set of flows and others' functions needs no {other:?}"),
    }
}

fn write_flow(spec: &FlowSpec, ids: &mut Made, observed: &mut Snapshot) {
    let (kind, label) = &spec.key;
    let text = spec.content.resolve(ids).unwrap();
    let id = spec.id.clone().unwrap_or_else(|| format!("id-{kind}-{label}"));
    let key = (*kind, instance(), label.clone());
    let mut flow = seen(*kind, &id, &spec.name, &text);
    if let Some(Look::Found(before)) = observed.flows.get(&key) {
        flow.tags.extend(before.tags.clone());
    }
    flow.tags.extend(spec.tags.clone());
    if spec.marked {
        let digest = compare::digest(&Document::parse(&text).unwrap());
        flow.tags.insert(APPLIED_TAG.to_owned(), digest);
    }
    let made = FlowIds { id, arn: flow.summary.arn.clone() };
    observed.resolved.insert(key.clone(), Resolved::Is(made.clone()));
    ids.insert(spec.key.clone(), made);
    if let Some(Look::Found(list)) = observed.lists.get_mut(&(*kind, instance())) {
        list.insert(spec.name.clone(), flow.summary.clone());
    }
    observed.flows.insert(key, Look::Found(flow));
}
