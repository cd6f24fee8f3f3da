use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::*;
use crate::flow::facts::Facts;
use crate::manifest::{Inputs, Manifest, load};
use crate::resource::{FunctionRef, InstanceArn, Kind, Label, Problem, ResourcePolicy};
use crate::snapshot::{FlowContent, FlowSeen, FlowSummary, InstanceSeen, InstanceStatus, Look, Snapshot};

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { id: 0f1e }
  functions:
    crm: { name: crm, qualifier: live, response: { type: string-map, keys: [Name], example: { Name: Ann } } }
    journal: { name: journal }
  flows:
    main:
      instance: support
      name: Main
      type: contact-flow
      content: main.json
      bindings: { bound: { function: journal } }
    desk: { instance: support, name: Desk, type: contact-flow, content: desk.json }
"#;

const MAIN: &str = r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "${function.crm.arn}", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "bound", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "bound", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:eu-west-2:111122223333:function:old", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "t", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "t", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": "${flow.desk.arn}"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#;

const DESK: &str = r#"{"Version": "2019-10-30", "StartAction": "s", "Actions": [
  {"Identifier": "s", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:eu-west-2:111122223333:function:stranger", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#;

const STRANGER: &str = "arn:aws:lambda:eu-west-2:111122223333:function:stranger";

fn facts(
    desired: &Manifest,
    observed: Option<&Snapshot>,
    kind: Kind,
    instance: &Label,
    flow: &Label,
) -> Facts {
    Auditor::new(desired, observed).facts(kind, instance, flow)
}

fn manifest_of(manifest: &str, main: &str, desk: &str) -> Manifest {
    let files = [("a.yaml", manifest), ("main.json", main), ("desk.json", desk)];
    let files: BTreeMap<PathBuf, Vec<u8>> =
        files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
    let loaded = load(&[PathBuf::from("a.yaml")], &Inputs::default(), &files);
    loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems)).manifests.remove(0)
}

fn manifest() -> Manifest {
    manifest_of(MANIFEST, MAIN, DESK)
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

fn codes(problems: &[Problem]) -> Vec<(&str, String)> {
    let address = |problem: &Problem| problem.address.as_ref().map_or_else(String::new, ToString::to_string);
    problems.iter().map(|problem| (problem.code.as_str(), address(problem))).collect()
}

/// A look at an instance on which all is in order, with the flow `Desk` alone.
fn snapshot(desired: &Manifest) -> Snapshot {
    let (support, place) = (label("support"), desired.instances[&label("support")].place.clone());
    let arn = InstanceArn { place: place.clone(), id: "0f1e".to_owned() };
    let mut seen = Snapshot::default();
    let instance = InstanceSeen {
        arn: arn.clone(),
        alias: None,
        status: InstanceStatus::Active,
        status_reason: None,
        identity: None,
        tags: None,
    };
    seen.instances.insert(support.clone(), Look::Found(instance));
    seen.associations.insert(support.clone(), Look::Found([STRANGER.to_owned()].into()));
    for function in desired.functions.values() {
        seen.policies.insert(function.target.clone(), Look::Found(policy(&function.target, &arn)));
    }
    let summary = FlowSummary {
        id: "d".into(),
        arn: format!("{arn}/contact-flow/d"),
        kind: None,
        kind_text: "CONTACT_FLOW".into(),
        published: true,
        archived: false,
    };
    let flow = FlowSeen {
        summary: summary.clone(),
        name: "Desk".into(),
        description: String::new(),
        tags: BTreeMap::new(),
        published: Some(FlowContent { text: DESK.into(), modified_ms: None }),
        draft: None,
    };
    seen.lists.insert((Kind::Flow, support.clone()), Look::Found([("Desk".to_owned(), summary)].into()));
    seen.flows.insert((Kind::Flow, support, label("desk")), Look::Found(flow));
    seen
}

fn policy(function: &FunctionRef, instance: &InstanceArn) -> ResourcePolicy {
    let grant = crate::resource::Grant { function: function.clone(), instance: instance.clone() };
    let text = serde_json::json!({ "Statement": [grant.statement("s")] }).to_string();
    ResourcePolicy::parse(&text, None).unwrap()
}

#[test]
fn facts_know_the_functions_and_flows_that_a_file_names() {
    let desired = manifest();
    let found = facts(&desired, None, Kind::Flow, &label("support"), &label("main"));
    let crm = &found.functions["${function.crm.arn}"];
    assert_eq!((crm.declared, crm.qualifier.clone()), (Some(true), Some(Some("live".to_owned()))));
    assert_eq!(crm.response_keys, Some(["Name".to_owned()].into()));
    assert_eq!((crm.exists, crm.associated, crm.granted), (None, None, None));
    assert!(found.functions.contains_key("arn:aws:lambda:eu-west-2:111122223333:function:crm:live"));
    // The binding overwrites what stands in this block.
    assert!(!found.functions.contains_key("arn:aws:lambda:eu-west-2:111122223333:function:old"));
    let desk = &found.callees["${flow.desk.arn}"];
    assert_eq!((desk.name.as_deref(), desk.document.is_some()), (Some("Desk"), true));
    assert_eq!(found.transferred_to, Some(false));
    let desk = facts(&desired, None, Kind::Flow, &label("support"), &label("desk"));
    assert_eq!((desk.transferred_to, desk.functions[STRANGER].declared), (Some(true), Some(false)));
}

#[test]
fn facts_are_made_of_no_function_that_a_flow_cannot_name() {
    let more: String = (0..50).map(|n| format!("    f{n}: {{ name: fn-{n} }}\n")).collect();
    let text = MANIFEST.replace("  flows:\n", &format!("{more}  flows:\n"));
    let main = MAIN.replace("function:old", "function:fn-7");
    let desired = manifest_of(&text, &main, &DESK.replace(STRANGER, "${function.f9.arn}"));
    let facts = facts(&desired, None, Kind::Flow, &label("support"), &label("main"));
    let named: BTreeSet<_> =
        facts.functions.values().filter_map(|function| function.name.as_deref()).collect();
    // By a block, by the binding, by the bound block's own text, and by a flow that it hands over to.
    assert_eq!(named, ["crm", "journal", "f7", "f9"].into());
}

#[test]
fn what_was_seen_makes_facts_and_what_was_not_stays_unknown() {
    let desired = manifest();
    let mut seen = snapshot(&desired);
    let of = |seen: &Snapshot| {
        let found = facts(&desired, Some(seen), Kind::Flow, &label("support"), &label("main"));
        let crm = found.functions["${function.crm.arn}"].clone();
        (crm.exists, crm.associated, crm.granted)
    };
    assert_eq!(of(&seen), (Some(true), Some(false), Some(true)));
    let crm = desired.functions[&label("crm")].target.clone();
    seen.policies.insert(crm.clone(), Look::Absent { close: Vec::new() });
    assert_eq!(of(&seen).0, Some(false));
    seen.policies.insert(crm, Look::Unknown);
    seen.associations.insert(label("support"), Look::Unknown);
    assert_eq!(of(&seen), (None, None, None));
}

#[test]
fn a_manifest_that_uses_all_it_declares_is_in_order_and_each_break_is_told() {
    assert_eq!(manifest_findings(&manifest()), []);
    let unused = MANIFEST.replace("    journal: {", "    idle: { name: idle }\n    journal: {");
    let found = manifest_findings(&manifest_of(&unused, MAIN, DESK));
    assert_eq!(codes(&found), [("unused-function", "function/idle".to_owned())]);
    let by_arn = unused.replace("name: idle", "name: stranger");
    assert_eq!(manifest_findings(&manifest_of(&by_arn, MAIN, DESK)), []);
    let dead = MAIN.replace(r#""NextAction": "bound""#, r#""NextAction": "t""#);
    let found = manifest_findings(&manifest_of(MANIFEST, &dead, DESK));
    assert_eq!(codes(&found), [("binding-never-invoked", "flow/main#bound".to_owned())]);
}

#[test]
fn a_handler_with_a_callback_is_found_from_node_24_on() {
    let found = |runtime: &str, handler: &str, code: &str| {
        let source = format!(
            "    crm: {{ name: crm, source: {{ runtime: {runtime}, handler: {handler}, code: code, role: \
             \"arn:aws:iam::111122223333:role/r\", publish: live }} }}"
        );
        let crm = MANIFEST.lines().find(|line| line.starts_with("    crm:")).unwrap();
        let manifest = MANIFEST.replace(crm, &source);
        let files = [
            ("a.yaml", manifest.as_str()),
            ("main.json", MAIN),
            ("desk.json", DESK),
            ("code/index.js", code),
        ];
        let files: BTreeMap<PathBuf, Vec<u8>> =
            files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
        let loaded = load(&[PathBuf::from("a.yaml")], &Inputs::default(), &files);
        let loaded = loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems));
        manifest_findings(&loaded.manifests[0])
    };
    // The guide's own sample.
    let guide = "exports.handler = function(event, context, callback) {\n  callback(null, {});\n};";
    let problems = found("nodejs24.x", "index.handler", guide);
    assert_eq!(codes(&problems), [("callback-handler", "function/crm".to_owned())]);
    assert!(problems[0].message.contains("declares 3 parameters; nodejs24.x"), "{}", problems[0].message);
    assert_eq!(codes(&found("nodejs26.x", "./index.handler", guide)).len(), 1);
    for (runtime, handler, code) in [
        ("nodejs22.x", "index.handler", guide),
        ("python3.13", "index.handler", guide),
        ("nodejs24.x", "index.other", guide),
        ("nodejs24.x", "other.handler", guide),
        ("nodejs24.x", "index.handler", "exports.handler = async (event, context) => ({});"),
        ("nodejs24.x", "index.handler", "exports.handler = wrapped((event, context, callback) => {});"),
    ] {
        assert_eq!(found(runtime, handler, code), [], "{runtime} {handler} {code}");
    }
}

#[test]
fn a_live_instance_in_order_has_no_finding_and_each_break_is_told() {
    let desired = manifest();
    assert_eq!(live(&desired, &snapshot(&desired)), []);

    let mut gone = snapshot(&desired);
    gone.associations.insert(label("support"), Look::Found(std::collections::BTreeSet::new()));
    assert_eq!(codes(&live(&desired, &gone)), [("function-not-associated", "flow/desk#s".to_owned())]);

    let mut idle = snapshot(&desired);
    let more = [STRANGER.to_owned(), STRANGER.replace("stranger", "idle")];
    idle.associations.insert(label("support"), Look::Found(more.into()));
    assert_eq!(codes(&live(&desired, &idle)), [("unused-association", "instance/support".to_owned())]);
    // A flow that was not read may invoke it.
    idle.flows.insert((Kind::Flow, label("support"), label("main")), Look::Unknown);
    assert_eq!(live(&desired, &idle), []);

    let mut wide = snapshot(&desired);
    let journal = desired.functions[&label("journal")].target.clone();
    let statement = serde_json::json!({ "Statement": [{ "Sid": "1", "Effect": "Allow", "Action": "lambda:InvokeFunction",
        "Principal": { "Service": "connect.amazonaws.com" }, "Resource": journal.arn().to_string() }] });
    let policy = ResourcePolicy::parse(&statement.to_string(), None).unwrap();
    wide.policies.insert(journal, Look::Found(policy));
    assert_eq!(codes(&live(&desired, &wide)), [("grant-without-source-arn", "function/journal".to_owned())]);
}

#[test]
fn what_the_plan_mends_is_left_to_the_plan() {
    let desired = manifest_of(MANIFEST, MAIN, &DESK.replace(STRANGER, "${function.journal.arn}"));
    let mut seen = snapshot(&desired);
    seen.associations.clear();
    let journal = desired.functions[&label("journal")].target.clone();
    let live_text = DESK.replace(STRANGER, &journal.arn().to_string());
    let key = (Kind::Flow, label("support"), label("desk"));
    if let Some(Look::Found(flow)) = seen.flows.get_mut(&key) {
        flow.published = Some(FlowContent { text: live_text.into(), modified_ms: None });
    }
    seen.associations.insert(label("support"), Look::Found(std::collections::BTreeSet::new()));
    seen.policies.insert(journal.clone(), Look::Found(ResourcePolicy::default()));
    assert_eq!(live(&desired, &seen), []);
}

#[test]
fn a_function_that_the_plan_associates_is_not_missed_under_another_qualifier() {
    let crm = manifest().functions[&label("crm")].target.unqualified();
    let live_text = DESK.replace(STRANGER, &crm.arn().to_string());
    let desired = manifest_of(MANIFEST, MAIN, &live_text);
    let mut seen = snapshot(&desired);
    seen.associations.insert(label("support"), Look::Found(std::collections::BTreeSet::new()));
    let key = (Kind::Flow, label("support"), label("desk"));
    if let Some(Look::Found(flow)) = seen.flows.get_mut(&key) {
        flow.published = Some(FlowContent { text: live_text.clone().into(), modified_ms: None });
    }
    assert_eq!(codes(&live(&desired, &seen)), []);
    // Where nothing on the instance needs it, nobody associates it.
    let elsewhere = MAIN.replace("${function.crm.arn}", "${function.journal.arn}");
    let desired = manifest_of(MANIFEST, &elsewhere, &live_text);
    assert_eq!(codes(&live(&desired, &seen)), [("function-not-associated", "flow/desk#s".to_owned())]);
}
