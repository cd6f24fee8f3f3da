//! The second round of an apply, which plans what belongs to a new instance: whatever ends it, the report tells what the
//! first one has written.

use std::process::Stdio;

use flowbind::emulator::Settings;
use serde_json::Value;

use crate::approval::Asked;
use crate::world::{World, code, flowbind_at, is_read, stderr, stdout};

/// An instance that is to be made, and a function and a flow in it.
pub(crate) async fn start(faults: &[&str]) -> World {
    let create = "alias: acme-new, create: { identity: connect-managed, inbound: true, outbound: true }";
    let text = crate::budget::many(1).replace("alias: acme", create).replace(
        "type: contact-flow\n      bindings:\n        Call 00: { function: f00, timeLimit: 8s }\n",
        "type: contact-flow\n      content: main.json\n",
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), text).unwrap();
    std::fs::write(folder.path().join("main.json"), MAIN).unwrap();
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    World::at(folder, "m.yaml", Settings { faults, ..Settings::default() }).await
}

const MAIN: &str = r#"{
  "Version": "2019-10-30", "StartAction": "end", "Metadata": {},
  "Actions": [{ "Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} }]
}"#;

const APPLY: [&str; 4] = ["apply", "--output", "json", "m.yaml"];

/// The addresses that a report says were written.
fn applied(results: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(results).unwrap_or_else(|why| panic!("{why}: {results}"));
    let lines = report["outcomes"].as_array().unwrap().iter();
    let done = lines.filter(|line| line["outcome"] == "applied");
    done.map(|line| line["address"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn writes(world: &World) -> u64 {
    world.calls().iter().filter(|(name, _)| !is_read(name)).map(|(_, n)| n).sum()
}

/// Says yes to the first question, and waits for the second.
async fn asked_again(world: &World) -> Asked {
    let mut asked = Asked::start(world, &APPLY);
    asked.until_it_has_asked(1).await;
    asked.say("yes");
    asked.until_it_has_asked(2).await;
    asked
}

/// The rest is done by the same command.
async fn rest_is_done(world: &World) {
    let output = apply(world, &["--auto-approve"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(world.plan().await.actions.is_empty());
}

fn apply(world: &World, options: &[&str]) -> std::process::Output {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.args(APPLY).args(options).stdin(Stdio::null()).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_to_the_second_question_leaves_the_report_of_the_first_round() {
    let world = start(&[]).await;
    let mut asked = asked_again(&world).await;
    let before = writes(&world);
    asked.say("no");
    let (code, said, results) = asked.end().await;
    assert_eq!(code, Some(4), "{said}");
    assert_eq!(applied(&results), ["instance/support"], "{said}");
    assert!(said.contains("not approved: nothing more was written"), "{said}");
    assert!(!said.contains("nothing was written"), "{said}");
    assert_eq!(writes(&world), before, "{said}");
    rest_is_done(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_while_the_second_question_stood_is_told_beside_the_report() {
    let world = start(&[]).await;
    let mut asked = asked_again(&world).await;
    let connect = world.connect("eu-west-2");
    let list = connect.list_instances().send().await.unwrap();
    let made = list.instance_summary_list().iter().find(|i| i.instance_alias() == Some("acme-new")).unwrap();
    let flow = connect.create_contact_flow().instance_id(made.id().unwrap()).name("Main");
    flow.r#type("CONTACT_FLOW".into()).content(MAIN).send().await.unwrap();
    asked.say("yes");
    let (code, said, results) = asked.end().await;
    assert_eq!(code, Some(4), "{said}");
    assert_eq!(applied(&results), ["instance/support"], "{said}");
    assert!(said.contains("from the plan that was approved; nothing more was written"), "{said}");
    assert!(!said.contains("nothing was written"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_fails_in_the_second_round_leaves_the_report_of_the_first_one() {
    let world = start(&["deny:sts:GetCallerIdentity:nth=2"]).await;
    let output = apply(&world, &["--auto-approve"]);
    let (said, results) = (stderr(&output), stdout(&output));
    assert_eq!(code(&output), 1, "{said}");
    assert_eq!(applied(&results), ["instance/support"], "{said}");
    let told = "the resources of the new instance could not be planned; nothing more was written";
    assert!(said.contains(told) && said.contains("caused by: "), "{said}");
    rest_is_done(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_after_the_second_yes_that_fails_is_told_beside_the_report() {
    let world = start(&["deny:sts:GetCallerIdentity:nth=4"]).await;
    let mut asked = asked_again(&world).await;
    asked.say("yes");
    let (code, said, results) = asked.end().await;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(applied(&results), ["instance/support"], "{said}");
    assert!(
        said.contains("AWS could not be read again after the approval; nothing more was written"),
        "{said}"
    );
    rest_is_done(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_at_the_second_question_ends_with_the_report_and_what_to_type_for_the_rest() {
    for name in ["TERM", "INT", "HUP"] {
        let world = start(&[]).await;
        let asked = asked_again(&world).await;
        asked.send(name);
        ended_by_the_signal(asked, &world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_after_the_second_yes_while_aws_is_read_ends_with_the_report() {
    let world = start(&["hang:sts:GetCallerIdentity:nth=4"]).await;
    let mut asked = asked_again(&world).await;
    let identities = || world.calls()["sts:GetCallerIdentity"];
    assert_eq!(identities(), 3);
    asked.say("yes");
    while identities() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    asked.send("TERM");
    ended_by_the_signal(asked, &world).await;
}

async fn ended_by_the_signal(asked: Asked, world: &World) {
    let (code, said, results) = asked.end().await;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(applied(&results), ["instance/support"], "{said}");
    assert!(said.contains("not finished: 1 of 1 change done"), "{said}");
    assert!(said.contains("hint: to do the rest: flowbind apply --output json m.yaml"), "{said}");
    assert!(!said.contains("nothing was written"), "{said}");
    rest_is_done(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_keeps_what_the_first_round_has_written_whatever_ends_the_second_one() {
    let world = start(&[]).await;
    let sandbox = [&APPLY[..], &["--sandbox"]].concat();
    let mut asked = Asked::start(&world, &sandbox);
    asked.until_it_has_asked(1).await;
    asked.say("yes");
    asked.until_it_has_asked(2).await;
    asked.say("no");
    let (code, said, results) = asked.end().await;
    assert_eq!((code, applied(&results)), (Some(4), vec!["instance/support".to_owned()]), "{said}");
    let mut plan = flowbind_at(world.folder.path(), &world.emulator.url());
    let plan = plan.args(["plan", "--sandbox", "m.yaml"]).output().unwrap();
    let (plan, said) = (stdout(&plan), stderr(&plan));
    assert!(plan.contains("flow/main") && !plan.contains("+ instance/support"), "{plan}{said}");
}
