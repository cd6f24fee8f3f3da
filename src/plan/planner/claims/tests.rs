use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::manifest::{Inputs, load};
use crate::plan::{Plan, plan};
use crate::resource::{FlowType, InstanceArn, Kind, Severity};
use crate::snapshot::{FlowContent, FlowIds, FlowSeen, FlowSummary, InstanceSeen, InstanceStatus, SET_TAG};

const SAY: &str = r#"{ "Version": "2019-10-30", "StartAction": "end", "Actions": [
  { "Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} } ] }"#;

/// A set of an instance `i` and what `spec` says, from a file of its own.
fn set(name: &str, instances: &str, flow: &str) -> Manifest {
    let text = format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: {name} }}\nspec:\n  accounts: {{ m: {{ id: \"111122223333\" }} }}\n  \
         defaults: {{ account: m, region: eu-west-2 }}\n  instances: {{ {instances} }}\n  flows: {{ main: {{ type: contact-flow, content: say.json, {flow} }} }}\n"
    );
    let path = PathBuf::from(format!("{name}.yaml"));
    let files: BTreeMap<PathBuf, Vec<u8>> =
        [(path.clone(), text.into_bytes()), (PathBuf::from("say.json"), SAY.into())].into();
    let loaded = load(&[path], &Inputs::default(), &files);
    loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems)).manifests.remove(0)
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

/// A look at an instance of the id `0f1e`, whatever the set calls it, where `live` is the flow that the set's is.
fn look(desired: &Manifest, live: Option<(&str, &str)>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (name, instance) in &desired.instances {
        let arn = InstanceArn { place: instance.place.clone(), id: "0f1e".to_owned() };
        let (alias, status) = (Some("desk".to_owned()), InstanceStatus::Active);
        let seen = InstanceSeen { arn, alias, status, status_reason: None, identity: None, tags: None };
        snapshot.instances.insert(name.clone(), Look::Found(seen));
        snapshot.lists.insert((Kind::Flow, name.clone()), Look::Found(BTreeMap::new()));
        let Some((name_there, owner)) = live else { continue };
        let ids = FlowIds { id: "77".to_owned(), arn: "arn:77".to_owned() };
        let summary = FlowSummary {
            id: ids.id.clone(),
            arn: ids.arn.clone(),
            kind: Some(FlowType::ContactFlow),
            kind_text: "CONTACT_FLOW".to_owned(),
            published: true,
            archived: false,
        };
        let content = || Some(FlowContent { text: SAY.replace("end", "fin").into(), modified_ms: None });
        let flow = FlowSeen {
            summary,
            name: name_there.to_owned(),
            description: String::new(),
            tags: [(SET_TAG.to_owned(), owner.to_owned())].into(),
            published: content(),
            draft: content(),
        };
        let key = (Kind::Flow, name.clone(), label("main"));
        snapshot.resolved.insert(key.clone(), Resolved::Is(ids));
        snapshot.flows.insert(key, Look::Found(flow));
    }
    snapshot
}

fn errors(plan: &Plan) -> Vec<String> {
    let errors = plan.problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors
        .map(|problem| {
            let (at, address) = (problem.origin.as_ref().unwrap(), problem.address.as_ref().unwrap());
            format!(
                "{at} {address} {}: {} ({})",
                problem.code,
                problem.message,
                problem.hint.as_ref().unwrap()
            )
        })
        .collect()
}

#[test]
fn an_alias_and_an_id_of_two_sets_may_be_one_instance() {
    let (a, b) = (
        set("a", "i: { alias: desk }", "instance: i, name: Main"),
        set("b", "j: { id: 0f1e }", "instance: j, name: Main"),
    );
    let mut plans = [plan(&a, &look(&a, None)), plan(&b, &look(&b, None))];
    assert_eq!(
        plans.iter().map(|plan| plan.actions.len()).collect::<Vec<_>>(),
        [1, 1],
        "each alone would create it"
    );
    settle_rivals(&mut plans);
    assert_eq!(errors(&plans[0]), Vec::<String>::new());
    assert_eq!(
        errors(&plans[1]),
        [
            "b.yaml:8:12 flow/main duplicate-flow: the flow `Main` on the instance 0f1e (account 111122223333, eu-west-2) is also declared by the set `a` (keep the flow in one of the two sets; the other declaration is at a.yaml:8:12)"
        ]
    );
    assert_eq!((plans[0].actions.len(), plans[1].actions.len()), (1, 0), "the later one is not planned");
    // In sync or not: one of the two would be out of sync with each other's next change.
    let other = set("b", "j: { id: 0f1e }", "instance: j, name: Other");
    let mut plans = [plan(&a, &look(&a, None)), plan(&other, &look(&other, None))];
    settle_rivals(&mut plans);
    assert!(
        plans.iter().all(|plan| !plan.has_errors() && plan.actions.len() == 1),
        "one instance, two flows"
    );
}

#[test]
fn one_live_flow_under_two_names_is_one_sets() {
    // `a` gives its flow another name, and `b` adopts what has the old one.
    let a = set("a", "i: { alias: desk }", "instance: i, name: Front");
    let b = |adopt: bool| set("b", "i: { alias: desk }", &format!("instance: i, name: Main, adopt: {adopt}"));
    let settled = |b: &Manifest| {
        let live = Some(("Main", "a/main"));
        let mut plans = [plan(&a, &look(&a, live)), plan(b, &look(b, live))];
        settle_rivals(&mut plans);
        plans
    };
    let plans = settled(&b(true));
    assert_eq!(
        errors(&plans[1]),
        [
            "b.yaml:8:12 flow/main duplicate-flow: the live flow 77 on the instance 0f1e (account 111122223333, eu-west-2) is both `Main` here and flow/main of the set `a` (keep the flow in one of the two sets; the other declaration is at a.yaml:8:12)"
        ]
    );
    assert!(!plans[0].actions.is_empty() && plans[1].actions.is_empty(), "{:?}", plans[1].actions);
    // What `b` does not adopt it does not write to: the name is free when `a` has been applied.
    let plans = settled(&b(false));
    assert!(plans.iter().all(|plan| !plan.has_errors()), "{:?}", plans[1].problems);
}

#[test]
fn an_alias_and_an_id_of_one_set_may_be_one_instance() {
    let a = set("a", "i: { alias: desk }, j: { id: 0f1e }", "instances: [i, j], name: Main");
    let plan = plan(&a, &look(&a, None));
    assert_eq!(
        errors(&plan),
        [
            "a.yaml:7:36 instance/j duplicate-instance: instance/j and instance/i are the same instance (keep one of them; the first one is at a.yaml:7:16.)"
        ]
    );
    let planned: Vec<String> = plan.actions.iter().map(|action| action.id.address.to_string()).collect();
    assert_eq!(planned, ["flow/main@i"]);
}

/// What waits for something that is not written is not written either.
#[test]
fn what_waits_for_a_rival_is_left_out_too() {
    let a = set("a", "i: { alias: desk }", "instance: i, name: Main");
    let mut plan = plan(&a, &look(&a, None));
    let first = plan.actions[0].id.clone();
    let mut waiting = plan.actions[0].clone();
    waiting.id.address = Address::new(Kind::Flow, &label("second"));
    waiting.after = vec![first.clone()];
    let mut third = waiting.clone();
    third.id.address = Address::new(Kind::Flow, &label("third"));
    third.after = vec![waiting.id.clone()];
    let mut free = waiting.clone();
    free.id.address = Address::new(Kind::Flow, &label("free"));
    free.after = Vec::new();
    plan.actions.extend([third, waiting, free.clone()]);
    plan.leave_out(&first.address);
    let left: Vec<&ActionId> = plan.actions.iter().map(|action| &action.id).collect();
    assert_eq!(left, [&free.id]);
}
