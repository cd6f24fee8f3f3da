//! With `--log-format json` everything on stderr is JSON, a document a line.

use std::process::{Output, Stdio};

use flowbind::emulator::Settings;
use serde_json::Value;

use crate::outputs::{edit, hold};
use crate::world::{World, code, copy, flowbind_at, shipped, stderr, stdout};

async fn demo(faults: &[&str]) -> World {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    World::in_folder_with(folder, "demo", Settings { faults, ..Settings::default() }).await
}

fn run(world: &World, arguments: &[&str]) -> (Output, Vec<Value>) {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    let output = command
        .args(arguments)
        .args(["--log-format", "json"])
        .env("FLOWBIND_PIPE_COLUMNS", "80")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let lines = stderr(&output)
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{arguments:?}: {line}"));
            let level = value["level"].as_str().unwrap_or_default();
            assert!(["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level), "{line}");
            assert!(value["message"].as_str().is_some_and(|message| !message.is_empty()), "{line}");
            assert!(value["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
            assert!(!line.contains('\u{1b}'), "{line}");
            value
        })
        .collect();
    (output, lines)
}

fn has(lines: &[Value], level: &str, field: &str, value: impl Into<Value>) -> bool {
    let value = value.into();
    lines.iter().any(|line| line["level"] == level && line[field] == value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_and_an_apply_write_nothing_but_json_and_each_action_as_it_ends() {
    let world = demo(&[]).await;
    for arguments in [&["plan", "demo"][..], &["plan", "--out", "p.json", "-vv", "demo"], &["drift", "demo"]]
    {
        let (_, lines) = run(&world, arguments);
        assert!(
            lines.iter().any(|line| line["message"].as_str().unwrap().contains("reading AWS")),
            "{lines:?}"
        );
    }
    let actions = world.plan().await.actions.len();
    let (output, lines) = run(&world, &["apply", "--auto-approve", "demo"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    let ended: Vec<_> = lines.iter().filter(|line| line["outcome"] == "applied").collect();
    assert_eq!(ended.len(), actions);
    assert!(ended.iter().all(|line| line["address"].is_string() && line["set"] == "fernhill"), "{ended:?}");
    let (output, lines) = run(&world, &["apply", "--auto-approve", "--quiet", "demo"]);
    assert_eq!((code(&output), lines), (0, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_of_a_call_is_logged_with_what_was_answered() {
    let faults = ["500:connect:ListContactFlows:nth=1", "drop-before:lambda:GetPolicy:nth=1"];
    let world = demo(&faults).await;
    let (output, lines) = run(&world, &["plan", "-vv", "demo"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    let calls: Vec<_> = lines.iter().filter(|line| line["operation"].is_string()).collect();
    assert_eq!(u64::try_from(calls.len()).unwrap(), world.calls().values().sum::<u64>());
    for call in &calls {
        assert!(
            call["level"] == "DEBUG" && call["address"].is_string() && call["duration_ms"].is_u64(),
            "{call}"
        );
        assert!(call["attempt"].as_u64() > Some(0) && call["account"].is_string(), "{call}");
        if call["operation"] != "lambda:GetPolicy" || call["message"] == "call" {
            assert!(call["status"].is_u64() && call["request_id"].is_string(), "{call}");
        }
    }
    let of = |operation: &str, attempt: u64| {
        let found = calls.iter().find(|c| c["operation"] == operation && c["attempt"] == attempt);
        (**found.unwrap_or_else(|| panic!("{operation} {attempt}: {calls:?}"))).clone()
    };
    assert_eq!(of("connect:ListContactFlows", 2)["status"], 200);
    let failed: Vec<_> = calls
        .iter()
        // A function without a policy is an answer as well.
        .filter(|call| call["message"] != "call" && call["status"] != 404)
        .collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    let internal = failed.iter().find(|call| call["operation"] == "connect:ListContactFlows").unwrap();
    assert_eq!(internal["status"], 500);
    let unanswered = failed.iter().find(|call| call["operation"] == "lambda:GetPolicy").unwrap();
    assert!(unanswered["status"].is_null() && unanswered["request_id"].is_null(), "{unanswered}");
    of("lambda:GetPolicy", 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_and_refusals_are_json_with_their_hints() {
    let world = demo(&["deny:connect:CreateContactFlow"]).await;
    let (output, lines) = run(&world, &["apply", "--output", "json", "demo"]);
    assert_eq!(code(&output), 4);
    let plan = lines.iter().filter_map(|line| line["message"].as_str());
    let plan = plan.filter(|message| message.contains("to create")).collect::<Vec<_>>().concat();
    assert!(plan.contains("arn:aws:lambda:eu-west-2:111122223333:function:fernhill-order"), "{plan}");
    assert!(plan.lines().any(|line| line.len() > 80), "{plan}");
    let (output, lines) = run(&world, &["apply", "demo"]);
    assert_eq!(code(&output), 4);
    assert!(has(&lines, "ERROR", "exit_code", 4) && lines.last().unwrap()["hint"].is_string(), "{lines:?}");
    let (output, lines) = run(&world, &["apply", "--auto-approve", "demo"]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(
        has(&lines, "ERROR", "outcome", "failed") && has(&lines, "WARN", "outcome", "skipped"),
        "{lines:?}"
    );
    hold(world.folder.path());
    let (_, lines) = run(&world, &["plan", "--prune", "demo"]);
    assert!(lines.iter().any(|line| line["code"].is_string() && line["file"].is_string()), "{lines:?}");
    let (output, lines) = run(&world, &["apply", "--auto-approve", "--allow", "flow/none", "demo"]);
    assert_ne!(code(&output), 0);
    assert!(has(
        &lines,
        "WARN",
        "message",
        "--allow flow/none: no planned or declared resource has this address"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_manifests_flows_and_command_lines_is_json() {
    let world = demo(&[]).await;
    for arguments in [&["plan"][..], &["frobnicate"], &["apply", "--allow", "nonsense", "demo"]] {
        let (output, lines) = run(&world, arguments);
        assert_eq!((code(&output), lines.len()), (64, 1), "{arguments:?}: {lines:?}");
    }
    edit(world.folder.path(), "flowbind.yaml", "  instances:", "  instanzes:");
    std::fs::write(world.folder.path().join("broken.json"), "{").unwrap();
    let (output, lines) = run(&world, &["validate", "demo"]);
    assert_eq!(code(&output), 2);
    assert!(has(&lines, "ERROR", "file", "demo/flowbind.yaml"), "{lines:?}");
    let (output, lines) = run(&world, &["apply", "demo"]);
    assert_eq!(code(&output), 1);
    assert!(has(&lines, "ERROR", "exit_code", 1), "{lines:?}");
    let (output, lines) = run(&world, &["lint", "demo", "broken.json", "none.json"]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(has(&lines, "ERROR", "file", "none.json"), "{lines:?}");
}
