//! The policy for `apply --prune`, and the command that prints policies.

use flowbind::permissions::{Command, Scope};
use flowbind::plan::{Reach, stub_of};
use flowbind::resource::FlowType;
use serde_json::Value;

use crate::permissions::{Stage, actions, apply_all, plan_of, policy};
use crate::permissions_apply::{APPLY, EVERYTHING, each_is_missed, manifests};
use crate::world::{World, code, copy, flowbind, shipped, stderr, stdout};

const PRUNE: Scope = Scope { command: Command::Apply, reach: Reach::Orphaned };
const REGION: &str = "eu-west-2";

/// Applied once, and then nothing calls the functions any more. The statement that the service wrote is gone, so that
/// taking the association away means writing it again (U1).
pub(crate) async fn apply_and_leave(world: &World) {
    let plan = plan_of(world, APPLY).await;
    assert_eq!(apply_all(world, &plan).await, []);
    let connect = world.connect(REGION);
    let list = connect.list_instances().send().await.unwrap();
    let id = list.instance_summary_list()[0].id().unwrap();
    let flows = connect.list_contact_flows().instance_id(id).send().await.unwrap();
    let desk = flows.contact_flow_summary_list().iter().find(|flow| flow.name() == Some("Desk")).unwrap();
    let update = connect.update_contact_flow_content().instance_id(id).contact_flow_id(desk.id().unwrap());
    update.content(stub_of(FlowType::ContactFlow)).send().await.unwrap();
    let remove = world.lambda(REGION).remove_permission().function_name("crm");
    remove.statement_id(format!("connect-{id}")).send().await.unwrap();
}

#[tokio::test]
async fn every_action_of_the_policy_to_prune_is_missed_when_it_is_not_there() {
    let (head, _) = EVERYTHING.split_once("      functions: [crm").unwrap();
    let stage = Stage::new(manifests(EVERYTHING), apply_and_leave).await;
    let stage = stage.edited(manifests(head), &["U1=missing-statement-refused"]);
    let deletes = actions(&policy(&stage.manifests, PRUNE));
    for action in ["connect:DeleteContactFlow", "lambda:DeleteFunction", "iam:DeleteRole"] {
        assert!(deletes.contains(action) && !actions(&policy(&stage.manifests, APPLY)).contains(action));
    }
    let missed = each_is_missed(&[&stage], PRUNE).await;
    let dependent = &missed["lambda:RemovePermission"];
    assert!(dependent.ends_with("RemovePermission") || dependent.contains("Disassociate"), "{missed:#?}");
}

#[tokio::test]
async fn only_what_carries_the_tag_of_the_set_may_be_deleted() {
    let stage = Stage::new(manifests(EVERYTHING), apply_and_leave).await;
    let policy = policy(&stage.manifests, PRUNE);
    let world = stage.limited(policy).await;
    let lambda = world.lambda(REGION);
    assert!(lambda.delete_function().function_name("crm").send().await.is_err(), "it is somebody else's");
    lambda.delete_function().function_name("greeter").send().await.unwrap();
}

#[test]
fn the_command_prints_documents_that_can_be_pasted_and_says_whose_they_are() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    copy(&shipped("platform"), &folder.path().join("platform"));
    let run = |arguments: &[&str]| flowbind(folder.path()).args(arguments).output().unwrap();
    let one = run(&["iam-policy", "demo", "--for", "plan"]);
    assert_eq!(code(&one), 0, "{}", stderr(&one));
    let document: Value = serde_json::from_str(&stdout(&one)).unwrap();
    assert_eq!(document["Version"], "2012-10-17");
    assert!(stderr(&one).contains("caller in 111122223333:"), "{}", stderr(&one));
    let several = run(&["iam-policy", "platform", "--for", "apply", "--target", "prod"]);
    let documents: Value = serde_json::from_str(&stdout(&several)).unwrap();
    let caller = &documents["caller"]["Statement"];
    assert!(caller.to_string().contains("sts:AssumeRole"), "{documents:#}");
    assert!(caller.to_string().contains(r#""sts:ExternalId":"calder-prod""#), "{documents:#}");
    assert!(documents["arn:aws:iam::222233334444:role/flowbind-calder"].is_object());
    let json = run(&["iam-policy", "platform", "--for", "apply", "--prune", "--output", "json"]);
    let json: Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(json["format"], "flowbind.iam-policy/v1");
    for policy in json["policies"].as_array().unwrap() {
        let text = policy["document"].to_string();
        let size = text.chars().filter(|c| !c.is_whitespace()).count();
        assert!(size <= 6144 && policy["characters"] == size, "{}: {size}", policy["name"]);
    }
    let wrong = run(&["iam-policy", "demo", "--for", "prod"]);
    assert_eq!(code(&wrong), 64, "{}", stderr(&wrong));
}
