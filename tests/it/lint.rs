//! `flowbind lint`: what it reads, what it says, and how it ends.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::world::{code, copy, flowbind, shipped, stderr, stdout};

const GOOD: &str = r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#;

/// The error branch leads nowhere: line 3, column 84.
fn bad() -> String {
    GOOD.replace("\"NextAction\": \"end\"}]", "\"NextAction\": \"ende\"}]")
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn lint(folder: &Path, arguments: &[&str]) -> Output {
    flowbind(folder).arg("lint").args(arguments).output().unwrap()
}

fn findings(output: &Output) -> Vec<Value> {
    let document: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)));
    assert_eq!(document["format"], "flowbind.lint/v1");
    document["findings"].as_array().unwrap().clone()
}

#[test]
fn the_exit_code_says_whether_something_is_wrong() {
    let folder = folder(&[("good.json", GOOD), ("bad.json", &bad()), ("no.json", "{}"), ("sub/flow", GOOD)]);
    for (arguments, expected) in [
        (&["good.json"][..], 0),
        (&["sub/flow"], 0),
        (&["good.json", "bad.json"], 2),
        (&["."], 2),
        (&["bad.json", "--ignore", "dangling-transition"], 0),
        (&["bad.json", "--select", "unreachable-block,duplicate-identifier"], 0),
        (&["bad.json", "--ignore", "all"], 0),
        (&["no.json"], 2),
        (&["none.json"], 1),
        (&["bad.json", "none.json"], 1),
        (&["bad.json", "--select", "dangling"], 64),
        (&[], 64),
    ] {
        let output = lint(folder.path(), arguments);
        assert_eq!(code(&output), expected, "{arguments:?}: {}{}", stdout(&output), stderr(&output));
    }
    let unknown = lint(folder.path(), &["bad.json", "--select", "dangling-transitions"]);
    assert!(stderr(&unknown).contains("did you mean `dangling-transition`?"), "{}", stderr(&unknown));
}

#[test]
fn text_shows_the_line_and_counts() {
    let folder = folder(&[("flows/bad.json", &bad()), ("flows/good.json", GOOD)]);
    let output = lint(folder.path(), &["flows"]);
    let text = stdout(&output);
    for part in [
        "error[dangling-transition]: no action has the identifier `ende`",
        " --> flows/bad.json:3:84",
        "^^^^^^",
        "more: flowbind lint --explain dangling-transition",
        "\n1 finding in 2 files: 1 error.\n",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "a pipe gets no colours");
    assert_eq!(text, stdout(&lint(folder.path(), &["flows"])));
}

#[test]
fn every_format_names_the_same_place() {
    let folder = folder(&[("./bad flow.json", &bad())]);
    let json = findings(&lint(folder.path(), &["bad flow.json", "--output", "json"]));
    assert_eq!(json.len(), 1);
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&3.into(), &84.into()));
    assert_eq!(json[0]["pointer"], "/Actions/0/Transitions/Errors/0/NextAction");
    let github = lint(folder.path(), &["./bad flow.json", "--output", "github"]);
    let expected = "::error file=bad flow.json,line=3,col=84,endLine=3,endColumn=90,title=dangling-transition::no \
                    action has the identifier `ende`";
    assert!(stdout(&github).starts_with(expected), "{}", stdout(&github));
    let sarif = lint(folder.path(), &["./bad flow.json", "--output", "sarif"]);
    let log: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let result = &log["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "bad%20flow.json");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&3.into(), &84.into()));
    assert_eq!([&github, &sarif].map(code), [2, 2]);
}

#[test]
fn in_a_folder_other_files_are_passed_over_and_broken_flows_are_not() {
    let folder = folder(&[
        ("f/package.json", r#"{"name": "x", "scripts": {"start": "node ."}}"#),
        ("f/tsconfig.json", "{ // a comment\n}"),
        ("f/broken.json", &bad().replace("[\n", "[,\n")),
        ("f/.hidden/x.json", &bad()),
        ("f/good.json", GOOD),
        ("f/values.yaml", "apiVersion: v1\n"),
    ]);
    let output = lint(folder.path(), &["f", "--output", "json", "-v"]);
    let found = findings(&output);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["code"], &found[0]["file"]), (&"unreadable-flow".into(), &"f/broken.json".into()));
    assert_eq!((&found[0]["line"], &found[0]["column"]), (&1.into(), &59.into()));
    assert!(stderr(&output).contains("f/package.json is skipped"), "{}", stderr(&output));
    let quiet = lint(folder.path(), &["f"]);
    assert_eq!(stderr(&quiet), "");
    assert!(stdout(&quiet).ends_with("1 finding in 2 files: 1 error.\n"), "{}", stdout(&quiet));
    let named = findings(&lint(folder.path(), &["f/package.json", "--output", "json"]));
    assert_eq!(named[0]["code"], "unreadable-flow");
}

#[test]
fn legacy_exports_wrapped_ones_and_other_encodings_are_judged() {
    let wrapped = serde_json::json!({"ContactFlow": {"Content": bad()}}).to_string();
    let legacy =
        r#"{"modules": [{"id": "a", "type": "Disconnect", "branches": [], "parameters": []}], "start": "b"}"#;
    let folder = folder(&[("wrapped.json", &wrapped), ("legacy.json", legacy)]);
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(bad().encode_utf16().flat_map(u16::to_le_bytes));
    std::fs::write(folder.path().join("utf16.json"), utf16).unwrap();
    let found = findings(&lint(folder.path(), &[".", "--output", "json"]));
    let of = |file: &str| found.iter().filter(|finding| finding["file"] == file).collect::<Vec<_>>();
    assert_eq!(of("./wrapped.json")[0]["code"], "dangling-transition");
    assert_eq!(of("./utf16.json")[0]["line"], 3);
    assert_eq!(of("./legacy.json")[0]["code"], "unknown-start");
}

#[test]
fn explain_prints_a_rules_page_or_lists_all() {
    let folder = tempfile::tempdir().unwrap();
    let page = lint(folder.path(), &["--explain", "dangling-transition"]);
    assert_eq!(code(&page), 0);
    for part in
        ["What it finds", "Why it matters", "What to do", "Fails", "\"ende\"", "--ignore dangling-transition"]
    {
        assert!(stdout(&page).contains(part), "{part}");
    }
    let list = lint(folder.path(), &["--explain"]);
    assert!(code(&list) == 0 && stdout(&list).contains("\nunreachable-block "), "{}", stdout(&list));
    let unknown = lint(folder.path(), &["--explain", "dangling"]);
    assert!(code(&unknown) == 64 && stderr(&unknown).contains("dangling-transition"), "{}", stderr(&unknown));
}

#[test]
fn a_handler_that_its_runtime_refuses_is_found_explained_and_suppressed() {
    let manifest = |ignore: &str| {
        format!(
            "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: acme }}\nspec:\n  \
             accounts: {{ main: {{ id: \"111122223333\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n  \
             instances: {{ support: {{ alias: acme, functions: [guide] }} }}\n{ignore}  functions:\n    guide:\n      \
             name: guide\n      source:\n        runtime: nodejs24.x\n        handler: index.handler\n        code: code\n        \
             role: \"arn:aws:iam::111122223333:role/guide\"\n"
        )
    };
    let guide =
        "exports.handler = function(event, context, callback) {\n  callback(null, {Name: \"Ann\"});\n};\n";
    let ignored = manifest("  lint: { ignore: [{ code: callback-handler, reason: replaced in May }] }\n");
    let folder = folder(&[("m.yaml", &manifest("")), ("n.yaml", &ignored), ("code/index.js", guide)]);
    let output = lint(folder.path(), &["m.yaml", "--output", "json"]);
    let found = findings(&output);
    assert_eq!(found.len(), 1, "{found:?} {}", stderr(&output));
    assert_eq!((&found[0]["code"], code(&output)), (&"callback-handler".into(), 2));
    assert_eq!((&found[0]["file"], &found[0]["line"]), (&"m.yaml".into(), &9.into()));
    let suppressed = lint(folder.path(), &["n.yaml", "--output", "json"]);
    assert_eq!((findings(&suppressed), code(&suppressed)), (Vec::new(), 0), "{}", stderr(&suppressed));
    let page = stdout(&lint(folder.path(), &["--explain", "callback-handler"]));
    assert!(page.contains("Runtime.CallbackHandlerDeprecated") && page.contains("callback(null"), "{page}");
}

#[test]
fn a_manifests_flows_are_judged_once_and_as_the_manifest_makes_them() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    for paths in [&["demo/flowbind.yaml"][..], &["demo"], &["demo/flows", "demo/flowbind.yaml"]] {
        let output = lint(folder.path(), paths);
        assert_eq!(code(&output), 0, "{paths:?}: {}{}", stdout(&output), stderr(&output));
    }
    let flow = std::fs::read_dir(folder.path().join("demo/flows")).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&flow).unwrap();
    std::fs::write(&flow, text.replacen("\"NextAction\": \"", "\"NextAction\": \"no-", 1)).unwrap();
    let found =
        findings(&lint(folder.path(), &["demo", "--output", "json", "--select", "dangling-transition"]));
    assert_eq!(found.len(), 1, "{found:?}");
    let broken = folder.path().join("demo/flowbind.yaml");
    let manifest = std::fs::read_to_string(&broken).unwrap();
    std::fs::write(&broken, manifest.replace("  instances:", "  instanzes:")).unwrap();
    let output = lint(folder.path(), &["demo", "--select", "dangling-transition"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("did you mean `instances`?"), "{}", stderr(&output));
    assert!(stdout(&output).contains("dangling-transition"), "the flows are judged all the same");
}

#[test]
fn names_in_a_flow_steer_no_terminal() {
    let name = "x\\u001b]0;owned\\u0007\\u009b2J\\n::error::y";
    let folder = folder(&[("f.json", &bad().replace("ende", name))]);
    for format in ["text", "json", "sarif", "github"] {
        let output = lint(folder.path(), &["f.json", "--output", format, "--color", "always"]);
        let text = stdout(&output).replace("\u{1b}[", "");
        assert!(code(&output) == 2 && !text.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{format}: {text:?}");
        assert!(!text.lines().skip(1).any(|line| line.starts_with("::error")), "{format}: {text}");
    }
}

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme } }
  functions: { idle: { name: idle } }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
  lint:
    ignore:
      - { code: dangling-transition, flow: main, block: a, reason: known }
"#;

#[test]
fn a_manifest_lets_findings_pass_with_a_reason_and_is_judged_itself() {
    let folder = folder(&[("m.yaml", MANIFEST), ("main.json", &bad())]);
    let output = lint(folder.path(), &["m.yaml", "--output", "json"]);
    let found = findings(&output);
    let codes: Vec<_> = found.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert_eq!((codes, code(&output)), (vec!["unused-function"], 2), "{found:?}");
    assert_eq!((&found[0]["file"], &found[0]["line"]), (&"m.yaml".into(), &8.into()));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["suppressed"][0]["reason"], "known");
    let text = stdout(&lint(folder.path(), &["m.yaml"]));
    assert!(text.contains("8 |   functions: { idle"), "{text}");
    assert!(text.ends_with("1 finding in 1 file: 1 warning; 1 suppressed by the manifest.\n"), "{text}");
    std::fs::write(folder.path().join("main.json"), GOOD).unwrap();
    let output = lint(folder.path(), &["m.yaml", "--ignore", "unused-function"]);
    assert!(
        code(&output) == 0 && stdout(&output).contains("info[unused-suppression]"),
        "{}",
        stdout(&output)
    );
}
