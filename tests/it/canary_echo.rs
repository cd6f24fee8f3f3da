//! A service that repeats a request in its error, escaped, encoded, in capitals and cut short, shows nobody the values of
//! an environment: at no verbosity, in no format.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flowbind::emulator::Settings;

use crate::world::{World, code, flowbind_at, stderr, stdout};

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  variables:
    token: { default: none-given-yet }
    key: { default: none-given-yet }
    url: { default: "https://user:${var.token}@db.example" }
    stage: { default: dev }
    level: { default: warning }
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme, functions: [greeter] } }
  functions:
    greeter:
      name: greeter-${var.stage}
      source:
        runtime: nodejs22.x
        handler: index.handler
        code: code
        publish: live
        role: { name: greeter-role, managedPolicies: [] }
        environment:
          PLANTED: canary-planted-7d1f
          URL: "${var.url}"
          KEY: "${var.key}"
          STAGE: "${var.stage}"
          LEVEL: "${var.level}"
          SELF: acme
"#;

/// Needs every escape there is.
const TOKEN: &str = r#"canary-t0ken"p&s'<w>\rd\u00fc/=+ %41~51be"#;

const KEY: &str = "key: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n  \
                   BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n  -----END PRIVATE KEY-----\n";

/// What of the values is the same in all encodings but base64, in small letters.
const PARTS: [&str; 4] = ["canary-t0", "canary-pl", "miievqibadanbg", "bkcwggsjageaao"];

fn silent(what: &str, text: &str) {
    let small = text.to_lowercase();
    for part in PARTS {
        assert!(!small.contains(part), "{part} is in {what}:\n{text}");
    }
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '/');
    for run in runs.filter(|run| run.len() >= 12) {
        for start in 0..4 {
            let run = &run[start..];
            let Ok(bytes) = STANDARD.decode(&run[..run.len() / 4 * 4]) else { continue };
            let decoded = String::from_utf8_lossy(&bytes).to_lowercase();
            let part = PARTS.iter().find(|part| decoded.contains(**part));
            assert!(part.is_none(), "{part:?} is in {what}, in base64:\n{text}");
        }
    }
}

/// Applies with an echo at an operation, in every way that there is to show it.
fn echoed(folder: &Path, world: &World, operation: &str) {
    let token = format!("token={TOKEN}");
    for loud in [&["-q"][..], &[], &["-v"], &["-vv"]] {
        for log in ["text", "json"] {
            for format in ["text", "json"] {
                let output = flowbind_at(folder, &world.emulator.url())
                    .args(["apply", "m.yaml", "--auto-approve", "--var-file", "vars.yaml", "--var", &token])
                    .args(["--output", format, "--log-format", log])
                    .args(loud)
                    .env("RUST_LOG", "trace")
                    .output()
                    .expect("a process");
                let (out, err) = (stdout(&output), stderr(&output));
                let what = format!("{operation} {loud:?} {log} {format}");
                assert_eq!(code(&output), 1, "{what}: {out}{err}");
                assert!(format!("{out}{err}").contains("<hidden>"), "{what}: {out}{err}");
                assert!(out.contains("function/greeter") && out.contains("acme"), "{what}: {out}");
                silent(&format!("stdout of {what}"), &out);
                silent(&format!("stderr of {what}"), &err);
                if format == "json" {
                    serde_json::from_str::<serde_json::Value>(&out).expect("a document");
                }
                if log == "json" {
                    err.lines()
                        .for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).expect(line)));
                }
                if loud == ["-vv"] {
                    assert!(err.contains("call failed"), "{what}: {err}");
                }
            }
        }
    }
}

async fn world(fault: &str) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("code")).expect("a folder");
    std::fs::write(folder.path().join("code/index.mjs"), "export const handler = async () => ({});\n")
        .expect("code");
    std::fs::write(folder.path().join("m.yaml"), MANIFEST).expect("a manifest");
    std::fs::write(folder.path().join("vars.yaml"), KEY).expect("variables");
    let faults = vec![fault.parse().expect("a fault")];
    World::in_folder_with(folder, "m.yaml", Settings { faults, ..Settings::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_repeats_of_an_environment_is_shown_to_nobody() {
    let world = world("echo:lambda:CreateFunction").await;
    echoed(world.folder.path(), &world, "CreateFunction");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_an_environment_is_not_repeated_either() {
    let world = world("echo:lambda:UpdateFunctionConfiguration").await;
    let folder = world.folder.path();
    let made =
        flowbind_at(folder, &world.emulator.url()).args(["apply", "m.yaml", "--auto-approve"]).output();
    let made = made.expect("a process");
    assert_eq!(code(&made), 0, "{}{}", stdout(&made), stderr(&made));
    echoed(folder, &world, "UpdateFunctionConfiguration");
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_variables_stay_readable() {
    let world = world("echo:iam:GetUser").await;
    let plan =
        flowbind_at(world.folder.path(), &world.emulator.url()).args(["plan", "m.yaml", "-vv"]).output();
    let text = stdout(&plan.expect("a process"));
    for shown in ["greeter-dev", "acme", "nodejs22.x", "index.handler", "eu-west-2"] {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    assert!(!text.contains("<hidden>greeter") && !text.contains("<hidden>:"), "{text}");
}
