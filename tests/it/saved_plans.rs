//! What was reviewed is written, or nothing is: saved plans, checksums and parts of a plan.

use std::path::Path;
use std::time::Duration;

use flowbind::emulator::Settings;
use serde_json::Value;

use crate::removal::flow;
use crate::world::{World, code, flowbind_at, is_read, stderr, stdout};

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  variables:
    note: { default: one }
    secret: { default: canary-in-the-mine }
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { alias: acme, values: { note: "${var.note}" } }
  functions:
    crm: { name: crm, qualifier: live }
    orders: { name: orders }
    theirs: { name: theirs }
    greeter:
      name: greeter
      source:
        runtime: nodejs22.x
        handler: index.handler
        code: code
        role: { name: greeter-role, managedPolicies: [] }
        environment: { TOKEN: "${var.secret}" }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
    desk: { instance: support, name: Desk, type: contact-flow, content: desk.json, protect: true }
"#;

const LONDON: &str = "eu-west-2";

pub(crate) async fn start() -> World {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("m.yaml", MANIFEST);
    write("main.json", &flow("${function.crm.arn}", None));
    write("desk.json", &flow("${function.orders.arn}", None));
    std::fs::create_dir(folder.path().join("code")).unwrap();
    write("code/index.mjs", "export const handler = async () => ({});\n");
    World::in_folder_with(folder, "m.yaml", Settings::default()).await
}

/// The end of a run: its code, and all that it said.
pub(crate) fn run(world: &World, arguments: &[&str]) -> (i32, String) {
    let output = flowbind_at(world.folder.path(), &world.emulator.url())
        .args(arguments)
        .arg("m.yaml")
        .output()
        .unwrap();
    (code(&output), format!("{}{}", stdout(&output), stderr(&output)))
}

pub(crate) fn save(world: &World, arguments: &[&str]) {
    let (ended, said) = run(world, &[&["plan", "--out", "plan.json"], arguments].concat());
    assert_eq!(ended, 0, "{said}");
    assert!(said.contains("apply --plan plan.json"), "{said}");
}

pub(crate) fn read(world: &World) -> String {
    std::fs::read_to_string(world.folder.path().join("plan.json")).unwrap()
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Runs, and makes sure that it was refused, said so, and wrote nothing.
fn refused(world: &World, arguments: &[&str], says: &[&str]) {
    world.emulator.reset();
    let (ended, said) = run(world, arguments);
    assert_eq!(ended, 4, "{said}");
    for words in says {
        assert!(said.contains(words), "`{words}` is missing in {said}");
    }
    assert!(said.contains("nothing was written"), "{said}");
    nothing_written(world);
}

pub(crate) fn nothing_written(world: &World) {
    let writes: Vec<String> = world.calls().into_keys().filter(|name| !is_read(name)).collect();
    assert_eq!(writes, Vec::<String>::new());
}

async fn instance(world: &World) -> String {
    let list = world.connect(LONDON).list_instances().send().await.unwrap();
    list.instance_summary_list()[0].id().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_written_while_nothing_has_moved_and_not_a_second_time() {
    let world = start().await;
    save(&world, &[]);
    let (ended, said) = run(&world, &["apply", "--plan", "plan.json"]);
    assert_eq!(ended, 0, "{said}");
    let (ended, said) = run(&world, &["plan", "--detailed-exitcode"]);
    assert_eq!(ended, 0, "{said}");
    refused(
        &world,
        &["apply", "--plan", "plan.json"],
        &["changed: flow/main: it did not exist and exists now"],
    );
    // A plan without anything to do can be saved and applied too.
    save(&world, &[]);
    assert_eq!(run(&world, &["apply", "--plan", "plan.json"]).0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_client_changed_is_named_and_nothing_is_written() {
    let world = start().await;
    save(&world, &[]);
    let connect = world.connect(LONDON);
    let (id, crm) = (instance(&world).await, "arn:aws:lambda:eu-west-2:111122223333:function:crm");
    connect.associate_lambda_function().instance_id(&id).function_arn(crm).send().await.unwrap();
    let says = [
        "changed: association/support/crm: it did not exist and exists now; the plan was to create it, but would not now",
        "flowbind plan --out plan.json",
    ];
    refused(&world, &["apply", "--plan", "plan.json"], &says);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_plan_does_not_depend_on_may_change() {
    let world = start().await;
    let (ended, said) = run(&world, &["plan", "--output", "json", "--out", "plan.json", "--quiet"]);
    assert_eq!(ended, 0, "{said}");
    let document: Value = serde_json::from_str(&said).unwrap();
    let checksum = document["checksum"].as_str().unwrap().to_owned();
    let (connect, id) = (world.connect(LONDON), instance(&world).await);
    let stranger = "arn:aws:lambda:eu-west-2:111122223333:function:theirs";
    connect.associate_lambda_function().instance_id(&id).function_arn(stranger).send().await.unwrap();
    let (_, said) = run(&world, &["plan"]);
    assert!(said.contains(&checksum), "{said}");
    let (ended, said) = run(&world, &["apply", "--plan", "plan.json"]);
    assert_eq!(ended, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_manifest_another_variable_another_region_or_too_late_is_refused() {
    let world = start().await;
    save(&world, &["--var", "note=two"]);
    let apply = ["apply", "--plan", "plan.json"];
    refused(&world, &apply, &["the manifest of acme", "--var note=..."]);
    refused(
        &world,
        &[&apply[..], &["--var", "note=three"]].concat(),
        &["has changed since plan.json was made"],
    );
    save(&world, &[]);
    refused(&world, &[&apply[..], &["--var", "secret=another"]].concat(), &["the manifest of acme"]);
    edit(&world.folder.path().join("main.json"), "\"3\"", "\"4\"");
    refused(&world, &apply, &["the manifest of acme"]);
    edit(&world.folder.path().join("m.yaml"), "region: eu-west-2", "region: us-west-2");
    refused(&world, &apply, &["plan.json is for 111122223333 eu-west-2", "us-west-2"]);
    edit(&world.folder.path().join("m.yaml"), "region: us-west-2", "region: eu-west-2");
    save(&world, &["--expires", "1s"]);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    refused(&world, &apply, &["plan.json expired at 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_for_its_owner_holds_no_value_and_is_noticed_when_damaged() {
    let world = start().await;
    save(&world, &["--var", "note=canary-of-a-variable"]);
    let text = read(&world);
    assert!(!text.contains("canary"), "{text}");
    let saved: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(saved["format"], "flowbind.saved-plan/v1");
    assert_eq!(saved["inputs"]["variables"], serde_json::json!(["note"]));
    assert_eq!(saved["places"], serde_json::json!(["111122223333 eu-west-2"]));
    assert_eq!(saved["sets"][0]["fingerprints"]["flow/main"], "absent");
    assert_eq!(
        saved["actions"].as_array().unwrap().len(),
        saved["sets"][0]["actions"].as_array().unwrap().len()
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(world.folder.path().join("plan.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    world.emulator.reset();
    let path = world.folder.path().join("plan.json");
    for (damaged, says) in [
        (text[..text.len() / 2].to_owned(), "cut off"),
        (text.replacen("absent", "absemt", 1), "damaged, or was edited"),
        (text.replace("saved-plan/v1", "saved-plan/v2"), "a newer flowbind made it"),
        ("{}".to_owned(), "not a saved plan"),
    ] {
        std::fs::write(&path, damaged).unwrap();
        let (ended, said) = run(&world, &["apply", "--plan", "plan.json"]);
        assert_eq!(ended, 1, "{said}");
        assert!(said.contains(says) && said.contains("hint: "), "{said}");
    }
    std::fs::remove_file(&path).unwrap();
    let (ended, said) = run(&world, &["apply", "--plan", "plan.json"]);
    assert!(ended == 1 && said.contains("could not be read"), "{said}");
    nothing_written(&world);
    let (ended, said) = run(&world, &["plan", "--out", "missing/plan.json"]);
    assert!(ended == 1 && said.contains("could not be saved"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_shown_as_it_was_planned_without_its_manifest_and_without_aws() {
    let world = start().await;
    save(&world, &["--var", "note=another"]);
    let of = |arguments: &[&str]| {
        let output =
            flowbind_at(world.folder.path(), &world.emulator.url()).args(arguments).output().unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        (stdout(&output), stderr(&output))
    };
    let plan = ["plan", "--var", "note=another", "m.yaml"];
    let fresh = |more: &[&str]| of(&[&plan[..], more].concat()).0;
    let (text, markdown, compact) = (fresh(&[]), fresh(&["--output", "markdown"]), fresh(&["--compact"]));
    let github = fresh(&["--output", "github"]);
    std::fs::remove_file(world.folder.path().join("m.yaml")).unwrap();
    let calls = world.calls();
    let changes = |text: &str| text.split("Checksum: ").next().unwrap_or_default().to_owned();
    let (shown, notes) = of(&["show", "plan.json"]);
    assert!(shown.starts_with(&changes(&text)), "{shown}\n{text}");
    assert!(shown.contains("To apply it: flowbind apply --plan plan.json --var note=... PATH..."), "{shown}");
    assert_eq!(notes, "");
    assert!(of(&["show", "--compact", "plan.json"]).0.starts_with(&changes(&compact)));
    assert_eq!(of(&["show", "--output", "markdown", "plan.json"]).0, markdown);
    let json: Value = serde_json::from_str(&of(&["show", "--output", "json", "plan.json"]).0).unwrap();
    assert_eq!(json, serde_json::from_str::<Value>(&read(&world)).unwrap());
    // The same annotations, but for the places in a manifest that is not there.
    let titles = |text: &str| -> Vec<String> {
        let all = text.lines().map(|line| {
            let level = line.split(' ').next().unwrap_or_default();
            format!("{level} {}", line.split_once("title=").expect("a title").1)
        });
        all.collect()
    };
    let shown = of(&["show", "--output", "github", "plan.json"]).0;
    assert!(!shown.is_empty() && !shown.contains("file="), "{shown}");
    assert_eq!(titles(&shown), titles(&github));
    let page = of(&["show", "--output", "html", "plan.json"]).0;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("flow/main"), "{page}");
    assert_eq!(world.calls(), calls, "AWS is not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_what_is_no_saved_plan_says_so() {
    let world = start().await;
    save(&world, &["--expires", "1s"]);
    let show = |file: &str| {
        let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
        let output = command.args(["show", file]).output().unwrap();
        (code(&output), stderr(&output))
    };
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let (ended, said) = show("plan.json");
    assert!(ended == 0 && said.contains("plan.json expired at 2"), "{said}");
    let text = read(&world);
    for (file, text, says) in [
        ("half.json", &text[..text.len() / 2], "cut off"),
        ("other.json", "{}", "not a saved plan: it has no `format`"),
        ("plan-document.json", r#"{"format": "flowbind.plan/v1"}"#, "its format is `flowbind.plan/v1`"),
        (
            "m.yaml",
            "kind: BindingSet",
            "hint: give the file that `flowbind plan --out FILE` wrote; a manifest",
        ),
        ("edited.json", &text.replacen("flow/main", "flow/mane", 1), "damaged, or was edited"),
    ] {
        std::fs::write(world.folder.path().join(file), text).unwrap();
        let (ended, said) = show(file);
        assert!(ended == 1 && said.contains(says) && said.contains("hint: "), "{said}");
    }
    let (ended, said) = show("missing.json");
    assert!(ended == 1 && said.contains("missing.json could not be read"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checksum_is_an_approval_of_exactly_one_plan() {
    let world = start().await;
    let (_, said) = run(&world, &["plan"]);
    let checksum = said.split("Checksum: ").nth(1).unwrap()[..64].to_owned();
    assert_eq!(run(&world, &["apply", "--checksum", &checksum[..16]]).0, 64);
    let wrong = "0".repeat(64);
    refused(
        &world,
        &["apply", "--checksum", &wrong],
        &[&format!("the plan now has checksum {checksum}"), "flowbind plan"],
    );
    // A policy counts whole.
    let grant = world.lambda(LONDON).add_permission().function_name("orders").statement_id("theirs");
    grant.action("lambda:InvokeFunction").principal("events.amazonaws.com").send().await.unwrap();
    refused(&world, &["apply", "--checksum", &checksum], &["the plan now has checksum"]);
    let (_, said) = run(&world, &["plan"]);
    let checksum = &said.split("Checksum: ").nth(1).unwrap()[..64];
    let (ended, said) = run(&world, &["apply", "--checksum", checksum]);
    assert_eq!(ended, 0, "{said}");
    let (_, said) = run(&world, &["plan"]);
    assert!(!said.contains("Checksum"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_planned_saved_and_written_with_what_must_come_before_it() {
    let world = start().await;
    for (arguments, says) in [
        (
            ["plan", "--only", "flow/mian"],
            "did you mean `flow/main`?; orphaned resources are only read with --prune.",
        ),
        (["plan", "--only", "other:flow/main"], "no set is named `other`"),
        (["plan", "--only", "main"], "is not an address"),
    ] {
        let (ended, said) = run(&world, &arguments);
        assert!(ended == 64 && said.contains(says), "{said}");
    }
    save(&world, &["--only", "acme:flow/main@support"]);
    let said = run(&world, &["plan", "--only", "flow/main#call"]).1;
    assert!(
        said.contains("Partial: only flow/main, and what must come before; 5 other changes are left out."),
        "{said}"
    );
    assert!(!said.contains("orders"), "{said}");
    // What the part does not depend on may move, and be wrong.
    world.lambda(LONDON).delete_function().function_name("orders").send().await.unwrap();
    assert_eq!(run(&world, &["apply", "--auto-approve"]).0, 1);
    let (ended, said) = run(&world, &["apply", "--plan", "plan.json"]);
    assert_eq!(ended, 0, "{said}");
    assert!(said.contains("Apply: acme: 3 created"), "{said}");
    let (ended, said) = run(&world, &["plan", "--detailed-exitcode", "--only", "flow/main"]);
    assert!(ended == 0 && said.contains("nothing to do there"), "{said}");
    assert_eq!(run(&world, &["apply", "--plan", "plan.json", "--only", "flow/main"]).0, 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_may_not_be_begun_is_not_saved() {
    let world = start().await;
    world.lambda(LONDON).delete_function().function_name("orders").send().await.unwrap();
    let (ended, said) = run(&world, &["plan", "--out", "plan.json"]);
    assert!(ended == 1 && said.contains("the plan was not saved"), "{said}");
    assert!(!said.contains("Checksum"), "{said}");
    assert!(!world.folder.path().join("plan.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_a_new_instance_needs_an_approval_of_its_own() {
    let world = start().await;
    let create = "alias: acme-new, create: { identity: connect-managed, inbound: true, outbound: true }";
    edit(&world.folder.path().join("m.yaml"), "alias: acme", create);
    save(&world, &[]);
    let (ended, said) = run(&world, &["apply", "--plan", "plan.json"]);
    assert_eq!(ended, 4, "{said}");
    assert!(
        said.contains("an instance was created") && said.contains("flowbind plan --out plan.json"),
        "{said}"
    );
    let (_, said) = run(&world, &["plan"]);
    assert!(said.contains("+ flow/main"), "{said}");
    save(&world, &[]);
    let (ended, said) = run(&world, &["apply", "--plan", "plan.json"]);
    assert_eq!(ended, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_is_shown_with_its_option_and_holds_a_saved_plan_as_a_whole() {
    let world = start().await;
    save(&world, &[]);
    assert_eq!(run(&world, &["apply", "--plan", "plan.json"]).0, 0);
    for file in ["desk.json", "main.json"] {
        edit(&world.folder.path().join(file), "\"3\"", "\"4\"");
    }
    save(&world, &[]);
    let (_, said) = run(&world, &["plan"]);
    assert!(said.contains("--allow flow/desk"), "{said}");
    let says = ["protected: flow/desk", "run again with --allow flow/desk."];
    refused(&world, &["apply", "--plan", "plan.json"], &says);
    let (ended, said) = run(&world, &["apply", "--plan", "plan.json", "--allow", "flow/desk#call"]);
    assert_eq!(ended, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_saved_plan_is_overwritten() {
    let world = start().await;
    for file in ["m.yaml", "main.json", "code"] {
        let before = std::fs::read(world.folder.path().join(file)).ok();
        let (ended, said) = run(&world, &["plan", "--out", file]);
        assert_eq!(ended, 1, "{said}");
        assert!(said.contains(&format!("{file} already exists and is not a saved plan")), "{said}");
        assert_eq!(std::fs::read(world.folder.path().join(file)).ok(), before);
    }
    save(&world, &[]);
    save(&world, &["--expires", "1h"]);
    let kept = world.folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    assert!(kept.into_iter().all(|name| !name.to_string_lossy().contains("draft")));
}
