//! Many functions and flows at once: the second apply writes nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use flowbind::emulator::Settings;

use crate::apply::{all_done, carry_out};
use crate::functions::world;

const FUNCTIONS: usize = 50;
const FLOWS: usize = 20;

fn manifest() -> String {
    let mut text = String::from(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: many }\nspec:\n  \
         accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n  \
         instances:\n    support: { alias: acme }\n  functions:\n",
    );
    for n in 0..FUNCTIONS {
        writeln!(
            text,
            "    f{n:02}: {{ name: fn-{n:02}, source: {{ runtime: nodejs22.x, handler: index.handler, code: code, \
             publish: live, role: {{ name: role-{n:02}, managedPolicies: [AWSLambdaBasicExecutionRole] }} }} }}"
        )
        .unwrap();
    }
    text.push_str("  flows:\n");
    for n in 0..FLOWS {
        write!(
            text,
            "    flow-{n:02}: {{ instance: support, name: Flow {n:02}, type: contact-flow, bindings: {{ "
        )
        .unwrap();
        for m in (n..FUNCTIONS).step_by(FLOWS) {
            write!(text, "Call {m:02}: {{ function: f{m:02}, timeLimit: 8s }}, ").unwrap();
        }
        text.push_str("} }\n");
    }
    text
}

/// The calls that write, as lines.
fn writes(calls: &BTreeMap<String, u64>) -> String {
    let reads = |name: &str| {
        let verb = name.split(':').nth(1).unwrap();
        ["Get", "List", "Describe"].iter().any(|word| verb.starts_with(word))
    };
    let writes = calls.iter().filter(|(name, _)| !reads(name));
    writes.map(|(name, n)| format!("{name} {n}\n")).collect()
}

#[tokio::test]
async fn fifty_functions_and_twenty_flows_are_written_once() {
    let world = world(&manifest(), Settings::default()).await;
    let session = world.session().await;
    let plan = world.plan().await;
    assert!(plan.gaps.is_empty(), "{:?}", plan.gaps);
    all_done(&carry_out(&session, &plan, &world.folder.path().join("first")).await);
    let mut first = world.calls();
    // How often the creation is tried depends on how fast the role spreads.
    assert!(first.remove("lambda:CreateFunction").is_some_and(|tries| tries >= 50));
    // A version is published again if the function was still settling; it is the same version then.
    assert!(first.remove("lambda:PublishVersion").is_some_and(|tries| tries >= 50));
    insta::assert_snapshot!(writes(&first), @r"
    connect:AssociateLambdaFunction 50
    connect:UpdateContactFlowContent 20
    iam:AttachRolePolicy 50
    iam:CreateRole 50
    iam:TagRole 50
    lambda:AddPermission 50
    lambda:CreateAlias 50
    lambda:TagResource 50
    ");

    world.emulator.reset();
    let session = world.session().await;
    let plan = world.plan().await;
    assert!(plan.actions.is_empty() && plan.problems.is_empty(), "{:?}", plan.problems);
    assert!(plan.gaps.is_empty(), "{:?}", plan.gaps);
    carry_out(&session, &plan, &world.folder.path().join("second")).await;
    let second: String = world.calls().iter().map(|(name, n)| format!("{name} {n}\n")).collect();
    insta::assert_snapshot!(second, @r"
    connect:DescribeContactFlow 40
    connect:DescribeInstance 1
    connect:ListContactFlows 1
    connect:ListInstances 1
    connect:ListLambdaFunctions 2
    iam:GetRole 50
    iam:ListAttachedRolePolicies 50
    iam:ListRolePolicies 50
    lambda:GetAlias 50
    lambda:GetFunction 50
    lambda:GetPolicy 50
    sts:GetCallerIdentity 1
    ");
}
