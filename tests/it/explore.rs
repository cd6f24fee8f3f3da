//! `flowbind explore`: every way through the flows of a manifest.

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
