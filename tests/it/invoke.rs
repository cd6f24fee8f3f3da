//! `flowbind invoke`: functions called the way Amazon Connect calls them, and the verdict.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use boon::{Compiler, Schemas};
use flowbind::emulator::{Settings, Timings};
use serde_json::{Value, json};

use crate::functions_run::{has, how};
use crate::world::{World, code, flowbind, flowbind_at, stderr, stdout};

/// One function a behaviour, each bound in a block of its name.
const FUNCTIONS: &[(&str, &str)] = &[
    (
        "good",
        r#"callback(null, { Name: "CustomerName", Address: "1234 Main Road", CallerType: "Patient" });"#,
    ),
    ("asked", "callback(null, { asked: event.Details.Parameters.sentAttributeKey });"),
    ("nothing", "callback();"),
    ("nested", "callback(null, { Name: { First: 'Ann' } });"),
    ("long", "callback(null, { Name: 'x'.repeat(40000) });"),
    ("throws", "throw new TypeError('no such customer');"),
    ("slow", "setTimeout(() => callback(null, {}), 9000);"),
    ("chat", "callback(null, { Number: event.Details.ContactData.CustomerEndpoint.Address.slice(1) });"),
    ("promised", "callback(null, { name: 'Ann' });"),
];

fn manifest(functions: &[(&str, &str)]) -> String {
    let mut text = String::from(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  accounts: { main: { id: \"111122223333\" } }\n  \
         defaults: { account: main, region: eu-west-2 }\n  instances: { support: { alias: acme-support } }\n  functions:\n",
    );
    for (name, _) in functions {
        let keys =
            if *name == "promised" { "\n      response: { type: string-map, keys: [Name] }" } else { "" };
        text.push_str(&format!(
            "    {name}:\n      name: acme-{name}{keys}\n      source: {{ runtime: nodejs22.x, handler: index.handler, code: {name}, timeout: 10s, \
             publish: live, role: {{ name: acme-{name} }} }}\n"
        ));
    }
    text.push_str("  flows:\n    main:\n      instance: support\n      name: Main\n      type: contact-flow\n      bindings:\n");
    for (name, _) in functions {
        let limit = if *name == "slow" { "1s" } else { "8s" };
        let sent = if *name == "asked" { ", parameters: { sentAttributeKey: $.Attributes.key }" } else { "" };
        text.push_str(&format!("        {name}: {{ function: {name}, timeLimit: {limit}{sent} }}\n"));
    }
    text
}

fn write(folder: &Path, functions: &[(&str, &str)]) {
    fs::write(folder.join("m.yaml"), manifest(functions)).unwrap();
    for (name, body) in functions {
        fs::create_dir_all(folder.join(name)).unwrap();
        let handler = format!("exports.handler = function (event, context, callback) {{\n  {body}\n}};\n");
        fs::write(folder.join(name).join("index.js"), handler).unwrap();
    }
}

/// An embedded AWS that runs these functions, with the manifest applied.
async fn applied(functions: &[(&str, &str)], faults: &[&str]) -> World {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), functions);
    let timings =
        Timings { function_pending: Duration::ZERO, function_update: Duration::ZERO, ..Timings::default() };
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let settings = Settings { functions: Some(how()), timings, faults, ..Settings::default() };
    let world = World::in_folder_with(folder, "m.yaml", settings).await;
    let mut apply = flowbind_at(world.folder.path(), &world.emulator.url());
    let output = apply.args(["apply", "--auto-approve", "m.yaml"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    world
}

fn invoke(world: &World, arguments: &[&str]) -> Output {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.arg("invoke").args(arguments).arg("m.yaml").output().unwrap()
}

/// The document, which its schema takes, and the exit code.
fn document(world: &World, arguments: &[&str]) -> (Value, i32) {
    let output = invoke(world, &[arguments, &["--output", "json"]].concat());
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(&output), stderr(&output)));
    let schema = flowbind(world.folder.path()).args(["schema", "invoke"]).output().unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:invoke", serde_json::from_slice(&schema.stdout).unwrap()).unwrap();
    let index = compiler.compile("urn:invoke", &mut schemas).unwrap();
    schemas.validate(&document, index).unwrap_or_else(|error| panic!("{error:#}"));
    (document, code(&output))
}

fn trial<'d>(document: &'d Value, block: &str) -> &'d Value {
    let address = format!("flow/main#{block}");
    let trials = document["trials"].as_array().unwrap();
    trials.iter().find(|trial| trial["address"] == address.as_str()).unwrap_or_else(|| panic!("{document:#}"))
}

fn codes(trial: &Value) -> Vec<&str> {
    trial["breaches"].as_array().unwrap().iter().map(|breach| breach["code"].as_str().unwrap()).collect()
}

fn outcomes(trial: &Value) -> Vec<&str> {
    trial["tries"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_gets_the_verdict_that_the_guide_demands() {
    if !has("node") {
        return;
    }
    let world = applied(FUNCTIONS, &[]).await;
    let (document, exit) = document(&world, &["--all", "--attribute", "key=sentAttributeValue"]);
    assert_eq!(exit, 2);
    let expected: &[(&str, &[&str], &str, &str)] = &[
        ("good", &[], "success", "answered"),
        ("asked", &[], "success", "answered"),
        ("nothing", &["not-an-object"], "error", "answered"),
        ("nested", &["nested-answer"], "error", "answered"),
        ("long", &["answer-too-long"], "error", "answered"),
        ("throws", &["function-error"], "error", "function-error"),
        ("slow", &["time-limit"], "error", "time-limit"),
        ("chat", &[], "success", "answered"),
        ("promised", &["missing-key"], "success", "answered"),
    ];
    for (block, breaches, branch, outcome) in expected {
        let trial = trial(&document, block);
        assert_eq!((&codes(trial)[..], trial["branch"].as_str()), (*breaches, Some(*branch)), "{trial:#}");
        assert_eq!(outcomes(trial), [*outcome], "{trial:#}");
    }
    assert_eq!(trial(&document, "asked")["answer"], json!({ "asked": "sentAttributeValue" }));
    assert_eq!(trial(&document, "slow")["left_ms"], 1_000);
    // What the guide's own rule does not name, in the guide's own answer.
    assert_eq!(trial(&document, "good")["advice"].as_array().unwrap().len(), 1);
    assert_eq!(document["calls"]["lambda:Invoke"], FUNCTIONS.len());
}

/// A chat has no customer endpoint: the handler that reads its address works for every call, and fails for every chat.
#[tokio::test(flavor = "multi_thread")]
async fn shapes_find_the_handler_that_only_knows_calls() {
    if !has("node") {
        return;
    }
    let world = applied(&FUNCTIONS[7..8], &[]).await;
    let (document, exit) = document(&world, &["flow/main#chat", "--shapes"]);
    assert_eq!(exit, 2);
    let trials = document["trials"].as_array().unwrap();
    let failed: Vec<_> =
        trials.iter().filter(|trial| trial["ok"] == false).map(|trial| &trial["shape"]).collect();
    assert_eq!(failed, ["first contact of a chat", "task", "disconnect flow"]);
    assert_eq!(trials.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_and_service_failures_are_tried_up_to_four_times() {
    if !has("node") {
        return;
    }
    for (fault, breach, tries) in [
        ("throttle:lambda:Invoke", "throttled", &["throttled"; 4][..]),
        ("500:lambda:Invoke", "service-failure", &["service-failure"; 4][..]),
    ] {
        let world = applied(&FUNCTIONS[..1], &[fault]).await;
        let (document, exit) = document(&world, &["flow/main"]);
        let trial = trial(&document, "good");
        assert_eq!((exit, codes(trial)), (2, vec![breach]), "{trial:#}");
        assert_eq!((outcomes(trial), &trial["branch"]), (tries.to_vec(), &json!("error")));
        assert_eq!(world.calls()["lambda:Invoke"], 4);
    }
    let world = applied(&FUNCTIONS[..1], &["throttle:lambda:Invoke:nth=1"]).await;
    let (document, exit) = document(&world, &["flow/main"]);
    assert_eq!((exit, outcomes(trial(&document, "good"))), (0, vec!["throttled", "answered"]));
}

/// Amazon Connect is let in by the resource policy, and not by what the caller of flowbind may do.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_amazon_connect_may_not_call_is_not_called() {
    if !has("node") {
        return;
    }
    let world = applied(&FUNCTIONS[..1], &[]).await;
    let lambda = world.lambda("eu-west-2");
    let policy = lambda.get_policy().function_name("acme-good").qualifier("live").send().await.unwrap();
    let policy: Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
    let mine = policy["Statement"].as_array().unwrap().iter().map(|one| one["Sid"].as_str().unwrap());
    for sid in mine {
        let remove = lambda.remove_permission().function_name("acme-good").qualifier("live");
        remove.statement_id(sid).send().await.unwrap();
    }
    let (denied, exit) = document(&world, &["flow/main"]);
    let denied = trial(&denied, "good");
    assert_eq!((exit, codes(denied), &denied["branch"]), (2, vec!["denied"], &json!("error")));
    assert_eq!(world.calls().get("lambda:Invoke"), None);
    lambda.delete_function().function_name("acme-good").send().await.unwrap();
    let (gone, exit) = document(&world, &["flow/main"]);
    assert_eq!((exit, codes(trial(&gone, "good"))), (2, vec!["no-function"]));
}

/// A policy that cannot be read, or an answer that is lost, is no word about Amazon Connect, and never hides the others.
#[tokio::test(flavor = "multi_thread")]
async fn what_gives_no_answer_here_hides_no_other_and_is_not_said_to_be_uncalled() {
    if !has("node") {
        return;
    }
    let world = applied(&FUNCTIONS[..3], &["drop-after:lambda:Invoke:nth=1"]).await;
    let (document, exit) = document(&world, &["--all"]);
    assert_eq!((exit, document["trials"].as_array().unwrap().len()), (1, 2), "{document:#}");
    let lost = &document["without_answer"][0];
    assert_eq!(lost["may_have_run"], true, "{lost:#}");
    let text = stdout(&invoke(&world, &["--all"]));
    assert!(text.contains("3 calls: 2 ok, 1 in breach."), "{text}");
    let world =
        applied(&FUNCTIONS[..1], &["throttle:lambda:Invoke:nth=1", "drop-before:lambda:Invoke:nth=2"]).await;
    let text = stdout(&invoke(&world, &["flow/main"]));
    assert!(text.contains("try 1") && text.contains("called, but without an answer"), "{text}");
    assert!(text.contains("1 call: 0 ok, 1 without an answer."), "{text}");
}

/// After the time of the run no more function is called.
#[tokio::test(flavor = "multi_thread")]
async fn no_function_is_called_after_the_time_of_the_run() {
    if !has("node") {
        return;
    }
    let world = applied(&FUNCTIONS[6..7], &[]).await;
    let (document, exit) = document(&world, &["flow/main", "--shapes", "--timeout", "1s"]);
    assert_eq!(exit, 1, "{document:#}");
    assert!(world.calls()["lambda:Invoke"] <= 2, "{:?}", world.calls());
    let late = document["without_answer"].as_array().unwrap();
    assert!(late.iter().any(|one| one["may_have_run"] == false), "{document:#}");
}

/// What a function prints or answers makes no XML that cannot be read, and no command for GitHub's runner.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_answers_break_no_format() {
    if !has("node") {
        return;
    }
    let body = r#"console.log("\n::error::forged"); const e = new Error("x\uffff"); e.stack = "::error file=a::forged"; throw e;"#;
    let world = applied(&[("odd", body)], &[]).await;
    let junit = stdout(&invoke(&world, &["flow/main", "--output", "junit"]));
    assert!(!junit.contains(['\u{fffe}', '\u{ffff}']) && junit.ends_with("</testsuites>\n"), "{junit}");
    for output in [junit, stdout(&invoke(&world, &["flow/main", "-v"]))] {
        assert!(!output.lines().any(|line| line.trim_start().starts_with("::")), "{output}");
    }
}

/// A function that the manifest only refers to has no code here: its example stands in, and every format says so.
#[tokio::test(flavor = "multi_thread")]
async fn an_example_in_place_of_code_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    crate::world::copy(&crate::world::shipped("demo"), &folder.path().join("demo"));
    let run = |arguments: &[&str]| {
        let mut command = flowbind(folder.path());
        command.args(arguments).args(["--sandbox", "demo"]).output().unwrap()
    };
    assert_eq!(code(&run(&["apply", "--auto-approve"])), 0);
    let output = run(&["invoke", "--all"]);
    let text = stdout(&output);
    assert_eq!(
        (code(&output), text.matches("  example no code ran").count()),
        (0, 6),
        "{text}{}",
        stderr(&output)
    );
    let json: Value = serde_json::from_slice(&run(&["invoke", "--all", "--output", "json"]).stdout).unwrap();
    assert!(json["trials"].as_array().unwrap().iter().all(|trial| trial["example"] == true), "{json:#}");
}

/// The policy that `iam-policy --for invoke` prints lets the calls through, and nothing is missing from it.
#[tokio::test(flavor = "multi_thread")]
async fn the_printed_policy_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    crate::world::copy(&crate::world::shipped("demo"), &folder.path().join("demo"));
    let printed =
        flowbind(folder.path()).args(["iam-policy", "--for", "invoke", "demo", "--output", "json"]).output();
    let printed: Value = serde_json::from_slice(&printed.unwrap().stdout).unwrap();
    let document = printed["policies"][0]["document"].clone();
    for (caller_policy, denied) in
        [(Some(document), 0), (Some(json!({ "Version": "2012-10-17", "Statement": [] })), 1)]
    {
        let folder = tempfile::tempdir().unwrap();
        crate::world::copy(&crate::world::shipped("demo"), &folder.path().join("demo"));
        let settings = Settings { functions: Some(how()), caller_policy, ..Settings::default() };
        let world = World::in_folder_with(folder, "demo", settings).await;
        let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
        let output = command.args(["invoke", "--all", "demo"]).output().unwrap();
        let said = stderr(&output);
        assert_eq!(said.contains("AccessDenied"), denied > 0, "{said}{}", stdout(&output));
        assert_eq!(said.contains("iam-policy PATH --for"), denied > 0, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_says_what_is_wrong() {
    if !has("node") {
        return;
    }
    let world = applied(&FUNCTIONS[..3], &[]).await;
    let text = stdout(&invoke(&world, &["--all"]));
    assert!(text.contains("the answer is null: the handler returned nothing"), "{text}");
    assert!(
        text.contains("3 calls: 2 ok, 1 in breach.") && text.contains("takes the error branch"),
        "{text}"
    );
    let junit = stdout(&invoke(&world, &["--all", "--output", "junit"]));
    assert!(junit.contains(r#"<testsuite name="flow/main" tests="3""#), "{junit}");
    assert!(junit.contains(r#"failures="1""#) && junit.contains(r#"type="not-an-object""#), "{junit}");
    let github = stdout(&invoke(&world, &["--all", "--output", "github"]));
    assert!(github.starts_with("::error file=m.yaml,line="), "{github}");
    assert!(github.contains("title=not-an-object%3A flow/main#nothing::the answer is null"), "{github}");
}

/// Runs the block of the README with `sh`: the guide's own handlers.
#[cfg(unix)]
#[test]
fn the_guides_own_handlers_work_from_the_readme() {
    if ["node", "python3"].iter().any(|program| !has(program)) {
        return;
    }
    let readme = fs::read_to_string(crate::world::shipped("").join("../README.md")).unwrap();
    let (_, rest) = readme.split_once("## Calling functions as Amazon Connect does\n").unwrap();
    let (block, _) = rest.split_once("```sh\n").unwrap().1.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let flowbind = env!("CARGO_BIN_EXE_flowbind");
    let script = block.replace("\nflowbind ", &format!("\n{flowbind} "));
    let run =
        std::process::Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
    let shown = stdout(&run);
    assert_eq!(code(&run), 2, "{shown}{}", stderr(&run));
    assert!(shown.contains("\"CallerType\":\"Patient\",\"sent\":\"sentAttributeValue\""), "{shown}");
    assert!(shown.contains("1 call: 1 ok.") && shown.contains("14 calls: 11 ok, 3 in breach."), "{shown}");
}

/// Nothing runs in an account that is not on this machine unless somebody says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_code_or_no_instance_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &FUNCTIONS[..1]);
    let run = |arguments: &[&str]| {
        let mut command = flowbind(folder.path());
        command.arg("invoke").args(arguments).args(["--sandbox", "m.yaml"]).output().unwrap()
    };
    // Not applied: there is no such function.
    let output = run(&["flow/main#good"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    assert!(stdout(&output).contains("hint: apply the manifest first"), "{}", stdout(&output));
    let output = run(&["m.yaml"]);
    assert_eq!(code(&output), 64, "{}", stderr(&output));
    assert!(stderr(&output).contains("`m.yaml` is a path, and a block comes first"), "{}", stderr(&output));
    let output = run(&["flow/main#none"]);
    assert_eq!(code(&output), 64, "{}", stderr(&output));
    assert!(stderr(&output).contains("has no block `none` that invokes a function"), "{}", stderr(&output));
}
