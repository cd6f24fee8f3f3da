//! The policy for `apply` is enough and has no action too many, dependent actions among them: without any one of them
//! the apply says which permission is missing, and for which address.

use std::collections::BTreeMap;

use aws_sdk_lambda::primitives::Blob;
use flowbind::permissions::{Command, Scope};
use flowbind::plan::{Reach, stub_of};
use flowbind::resource::FlowType;
use serde_json::Value;

use crate::permissions::{Stage, TRUST, actions, add_unmanaged, apply_all, names, plan_of, policy, without};
use crate::world::{ACCOUNT, World, load};

pub(crate) const APPLY: Scope = Scope { command: Command::Apply, reach: Reach::Declared };
const REGION: &str = "eu-west-2";

/// Everything that can be written, once.
pub(crate) const EVERYTHING: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: all }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support:
      alias: acme
      functions: [crm, loader]
      attributes: { contactflow-logs: true, early-media: false }
  functions:
    crm: { name: crm, qualifier: live }
    greeter:
      name: greeter
      qualifier: live
      source:
        runtime: nodejs22.x
        handler: index.handler
        code: code
        role:
          name: greeter-role
          managedPolicies: [AWSLambdaBasicExecutionRole]
          inlinePolicies:
            table:
              Version: 2012-10-17
              Statement: [{ Effect: Allow, Action: "dynamodb:GetItem", Resource: "*" }]
        timeout: 7s
        publish: live
    loader:
      name: loader
      source:
        runtime: nodejs22.x
        handler: index.handler
        code: code
        role: "arn:aws:iam::111122223333:role/team/loader-role"
  modules:
    auth: { instance: support, name: Auth, description: checks, content: auth.json }
  flows:
    main: { instance: support, name: Main, type: contact-flow, description: greets, content: main.json }
    desk:
      instance: support
      name: Desk
      type: contact-flow
      bindings: { Greet: { function: greeter, timeLimit: 8s } }
"#;

/// Loads a manifest that has its files around it.
pub(crate) fn manifests(text: &str) -> Vec<flowbind::manifest::Manifest> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("code")).unwrap();
    write("code/index.js", "exports.handler = async () => ({});\n");
    write("auth.json", &stub_of(FlowType::Module));
    write("main.json", &stub_of(FlowType::ContactFlow));
    write("m.yaml", text);
    load(&folder.path().join("m.yaml"))
}

/// What an apply that may not do everything says: address, message and hint of each failure.
pub(crate) async fn failures(stage: &Stage, policy: Value, scope: Scope) -> Vec<(String, String, String)> {
    let world = stage.limited(policy).await;
    let plan = plan_of(&world, scope).await.forced();
    if plan.gaps.iter().any(|gap| gap.denied) {
        let gaps = plan.gaps.into_iter();
        return gaps
            .map(|gap| {
                let message = format!("{} for {}: {}", gap.operation, gap.address, gap.message);
                (gap.address.to_string(), message, gap.hint.unwrap_or_default())
            })
            .collect();
    }
    apply_all(&world, &plan).await
}

/// Takes each action away in turn and gives the operation that failed without it.
pub(crate) async fn each_is_missed(stages: &[&Stage], scope: Scope) -> BTreeMap<String, String> {
    let policy = policy(&stages[0].manifests, scope);
    for stage in stages {
        assert_eq!(failures(stage, policy.clone(), scope).await, [], "the whole policy is enough");
    }
    let mut missed = BTreeMap::new();
    'action: for action in actions(&policy) {
        let mut all = Vec::new();
        for stage in stages {
            let told = failures(stage, without(&policy, &action), scope).await;
            let named = told.iter().find(|(_, _, hint)| names(hint, &action));
            if let Some((_, message, hint)) = named {
                assert!(hint.contains("flowbind iam-policy PATH --for"), "{hint}");
                missed.insert(action, message.split(' ').next().unwrap().trim_end_matches(':').to_owned());
                continue 'action;
            }
            all.extend(told);
        }
        panic!("nobody misses {action}: {all:#?}");
    }
    missed
}

/// Somebody has changed everything that was applied.
pub(crate) async fn change_all(world: &World) {
    let plan = plan_of(world, APPLY).await;
    assert_eq!(apply_all(world, &plan).await, []);
    change_flows(world).await;
    change_function(world).await;
    change_role(world).await;
    let lambda = world.lambda(REGION);
    let policy = lambda.get_policy().function_name("crm").qualifier("live").send().await.unwrap();
    let policy: Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
    let sids = policy["Statement"].as_array().unwrap().iter().map(|it| it["Sid"].as_str().unwrap());
    let own = sids.filter(|sid| sid.starts_with("flowbind_")).collect::<Vec<_>>();
    for sid in own {
        let remove = lambda.remove_permission().function_name("crm").qualifier("live");
        remove.statement_id(sid).send().await.unwrap();
        let add = lambda.add_permission().function_name("crm").qualifier("live").statement_id(sid);
        let add = add.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
        add.source_account("999999999999").send().await.unwrap();
    }
}

async fn change_flows(world: &World) {
    let connect = world.connect(REGION);
    let list = connect.list_instances().send().await.unwrap();
    let id = list.instance_summary_list()[0].id().unwrap();
    let flows = connect.list_contact_flows().instance_id(id).send().await.unwrap();
    let lines = flows.contact_flow_summary_list();
    let flow = lines.iter().find(|flow| flow.name() == Some("Main")).unwrap().id().unwrap();
    let update = connect.update_contact_flow_content().instance_id(id).contact_flow_id(flow);
    update.content(said("DisconnectParticipant")).send().await.unwrap();
    let update = connect.update_contact_flow_metadata().instance_id(id).contact_flow_id(flow);
    update.name("Renamed").description("somebody's").send().await.unwrap();
    let modules = connect.list_contact_flow_modules().instance_id(id).send().await.unwrap();
    let module = modules.contact_flow_modules_summary_list()[0].id().unwrap();
    let update = connect.update_contact_flow_module_content().instance_id(id).contact_flow_module_id(module);
    update.content(said("EndFlowModuleExecution")).send().await.unwrap();
    let update = connect.update_contact_flow_module_metadata().instance_id(id).contact_flow_module_id(module);
    update.name("Renamed").description("somebody's").send().await.unwrap();
}

/// A flow or module that says something and ends.
fn said(end: &str) -> String {
    serde_json::json!({
        "Version": "2019-10-30", "StartAction": "say",
        "Actions": [
            {
                "Identifier": "say", "Type": "MessageParticipant", "Parameters": { "Text": "Hello." },
                "Transitions": {
                    "NextAction": "end", "Errors": [{ "NextAction": "end", "ErrorType": "NoMatchingError" }],
                },
            },
            { "Identifier": "end", "Type": end, "Parameters": {}, "Transitions": {} },
        ],
    })
    .to_string()
}

async fn change_function(world: &World) {
    let lambda = world.lambda(REGION);
    let update = lambda.update_function_configuration().function_name("greeter").timeout(20);
    update.send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let update = lambda.update_function_code().function_name("greeter");
    update.zip_file(Blob::new(*b"PK\x05\x06 another")).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let published = lambda.publish_version().function_name("greeter").send().await.unwrap();
    let update = lambda.update_alias().function_name("greeter").name("live");
    update.function_version(published.version().unwrap()).send().await.unwrap();
}

async fn change_role(world: &World) {
    let iam = world.iam(REGION);
    let trust = TRUST.replace("lambda.amazonaws.com", "ec2.amazonaws.com");
    let update = iam.update_assume_role_policy().role_name("greeter-role").policy_document(trust);
    update.send().await.unwrap();
    let other = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess";
    iam.attach_role_policy().role_name("greeter-role").policy_arn(other).send().await.unwrap();
    let put = iam.put_role_policy().role_name("greeter-role").policy_name("other").policy_document(TRUST);
    put.send().await.unwrap();
}

#[tokio::test]
async fn every_action_of_the_policy_to_apply_is_missed_when_it_is_not_there() {
    let fresh = Stage::new(manifests(EVERYTHING), add_unmanaged).await;
    let changed = Stage::new(manifests(EVERYTHING), change_all).await;
    let missed = each_is_missed(&[&fresh, &changed], APPLY).await;
    for (action, operation) in [
        ("ds:DescribeDirectories", "connect:ListInstances"),
        ("lambda:AddPermission", "lambda:AddPermission"),
        ("lambda:RemovePermission", "lambda:RemovePermission"),
        ("lambda:TagResource", "lambda:CreateFunction"),
        ("iam:PassRole", "lambda:CreateFunction"),
        ("iam:TagRole", "iam:CreateRole"),
        ("connect:TagResource", "connect:CreateContactFlow"),
        ("iam:CreateServiceLinkedRole", "connect:UpdateInstanceAttribute"),
        ("logs:CreateLogGroup", "connect:UpdateInstanceAttribute"),
        ("connect:UpdateContactFlowContent", "connect:UpdateContactFlowContent"),
        ("connect:UpdateContactFlowModuleMetadata", "connect:UpdateContactFlowModuleMetadata"),
        ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionCode"),
        ("lambda:UpdateAlias", "lambda:UpdateAlias"),
        ("iam:DetachRolePolicy", "iam:DetachRolePolicy"),
    ] {
        let found = missed.get(action).map(String::as_str).unwrap_or_default();
        assert!(found.starts_with(operation), "{action}: {missed:#?}");
    }
}

/// An instance that is to be made, and nothing else.
pub(crate) const NEW_INSTANCE: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: new }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    desk: { alias: new-desk, create: { identity: connect-managed, inbound: true, outbound: false } }
"#;

#[tokio::test]
async fn every_action_that_making_an_instance_depends_on_is_missed_when_it_is_not_there() {
    let stage = Stage::new(manifests(NEW_INSTANCE), async |_: &World| {}).await;
    let missed = each_is_missed(&[&stage], APPLY).await;
    let of_creation = missed.iter().filter(|(_, operation)| operation.starts_with("connect:CreateInstance"));
    assert_eq!(of_creation.count(), 12, "{missed:#?}");
}

#[tokio::test]
async fn what_ends_the_creation_of_an_instance_is_missed_when_it_is_not_there() {
    let text = NEW_INSTANCE
        .replace("outbound: false }", "outbound: false }, attributes: { early-media: false }, protect: true");
    let fresh = Stage::new(manifests(&text), async |_: &World| {}).await;
    // Cut short after the instance was created.
    let begun = Stage::new(manifests(&text), async |world: &World| {
        assert_eq!(apply_all(world, &plan_of(world, APPLY).await).await, []);
    });
    let missed = each_is_missed(&[&begun.await, &fresh], APPLY).await;
    assert_eq!(missed["connect:TagResource"], "connect:TagResource");
    assert_eq!(missed["connect:UpdateInstanceAttribute"], "connect:UpdateInstanceAttribute");
}

#[tokio::test]
async fn the_policy_is_judged_alike_whatever_lambda_authorises_a_qualifier_on() {
    for assumptions in [&["U15=qualified-arn-authorised"], &["U15=function-arn-authorised"]] {
        let stage = Stage::new(manifests(EVERYTHING), change_all).await;
        let stage = stage.edited(manifests(EVERYTHING), assumptions);
        let policy = policy(&stage.manifests, APPLY);
        assert_eq!(failures(&stage, policy, APPLY).await, [], "{assumptions:?}");
    }
}

#[tokio::test]
async fn nothing_of_the_same_kind_beside_the_manifest_may_be_touched() {
    let (id, other) = ("0f1e2d3c-0000-4000-8000-000000000001", "0f1e2d3c-0000-4000-8000-000000000002");
    let text = EVERYTHING.replace("alias: acme", &format!("id: {id}"));
    // The other instance and function stand in another manifest, and exist all the same.
    let neighbour =
        EVERYTHING.replace("name: all", "name: neighbour").replace("alias: acme", &format!("id: {other}"));
    let neighbour = neighbour.replace("name: crm", "name: other");
    let all = [manifests(&text), manifests(&neighbour)].concat();
    let stage = Stage::new(all, async |_: &World| {}).await.edited(manifests(&text), &[]);
    let world = stage.limited(policy(&stage.manifests, APPLY)).await;
    let (connect, lambda) = (world.connect(REGION), world.lambda(REGION));
    let list = connect.list_instances().send().await;
    assert!(list.is_err(), "an instance that is known by its id is not looked up");
    let describe = |id: &str| connect.describe_instance().instance_id(id).send();
    assert!(describe(id).await.is_ok() && describe(other).await.is_err());
    let flows = |id: &str| connect.list_contact_flows().instance_id(id).send();
    assert!(flows(id).await.is_ok() && flows(other).await.is_err());
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:crm");
    let associate =
        |id: &str| connect.associate_lambda_function().function_arn(&function).instance_id(id).send();
    assert!(associate(other).await.is_err() && associate(id).await.is_ok());
    let get = |name: &str| lambda.get_function().function_name(name).send();
    assert!(get("crm").await.is_ok() && get("other").await.is_err());
    let add = lambda.add_permission().function_name("crm").action("lambda:InvokeFunction");
    let add = |principal: &str| add.clone().statement_id("s").principal(principal).send();
    assert!(add("s3.amazonaws.com").await.is_err() && add("connect.amazonaws.com").await.is_ok());
    let set = connect.update_instance_attribute().instance_id(id).value("true");
    let set = |kind: &str| set.clone().attribute_type(kind.into()).send();
    assert!(set("INBOUND_CALLS").await.is_err() && set("CONTACTFLOW_LOGS").await.is_ok());
}
