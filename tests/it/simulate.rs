//! What `flowbind simulate` prints: a transcript, a document as its schema says, a picture; and what it asks for.

use std::fs;
use std::process::Output;

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::help::shell_words;
use crate::world::{code, flowbind, shipped, stderr, stdout};

fn run(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = flowbind(folder.path());
    command.env("FLOWBIND_PIPE_COLUMNS", "80").arg("simulate").args(arguments).output().unwrap()
}

fn demo(arguments: &[&str]) -> Output {
    run(&[arguments, &[shipped("demo").to_str().unwrap()]].concat())
}

fn scenario() -> String {
    shipped("demo").join("scenarios/latest-order.yaml").to_str().unwrap().to_owned()
}

#[test]
fn the_transcript_of_a_scenario_is_readable_at_80_columns() {
    let output = demo(&["flow/main-ivr", "--scenario", &scenario()]);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let text = stdout(&output);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_readmes_transcript_is_what_its_command_prints() {
    let readme = fs::read_to_string(shipped("").join("../README.md")).unwrap();
    let (_, section) = readme.split_once("## What a caller meets\n").unwrap();
    let (_, rest) = section.split_once("```sh\n").unwrap();
    let (command, rest) = rest.split_once("```").unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let words = shell_words(command.trim().strip_prefix("flowbind simulate ").unwrap());
    let words: Vec<&str> = words.into_iter().filter(|word| *word != "manifests/demo").collect();
    let text = stdout(&demo(&words));
    assert!(shown.lines().all(|line| text.lines().any(|printed| printed == line)), "{text}");
}

#[test]
fn the_document_is_as_its_schema_says() {
    let output = demo(&["flow/main-ivr", "--scenario", &scenario(), "--output", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let printed = flowbind(folder.path()).args(["schema", "simulate"]).output().unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:simulate", serde_json::from_slice(&printed.stdout).unwrap()).unwrap();
    let index = compiler.compile("urn:simulate", &mut schemas).unwrap();
    assert!(schemas.validate(&document, index).is_ok(), "{document:#}");
    assert_eq!((&document["endKind"], &document["clockMs"]), (&"disconnected".into(), &5_400.into()));
    let names: Vec<&str> =
        document["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"Say order status"), "{names:?}");
    // The same input gives the same bytes.
    let again = demo(&["flow/main-ivr", "--scenario", &scenario(), "--output", "json"]);
    assert_eq!(output.stdout, again.stdout);
}

#[test]
fn the_picture_shows_the_path() {
    let output = demo(&["flow/main-ivr", "--scenario", &scenario(), "--output", "svg"]);
    let text = stdout(&output);
    assert!(text.starts_with("<svg") && text.contains("fb-strong") && text.contains("fb-faint"), "{text}");
}

#[test]
fn what_is_needed_and_not_given_names_the_option_that_gives_it() {
    let output = demo(&["flow/main-ivr"]);
    assert_eq!(code(&output), 64);
    let error = stderr(&output);
    assert!(error.contains("flow/main-ivr#Ask what it is about"), "{error}");
    assert!(error.contains("`--answer 'Ask what it is about=1'`"), "{error}");
    let output = demo(&["flow/main-ivr", "--input", "1"]);
    assert!(stderr(&output).contains("--answer 'Offer a person=1'"), "{}", stderr(&output));
}

#[test]
fn a_function_that_fails_takes_the_error_branch_and_the_transcript_says_why() {
    for (failure, why) in [
        ("error", "the function fails with an error"),
        ("timeout", "the time limit is over"),
        ("throttled", "Lambda throttles the call"),
        ("unavailable", "Lambda fails"),
        ("denied", "Amazon Connect is not allowed to call the function"),
        ("null", "its answer is refused"),
    ] {
        let function = format!("Look up caller={failure}");
        let text = stdout(&demo(&["flow/main-ivr", "--function", &function]));
        let line = text.lines().find(|line| line.contains("→ NoMatchingError")).unwrap_or_default();
        assert!(line.contains(why), "{failure}: {text}");
    }
}

#[test]
fn options_win_over_the_scenario_and_what_is_not_used_is_reported() {
    let output = demo(&[
        "flow/main-ivr",
        "--scenario",
        &scenario(),
        "--channel",
        "chat",
        "--customer",
        "none",
        "--attribute",
        "tier=gold",
        "--function",
        "Journal contact=error",
    ]);
    let text = stdout(&output);
    assert!(text.starts_with("flow/main-ivr on london: a chat contact\n"), "{text}");
    assert!(text.contains("attribute `tier`: `gold`"), "{text}");
    assert!(stderr(&output).contains("not used: "), "{}", stderr(&output));
}

#[test]
fn wrong_words_are_refused_with_what_is_right() {
    for (arguments, part) in [
        (&["flow/main-ivrr"][..], "did you mean `flow/main-ivr`?"),
        (&["function/x"], "is not a flow"),
        (&["main-ivr"], "like `flow/main-ivr`"),
        (&["flow/main-ivr", "--function", "x=tomeout"], "is not JSON"),
        (&["flow/main-ivr", "--assume", "S1=maybe"], "unset-empty"),
        (&["flow/main-ivr", "--input", "x"], "is not an answer that the block takes"),
        (&["flow/care-queue", "--scenario", &scenario()], "is of flow/main-ivr"),
        (
            &["flow/main-ivr", "--scenario", &scenario(), "--name", "other"],
            "there is only `the latest order`",
        ),
        (&["flow/main-ivr", "--step"], "--step needs a terminal"),
    ] {
        let output = demo(arguments);
        assert_eq!(code(&output), 64, "{arguments:?}: {}", stderr(&output));
        let error: Vec<String> = stderr(&output).split_whitespace().map(str::to_owned).collect();
        assert!(error.join(" ").contains(part), "{arguments:?}: {}", stderr(&output));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.yaml");
    fs::write(
        &file,
        "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: { name: a }\nspec: { flwo: x }\n",
    )
    .unwrap();
    let output = demo(&["flow/main-ivr", "--scenario", file.to_str().unwrap()]);
    assert!(code(&output) == 1 && stderr(&output).contains("flwo"), "{}", stderr(&output));
}
