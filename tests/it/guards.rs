//! What would fail half-way is told before anything is written.

use std::fmt::Write;

use flowbind::emulator::Settings;

use crate::removal::flow;
use crate::world::{World, code, flowbind_at, stderr, stdout};

const HEAD: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme, functions: [crm] } }
  functions: { crm: { name: crm } }
"#;

fn run(world: &World, arguments: &[&str]) -> (i32, String) {
    let output = flowbind_at(world.folder.path(), &world.emulator.url())
        .args(arguments)
        .arg("m.yaml")
        .output()
        .unwrap();
    (code(&output), format!("{}{}", stdout(&output), stderr(&output)))
}

async fn with_flows(count: usize) -> World {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = format!("{HEAD}  flows:\n");
    for n in 0..count {
        writeln!(
            manifest,
            "    f{n}: {{ instance: support, name: Flow {n}, type: contact-flow, content: f.json }}"
        )
        .unwrap();
    }
    std::fs::write(folder.path().join("f.json"), flow("${function.crm.arn}", None)).unwrap();
    std::fs::write(folder.path().join("m.yaml"), manifest).unwrap();
    World::in_folder_with(folder, "m.yaml", Settings::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_of_flows_that_would_be_passed_is_told_ahead_and_is_no_error() {
    let (met, passed) = (with_flows(90).await, with_flows(101).await);
    let (ended, said) = run(&met, &["plan"]);
    assert!(ended == 0 && !said.contains("quota"), "{said}");
    let (ended, said) = run(&passed, &["plan"]);
    assert_eq!(ended, 0, "{said}");
    assert!(said.contains("the quota of a new account is 100"), "{said}");
    assert!(
        said.contains("aws service-quotas get-service-quota --service-code connect --quota-code L-22922690"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_would_grow_too_large_is_an_error_and_nothing_is_written() {
    let world = World::new(HEAD).await;
    let lambda = world.lambda("eu-west-2");
    for n in 0.. {
        let statement = lambda.add_permission().function_name("crm").statement_id(format!("theirs{n}"));
        let statement = statement.action("lambda:InvokeFunction").principal("events.amazonaws.com");
        if statement.source_arn("arn:aws:events:eu-west-2:111122223333:rule/r").send().await.is_err() {
            break;
        }
    }
    world.emulator.reset();
    let (ended, said) = run(&world, &["apply", "--auto-approve"]);
    assert_eq!(ended, 1, "{said}");
    assert!(said.contains("Lambda allows 20480") && said.contains("nothing was written"), "{said}");
    assert!(!world.calls().keys().any(|call| call.ends_with("AddPermission") || call.contains("Associate")));
}
