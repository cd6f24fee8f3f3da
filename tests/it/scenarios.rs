//! `flowbind test`: scenarios beside manifests, played and checked.

use std::fs;
use std::path::Path;
use std::process::Output;

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::world::{code, copy, flowbind, shipped, stderr, stdout};

/// The demo in a folder of its own, to be changed.
fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = flowbind(folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env("FLOWBIND_PIPE_COLUMNS", "80").env("PATH", path).arg("test").args(arguments).output().unwrap()
}

/// Writes a scenario of the demo's `main-ivr`, in a file of its own.
fn write(folder: &Path, name: &str, spec: &str) {
    let head =
        format!("apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: {{ name: {name} }}\nspec:\n");
    fs::write(
        folder.join("demo/scenarios").join(format!("{name}.yaml")),
        format!("{head}  flow: main-ivr\n{spec}"),
    )
    .unwrap();
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}

#[test]
fn the_demos_scenarios_pass_and_come_to_every_block() {
    let folder = demo();
    let output = run(folder.path(), &["demo", "--min-coverage", "90"]);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{}", stdout(&output));
    let text = stdout(&output);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
    // From the folder itself, a file of it, and the working folder.
    for paths in [&["demo/scenarios"][..], &["demo/scenarios/calls.yaml", "demo/scenarios/latest-order.yaml"]]
    {
        assert_eq!(stdout(&run(folder.path(), paths)), text, "{paths:?}");
    }
    assert_eq!(stdout(&run(&folder.path().join("demo"), &[])), text);
}

#[test]
fn the_document_is_as_its_schema_says_and_the_same_again() {
    let folder = demo();
    let output = run(folder.path(), &["demo", "--output", "json"]);
    let document = document(&output);
    let printed = flowbind(folder.path()).args(["schema", "test"]).output().unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:test", serde_json::from_slice(&printed.stdout).unwrap()).unwrap();
    let index = compiler.compile("urn:test", &mut schemas).unwrap();
    assert!(schemas.validate(&document, index).is_ok(), "{document:#}");
    assert_eq!(document["ok"], true);
    assert_eq!(stdout(&run(folder.path(), &["demo", "--output", "json"])), stdout(&output));
}

#[test]
fn scenarios_are_as_their_schema_says() {
    let folder = demo();
    let printed = flowbind(folder.path()).args(["schema", "scenario"]).output().unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:scenario", serde_json::from_slice(&printed.stdout).unwrap()).unwrap();
    let index = compiler.compile("urn:scenario", &mut schemas).unwrap();
    for file in fs::read_dir(folder.path().join("demo/scenarios")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for part in text.split("\n---\n") {
            let value: Value = flowbind::manifest::from_yaml(part).unwrap();
            assert!(schemas.validate(&value, index).is_ok(), "{part}");
        }
    }
}

#[test]
fn what_is_not_as_it_must_be_is_named_with_its_place() {
    let folder = demo();
    let spec = "  answers:\n    Ask what it is about: [\"1\", \"2\"]\n    Offer a person: [none]\n  functions:\n    \
                Check order: [{ answer: { OrderNumber: \"1\" } }]\n  expect:\n    heard: [Welcome*, Nothing like it]\n    \
                unheard: [\"*Fernhill*\"]\n    path: [Greet, Set voice, { block: Offer a person, branch: Equals 1 }]\n    \
                attributes: { callerName: Bob }\n    unset: [callerType]\n    queue: Care\n    end: queued\n    silence: 1s\n    \
                time: 2s\n";
    write(folder.path(), "wrong", spec);
    let output = run(folder.path(), &["demo", "--name", "wrong"]);
    assert_eq!(code(&output), 2);
    insta::assert_snapshot!(stdout(&output));
    let failures = document(&run(folder.path(), &["demo", "--name", "wrong", "--output", "json"]));
    let failures = failures["scenarios"][0]["failures"].as_array().unwrap().clone();
    assert!(failures.iter().all(|failure| failure["line"].as_u64() > Some(6)), "{failures:#?}");
    let junit = stdout(&run(folder.path(), &["demo", "--name", "wrong", "--output", "junit"]));
    assert!(junit.contains("tests=\"1\" skipped=\"0\" failures=\"1\""), "{junit}");
    let github = stdout(&run(folder.path(), &["demo", "--name", "wrong", "--output", "github"]));
    assert_eq!(github.matches("::error file=demo/scenarios/wrong.yaml,line=").count(), 9, "{github}");
}

#[test]
fn a_question_that_nobody_answers_says_what_to_write() {
    let folder = demo();
    write(folder.path(), "short", "  instance: london\n");
    let output = run(folder.path(), &["demo", "--name", "short"]);
    assert_eq!(code(&output), 2);
    let text = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("flow/main-ivr#Ask what it is about: what does the customer press? No answer is given"),
        "{text}"
    );
    assert!(text.contains("hint: give one under `answers`, for the block `Ask what it is about`."), "{text}");
}

#[test]
fn mistakes_in_scenarios_are_found_before_anything_is_played() {
    let folder = demo();
    write(
        folder.path(),
        "typo",
        "  answers: { Ask what it is abuot: [\"1\"] }\n  expect: { path: [Gret] }\n",
    );
    let other = "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\nspec: { flow: main-ivt }\n";
    fs::write(folder.path().join("demo/scenarios/x.yaml"), other).unwrap();
    for command in ["test", "lint"] {
        let output = flowbind(folder.path()).args([command, "demo"]).output().unwrap();
        assert_eq!(code(&output), if command == "test" { 1 } else { 2 });
        let text = format!("{}{}", stdout(&output), stderr(&output));
        for part in [
            "demo/scenarios/typo.yaml:6:",
            "no flow on london has a block `Ask what it is abuot`",
            "did you mean `Ask what it is about`?",
            "did you mean `Greet`?",
            "no manifest beside the scenario `x` has flow/main-ivt",
            "did you mean `main-ivr`?",
        ] {
            assert!(text.contains(part), "{command}: {part}: {text}");
        }
    }
    let named = flowbind(folder.path()).args(["lint", "demo/scenarios/latest-order.yaml"]).output().unwrap();
    assert_eq!(code(&named), 0, "{}", stderr(&named));
}

#[test]
fn what_happened_is_accepted_as_what_is_expected() {
    let folder = demo();
    let file = folder.path().join("demo/scenarios/new.yaml");
    write(
        folder.path(),
        "new",
        "  answers:\n    Ask what it is about: [none]   # no key\n    Check working hours: [closed]\n",
    );
    let before = fs::read_to_string(&file).unwrap();
    let output = run(folder.path(), &["demo", "--name", "new", "--accept"]);
    assert_eq!(
        (code(&output), stderr(&output).as_str()),
        (0, "Wrote what happened into demo/scenarios/new.yaml.\n")
    );
    let text = fs::read_to_string(&file).unwrap();
    let added = text.strip_prefix(&before).unwrap();
    insta::assert_snapshot!(added);
    let again = run(folder.path(), &["demo", "--name", "new", "--accept"]);
    assert_eq!(stderr(&again), "Nothing to write: everything is as expected.\n");
    assert_eq!(code(&run(folder.path(), &["demo", "--name", "new"])), 0);
    // What was met stays as it is written.
    fs::write(
        &file,
        text.replace("Welcome to Fernhill Outdoor.", "Welcome*").replace("end: disconnected", "end: agent"),
    )
    .unwrap();
    assert_eq!(code(&run(folder.path(), &["demo", "--name", "new"])), 2);
    run(folder.path(), &["demo", "--name", "new", "--accept"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), text.replace("Welcome to Fernhill Outdoor.", "Welcome*"));
}

#[test]
fn too_little_coverage_fails_and_says_so() {
    let folder = demo();
    let output = run(folder.path(), &["demo", "--name", "the latest*", "--min-coverage", "50"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("--min-coverage asks for 50 %"), "{}", stdout(&output));
    let none = run(folder.path(), &["demo", "--name", "nobody"]);
    assert_eq!(code(&none), 64);
    assert!(stderr(&none).contains("none of 17 scenarios is named nobody"), "{}", stderr(&none));
}

#[test]
fn functions_run_on_an_embedded_aws_of_their_own() {
    if !crate::functions_run::has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("flowbind.yaml", include_str!("scenarios/flowbind.yaml")),
        ("main.json", include_str!("scenarios/main.json")),
        ("handler/handler.py", include_str!("scenarios/handler.py")),
        ("scenarios/all.yaml", include_str!("scenarios/scenarios.yaml")),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let offline = run(folder.path(), &["."]);
    assert_eq!(code(&offline), 2, "no function runs unless that is asked for");
    let output = run(folder.path(), &[".", "--sandbox", "--output", "json"]);
    let found = document(&output);
    assert_eq!(code(&output), 0, "{found:#}{}", stderr(&output));
    let heard = |at: usize| found["scenarios"][at]["heard"].as_array().unwrap().clone();
    assert_eq!(heard(0)[1], "Hello Ann of uk, call 2.", "a process stays warm");
    let cold =
        document(&run(folder.path(), &[".", "--sandbox", "--cold", "--output", "json", "--name", "runs"]));
    assert_eq!(
        cold["scenarios"][0]["heard"].as_array().unwrap().clone(),
        ["Hello Ann of uk, call 1.", "Hello Ann of uk, call 1."]
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing is left");
}

#[test]
fn the_platforms_scenarios_come_to_every_block_and_branch() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("platform"), &folder.path().join("platform"));
    let arguments = ["platform", "--for", "test", "--min-coverage", "100"];
    let output = run(folder.path(), &arguments);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{}", stdout(&output));
    insta::assert_snapshot!(stdout(&output));
    if crate::functions_run::has("node") {
        let running = run(folder.path(), &[&arguments[..], &["--sandbox"]].concat());
        assert_eq!(stdout(&running), stdout(&output), "functions that run come to the same");
    }
}

#[test]
fn a_sweep_shows_what_callers_hear_when_functions_fail() {
    let folder = demo();
    let output = run(folder.path(), &["demo", "--sweep", "--name", "the latest order"]);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let text = stdout(&output);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
    let json = run(folder.path(), &["demo", "--sweep", "--output", "json"]);
    let printed = flowbind(folder.path()).args(["schema", "sweep"]).output().unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:sweep", serde_json::from_slice(&printed.stdout).unwrap()).unwrap();
    let index = compiler.compile("urn:sweep", &mut schemas).unwrap();
    let document = document(&json);
    assert!(schemas.validate(&document, index).is_ok(), "{document:#}");
    // A flow without a word on the Error branch is found.
    let flow = folder.path().join("demo/flows/main-ivr.json");
    let text = fs::read_to_string(&flow).unwrap();
    let silent = text.replacen("\"NextAction\": \"Say system busy\"", "\"NextAction\": \"Hang up\"", 1);
    assert_ne!(silent, text);
    fs::write(&flow, silent).unwrap();
    let output = run(folder.path(), &["demo", "--sweep", "--name", "the latest order"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("7 leave the caller without a word"), "{}", stdout(&output));
    assert_eq!(code(&run(folder.path(), &["demo", "--sweep", "--output", "junit"])), 64);
}
