//! Two sets of one run that would write one object: reported with both places before anything is written. What sets may
//! share is written for each of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use crate::world::{World, code, flowbind, flowbind_at, is_read, stderr, stdout};

const SAY: &str = r#"{ "Version": "2019-10-30", "StartAction": "end", "Actions": [
  { "Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} } ] }"#;

/// A set named `name`; `spec` begins in line 7.
fn set(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: {name} }}\nspec:\n  accounts: {{ main: {{ id: \
         \"111122223333\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n{spec}"
    )
}

fn made(label: &str, name: &str, role: &str) -> String {
    format!(
        "  functions:\n    {label}: {{ name: {name}, source: {{ runtime: nodejs22.x, handler: index.handler, code: code, role: {role}, \
         publish: live }} }}\n"
    )
}

const ARN: &str = "\"arn:aws:iam::111122223333:role/made-by-hand\"";

fn write(folder: &Path, files: &[(&str, &str)]) {
    std::fs::create_dir_all(folder.join("m/code")).unwrap();
    std::fs::write(folder.join("m/code/index.mjs"), "export const handler = async () => ({});\n").unwrap();
    std::fs::write(folder.join("m/say.json"), SAY).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join("m").join(name), text).unwrap();
    }
}

/// Validates, plans and applies the folder `m` in the embedded AWS: each fails with both places, and nothing was made.
fn refused(files: &[(&str, &str)], what: &str, places: [&str; 2]) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let commands: [(&[&str], i32); 6] = [
        (&["validate", "m"], 2),
        (&["plan", "--sandbox", "m"], 1),
        (&["apply", "--sandbox", "--auto-approve", "m"], 1),
        (&["drift", "--sandbox", "m"], 1),
        (&["iam-policy", "--for", "apply", "m"], 1),
        (&["graph", "m"], 1),
    ];
    for (arguments, exit) in commands {
        let output = flowbind(folder.path()).args(arguments).output().unwrap();
        let said = stderr(&output);
        assert_eq!(code(&output), exit, "{arguments:?}: {}{said}", stdout(&output));
        assert!(said.contains(what), "{arguments:?}: {what} in {said}");
        for place in places {
            assert!(said.contains(place), "{arguments:?}: {place} in {said}");
        }
    }
    assert!(!folder.path().join(".flowbind").exists(), "nothing was begun");
}

#[test]
fn two_files_that_would_write_one_object_are_refused_with_both_places() {
    let desk = "  instances: { desk: { alias: desk } }\n";
    let flow = "  flows:\n    main: { instance: desk, name: Main, type: contact-flow, content: say.json }\n";
    let module = "  modules:\n    auth: { instance: desk, name: Auth, content: say.json }\n";
    let attribute = |value: &str| {
        format!("  instances:\n    desk: {{ alias: desk, attributes: {{ contactflow-logs: {value} }} }}\n")
    };
    let create = "  instances:\n    desk: { alias: desk, create: { identity: saml, inbound: true, outbound: true } }\n";
    let cases = [
        (format!("{desk}{flow}"), format!("{desk}{flow}"), "the flow `Main` on the instance `desk`", "9:5"),
        (
            format!("{desk}{module}"),
            format!("{desk}{module}"),
            "the module `Auth` on the instance `desk`",
            "9:5",
        ),
        // The function, and so its versions and its alias.
        (made("f", "greeter", ARN), made("g", "greeter", ARN), "the function `greeter`", "8:5"),
        (made("f", "f", "{ name: shared }"), made("f", "g", "{ name: shared }"), "the role `shared`", "8:5"),
        (attribute("true"), attribute("false"), "`contactflow-logs` of the instance `desk`", "8:5"),
        (create.to_owned(), create.to_owned(), "the instance `desk`", "8:5"),
    ];
    for (one, two, what, at) in cases {
        let files = [("one.yaml", set("one", &one)), ("two.yaml", set("two", &two))];
        let places = [format!("m/one.yaml:{at}"), format!("m/two.yaml:{at}")];
        refused(
            &files.each_ref().map(|(name, text)| (*name, text.as_str())),
            what,
            places.each_ref().map(String::as_str),
        );
    }
}

#[test]
fn two_documents_and_two_targets_are_refused_alike() {
    let spec = made("f", "greeter", ARN);
    let documents = format!("{}---\n{}", set("one", &spec), set("two", &spec));
    refused(&[("m.yaml", &documents)], "the function `greeter`", ["m/m.yaml:8:5", "m/m.yaml:17:5"]);
    let targets = set("one", &format!("  targets: {{ dev: {{}}, prod: {{}} }}\n{spec}"));
    let what = "is also made by the set `one-dev`";
    refused(&[("m.yaml", &targets)], what, ["m/m.yaml:9:5", "declares it for both targets"]);
    // One target alone is one set.
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("m.yaml", &targets)]);
    let output = flowbind(folder.path()).args(["validate", "--for", "dev", "m"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

async fn run(world: &World, arguments: &[&str]) -> Output {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn writes(world: &World) -> BTreeMap<String, u64> {
    world.calls().into_iter().filter(|(name, _)| !is_read(name)).collect()
}

/// An AWS with an instance of the alias `desk` and a function `crm`; gives the instance's id too.
async fn desk() -> (World, String) {
    let seed = set(
        "seed",
        "  instances: { desk: { alias: desk, functions: [crm] } }\n  functions: { crm: { name: crm } }\n",
    );
    let world = World::new(&seed).await;
    let listed = world.connect("eu-west-2").list_instances().send().await.unwrap();
    let id = listed.instance_summary_list()[0].id().unwrap().to_owned();
    (world, id)
}

#[tokio::test]
async fn an_instance_by_its_alias_and_by_its_id_is_one_when_it_is_seen() {
    let (world, id) = desk().await;
    let flow = |at: &str| {
        format!(
            "  flows:\n    main: {{ instance: {at}, name: Main, type: contact-flow, content: say.json }}\n"
        )
    };
    let logs = |value: &str| format!("attributes: {{ contactflow-logs: {value} }}");
    let cases = [
        (
            format!("  instances: {{ desk: {{ alias: desk }} }}\n{}", flow("desk")),
            format!("  instances: {{ front: {{ id: {id} }} }}\n{}", flow("front")),
            "the flow `Main` on the instance",
            ["m/one.yaml:9:5", "m/two.yaml:9:5"],
        ),
        (
            format!("  instances: {{ desk: {{ alias: desk, {} }} }}\n", logs("true")),
            format!("  instances: {{ front: {{ id: {id}, {} }} }}\n", logs("false")),
            "`contactflow-logs` of the instance",
            ["m/one.yaml:7:16", "m/two.yaml:7:16"],
        ),
    ];
    for (one, two, what, places) in cases {
        let (one, two) = (set("one", &one), set("two", &two));
        write(world.folder.path(), &[("one.yaml", &one), ("two.yaml", &two)]);
        let valid = run(&world, &["validate", "m"]).await;
        assert_eq!(code(&valid), 0, "only a look can tell: {}", stderr(&valid));
        for arguments in [&["plan", "m"][..], &["apply", "--auto-approve", "m"]] {
            let output = run(&world, arguments).await;
            let said = stderr(&output);
            assert_eq!(code(&output), 1, "{arguments:?}: {}{said}", stdout(&output));
            assert!(
                said.contains(what) && places.iter().all(|at| said.contains(at)),
                "{arguments:?}: {said}"
            );
            assert!(
                stdout(&output).contains("Plan: two: could not be planned: 1 error."),
                "{}",
                stdout(&output)
            );
        }
        assert_eq!(writes(&world), BTreeMap::new(), "{what}");
        let one = run(&world, &["apply", "--auto-approve", "m/one.yaml"]).await;
        assert_eq!(code(&one), 0, "alone it is fine: {}", stderr(&one));
        // In sync or not, they stay rivals.
        let again = run(&world, &["plan", "m"]).await;
        assert_eq!(code(&again), 1, "{}{}", stdout(&again), stderr(&again));
        world.emulator.reset();
    }
}

#[tokio::test]
async fn two_names_of_one_instance_in_one_set_are_an_error_when_it_is_seen() {
    let (world, id) = desk().await;
    let spec = format!(
        "  instances:\n    desk: {{ alias: desk, functions: [crm] }}\n    front: {{ id: {id}, functions: [crm] }}\n  functions: {{ crm: {{ name: crm }} }}\n"
    );
    write(world.folder.path(), &[("one.yaml", &set("one", &spec))]);
    for arguments in [&["plan", "m"][..], &["apply", "--auto-approve", "m"]] {
        let output = run(&world, arguments).await;
        let said = stderr(&output);
        assert_eq!(code(&output), 1, "{arguments:?}: {}{said}", stdout(&output));
        assert!(said.contains("instance/front and instance/desk are the same instance"), "{said}");
        assert!(said.contains("m/one.yaml:9:5") && said.contains("m/one.yaml:8:5"), "{said}");
        assert!(
            !stdout(&output).lines().any(|line| line.starts_with("instance/front")),
            "{}",
            stdout(&output)
        );
    }
    assert_eq!(writes(&world), BTreeMap::new());
}

#[tokio::test]
async fn sets_may_share_an_instance_and_a_function() {
    let (world, id) = desk().await;
    let makes = set(
        "one",
        &format!(
            "  instances: {{ desk: {{ alias: desk, functions: [f, crm], attributes: {{ contactflow-logs: true }} }} }}\n{}    crm: {{ name: crm }}\n",
            made("f", "greeter", "{ name: greeter }")
        ),
    );
    let refers = set(
        "two",
        &format!(
            "  instances: {{ front: {{ id: {id}, functions: [crm, greeter], attributes: {{ contactflow-logs: true }} }} }}\n  functions:\n    crm: {{ name: crm }}\n    \
             greeter: {{ name: greeter, qualifier: live }}\n"
        ),
    );
    write(world.folder.path(), &[("one.yaml", &makes), ("two.yaml", &refers)]);
    let valid = run(&world, &["validate", "m"]).await;
    assert_eq!(code(&valid), 0, "{}", stderr(&valid));
    let first = run(&world, &["apply", "--auto-approve", "m/one.yaml"]).await;
    assert_eq!(code(&first), 0, "{}{}", stdout(&first), stderr(&first));
    let apply = run(&world, &["apply", "--auto-approve", "m"]).await;
    assert_eq!(code(&apply), 0, "{}{}", stdout(&apply), stderr(&apply));
    let plan = run(&world, &["plan", "--detailed-exitcode", "m"]).await;
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
}

/// What each of two sets needs of one function on one instance, and what the other's removal leaves.
#[tokio::test]
async fn what_one_set_no_longer_needs_stays_while_another_set_does() {
    let (world, id) = desk().await;
    let uses = |name: &str, functions: &str| {
        let spec = format!(
            "  instances: {{ desk: {{ id: {id}, functions: [{functions}] }} }}\n  functions:\n    crm: {{ name: crm }}\n"
        );
        set(name, &spec)
    };
    let apply = async |file: &str, words: &[&str]| {
        let words = [&["apply", "--auto-approve"], words, &[file]].concat();
        let output = run(&world, &words).await;
        assert_eq!(code(&output), 0, "{words:?}: {}{}", stdout(&output), stderr(&output));
        format!("{}{}", stdout(&output), stderr(&output))
    };
    write(world.folder.path(), &[("one.yaml", &uses("one", "crm")), ("two.yaml", &uses("two", "crm"))]);
    // The first one makes the association, the second finds it there.
    apply("m/one.yaml", &[]).await;
    apply("m/two.yaml", &[]).await;
    write(world.folder.path(), &[("one.yaml", &uses("one", ""))]);
    let said = apply("m/one.yaml", &["--prune"]).await;
    assert!(said.contains("the set `two` does"), "{said}");
    let plan = run(&world, &["plan", "--detailed-exitcode", "m/two.yaml"]).await;
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
}

/// A flow that one set made and another adopted is deleted by the first only when somebody allows it.
#[tokio::test]
async fn what_another_set_adopted_is_not_pruned() {
    let (world, id) = desk().await;
    let flow = |name: &str, adopt: bool| {
        let flow = format!(
            "  modules: {{ main: {{ instance: desk, name: Main, content: module.json, adopt: {adopt} }} }}\n"
        );
        set(name, &format!("  instances: {{ desk: {{ id: {id} }} }}\n{flow}"))
    };
    let said = SAY.replace("DisconnectParticipant", "EndFlowModuleExecution");
    let edited = said.replace("\"end\"", "\"fin\"");
    write(
        world.folder.path(),
        &[
            ("module.json", &said),
            ("one.yaml", &flow("one", false)),
            ("two.yaml", &flow("two", true)),
            ("none.yaml", &set("one", &format!("  instances: {{ desk: {{ id: {id} }} }}\n"))),
        ],
    );
    let one = run(&world, &["apply", "--auto-approve", "m/one.yaml"]).await;
    assert_eq!(code(&one), 0, "{}{}", stdout(&one), stderr(&one));
    write(world.folder.path(), &[("module.json", &edited)]);
    let two = run(&world, &["apply", "--auto-approve", "m/two.yaml"]).await;
    assert_eq!(code(&two), 0, "{}{}", stdout(&two), stderr(&two));
    let prune = run(&world, &["apply", "--prune", "--force", "--auto-approve", "m/none.yaml"]).await;
    assert_eq!(code(&prune), 4, "{}{}", stdout(&prune), stderr(&prune));
    let said = format!("{}{}", stdout(&prune), stderr(&prune));
    assert!(said.contains("another set adopted it as `two/main`"), "{said}");
    let plan = run(&world, &["plan", "--detailed-exitcode", "m/two.yaml"]).await;
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
}
