//! Every JSON document that flowbind writes is as its shipped schema says, and the schemas would notice if it were not.

use std::path::Path;
use std::process::Output;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use crate::ends::demo;
use crate::hand_made::{applied, break_three};
use crate::outputs::{at, edit, hold};
use crate::world::{copy, flowbind, shipped, stderr, stdout};

/// The schema of a document, as the command prints it.
fn printed(document: &str) -> Value {
    let output = flowbind(Path::new(".")).args(["schema", document]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

/// Tells what a schema has against a document.
fn objections(schema: &Value, document: &Value) -> Option<String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let place = "urn:flowbind:schema";
    compiler.add_resource(place, schema.clone()).unwrap();
    let index = compiler.compile(place, &mut schemas).unwrap();
    schemas.validate(document, index).err().map(|error| format!("{error:#}"))
}

/// Fails unless the schema takes the document, and refuses it with anything that it must hold taken out or replaced.
fn holds(schema: &str, output: &Output) -> Value {
    let document: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)));
    checked(schema, document)
}

fn checked(name: &str, document: Value) -> Value {
    let schema = printed(name);
    assert_eq!(objections(&schema, &document), None, "{name}: {document:#}");
    for key in document.as_object().unwrap().keys() {
        let mut broken = document.clone();
        broken.as_object_mut().unwrap().shift_remove(key);
        // Only a command that ended early has one.
        let optional = key == "error" && name != "error";
        assert_eq!(objections(&schema, &broken).is_none(), optional, "{name} may do without {key}");
        broken[key] = json!(1.5);
        assert!(objections(&schema, &broken).is_some(), "{name} may hold anything in {key}");
        if document[key].as_array().is_some_and(|items| !items.is_empty()) {
            broken[key] = json!([17]);
            assert!(objections(&schema, &broken).is_some(), "{name} may list anything in {key}");
        }
    }
    document
}

fn length(document: &Value, key: &str) -> usize {
    document[key].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_plan_drift_and_apply_write_is_as_their_schemas_say() {
    let world = applied().await;
    let synced = holds("plan", &at(&world, &["plan", "demo", "--output", "json"]));
    assert_eq!(length(&synced, "actions"), 0);
    break_three(&world).await;
    let plan = holds("plan", &at(&world, &["plan", "demo", "--output", "json", "--out", "plan.json"]));
    assert_eq!(length(&plan, "actions"), 3);
    let saved = std::fs::read_to_string(world.folder.path().join("plan.json")).unwrap();
    checked("saved-plan", serde_json::from_str(&saved).unwrap());
    for options in [&["drift", "demo"][..], &["drift", "demo", "--audit"]] {
        let drift = holds("drift", &at(&world, &[options, &["--output", "json"]].concat()));
        assert!(length(&drift, "differences") >= 3);
    }
    let apply = holds("apply", &at(&world, &["apply", "demo", "--auto-approve", "--output", "json"]));
    assert_eq!(length(&apply, "outcomes"), 3);
    hold(world.folder.path());
    let held = holds("plan", &at(&world, &["plan", "demo", "--prune", "--output", "json"]));
    assert!(length(&held, "problems") > 0 && held.to_string().contains("\"guard\":{"), "{held:#}");
    let apply = holds("apply", &at(&world, &["apply", "demo", "--auto-approve", "--output", "json"]));
    assert_eq!(length(&apply, "outcomes"), 0, "with errors nothing is applied");
    let errors = apply["problems"].as_array().unwrap().iter().filter(|it| it["severity"] == "error");
    assert!(errors.count() > 0, "{apply:#}");
    assert_eq!((&apply["error"]["exit_code"], apply["error"]["hint"].is_string()), (&json!(1), true));
}

/// Why a command ended early; its document is as the schema says, and the process ends with its code.
fn ended_early(schema: &str, output: &Output) -> Value {
    let mut document = holds(schema, output);
    assert_eq!(document["error"]["exit_code"], json!(output.status.code()), "{document:#}");
    assert!(!document["error"]["message"].as_str().unwrap().is_empty());
    document["error"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_may_not_begin_says_why_in_its_document() {
    let world = applied().await;
    break_three(&world).await;
    let apply = |options: &[&str]| at(&world, &[&["apply", "demo", "--output", "json"], options].concat());
    // Nobody can be asked, no plan has this checksum, no address is so.
    let error = ended_early("apply", &apply(&[]));
    assert!(error["message"].as_str().unwrap().starts_with("cannot ask for approval"), "{error:#}");
    let error = ended_early("apply", &apply(&["--checksum", &"0".repeat(64)]));
    assert_eq!(error["exit_code"], 4);
    let error = ended_early("apply", &apply(&["--auto-approve", "--only", "flow/nope"]));
    assert_eq!(error["exit_code"], 64);
    // What was reviewed is not what there is.
    at(&world, &["plan", "demo", "--out", "plan.json", "--only", "flow/main-ivr"]);
    assert_eq!(apply(&["--auto-approve"]).status.code(), Some(0));
    let error = ended_early("apply", &apply(&["--plan", "plan.json"]));
    assert!(
        error["details"].as_array().unwrap().iter().any(|it| it.as_str().unwrap().contains("flow/main-ivr"))
    );
    edit(world.folder.path(), "flowbind.yaml", "  instances:", "  instanzes:");
    for verb in ["plan", "apply", "drift"] {
        let output = at(&world, &[verb, "demo", "--output", "json"]);
        ended_early(verb, &output);
        assert!(length(&holds(verb, &output), "problems") > 0);
    }
    let rollback = at(&world, &["rollback", "--output", "json", "20010101T000000Z"]);
    ended_early("apply", &rollback);
    let policy = at(&world, &["iam-policy", "demo", "--for", "plan", "--output", "json"]);
    ended_early("error", &policy);
    ended_early("error", &at(&world, &["show", "--output", "json", "none.json"]));
    ended_early("lint", &at(&world, &["lint", "demo", "--output", "json", "--select", "nope"]));
    let lint = holds("lint", &at(&world, &["lint", "demo", "none.json", "--output", "json"]));
    assert!(length(&lint, "problems") > 0 && length(&lint, "unread") == 2, "{lint:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_fails_is_in_the_document() {
    let world = demo(&["deny:sts:GetCallerIdentity"]).await;
    for verb in ["plan", "apply", "drift"] {
        let error = ended_early(verb, &at(&world, &[verb, "demo", "--output", "json"]));
        assert!(error["hint"].as_str().unwrap().contains("sts:GetCallerIdentity"), "{error:#}");
        let document = holds(verb, &at(&world, &[verb, "demo", "--output", "json"]));
        assert_eq!(document["calls"]["sts:GetCallerIdentity"], 1, "{document:#}");
    }
    let world = demo(&["deny:connect:ListContactFlows"]).await;
    let output = at(&world, &["apply", "demo", "--auto-approve", "--output", "json"]);
    assert_eq!(ended_early("apply", &output)["exit_code"], 3);
    assert!(length(&holds("apply", &output), "gaps") > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_action_names_the_call_that_failed() {
    let world = demo(&["deny:connect:CreateContactFlow"]).await;
    let apply = holds("apply", &at(&world, &["apply", "demo", "--auto-approve", "--output", "json"]));
    let outcomes = apply["outcomes"].as_array().unwrap();
    let failed: Vec<&Value> = outcomes.iter().filter(|line| line["outcome"] == "failed").collect();
    assert!(!failed.is_empty(), "{apply:#}");
    for line in failed {
        assert_eq!(line["kind"], "denied", "{line:#}");
        assert_eq!(line["operation"], "connect:CreateContactFlow");
        let id = line["request_id"].as_str().unwrap();
        assert!(line["message"].as_str().unwrap().contains(id), "{line:#}");
    }
    let others = outcomes.iter().filter(|line| line["outcome"] != "failed");
    assert!(others.clone().count() > 0);
    for line in others {
        assert!(["kind", "operation", "request_id"].iter().all(|key| line.get(key).is_none()), "{line:#}");
    }
}

#[test]
fn what_lint_and_validate_write_is_as_their_schemas_say() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    let run = |verb: &str| {
        let output = flowbind(folder.path()).args([verb, "demo", "--output", "json"]).output().unwrap();
        holds(verb, &output)
    };
    assert_eq!(length(&run("validate"), "problems"), 0);
    edit(
        folder.path(),
        "flows/main-ivr.json",
        "\"NextAction\": \"Say sorry\"",
        "\"NextAction\": \"Say sory\"",
    );
    assert!(length(&run("lint"), "findings") > 1);
    edit(folder.path(), "flowbind.yaml", "  instances:", "  instanzes:");
    edit(folder.path(), "flowbind.yaml", "id: \"111122223333\"", "id: \"1\"");
    assert_eq!(length(&run("validate"), "problems"), 2);
}

#[test]
fn without_a_name_the_schema_of_manifests_is_printed() {
    let text = std::fs::read_to_string(shipped("schema/manifest.v1alpha1.json")).unwrap();
    let output = flowbind(Path::new(".")).arg("schema").output().unwrap();
    assert_eq!(stdout(&output), text);
    assert_eq!(printed("manifest"), serde_json::from_str::<Value>(&text).unwrap());
}
