use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::*;
use crate::flow::document::Document;
use crate::manifest::{Inputs, load};
use crate::operations::Operation;
use crate::plan::{APPLIED_TAG, OWNER_TAG, Reach};
use crate::resource::{FlowType, FunctionRef, Grant, InstanceArn, Label, ResourcePolicy, SidKind};
use crate::snapshot::{FlowContent, FlowSeen, FlowSummary, InstanceSeen, InstanceStatus, Look};

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { id: 0f1e }
  functions:
    crm: { name: crm }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
"#;

fn content(limit: u8) -> String {
    r#"{"Version":"2019-10-30","StartAction":"call","Actions":[
{"Identifier":"call","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"ARN","InvocationTimeLimitSeconds":"LIMIT"},"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}],"Conditions":[]}},
{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#
        .replace("\"ARN\"", "\"${function.crm.arn}\"")
        .replace("LIMIT", &limit.to_string())
}

fn manifest(text: &str, limit: u8) -> Manifest {
    let files = [("a.yaml", text.to_owned()), ("main.json", content(limit))];
    let files: BTreeMap<PathBuf, Vec<u8>> =
        files.into_iter().map(|(path, text)| (PathBuf::from(path), text.into_bytes())).collect();
    let loaded = load(&[PathBuf::from("a.yaml")], &Inputs::default(), &files);
    loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems)).manifests.remove(0)
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

fn arn() -> InstanceArn {
    InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap()
}

fn summary(id: &str) -> FlowSummary {
    FlowSummary {
        id: id.to_owned(),
        arn: format!("{}/contact-flow/{id}", arn()),
        kind: Some(FlowType::ContactFlow),
        kind_text: "CONTACT_FLOW".to_owned(),
        published: true,
        archived: false,
    }
}

fn live(limit: u8) -> String {
    content(limit).replace("${function.crm.arn}", "arn:aws:lambda:eu-west-2:111122223333:function:crm")
}

fn digest(limit: u8) -> String {
    crate::flow::compare::digest(&Document::parse(&live(limit)).unwrap())
}

fn seen(limit: u8, applied: Option<u8>) -> FlowSeen {
    let mut tags = BTreeMap::from([(OWNER_TAG.to_owned(), "acme/main".to_owned())]);
    tags.extend(applied.map(|limit| (APPLIED_TAG.to_owned(), digest(limit))));
    FlowSeen {
        summary: summary("id-main"),
        name: "Main".to_owned(),
        description: String::new(),
        tags,
        published: Some(FlowContent { text: live(limit).into(), modified_ms: Some(1) }),
        draft: None,
    }
}

fn crm() -> FunctionRef {
    FunctionRef { place: arn().place, name: "crm".to_owned(), qualifier: None }
}

fn policy(sids: &[&str]) -> ResourcePolicy {
    let grant = Grant { function: crm(), instance: arn() };
    let own = crate::resource::OwnSid {
        kind: SidKind::WithAssociation,
        set: SetName::parse("acme").unwrap(),
        hash: grant.hash(),
    };
    let sids = sids.iter().map(|sid| (*sid).to_owned()).chain([own.to_string()]);
    let statements: Vec<serde_json::Value> = sids.map(|sid| grant.statement(&sid)).collect();
    let text = serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    ResourcePolicy::parse(&text, None).unwrap()
}

/// What was applied with a limit of 3, and flows beside it by name, id and owner.
fn snapshot(main: FlowSeen, beside: &[(&str, &str, Option<&str>)]) -> Snapshot {
    let support = label("support");
    let mut list = BTreeMap::from([("Main".to_owned(), summary("id-main"))]);
    let mut owners = BTreeMap::from([("id-main".to_owned(), "acme/main".to_owned())]);
    for (name, id, owner) in beside {
        list.insert((*name).to_owned(), summary(id));
        owners.extend(owner.map(|owner| ((*id).to_owned(), owner.to_owned())));
    }
    let instance = InstanceSeen {
        arn: arn(),
        alias: Some("acme".to_owned()),
        status: InstanceStatus::Active,
        status_reason: None,
        identity: None,
        tags: None,
    };
    let list_of_functions = BTreeSet::from([crm().arn().to_string()]);
    Snapshot {
        instances: [(support.clone(), Look::Found(instance))].into(),
        associations: [(support.clone(), Look::Found(list_of_functions))].into(),
        policies: [(crm(), Look::Found(policy(&["connect-0f1e"])))].into(),
        lists: [((Kind::Flow, support.clone()), Look::Found(list))].into(),
        owners: [((Kind::Flow, support.clone()), Look::Found(owners))].into(),
        flows: [((Kind::Flow, support, label("main")), Look::Found(main))].into(),
        ..Snapshot::default()
    }
}

fn lines(drift: &Drift) -> Vec<String> {
    drift.differences.iter().map(|d| format!("{} {}", d.kind.name(), d.address)).collect()
}

#[test]
fn what_was_applied_is_in_sync_and_the_statement_of_the_service_is_no_stranger() {
    let drift = drift(&manifest(MANIFEST, 3), &snapshot(seen(3, Some(3)), &[]), Scope::default());
    assert_eq!((lines(&drift), drift.verdict(), drift.in_sync), (Vec::new(), Verdict::InSync, 3));
}

#[test]
fn the_tag_tells_who_moved() {
    for (live, applied, wanted, kind, moved) in [
        (5, Some(3), 3, DriftKind::ChangedOutside, Moved::Aws),
        (3, Some(3), 4, DriftKind::ChangedInManifest, Moved::Repository),
        (5, Some(3), 4, DriftKind::ChangedBoth, Moved::Both),
        (5, None, 3, DriftKind::Changed, Moved::Unknown),
    ] {
        let drift = drift(&manifest(MANIFEST, wanted), &snapshot(seen(live, applied), &[]), Scope::default());
        let found: Vec<(DriftKind, Moved)> = drift.differences.iter().map(|d| (d.kind, d.moved)).collect();
        assert_eq!(found, [(kind, moved)], "{:#?}", drift.differences);
        assert!(drift.differences[0].message.contains("block `call`"), "{}", drift.differences[0].message);
    }
}

#[test]
fn a_flow_that_the_set_may_not_write_to_still_shows_how_it_differs() {
    let mut foreign = seen(5, None);
    foreign.tags.clear();
    let drift = drift(&manifest(MANIFEST, 3), &snapshot(foreign, &[]), Scope::default());
    let [difference] = drift.differences.as_slice() else { panic!("{:#?}", drift.differences) };
    assert_eq!(difference.kind, DriftKind::Changed);
    assert!(difference.message.contains("this set did not create it"), "{}", difference.message);
    assert!(difference.hint.as_ref().unwrap().contains("adopt: true"));
    let Some(Detail::Planned(write)) = &difference.detail else { panic!("{difference:#?}") };
    assert!(write.content().is_some_and(|spec| spec.diff.blocks.len() == 1));
}

#[test]
fn unmanaged_resources_are_told_from_what_others_declare() {
    let beside = [
        ("By Hand", "id-1", None),
        ("main", "id-2", None),
        ("Theirs", "id-3", Some("other/theirs")),
        ("Old", "id-4", Some("acme/old")),
        ("Copy", "id-5", Some("acme/main")),
        ("Default outbound", "id-6", None),
        ("Second", "id-7", None),
    ];
    let other = MANIFEST.replace("name: acme", "name: second").replace("id: 0f1e", "alias: acme");
    let manifests = [manifest(&other.replace("name: Main", "name: Second"), 3)];
    let scope = Scope { manifests: &manifests, reach: Reach::Declared };
    let drift = drift(&manifest(MANIFEST, 3), &snapshot(seen(3, Some(3)), &beside), scope);
    let expected =
        ["left-over flow/old", "unmanaged flow/by-hand", "unmanaged flow/copy", "unmanaged flow/main-id2"];
    assert_eq!(lines(&drift), expected, "{:#?}", drift.differences);
    assert!(drift.differences[2].message.contains("carries the tag of flow/main"));
}

#[test]
fn a_statement_that_allows_what_is_declared_is_no_stranger_and_one_that_allows_more_is() {
    let mut observed = snapshot(seen(3, Some(3)), &[]);
    let mut by_hand = policy(&["by-hand"]);
    observed.policies = [(crm(), Look::Found(by_hand.clone()))].into();
    assert_eq!(lines(&drift(&manifest(MANIFEST, 3), &observed, Scope::default())), Vec::<String>::new());
    by_hand.statements[0].body["Action"] = "lambda:*".into();
    observed.policies = [(crm(), Look::Found(by_hand.clone()))].into();
    let found = drift(&manifest(MANIFEST, 3), &observed, Scope::default());
    assert_eq!(lines(&found), ["unmanaged grant/support/crm"]);
    // What is wide in another way is a finding of its own.
    by_hand.statements[0].body["Action"] = "lambda:InvokeFunction".into();
    let source = format!("{}/*", arn());
    by_hand.statements[0].body["Condition"]["ArnLike"]["AWS:SourceArn"] = source.into();
    let mut unclear = observed.clone();
    unclear.policies = [(crm(), Look::Found(by_hand))].into();
    assert_eq!(lines(&drift(&manifest(MANIFEST, 3), &unclear, Scope::default())), ["unmanaged function/crm"]);
    let any = MANIFEST.replace("crm: { name: crm }", "crm: { name: crm, grants: any }");
    assert_eq!(lines(&drift(&manifest(&any, 3), &observed, Scope::default())), Vec::<String>::new());
}

#[test]
fn an_association_is_orphaned_where_the_sid_says_so_and_unmanaged_elsewhere() {
    let none = MANIFEST.replace("content: main.json", "content: other.json");
    let files = [("a.yaml", none), ("other.json", content(3).replace("${function.crm.arn}", "arn:x"))];
    let files: BTreeMap<PathBuf, Vec<u8>> =
        files.into_iter().map(|(path, text)| (PathBuf::from(path), text.into_bytes())).collect();
    let desired = load(&[PathBuf::from("a.yaml")], &Inputs::default(), &files).unwrap().manifests.remove(0);
    let mut observed = snapshot(seen(3, Some(3)), &[]);
    let of = |drift: Drift| -> Vec<String> {
        lines(&drift).into_iter().filter(|line| !line.contains("flow/main")).collect()
    };
    let found = of(drift(&desired, &observed, Scope::default()));
    assert_eq!(found, ["left-over association/support/crm", "left-over grant/support/crm"]);
    observed.policies.clear();
    assert_eq!(of(drift(&desired, &observed, Scope::default())), ["unmanaged association/support/crm"]);
}

fn entry(address: &str, kind: Option<&str>, until: Option<&str>) -> DriftIgnore {
    DriftIgnore {
        address: address.to_owned(),
        kind: kind.map(str::to_owned),
        reason: "known".to_owned(),
        until: until.and_then(Date::parse),
        origin: Origin { file: "i.yaml".to_owned(), line: 1, column: 1 },
    }
}

#[test]
fn an_entry_lets_pass_until_its_day_is_over_and_one_that_matches_nothing_is_told() {
    let observed = snapshot(seen(5, Some(3)), &[("By Hand", "id-1", None)]);
    let today = Date::parse("2026-11-22").unwrap();
    let judged = |entries: &[DriftIgnore]| {
        let mut drifts = [drift(&manifest(MANIFEST, 3), &observed, Scope::default())];
        let warnings = mark_ignored(&mut drifts, entries, today);
        let codes: Vec<&str> = warnings.iter().map(|warning| warning.code.as_str()).collect();
        (drifts[0].counted().count(), drifts[0].ignored(), codes)
    };
    assert_eq!(judged(&[]), (2, 0, vec![]));
    assert_eq!(judged(&[entry("flow/*", None, Some("2026-11-22"))]), (0, 2, vec![]));
    assert_eq!(judged(&[entry("flow/*", Some("unmanaged"), None)]), (1, 1, vec![]));
    assert_eq!(judged(&[entry("acme:flow/main", None, None)]), (1, 1, vec![]));
    assert_eq!(judged(&[entry("flow/*", None, Some("2026-11-21"))]), (2, 0, vec!["ignore-expired"]));
    assert_eq!(judged(&[entry("flow/other", None, None)]), (2, 0, vec!["ignore-unused"]));
}

#[test]
fn what_could_not_be_read_is_ignored_only_by_name() {
    let mut observed = snapshot(seen(3, Some(3)), &[]);
    let address = Address::new(Kind::Flow, &label("main"));
    observed.flows.insert((Kind::Flow, label("support"), label("main")), Look::Unknown);
    observed.gaps.push(Gap {
        operation: Operation::DescribeContactFlow,
        address,
        denied: true,
        cut_off: None,
        message: "no".to_owned(),
        hint: None,
    });
    let today = Date::parse("2026-11-22").unwrap();
    let mut drifts = [drift(&manifest(MANIFEST, 3), &observed, Scope::default())];
    mark_ignored(&mut drifts, &[entry("*", None, None)], today);
    assert_eq!(
        (lines(&drifts[0]), drifts[0].verdict()),
        (vec!["could-not-tell flow/main".to_owned()], Verdict::Incomplete)
    );
    mark_ignored(&mut drifts, &[entry("*", Some("could-not-tell"), None)], today);
    assert_eq!(drifts[0].verdict(), Verdict::InSync);
}
