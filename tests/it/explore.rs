//! `flowbind explore`: every way through flows.

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::world::{code, flowbind, shipped, stderr, stdout};

fn document(name: &str, more: &[&str]) -> (Value, i32) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = flowbind(folder.path());
    let output =
        command.args(["explore", "--output", "json"]).args(more).arg(shipped(name)).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(&output), stderr(&output)));
    let schema = flowbind(folder.path()).args(["schema", "explore"]).output().unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:explore", serde_json::from_slice(&schema.stdout).unwrap()).unwrap();
    let index = compiler.compile("urn:explore", &mut schemas).unwrap();
    schemas.validate(&document, index).unwrap_or_else(|error| panic!("{error:#}"));
    (document, code(&output))
}

/// The shipped manifests: what is found is known, and no branch is dead.
#[test]
fn the_shipped_flows_are_explored_across_modules_and_transfers() {
    for (name, more) in [("demo", &[][..]), ("platform", &["--for", "dev"][..])] {
        let (document, exit) = document(name, more);
        for instance in document["instances"].as_array().unwrap() {
            assert_eq!(instance["complete"], true, "{name}");
            let findings = instance["findings"].as_array().unwrap();
            let bad = findings.iter().filter(|finding| finding["code"] != "longest-silence").count();
            assert_eq!(exit, if bad > 0 { 2 } else { 0 }, "{name}");
            for finding in findings {
                assert!(!finding["way"]["blocks"].as_array().unwrap().is_empty(), "{finding:#}");
                let scenario = finding["scenario"].as_str().unwrap_or_else(|| panic!("{finding:#}"));
                assert!(scenario.contains("kind: Scenario\n"), "{scenario}");
            }
        }
    }
}

#[test]
fn the_same_flows_give_the_same_bytes() {
    let run = || {
        let folder = tempfile::tempdir().unwrap();
        stdout(&flowbind(folder.path()).arg("explore").arg(shipped("demo")).output().unwrap())
    };
    let text = run();
    assert!(text.contains("flow/main-ivr@london: a contact can take "), "{text}");
    assert_eq!(text, run());
}

const HANGS_UP: &str = r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "Compare", "Parameters": {"ComparisonValue": "$.Attributes.vip"}, "Transitions": {
    "Conditions": [{"NextAction": "b", "Condition": {"Operator": "Equals", "Operands": ["yes"]}}],
    "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "b"}]}},
  {"Identifier": "b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;

/// A folder with a flow, a file that was one, and one that never was.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    let files = [
        ("main.json", HANGS_UP),
        ("broken.json", "{\"StartAction\": \"a\", \"Actions\": ["),
        ("package.json", "{}"),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    folder
}

#[test]
fn flow_files_and_folders_are_explored_without_a_manifest() {
    let folder = folder();
    let run = |more: &[&str]| flowbind(folder.path()).arg("explore").args(more).output().unwrap();
    let output = run(&["flows"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 2, "{text}{}", stderr(&output));
    assert!(text.contains("flows/main.json: a contact can take 3 of 3 branches"), "{text}");
    assert!(text.contains("[hang-up-unheard]") && text.contains("at flows/main.json:5:"), "{text}");
    assert!(text.contains("flows/broken.json:1:") && text.contains("[unreadable-flow]"), "{text}");
    assert!(!text.contains("package.json"), "{text}");

    let output = run(&["--output", "json", "flows/main.json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = &document["instances"][0]["findings"][0];
    assert_eq!((&found["code"], &found["line"]), (&"hang-up-unheard".into(), &5.into()), "{found:#}");

    let output = run(&["none.json"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (1, ""), "{}", stderr(&output));
}

#[test]
fn sarif_and_github_name_the_line_of_each_block() {
    let folder = folder();
    let run = |format: &str| {
        let output = flowbind(folder.path()).args(["explore", "flows", "--output", format]).output().unwrap();
        assert_eq!(code(&output), 2, "{}", stderr(&output));
        stdout(&output)
    };
    let log: Value = serde_json::from_str(&run("sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["ruleId"] == "hang-up-unheard").unwrap();
    let place = &found["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "flows/main.json");
    assert_eq!(place["region"]["startLine"], 5);
    assert_eq!(found["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap().len(), 2);
    assert!(results.iter().any(|result| result["ruleId"] == "unreadable-flow"));
    let github = run("github");
    assert!(github.contains("::warning file=flows/main.json,line=5,col="), "{github}");
    assert!(github.contains("::error file=flows/broken.json,"), "{github}");
}

/// What is written covers every branch: nothing is left for a second run, and nothing is overwritten.
#[test]
fn scenarios_are_written_until_they_take_every_branch() {
    let folder = tempfile::tempdir().unwrap();
    crate::world::copy(&shipped("demo"), &folder.path().join("demo"));
    // Its own take every branch already.
    std::fs::remove_dir_all(folder.path().join("demo/scenarios")).unwrap();
    let run = || {
        let mut command = flowbind(folder.path());
        let output = command.args(["explore", "demo/flowbind.yaml", "--scenarios", "made"]).output().unwrap();
        assert!(matches!(code(&output), 0 | 2), "{}{}", stdout(&output), stderr(&output));
        stderr(&output)
    };
    let first = run();
    let written = |text: &str| text.contains("Wrote ");
    assert!(written(&first) && !first.contains("left out"), "{first}");
    let files = || {
        let entries = std::fs::read_dir(folder.path().join("made")).unwrap();
        let read = |path: std::path::PathBuf| (path.clone(), std::fs::read_to_string(path).unwrap());
        entries.map(|entry| read(entry.unwrap().path())).collect::<std::collections::BTreeMap<_, _>>()
    };
    let before = files();
    assert!(before.values().all(|text| text.contains("kind: Scenario\n")), "{before:#?}");
    let second = run();
    assert!(!written(&second), "{second}");
    assert_eq!(before, files());
}

#[test]
fn scenarios_need_a_manifest() {
    let folder = folder();
    let output = flowbind(folder.path()).args(["explore", "flows", "--scenarios", "made"]).output().unwrap();
    assert_eq!(code(&output), 64);
    assert!(stderr(&output).contains("scenarios need a manifest"), "{}", stderr(&output));
    assert!(!folder.path().join("made").exists());
}
