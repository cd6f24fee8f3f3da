//! What people, pull requests and machines read of the shipped demo: every format of every command.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::ends::demo;
use crate::hand_made::{applied, break_three};
use crate::world::{World, code, copy, flowbind, flowbind_at, shipped, stderr, stdout};

/// Compares with what is kept. Digests change with every word of the demo, and flows that are made side by side get
/// their ids in any order.
fn snapshot(name: &str, text: &str) {
    let filters = [
        ("[0-9a-f]{64}", "<digest>"),
        ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    ];
    insta::with_settings!({ filters => filters, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// A result and how the command ended.
fn ended(output: &Output) -> String {
    let text = stdout(output);
    assert!(!text.is_empty(), "{}", stderr(output));
    format!("{text}(exit code {})", code(output))
}

/// A result as it is kept: of SARIF without the version and the rules' own pages.
fn shown(format: &str, output: &Output) -> String {
    if format != "sarif" {
        return ended(output);
    }
    let mut log: serde_json::Value = serde_json::from_str(&stdout(output)).unwrap();
    let driver = &mut log["runs"][0]["tool"]["driver"];
    assert!(driver["rules"].as_array().is_some_and(|rules| rules.len() > 8));
    (driver["rules"], driver["semanticVersion"]) = (serde_json::json!([]), "0.0.0".into());
    serde_json::to_string_pretty(&log).unwrap()
}

pub(crate) fn at(world: &World, arguments: &[&str]) -> Output {
    flowbind_at(world.folder.path(), &world.emulator.url()).args(arguments).output().unwrap()
}

/// What code scanning demands of a log: a place within the repository for every result, and fingerprints of their own.
fn scannable(output: &Output) {
    let log: serde_json::Value = serde_json::from_str(&stdout(output)).unwrap();
    assert_eq!((&log["version"], log["runs"].as_array().unwrap().len()), (&"2.1.0".into(), 1));
    let run = &log["runs"][0];
    let rules: Vec<_> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    let mut prints = std::collections::BTreeSet::new();
    let results = run["results"].as_array().unwrap();
    for result in results {
        if let Some(index) = result["ruleIndex"].as_u64() {
            assert_eq!(rules[usize::try_from(index).unwrap()], &result["ruleId"], "{result}");
        }
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()), "{result}");
        assert!(!result["message"]["text"].as_str().unwrap().is_empty(), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("demo/") && place["region"]["startLine"].as_u64() > Some(0), "{result}");
        assert!(prints.insert(result["partialFingerprints"].to_string()), "{result}");
    }
    assert!(!results.is_empty());
}

/// Edits a file of the demo.
pub(crate) fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join("demo").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} is not in {file}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Edits the demo: a flow and a permission are taken out, a flow is protected, one does not exist.
pub(crate) fn hold(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("demo/flowbind.yaml")).unwrap();
    let (head, rest) = text.split_once("    care-queue:\n      instance").unwrap();
    let (_, tail) = rest.split_once("    # No `content`").unwrap();
    std::fs::write(folder.join("demo/flowbind.yaml"), format!("{head}    # No `content`{tail}")).unwrap();
    edit(folder, "flows/main-ivr.json", "${flow.care-queue.arn}", "${flow.main-ivr.arn}");
    edit(folder, "flowbind.yaml", "functions: [contact-journal]", "functions: []");
    edit(folder, "flowbind.yaml", "name: Main IVR\n", "name: Main IVR\n      protect: true\n");
    edit(folder, "flowbind.yaml", "name: US desk\n", "name: US desks\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_what_was_broken_by_hand() {
    let world = applied().await;
    break_three(&world).await;
    for format in ["text", "json", "markdown", "github"] {
        let output = at(&world, &["plan", "demo", "--detailed-exitcode", "--output", format]);
        snapshot(&format!("plan_{format}"), &ended(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_with_everything_that_can_keep_it_from_being_applied() {
    let world = applied().await;
    break_three(&world).await;
    hold(world.folder.path());
    for format in ["text", "json", "markdown", "github"] {
        let output = at(&world, &["plan", "demo", "--prune", "--detailed-exitcode", "--output", format]);
        snapshot(&format!("plan_held_{format}"), &ended(&output));
    }
    let compact = at(&world, &["plan", "demo", "--prune", "--compact"]);
    snapshot("plan_held_compact", &ended(&compact));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_sync_is_said_in_every_format() {
    let world = applied().await;
    for format in ["text", "markdown"] {
        let output = at(&world, &["plan", "demo", "--detailed-exitcode", "--output", format]);
        snapshot(&format!("plan_in_sync_{format}"), &ended(&output));
    }
    let github = at(&world, &["plan", "demo", "--detailed-exitcode", "--output", "github"]);
    assert_eq!((stdout(&github).as_str(), code(&github)), ("", 0), "nothing is no annotation");
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_of_what_was_broken_by_hand() {
    let world = applied().await;
    break_three(&world).await;
    for format in ["text", "json", "markdown", "github", "sarif"] {
        let output = at(&world, &["drift", "demo", "--output", format]);
        assert_eq!(code(&output), 2, "{}", stderr(&output));
        snapshot(&format!("drift_{format}"), &shown(format, &output));
        if format == "sarif" {
            scannable(&output);
        }
    }
    // A flow that stays is taken out, the repository moves on its own, and one difference is let pass.
    let folder = world.folder.path();
    let text = std::fs::read_to_string(folder.join("demo/flowbind.yaml")).unwrap();
    let (head, _) = text.split_once("    # No `content`").unwrap();
    std::fs::write(folder.join("demo/flowbind.yaml"), head).unwrap();
    edit(folder, "flows/care-queue.json", "\"Text\": \"", "\"Text\": \"Hello. ");
    let ignore = "ignore:\n  - { address: association/*, reason: a test of @ops, until: 2999-12-31 }\n";
    std::fs::write(folder.join("ignore.yaml"), ignore).unwrap();
    let ignored = ["--ignore", "ignore.yaml", "--show-ignored"];
    for format in ["text", "markdown", "github", "sarif"] {
        let options = [&["drift", "demo", "--audit", "--output", format], &ignored[..]].concat();
        let output = at(&world, &options);
        assert_eq!(code(&output), 2, "{}", stderr(&output));
        snapshot(&format!("drift_all_{format}"), &shown(format, &output));
        if format == "sarif" {
            scannable(&output);
        }
    }
}

#[test]
fn a_manifest_that_cannot_be_taken_is_told_in_the_pull_request() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    edit(folder.path(), "flowbind.yaml", "  instances:", "  instanzes:");
    for format in ["markdown", "github"] {
        let output = flowbind(folder.path()).args(["plan", "demo", "--output", format]).output().unwrap();
        snapshot(&format!("plan_broken_{format}"), &ended(&output));
    }
}

#[test]
fn findings_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    edit(
        folder.path(),
        "flows/main-ivr.json",
        "\"NextAction\": \"Say sorry\"",
        "\"NextAction\": \"Say sory\"",
    );
    edit(
        folder.path(),
        "flows/main-ivr.json",
        "\"NextAction\": \"Say order status\"",
        "\"NextAction\": \"Check return\"",
    );
    edit(folder.path(), "flowbind.yaml", "timeLimit: 5s", "timeLimit: 8s");
    for format in ["text", "json", "markdown", "github", "sarif"] {
        let output = flowbind(folder.path()).args(["lint", "demo", "--output", format]).output().unwrap();
        assert_eq!(code(&output), 2, "{}", stderr(&output));
        snapshot(&format!("lint_{format}"), &shown(format, &output));
        if format == "sarif" {
            scannable(&output);
        }
    }
}

/// A manifest with a mistake at its seventh line.
const BROKEN: &str = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  accounts: { m: { id: \
                      \"111122223333\" } }\n  defaults: { account: m, region: eu-west-2 }\n  instances: { i: { alis: x } }\n";

#[test]
fn a_broken_manifest_is_written_in_every_format_that_a_machine_reads() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), BROKEN).unwrap();
    let run = |words: &[&str]| {
        let output = flowbind(folder.path()).args(words).args(["--sandbox", "m.yaml"]).output().unwrap();
        assert_eq!(code(&output), 1, "{words:?}: {}", stderr(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    };
    for (command, format) in [("plan", "plan"), ("apply", "apply"), ("drift", "drift")] {
        let document = run(&[command, "--output", "json"]);
        assert_eq!(document["format"], format!("flowbind.{format}/v1"));
        let problems = document["problems"].as_array().unwrap();
        assert!(problems.iter().any(|problem| problem["origin"]["line"] == 7), "{document}");
    }
    let log = run(&["drift", "--output", "sarif"]);
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "flowbind/drift/");
    assert!(!log["runs"][0]["results"].as_array().unwrap().is_empty());
}

/// In a pipeline an empty report would read as if nothing were wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_ended_early_says_why_in_every_format() {
    let world = demo(&["deny:sts:GetCallerIdentity"]).await;
    let pages: [(&str, &[&str]); 3] = [
        ("plan", &["markdown", "github", "html"]),
        ("drift", &["markdown", "github", "html", "sarif"]),
        ("invoke", &["github", "junit"]),
    ];
    for (verb, formats) in pages {
        for format in formats {
            let all: &[&str] = if verb == "invoke" { &["--all"] } else { &[] };
            let output = at(&world, &[&[verb, "demo", "--output", format], all].concat());
            let text = stdout(&output);
            assert_eq!(code(&output), 1, "{verb} {format}: {}", stderr(&output));
            assert!(
                text.contains(&format!("flowbind {verb} failed")) || *format == "sarif",
                "{verb} {format}: {text}"
            );
            assert!(text.contains("sts:GetCallerIdentity"), "{verb} {format}: {text}");
        }
    }
    snapshot("plan_denied_markdown", &ended(&at(&world, &["plan", "demo", "--output", "markdown"])));
    let sarif = at(&world, &["drift", "demo", "--output", "sarif"]);
    let log: Value = serde_json::from_str(&stdout(&sarif)).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    for format in ["markdown", "github", "html"] {
        let text = stdout(&at(&world, &["show", "none.json", "--output", format]));
        assert!(text.contains("none.json") && text.contains("flowbind show failed"), "{format}: {text}");
    }
    for format in ["markdown", "github", "sarif"] {
        let text = stdout(&at(&world, &["lint", "demo", "--select", "nope", "--output", format]));
        assert!(text.contains("nope"), "{format}: {text}");
    }
}

#[test]
fn validate_ends_with_a_sum() {
    let folder = tempfile::tempdir().unwrap();
    let run = |text: &str| {
        std::fs::write(folder.path().join("m.yaml"), text).unwrap();
        stdout(&flowbind(folder.path()).args(["validate", "m.yaml"]).output().unwrap())
    };
    assert_eq!(run(BROKEN), "1 error.\n");
    let valid = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  accounts: { main: { id: \
                 \"111122223333\" } }\n  defaults: { account: main, region: eu-west-9 }\n  instances: { i: { alias: x } }\n  functions: \
                 { a: { name: a }, b: { name: b } }\n";
    assert_eq!(run(valid), "acme: valid (1 instance, 2 functions).\n1 warning.\n");
}

/// A sum of what was read would read as if all were well.
#[test]
fn lint_sums_nothing_up_where_nothing_could_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = flowbind(folder.path()).args(["lint", "nope.json"]).output().unwrap();
    assert_eq!((code(&output), &*stdout(&output)), (1, ""), "{}", stderr(&output));
    assert!(stderr(&output).contains("nope.json"), "{}", stderr(&output));
}

#[test]
fn validate_writes_sarif_and_annotations() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), BROKEN).unwrap();
    let run = |format: &str| {
        let output =
            flowbind(folder.path()).args(["validate", "--output", format, "m.yaml"]).output().unwrap();
        assert_eq!(code(&output), 2, "{}", stderr(&output));
        stdout(&output)
    };
    let log: Value = serde_json::from_str(&run("sarif")).unwrap();
    let run_log = &log["runs"][0];
    let results = run_log["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "m.yaml");
        assert_eq!(place["region"]["startLine"], 7);
        let rule = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run_log["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    }
    let annotations = run("github");
    assert!(annotations.starts_with("::error file=m.yaml,line=7"), "{annotations}");
}
