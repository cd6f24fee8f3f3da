//! A plan without deletions reports what is orphaned, or may be, as far as its look showed it, at no call more.

use flowbind::emulator::Settings;
use flowbind::plan::Reach;
use flowbind::reconcile;
use flowbind::resource::Kind;

use crate::apply::{all_done, carry_out};
use crate::removal::{applied, reduced, with_manifest};
use crate::world::{World, code, flowbind_at, stdout};

/// The function is needed on two instances, then on one.
pub(crate) const TWO: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { alias: acme, functions: [crm] }
    sales: { alias: acme-sales, functions: [crm] }
  functions:
    crm: { name: crm, qualifier: live }
"#;

fn planned(world: &World, arguments: &[&str]) -> String {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    let output = command.args(["plan", "m.yaml"]).args(arguments).output().unwrap();
    assert_eq!(code(&output), 0);
    stdout(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orphan_that_was_seen_anyway_is_counted_and_the_plan_is_not_in_sync() {
    let world = World::new(TWO).await;
    let session = world.session().await;
    all_done(&carry_out(&session, &world.plan().await, &world.folder.path().join("first")).await);
    let text = planned(&world, &[]);
    assert!(
        text.contains("in sync") && !text.contains("Orphaned") && !text.contains("Not checked"),
        "{text}"
    );
    let world = with_manifest(world, &TWO.replace("acme-sales, functions: [crm]", "acme-sales"));
    let before = world.calls();
    let text = planned(&world, &[]);
    assert!(
        text.contains("Orphaned: 1 resource that this set created is no longer declared (grant/sales/crm). `flowbind plan --prune m.yaml` shows what would be deleted."),
        "{text}"
    );
    assert!(text.contains("acme: nothing to write.") && !text.contains("in sync"), "{text}");
    let json = planned(&world, &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["sets"][0]["orphaned"], serde_json::json!(["grant/sales/crm"]));
    let page = planned(&world, &["--output", "markdown"]);
    assert!(page.contains("nothing to write") && page.contains("Orphaned: 1 resource"), "{page}");
    // Nothing of it was read for this.
    let after = world.calls();
    for operation in ["lambda:GetPolicy", "connect:ListLambdaFunctions"] {
        assert_eq!(after[operation] - before[operation], 3, "{operation}");
    }
    // An audit reads everything, and so counts the association too.
    let text = planned(&world, &["--audit"]);
    assert!(text.contains("Orphaned: 2 resources"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_orphaned_is_counted_where_its_owner_was_not_read() {
    let world = with_manifest(applied(Settings::default()).await, &reduced());
    let session = world.session().await;
    let plan = reconcile::plan(&session, world.manifest(), Reach::Declared).await.unwrap();
    let counted = |kind: Kind| plan.undeclared.unchecked.get(&kind).copied();
    assert_eq!((counted(Kind::Flow), counted(Kind::Function)), (Some(2), Some(2)), "{:?}", plan.undeclared);
    let text = planned(&world, &[]);
    assert!(
        text.contains("Not checked: 2 associated functions and 2 flows are not declared; `flowbind plan --prune m.yaml` checks whether this set created them."),
        "{text}"
    );
}

#[test]
fn a_token_of_another_tool_is_reported_with_the_tool() {
    let folder = tempfile::tempdir().unwrap();
    for (token, tool) in [
        ("${aws_connect_queue.main.arn}", "Terraform"),
        ("${M:auth}", "Serverless"),
        ("${AWS::Region}", "CloudFormation"),
    ] {
        let flow = format!(
            r#"{{"Version":"2019-10-30","StartAction":"end","Actions":[{{"Identifier":"end","Type":"MessageParticipant","Parameters":{{"Text":"{token}"}},"Transitions":{{}}}}]}}"#
        );
        std::fs::write(folder.path().join("main.json"), flow).unwrap();
        let text = format!(
            "{}  flows:\n    main: {{ instance: support, name: Main, type: contact-flow, content: main.json }}\n",
            TWO
        );
        std::fs::write(folder.path().join("m.yaml"), text).unwrap();
        let output = crate::world::flowbind(folder.path()).args(["validate", "m.yaml"]).output().unwrap();
        let said = crate::world::stderr(&output);
        assert!(said.contains("bad-token") && said.contains(tool) && said.contains(token), "{said}");
    }
}
