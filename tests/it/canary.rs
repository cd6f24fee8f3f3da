//! A value of a function's environment appears nowhere: in no output, log, plan, backup, message or state of any command.

use std::path::Path;

use crate::world::{code, flowbind, stderr, stdout};

/// Stands in the manifest's environment itself.
const PLANTED: &str = "canary-planted-7d1f";
/// Comes from `--var` and is used in the environment alone.
const VARIABLE: &str = "canary-variable-93ac";
/// Comes from a `--var-file`, and is edited in later.
const FILE: &str = "canary-file-51be";
/// What somebody set in the console.
const OUTSIDE: &str = "canary-outside-c24e";

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  variables: { token: {}, key: {} }
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme, functions: [greeter] } }
  functions:
    greeter:
      name: greeter
      source:
        runtime: nodejs22.x
        handler: index.handler
        code: code
        publish: live
        role: { name: greeter-role, managedPolicies: [] }
        environment: { PLANTED: canary-planted-7d1f, TOKEN: "${var.token}", KEY: "${var.key}" }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
"#;

const FLOW: &str = r#"{"Version":"2019-10-30","StartAction":"call","Metadata":{},"Actions":[
{"Identifier":"call","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"${function.greeter.arn}","InvocationTimeLimitSeconds":"3"},
"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}],"Conditions":[]}},
{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("written");
}

/// No canary in a text.
fn silent(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    for canary in [PLANTED, VARIABLE, FILE, OUTSIDE] {
        assert!(!text.contains(canary), "{canary} is in {what}:\n{text}");
        let reversed: String = canary.chars().rev().collect();
        assert!(!text.contains(&reversed), "{canary} is in {what} the other way round");
    }
}

/// No canary in any file below a folder, but those that a person wrote.
fn silent_files(folder: &Path, written: &[&str]) -> usize {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() {
            seen += silent_files(&entry, &[]);
        } else if !written.contains(&name.as_str()) {
            silent(&entry.display().to_string(), &std::fs::read(&entry).expect("a file"));
            seen += 1;
        }
    }
    seen
}

/// Runs a command as loudly as it can be; gives its exit code.
fn run(folder: &Path, arguments: &[&str]) -> i32 {
    let loud = ["-vv", "--log-format", "json"];
    let output = flowbind(folder)
        .env("RUST_BACKTRACE", "full")
        .env("RUST_LOG", "trace")
        .args(arguments)
        .args(loud)
        .output()
        .expect("a process");
    let what = format!("flowbind {}", arguments.join(" "));
    silent(&format!("stdout of {what}"), &output.stdout);
    silent(&format!("stderr of {what}"), &output.stderr);
    assert!(code(&output) < 5, "{what}: {}{}", stdout(&output), stderr(&output));
    code(&output)
}

/// Every command that reads a manifest, in every format.
fn every_command(folder: &Path, inputs: &[&str]) {
    let with = |arguments: &[&str]| run(folder, &[arguments, inputs].concat());
    for format in ["text", "json"] {
        with(&["validate", "m.yaml", "--output", format]);
        with(&["iam-policy", "m.yaml", "--for", "apply", "--output", format]);
    }
    for format in ["text", "json", "markdown", "github", "sarif"] {
        with(&["lint", "m.yaml", "--output", format]);
        with(&["drift", "m.yaml", "--sandbox", "--audit", "--output", format]);
    }
    for format in ["text", "json", "markdown", "github"] {
        with(&["plan", "m.yaml", "--sandbox", "--prune", "--output", format]);
    }
    for format in ["svg", "dot", "mermaid"] {
        with(&["graph", "m.yaml", "--format", format]);
    }
    with(&["plan", "m.yaml", "--sandbox", "--out", "plan.json"]);
}

/// What somebody does to the sandbox from outside: the set of another person, with other values.
fn outside(folder: &Path) {
    let theirs = MANIFEST.replace("${var.token}", OUTSIDE).replace("name: acme }", "name: acme }\n# theirs");
    write(folder, "theirs.yaml", &theirs);
    assert_eq!(
        run(
            folder,
            &["apply", "theirs.yaml", "--sandbox", "--auto-approve", "--var", "key=k", "--var", "token=t"]
        ),
        0
    );
}

#[test]
fn an_environment_value_appears_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    std::fs::create_dir(folder.join("code")).expect("a folder");
    write(folder, "code/index.mjs", "export const handler = async () => ({});\n");
    write(folder, "m.yaml", MANIFEST);
    write(folder, "main.json", FLOW);
    write(folder, "vars.yaml", &format!("key: {FILE}\n"));
    let variable = format!("token={VARIABLE}");
    let inputs = ["--var", &variable, "--var-file", "vars.yaml"];

    every_command(folder, &inputs);
    let saved = [&["apply", "m.yaml", "--sandbox", "--plan", "plan.json", "--output", "json"], &inputs[..]];
    assert_eq!(run(folder, &saved.concat()), 0);
    every_command(folder, &inputs);
    outside(folder);
    every_command(folder, &inputs);
    let again = [&["apply", "m.yaml", "--sandbox", "--auto-approve"], &inputs[..]].concat();
    assert_eq!(run(folder, &again), 0);
    assert_eq!(
        run(folder, &["import", "--sandbox", "--region", "eu-west-2", "--instance", "acme", "--out", "got"]),
        0
    );
    for backup in std::fs::read_dir(folder.join(".flowbind/backup")).expect("backups") {
        let run_name = backup.expect("a backup").file_name().to_string_lossy().into_owned();
        run(folder, &["rollback", &run_name, "--sandbox", "--auto-approve"]);
    }

    // What is wrong is shown with the lines around it, and those hold values.
    for (from, to) in [
        ("runtime: nodejs22.x", "runtime: 7"),
        ("PLANTED: canary", "PLANTED: ${var.nothing} canary"),
        ("environment: {", "environment: { BAD NAME: canary-planted-7d1f,"),
        ("PLANTED: canary-planted-7d1f", "PLANTED canary-planted-7d1f: x"),
        (
            "environment: { PLANTED: canary-planted-7d1f, TOKEN: \"${var.token}\", KEY: \"${var.key}\" }",
            "environment: [A=canary-planted-7d1f]",
        ),
        ("        environment: {", "        Environment: {"),
        ("managedPolicies: [] }", "managedPolicies: [] }, canary-planted-7d1f }"),
    ] {
        write(folder, "m.yaml", &MANIFEST.replace(from, to));
        let ended = run(folder, &[&["validate", "m.yaml"], &inputs[..]].concat());
        assert_eq!(ended, 2, "{to}");
        assert_eq!(run(folder, &[&["plan", "m.yaml", "--sandbox"], &inputs[..]].concat()), 1, "{to}");
    }
    let seen = silent_files(folder, &["m.yaml", "theirs.yaml", "vars.yaml"]);
    assert!(seen > 8, "{seen} files were looked at");
    let state = std::fs::read_to_string(folder.join(".flowbind/sandbox.json")).expect("a state");
    assert!(state.contains("\"PLANTED\""), "the sandbox holds the variable, sealed");
}
