//! What a flow names and calls: nothing that is wrong, and nothing that could not be read, passes in silence.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::{World, code, flowbind_at, stderr, stdout};

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme, functions: [crm] } }
  functions: { crm: { name: crm, qualifier: live } }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
"#;

const CRM: &str = "arn:aws:lambda:eu-west-2:111122223333:function:crm";

/// A flow that calls each of these, with one queue and one more block.
fn flow(functions: &[&str], queue: &str) -> String {
    let mut actions: Vec<Value> = Vec::new();
    let on = |next: &str| serde_json::json!({"NextAction": next, "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]});
    for (n, function) in functions.iter().enumerate() {
        let next = if n + 1 == functions.len() { "queue".to_owned() } else { format!("call {}", n + 1) };
        actions.push(serde_json::json!({"Identifier": format!("call {n}"), "Type": "InvokeLambdaFunction",
            "Parameters": {"LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "3"}, "Transitions": on(&next)}));
    }
    actions.push(serde_json::json!({"Identifier": "queue", "Type": "UpdateContactTargetQueue",
        "Parameters": {"QueueId": queue}, "Transitions": on("end")}));
    actions.push(serde_json::json!({"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}));
    let start = if functions.is_empty() { "queue" } else { "call 0" };
    serde_json::json!({"Version": "2019-10-30", "StartAction": start, "Actions": actions}).to_string()
}

async fn world(flow: &str) -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), MANIFEST).unwrap();
    std::fs::write(folder.path().join("main.json"), flow).unwrap();
    World::in_folder(folder, "m.yaml").await
}

/// The codes and addresses that a command gives as JSON, and its exit code.
fn told(world: &World, command: &[&str]) -> (i32, BTreeSet<(String, String)>) {
    let mut run = flowbind_at(world.folder.path(), &world.emulator.url());
    let output = run.args(command).args(["--output", "json"]).output().unwrap();
    let document: Value =
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let mut found = BTreeSet::new();
    for problem in
        ["problems", "findings"].iter().flat_map(|list| document[*list].as_array().into_iter().flatten())
    {
        let place = ["address", "block"].iter().find_map(|key| problem[*key].as_str()).unwrap_or_default();
        found.insert((problem["code"].as_str().unwrap().to_owned(), place.to_owned()));
    }
    (code(&output), found)
}

fn pairs(expected: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    expected.iter().map(|(code, at)| ((*code).to_owned(), (*at).to_owned())).collect()
}

/// `crm` with the versions and aliases that the flows name.
async fn with_versions(world: &World) {
    let lambda = world.lambda("eu-west-2");
    let version = lambda.publish_version().function_name("crm").send().await.unwrap();
    let version = version.version().unwrap().to_owned();
    lambda.create_alias().function_name("crm").name("blue").function_version(&version).send().await.unwrap();
    assert_eq!(version, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_literal_arn_is_judged_on_the_qualifier_that_it_names() {
    let arns: Vec<String> =
        ["", ":live", ":blue", ":1", ":$LATEST", ":gone"].iter().map(|end| format!("{CRM}{end}")).collect();
    let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
    let world = world(&flow(&arns, "${instance.arn}/queue/0e1f")).await;
    with_versions(&world).await;
    let expected = pairs(&[
        ("function-not-granted", "flow/main#call 0"),
        ("function-not-granted", "flow/main#call 2"),
        ("function-not-granted", "flow/main#call 3"),
        ("function-not-granted", "flow/main#call 4"),
        ("function-missing", "flow/main#call 5"),
    ]);
    // Before the flow is made, when it is there, and with everything looked at.
    assert_eq!(told(&world, &["plan", "m.yaml"]), (0, expected.clone()));
    let applied = flowbind_at(world.folder.path(), &world.emulator.url())
        .args(["apply", "m.yaml", "--auto-approve"])
        .output()
        .unwrap();
    assert_eq!(code(&applied), 0, "{}", stderr(&applied));
    // The service wrote a statement for the unqualified function with the association.
    let granted = expected.into_iter().filter(|(_, at)| at != "flow/main#call 0").collect();
    for command in [
        &["plan", "m.yaml"][..],
        &["plan", "m.yaml", "--audit"],
        &["drift", "m.yaml"],
        &["drift", "m.yaml", "--audit"],
    ] {
        let (_, found) = told(&world, command);
        assert_eq!(found, granted, "{command:?}");
    }
    // A statement on the qualifier that is called makes it good.
    let plan = world.plan().await;
    assert!(plan.actions.is_empty(), "{:?}", plan.actions);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_told_and_is_never_silence() {
    let elsewhere = "arn:aws:lambda:eu-west-2:999988887777:function:theirs";
    let folder = tempfile::tempdir().unwrap();
    let manifest = MANIFEST
        .replace(", functions: [crm]", "")
        .replace("  functions: { crm: { name: crm, qualifier: live } }\n", "");
    std::fs::write(folder.path().join("m.yaml"), manifest).unwrap();
    let queue = "${instance.arn}/queue/0e1f";
    std::fs::write(folder.path().join("main.json"), flow(&[elsewhere, CRM], queue)).unwrap();
    let fault = "deny:lambda:GetPolicy".parse().unwrap();
    let settings = flowbind::emulator::Settings { faults: vec![fault], ..Default::default() };
    let world = World::in_folder_with(folder, "m.yaml", settings).await;
    let expected =
        pairs(&[("function-unchecked", "flow/main#call 0"), ("function-unchecked", "flow/main#call 1")]);
    assert_eq!(told(&world, &["plan", "m.yaml"]), (0, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_instance_is_an_error_in_the_plan_and_other_wrong_names_are_findings() {
    let foreign =
        "arn:aws:connect:eu-west-2:111122223333:instance/87654321-4321-4321-4321-210987654321/queue/0e1f";
    let world = world(&flow(&["lookup", "<LOOKUP_ARN>"], foreign)).await;
    let names = pairs(&[
        ("lambda-arn-invalid", "flow/main#call 0"),
        ("placeholder", "flow/main#call 1"),
        ("foreign-reference", "flow/main#queue"),
    ]);
    let (code, found) = told(&world, &["plan", "m.yaml"]);
    assert_eq!((code, found), (1, names.clone()));
    let refused = flowbind_at(world.folder.path(), &world.emulator.url())
        .args(["apply", "m.yaml", "--auto-approve"])
        .output()
        .unwrap();
    assert_eq!(crate::world::code(&refused), 1, "{}", stderr(&refused));
    assert!(!world.calls().contains_key("connect:CreateContactFlow"));
    // Offline the id of an instance that is declared by its alias is not known.
    let offline: BTreeSet<_> =
        names.iter().filter(|(code, _)| code != "foreign-reference").cloned().collect();
    assert_eq!(told(&world, &["validate", "m.yaml"]).1, offline);
    let manifest = MANIFEST.replace("alias: acme", "id: 12345678-1234-1234-1234-123456789012");
    std::fs::write(world.folder.path().join("m.yaml"), manifest).unwrap();
    assert_eq!(told(&world, &["validate", "m.yaml"]).1, names);
    let (code, linted) = told(&world, &["lint", "m.yaml"]);
    let blocks: BTreeSet<_> =
        names.iter().map(|(code, at)| (code.clone(), at.split('#').nth(1).unwrap().to_owned())).collect();
    assert_eq!(code, 2);
    assert!(blocks.is_subset(&linted), "{linted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_that_the_manifest_does_not_bind_and_an_id_that_is_not_there_are_findings() {
    let module = r#"{"QueueId": "0e1f2a3b-2181-441c-9a01-5f2b7c1e90ad"}"#;
    let text = flow(&[&format!("{CRM}:blue")], "${queue[\"Support\"].arn}");
    let text = text.replacen(r#""Parameters":{}"#, &format!(r#""Parameters":{module}"#), 1);
    let world = world(&text).await;
    with_versions(&world).await;
    let found = told(&world, &["plan", "m.yaml"]).1;
    let expected =
        pairs(&[("function-not-granted", "flow/main#call 0"), ("unknown-reference", "flow/main#end")]);
    assert_eq!(found, expected);
    assert_eq!(
        told(&world, &["validate", "m.yaml"]).1,
        pairs(&[("lambda-other-qualifier", "flow/main#call 0")])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_for_everybody_is_good_enough_for_any_grant_and_is_told() {
    let world = world(&flow(&[], "${instance.arn}/queue/0e1f")).await;
    let manifest = MANIFEST.replace("qualifier: live", "qualifier: live, grants: any");
    std::fs::write(world.folder.path().join("m.yaml"), manifest).unwrap();
    let lambda = world.lambda("eu-west-2");
    let add = lambda.add_permission().function_name("crm").qualifier("live").statement_id("everybody");
    add.action("lambda:InvokeFunction").principal("*").send().await.unwrap();
    let expected =
        pairs(&[("association-unmarked", "association/support/crm"), ("grant-too-wide", "function/crm")]);
    assert_eq!(told(&world, &["plan", "m.yaml"]).1, expected);
}

/// A flow in which every block names something wrong.
fn wrong_names() -> String {
    const FOREIGN: &str =
        "arn:aws:connect:eu-west-2:111122223333:instance/87654321-4321-4321-4321-210987654321";
    const NOWHERE: &str = "0e1f2a3b-2181-441c-9a01-5f2b7c1e90ad";
    let calls = [
        serde_json::json!("lookup"),
        serde_json::json!(""),
        serde_json::json!(null),
        serde_json::json!([CRM]),
        serde_json::json!("<LOOKUP_ARN>"),
        serde_json::json!("REPLACE_ME"),
        serde_json::json!(format!("{CRM}:gone")),
        serde_json::json!(format!("{CRM}:1")),
        serde_json::json!("arn:aws:lambda:eu-west-2:111122223333:function:nobody"),
    ];
    let named = [
        ("UpdateContactTargetQueue", "QueueId", format!("{FOREIGN}/queue/{NOWHERE}")),
        ("UpdateContactTargetQueue", "QueueId", NOWHERE.to_owned()),
        ("UpdateContactTargetQueue", "QueueId", "BASIC_QUEUE_ARN".to_owned()),
        ("UpdateContactTargetQueue", "QueueId", "{{queue}}".to_owned()),
        ("TransferToFlow", "ContactFlowId", format!("{FOREIGN}/contact-flow/{NOWHERE}")),
        ("TransferToFlow", "ContactFlowId", NOWHERE.to_owned()),
        ("InvokeFlowModule", "FlowModuleId", NOWHERE.to_owned()),
        ("MessageParticipant", "PromptId", NOWHERE.to_owned()),
        ("CheckHoursOfOperation", "HoursOfOperationId", NOWHERE.to_owned()),
    ];
    let calls = calls.iter().enumerate().map(|(n, function)| {
        (
            format!("call {n}"),
            "InvokeLambdaFunction",
            serde_json::json!({"LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "3"}),
        )
    });
    let named = named
        .iter()
        .enumerate()
        .map(|(n, (kind, key, id))| (format!("name {n}"), *kind, serde_json::json!({*key: id})));
    let blocks: Vec<(String, &str, Value)> = calls.chain(named).collect();
    let next = |n: usize| blocks.get(n + 1).map_or("end", |(name, ..)| name.as_str());
    let actions: Vec<Value> = blocks.iter().enumerate().map(|(n, (name, kind, parameters))| {
        let errors = serde_json::json!([{"ErrorType": "NoMatchingError", "NextAction": next(n)}]);
        serde_json::json!({"Identifier": name, "Type": kind, "Parameters": parameters, "Transitions": {"NextAction": next(n), "Errors": errors}})
    }).chain([serde_json::json!({"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}})]).collect();
    serde_json::json!({"Version": "2019-10-30", "StartAction": "call 0", "Actions": actions}).to_string()
}

/// What each command says of it, as far as it can know.
#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_name_is_one_finding_at_its_block_in_every_command() {
    let world = world(&wrong_names()).await;
    with_versions(&world).await;
    let blocks = |code: &str, names: &[&str]| -> BTreeSet<(String, String)> {
        names.iter().map(|name| (code.to_owned(), (*name).to_owned())).collect()
    };
    let offline: BTreeSet<_> = [
        blocks("lambda-arn-invalid", &["call 0", "call 1", "call 2", "call 3"]),
        blocks("placeholder", &["call 4", "call 5", "name 2", "name 3"]),
    ]
    .into_iter()
    .flatten()
    .collect();
    let of_alias = blocks("lambda-other-qualifier", &["call 6", "call 7"]);
    let undeclared = blocks("undeclared-function", &["call 8"]);
    let live: BTreeSet<_> = [
        blocks("foreign-reference", &["name 0", "name 4"]),
        blocks("function-missing", &["call 6", "call 8"]),
        blocks("function-not-granted", &["call 7"]),
        // Flows were listed. Queues, prompts and hours are listed only where the manifest looks names of them up.
        blocks("unknown-reference", &["name 5"]),
    ]
    .into_iter()
    .flatten()
    .collect();
    let audited = blocks("unknown-reference", &["name 6"]);
    let all = |sets: &[&BTreeSet<(String, String)>]| -> BTreeSet<(String, String)> {
        sets.iter().flat_map(|set| set.iter().cloned()).collect()
    };
    // What `lint` says of each call beside: that its way is too long, and that its error goes where its success does.
    let beside = ["lambda-chain-too-long", "lambda-error-like-success"];
    for (command, expected) in [
        (&["validate", "m.yaml"][..], all(&[&offline, &of_alias])),
        (&["lint", "m.yaml"], all(&[&offline, &of_alias, &undeclared])),
        (&["plan", "m.yaml"], all(&[&offline, &live])),
        (&["drift", "m.yaml", "--audit"], all(&[&offline, &live, &audited])),
    ] {
        let (_, found) = told(&world, command);
        let block = |at: &str| at.strip_prefix("flow/main#").unwrap_or(at).to_owned();
        let found: BTreeSet<_> = found
            .iter()
            .filter(|(code, _)| !beside.contains(&code.as_str()))
            .map(|(code, at)| (code.clone(), block(at)))
            .collect();
        assert_eq!(found, expected, "{command:?}");
    }
}
