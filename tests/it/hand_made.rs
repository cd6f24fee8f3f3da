//! What others change is found, named and mended, and what is theirs stays as it is.

use aws_sdk_connect::types::ContactFlowType;
use flowbind::plan::Plan;
use flowbind::resource::OwnSid;

use crate::apply::{all_done, carry_out};
use crate::world::World;

const LONDON: &str = "eu-west-2";

pub(crate) async fn applied() -> World {
    let world = World::demo().await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("first")).await);
    world
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.actions.iter().map(|action| format!("{}: {}", action.id.address, action.reason)).collect()
}

async fn instance(world: &World, region: &str) -> String {
    let list = world.connect(region).list_instances().send().await.unwrap();
    list.instance_summary_list()[0].id().unwrap().to_owned()
}

async fn policy(world: &World, function: &str, qualifier: Option<&str>) -> String {
    let get =
        world.lambda(LONDON).get_policy().function_name(function).set_qualifier(qualifier.map(str::to_owned));
    get.send().await.unwrap().policy.unwrap()
}

async fn associations(world: &World, instance: &str) -> Vec<String> {
    let list = world.connect(LONDON).list_lambda_functions().instance_id(instance).send().await.unwrap();
    list.lambda_functions().to_vec()
}

/// Sets a block's time limit, as someone in the console would.
async fn set_limit(world: &World, instance: &str, flow: &str, from: &str, to: &str) {
    let connect = world.connect(LONDON);
    let list = connect.list_contact_flows().instance_id(instance).send().await.unwrap();
    let id = list
        .contact_flow_summary_list()
        .iter()
        .find(|f| f.name() == Some(flow))
        .unwrap()
        .id()
        .unwrap()
        .to_owned();
    let described =
        connect.describe_contact_flow().instance_id(instance).contact_flow_id(&id).send().await.unwrap();
    let content = described.contact_flow().unwrap().content().unwrap();
    assert_eq!(content.matches(from).count(), 1, "{from} stands once in {content}");
    let changed = content.replace(from, to);
    connect
        .update_contact_flow_content()
        .instance_id(instance)
        .contact_flow_id(id)
        .content(changed)
        .send()
        .await
        .unwrap();
}

/// Removes the set's own statement for an instance from the policy of `caller-lookup`; gives its Sid, and all
/// statements as they were.
async fn remove_own_statement(world: &World, instance: &str) -> (String, Vec<serde_json::Value>) {
    let text = policy(world, "fernhill-caller-lookup-dev", Some("live")).await;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let statements = document["Statement"].as_array().unwrap().clone();
    let arn = format!(":instance/{instance}");
    let own = statements.iter().find(|s| {
        s["Sid"].as_str().is_some_and(|sid| OwnSid::parse(sid).is_some()) && s.to_string().contains(&arn)
    });
    let sid = own.unwrap()["Sid"].as_str().unwrap().to_owned();
    let lambda = world.lambda(LONDON);
    let remove = lambda.remove_permission().function_name("fernhill-caller-lookup-dev").qualifier("live");
    remove.statement_id(&sid).send().await.unwrap();
    (sid, statements)
}

/// Changes a time limit, takes a function off the instance, and removes a statement: see [`remove_own_statement`].
pub(crate) async fn break_three(world: &World) -> (String, Vec<serde_json::Value>) {
    let london = instance(world, LONDON).await;
    let limit = |seconds: u32| format!("\"InvocationTimeLimitSeconds\": \"{seconds}\"");
    set_limit(world, &london, "Main IVR", &limit(8), &limit(3)).await;
    let order_status = "arn:aws:lambda:eu-west-2:111122223333:function:fernhill-order-status-dev";
    let connect = world.connect(LONDON);
    let disassociate = connect.disassociate_lambda_function().instance_id(&london).function_arn(order_status);
    disassociate.send().await.unwrap();
    remove_own_statement(world, &london).await
}

#[tokio::test]
async fn exactly_what_was_broken_by_hand_is_named_and_mended_and_foreign_things_stay() {
    let world = applied().await;
    let london = instance(&world, LONDON).await;
    let (connect, lambda) = (world.connect(LONDON), world.lambda(LONDON));

    // Somebody else's: another function, associated and granted by hand.
    let foreign_arn = "arn:aws:lambda:eu-west-2:111122223333:function:fernhill-order-status-dev:77";
    connect.associate_lambda_function().instance_id(&london).function_arn(foreign_arn).send().await.ok();
    lambda
        .add_permission()
        .function_name("fernhill-caller-lookup-dev")
        .qualifier("live")
        .statement_id("ours-by-hand")
        .action("lambda:InvokeFunction")
        .principal("lex.amazonaws.com")
        .send()
        .await
        .unwrap();
    assert!(world.plan().await.actions.is_empty(), "what is foreign is no difference");
    let foreign_associations = associations(&world, &london).await;

    let (sid, statements) = break_three(&world).await;

    let plan = world.plan().await;
    insta::assert_snapshot!(lines(&plan).join("\n"), @r"
    association/london/order-status: fernhill-order-status-dev is not associated with the instance; flow/main-ivr calls it; `flowbind_a_fernhill_2ed52608e54f8b9d` marks the association as this set's
    grant/london/caller-lookup: the policy of fernhill-caller-lookup-dev:live does not let the instance call it; flow/main-ivr calls it
    flow/main-ivr: block `Look up caller` differs from the manifest; changed outside of flowbind
    ");

    let session = world.session().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("second")).await);
    assert!(world.plan().await.actions.is_empty());

    let mut after = associations(&world, &london).await;
    for arn in &foreign_associations {
        assert!(after.contains(arn), "{arn} is gone");
    }
    after.retain(|arn| !foreign_associations.contains(arn));
    assert!(after.is_empty(), "{after:?}");
    let text = policy(&world, "fernhill-caller-lookup-dev", Some("live")).await;
    let mended: serde_json::Value = serde_json::from_str(&text).unwrap();
    for statement in statements.iter().filter(|statement| statement["Sid"] != sid.as_str()) {
        let there = mended["Statement"].as_array().unwrap();
        assert!(there.contains(statement), "{statement} is not there as it was");
    }
}

#[tokio::test]
async fn an_edited_own_statement_is_replaced_without_a_gap() {
    let world = applied().await;
    let lambda = world.lambda(LONDON);
    let text = policy(&world, "fernhill-order-status-dev", None).await;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let own = document["Statement"].as_array().unwrap().iter().find_map(|s| {
        let sid = s["Sid"].as_str()?;
        OwnSid::parse(sid).map(|_| sid.to_owned())
    });
    let sid = own.unwrap();
    lambda
        .remove_permission()
        .function_name("fernhill-order-status-dev")
        .statement_id(&sid)
        .send()
        .await
        .unwrap();
    let add = lambda.add_permission().function_name("fernhill-order-status-dev").statement_id(&sid);
    add.action("lambda:InvokeFunction").principal("connect.amazonaws.com").send().await.unwrap();

    let plan = world.plan().await;
    assert_eq!(
        lines(&plan),
        [format!(
            "grant/london/order-status: statement `{sid}` in the policy of fernhill-order-status-dev was changed"
        )]
    );
    let session = world.session().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("second")).await);
    assert!(world.plan().await.actions.is_empty());
    let text = policy(&world, "fernhill-order-status-dev", None).await;
    let now: serde_json::Value = serde_json::from_str(&text).unwrap();
    let own = |document: &serde_json::Value| {
        let all = document["Statement"].as_array().unwrap().clone();
        let mut own = all.into_iter().filter(|s| s["Sid"].as_str().and_then(OwnSid::parse).is_some());
        (own.next().unwrap(), own.next())
    };
    assert_eq!(own(&now), own(&document), "the same Sid says again what it said: {text}");
}

#[tokio::test]
async fn a_bound_flow_keeps_every_byte_that_is_not_bound() {
    let manifest = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: bound }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme } }
  functions: { crm: { name: crm } }
  flows:
    main:
      instance: support
      name: By hand
      type: contact-flow
      bindings: { Look up: { function: crm, timeLimit: 8s } }
"#;
    let world = World::new(&manifest.replace("name: By hand", "name: Other")).await;
    let id = instance(&world, LONDON).await;
    let content = "{ \"Version\":\"2019-10-30\",\n\t\"StartAction\" : \"Look up\", \"Actions\":[ {\"Parameters\":{\"InvocationTimeLimitSeconds\":3,\
        \"LambdaFunctionARN\":\"arn:aws:lambda:eu-west-2:111122223333:function:crm\"}, \"Type\":\"InvokeLambdaFunction\",\"Identifier\":\"Look up\",\
        \"Transitions\":{\"NextAction\":\"end\",\"Errors\":[{\"ErrorType\":\"NoMatchingError\",\"NextAction\":\"end\"}]}},\
        {\"Identifier\":\"end\",\"Type\":\"DisconnectParticipant\",\"Parameters\":{},\"Transitions\":{}}  ]}";
    let create = world.connect(LONDON).create_contact_flow().instance_id(&id).name("By hand");
    let made = create.r#type(ContactFlowType::ContactFlow).content(content).send().await.unwrap();

    std::fs::write(world.folder.path().join("m.yaml"), manifest).unwrap();
    let world = World { manifests: crate::world::load(&world.folder.path().join("m.yaml")), ..world };
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("own")).await);
    let describe = world.connect(LONDON).describe_contact_flow().instance_id(&id);
    let live = describe.contact_flow_id(made.contact_flow_id().unwrap()).send().await.unwrap();
    let expected = content.replace("Seconds\":3", "Seconds\":8");
    assert_eq!(live.contact_flow().unwrap().content(), Some(expected.as_str()));
}
