use std::path::PathBuf;

use super::*;
use crate::manifest::{Inputs, NamedKind, load};
use crate::plan::{ActionEvidence, Evidence, Plan, checksum, plan};
use crate::resource::{FunctionRef, InstanceArn};
use crate::snapshot::{FlowIds, FlowSummary, InstanceStatus};

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { id: 0f1e, functions: [crm], attributes: { contactflow-logs: true } }
  functions:
    crm: { name: crm, qualifier: live }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
"#;

const MAIN: &str = r#"{"Version": "2019-10-30", "StartAction": "q", "Actions": [
  {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "${queue[\"Help\"].arn}"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#;

const LIVE: &str = r#"{"Version":"2019-10-30","StartAction":"end","Metadata":{"x":1},"Actions":[
  {"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

pub(in crate::plan) fn manifest() -> Manifest {
    let files = [("a.yaml", MANIFEST), ("main.json", MAIN)];
    let files: BTreeMap<PathBuf, Vec<u8>> =
        files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
    let loaded = load(&[PathBuf::from("a.yaml")], &Inputs::default(), &files);
    loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems)).manifests.remove(0)
}

/// What happens to AWS between two looks.
type Edit = fn(&Manifest, &mut Snapshot);

fn support() -> Label {
    Label::parse("support").unwrap()
}

fn target(desired: &Manifest) -> FunctionRef {
    desired.functions.values().next().unwrap().target.clone()
}

fn flow(text: &str) -> FlowSeen {
    let arn = "arn:aws:connect:eu-west-2:111122223333:instance/0f1e/contact-flow/f1".to_owned();
    let summary = FlowSummary {
        id: "f1".to_owned(),
        arn,
        kind: Some(crate::resource::FlowType::ContactFlow),
        kind_text: "CONTACT_FLOW".to_owned(),
        published: true,
        archived: false,
    };
    let content = FlowContent { text: text.into(), modified_ms: None };
    FlowSeen {
        summary,
        name: "Main".to_owned(),
        description: String::new(),
        tags: [(OWNER_TAG.to_owned(), "acme/main".to_owned())].into(),
        published: Some(content.clone()),
        draft: Some(content),
    }
}

/// Everything could be read: the function is there without a policy, the flow holds something else.
fn snapshot(desired: &Manifest) -> Snapshot {
    let mut seen = Snapshot::default();
    let arn = InstanceArn { place: desired.instances[&support()].place.clone(), id: "0f1e".to_owned() };
    let (status, alias) = (InstanceStatus::Active, Some("acme".to_owned()));
    let instance = InstanceSeen { arn, alias, status, status_reason: None, identity: None, tags: None };
    seen.instances.insert(support(), Look::Found(instance));
    seen.associations.insert(support(), Look::Found(["arn:somebody".to_owned()].into()));
    seen.attributes.insert(support(), Look::Found([("CONTACTFLOW_LOGS".to_owned(), false)].into()));
    seen.policies.insert(target(desired), Look::Found(ResourcePolicy::default()));
    let live = flow(LIVE);
    seen.lists
        .insert((Kind::Flow, support()), Look::Found([("Main".to_owned(), live.summary.clone())].into()));
    let main = Label::parse("main").unwrap();
    seen.flows.insert((Kind::Flow, support(), main), Look::Found(live));
    let ids = FlowIds { id: "q1".to_owned(), arn: "arn:queue".to_owned() };
    seen.named.insert((support(), NamedKind::Queue), Look::Found([("Help".to_owned(), ids)].into()));
    seen
}

pub(in crate::plan) fn planned(change: impl FnOnce(&Manifest, &mut Snapshot)) -> Plan {
    let desired = manifest();
    let mut observed = snapshot(&desired);
    change(&desired, &mut observed);
    plan(&desired, &observed)
}

fn moved(change: impl FnOnce(&Manifest, &mut Snapshot)) -> Vec<String> {
    let (before, after) = (planned(|_, _| {}), planned(change));
    let keys = before.fingerprints.keys().chain(after.fingerprints.keys());
    let mut moved: Vec<String> =
        keys.filter(|key| before.fingerprints.get(*key) != after.fingerprints.get(*key)).cloned().collect();
    moved.sort();
    moved.dedup();
    assert_eq!(moved.is_empty(), checksum(&[before]) == checksum(&[after]), "{moved:?}");
    moved
}

fn live(observed: &mut Snapshot) -> &mut FlowSeen {
    match observed.flows.values_mut().next() {
        Some(Look::Found(seen)) => seen,
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_that_was_looked_at_has_a_fingerprint_and_absent_things_too() {
    let plan = planned(|_, _| {});
    let keys: Vec<&str> = plan.fingerprints.keys().map(String::as_str).collect();
    let wanted = [
        "association/support/crm",
        "flow/main",
        "grant/support/crm",
        "instance/support",
        "queue[\"Help\"]@support",
    ];
    assert_eq!(keys, wanted);
    assert_eq!(plan.fingerprints["association/support/crm"], ABSENT);
    assert_eq!(plan.actions.len(), 4, "{:#?}", plan.actions);
    assert_eq!(checksum(&[plan]).len(), 64);
}

#[test]
fn what_the_plan_does_not_depend_on_moves_nothing() {
    let none: [Edit; 6] = [
        |_, seen| drop(seen.associations.insert(support(), Look::Found(["arn:another".to_owned()].into()))),
        |_, seen| {
            let Some(Look::Found(queues)) = seen.named.values_mut().next() else { panic!() };
            queues.insert("Other".to_owned(), FlowIds { id: "q2".to_owned(), arn: String::new() });
        },
        |_, seen| {
            let Some(Look::Found(settings)) = seen.attributes.values_mut().next() else { panic!() };
            settings.insert("INBOUND_CALLS".to_owned(), true);
        },
        |desired, seen| {
            let (revision, bytes) = (Some("r2".to_owned()), 7);
            let policy = ResourcePolicy { revision, bytes, ..ResourcePolicy::default() };
            seen.policies.insert(target(desired), Look::Found(policy));
        },
        |_, seen| live(seen).description.push_str("not declared"),
        |_, seen| seen.calls.extend([(crate::operations::Operation::GetPolicy, 7)]),
    ];
    for change in none {
        assert_eq!(moved(change), Vec::<String>::new());
    }
}

#[test]
fn each_thing_that_the_plan_depends_on_moves_its_own_fingerprint() {
    let cases: [(&str, Edit); 7] = [
        ("association/support/crm", |desired, seen| {
            let arn = target(desired).unqualified().arn().to_string();
            seen.associations.insert(support(), Look::Found([arn].into()));
        }),
        ("flow/main", |_, seen| {
            live(seen).draft = Some(FlowContent { text: MAIN.into(), modified_ms: None });
        }),
        ("flow/main", |_, seen| live(seen).tags.clear()),
        ("flow/main", |_, seen| live(seen).summary.archived = true),
        ("grant/support/crm", |desired, seen| {
            let text = r#"{"Statement": [{"Sid": "x", "Effect": "Deny"}]}"#;
            let policy = ResourcePolicy::parse(text, None).unwrap();
            seen.policies.insert(target(desired), Look::Found(policy));
        }),
        ("instance/support", |_, seen| {
            seen.attributes.insert(support(), Look::Found([("CONTACTFLOW_LOGS".to_owned(), true)].into()));
        }),
        ("queue[\"Help\"]@support", |_, seen| {
            seen.named.insert((support(), NamedKind::Queue), Look::Found(BTreeMap::new()));
        }),
    ];
    for (address, change) in cases {
        assert_eq!(moved(change), [address]);
    }
}

#[test]
fn what_could_not_be_read_has_no_fingerprint() {
    let plan = planned(|desired, seen| {
        seen.associations.insert(support(), Look::Unknown);
        seen.policies.insert(target(desired), Look::Unknown);
        seen.attributes.insert(support(), Look::Unknown);
        seen.named.clear();
        seen.flows.values_mut().for_each(|look| *look = Look::Unknown);
    });
    assert_eq!(plan.fingerprints, BTreeMap::new());
}

#[test]
fn the_order_of_a_policy_and_the_layout_of_a_flow_do_not_count() {
    let statement = |sid: &str| format!(r#"{{"Sid": "{sid}", "Effect": "Allow", "Action": "a"}}"#);
    let policy = |first: &str, second: &str| {
        let text = format!(r#"{{"Statement": [{}, {}]}}"#, statement(first), statement(second));
        policy(&ResourcePolicy::parse(&text, None).unwrap())
    };
    assert_eq!(policy("a", "b"), policy("b", "a"));
    assert_ne!(policy("a", "b"), policy("a", "c"));
    let moved = planned(|_, seen| {
        let text = LIVE.replace(r#"{"x":1}"#, r#"{"x":2}"#);
        let content = FlowContent { text: text.into(), modified_ms: None };
        (live(seen).published, live(seen).draft) = (Some(content.clone()), Some(content));
    });
    let before = planned(|_, _| {});
    assert_eq!(before.fingerprints, moved.fingerprints);
    // But what is sent keeps the live Metadata, and would be something else.
    assert!(!Evidence::of(&before).same_outcome(&Evidence::of(&moved)));
}

#[test]
fn the_digest_of_an_action_tells_what_it_writes_and_what_it_overwrites() {
    let plan = planned(|_, _| {});
    let digests = Evidence::of(&plan).actions;
    assert_eq!(digests.len(), 4);
    let other = planned(|_, seen| {
        let text = LIVE.replace("DisconnectParticipant", "EndFlowExecution");
        let content = FlowContent { text: text.into(), modified_ms: None };
        (live(seen).published, live(seen).draft) = (Some(content.clone()), Some(content));
    });
    let other = Evidence::of(&other).actions;
    let differ = other.iter().filter(|action| !digests.contains(action));
    let differ: Vec<String> = differ.map(|ActionEvidence { address, .. }| address.to_string()).collect();
    assert_eq!(differ, ["flow/main"]);
    let mut reworded = plan.actions[0].clone();
    reworded.reason.push_str(", said otherwise");
    assert_eq!(reworded.digest(), plan.actions[0].digest());
}

#[test]
fn the_state_of_a_function_is_written_as_in_plans_that_were_saved_before() {
    let reason = || "no \"layer\" \\ 1".to_owned();
    for (state, text) in [
        (FunctionState::Ready, "Ready"),
        (FunctionState::Busy, "Busy"),
        (FunctionState::Image, "Image"),
        (FunctionState::Failed(reason()), r#"Failed("no \"layer\" \\ 1")"#),
        (FunctionState::UpdateFailed(reason()), r#"UpdateFailed("no \"layer\" \\ 1")"#),
    ] {
        assert_eq!(state_text(&state), text);
    }
}
