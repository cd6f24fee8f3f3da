//! Another client that breaks things at random, and what is not its business: resources of nobody's set.

use std::cell::Cell;

use aws_sdk_connect::types::ContactFlowType;
use serde_json::Value;

use crate::removal::{arn, flow};
use crate::world::World;

pub(crate) const LONDON: &str = "eu-west-2";

pub(crate) const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { alias: acme }
    backup: { alias: acme-backup, functions: [orders] }
  functions:
    crm: { name: crm, qualifier: live }
    orders: { name: orders }
  flows:
    main: { instances: [support, backup], name: Main, type: contact-flow, content: main.json }
    night: { instance: support, name: Night, type: contact-flow, content: night.json }
"#;

/// Numbers that look like chance and are the same in each run.
pub(crate) struct Chance(Cell<u64>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(crate) fn below(&self, end: usize) -> usize {
        let next =
            self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.set(next);
        usize::try_from(next >> 33).unwrap() % end
    }
}

/// Writes the manifest and its flow files into a folder.
pub(crate) fn files(folder: &std::path::Path) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("m.yaml", MANIFEST);
    write("main.json", &flow("${function.crm.arn}", None));
    write("night.json", &flow("${function.orders.arn}", None));
}

/// The instances of the embedded AWS: id and content.
fn instances(world: &World) -> Vec<(String, Value)> {
    let content = world.emulator.content();
    let all = content["regions"]["111122223333"][LONDON]["instances"].as_object().unwrap().clone();
    all.into_iter().collect()
}

/// The id of an instance.
pub(crate) fn instance(world: &World) -> String {
    instances(world)[0].0.clone()
}

/// Makes what belongs to somebody else.
pub(crate) async fn plant(world: &World) {
    let (connect, lambda) = (world.connect(LONDON), world.lambda(LONDON));
    for (id, _) in instances(world) {
        let made =
            connect.create_contact_flow().instance_id(id).name("Theirs").r#type(ContactFlowType::ContactFlow);
        made.content(flow(&arn("orders"), None)).send().await.unwrap();
    }
    let allowed = lambda.add_permission().function_name("orders").statement_id("theirs-1");
    let allowed = allowed.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
    allowed.source_account("999988887777").send().await.unwrap();
}

/// Breaks one thing of the set's, and says what; nothing where that failed.
pub(crate) async fn break_one(world: &World, chance: &Chance) -> Option<String> {
    let (connect, lambda) = (world.connect(LONDON), world.lambda(LONDON));
    let all = instances(world);
    let (id, instance) = &all[chance.below(all.len())];
    let own = instance["flows"].as_object().unwrap();
    let own: Vec<&String> =
        own.iter().filter(|(_, flow)| flow["tags"]["flowbind/set"].is_string()).map(|(id, _)| id).collect();
    match chance.below(5) {
        0 => {
            let gone = connect.disassociate_lambda_function().instance_id(id).function_arn(arn("orders"));
            gone.send().await.ok()?;
            Some(format!("orders is off {id}"))
        }
        1 => {
            let name = ["crm", "orders"][chance.below(2)];
            let qualifier = (name == "crm").then(|| "live".to_owned());
            let policy = lambda.get_policy().function_name(name).set_qualifier(qualifier.clone());
            let policy: Value = serde_json::from_str(policy.send().await.ok()?.policy()?).ok()?;
            let sid = policy["Statement"]
                .as_array()?
                .iter()
                .find_map(|statement| statement["Sid"].as_str().filter(|sid| sid.starts_with("flowbind_")))?;
            let gone =
                lambda.remove_permission().function_name(name).set_qualifier(qualifier).statement_id(sid);
            gone.send().await.ok()?;
            Some(format!("{sid} is gone from {name}"))
        }
        2 => {
            let flow_id = own.get(chance.below(own.len().max(1)))?;
            let other = flow(&arn("orders"), None).replace("\"3\"", "\"7\"");
            let changed = connect.update_contact_flow_content().instance_id(id).contact_flow_id(*flow_id);
            changed.content(other).send().await.ok()?;
            Some(format!("{flow_id} has another content"))
        }
        3 => {
            let flow_id = own.get(chance.below(own.len().max(1)))?;
            let named = connect.update_contact_flow_name().instance_id(id).contact_flow_id(*flow_id);
            named.name(format!("Renamed {}", chance.below(1000))).send().await.ok()?;
            Some(format!("{flow_id} has another name"))
        }
        _ => {
            let flow_id = own.get(chance.below(own.len().max(1)))?;
            let gone = connect.delete_contact_flow().instance_id(id).contact_flow_id(*flow_id);
            gone.send().await.ok()?;
            Some(format!("{flow_id} is deleted"))
        }
    }
}

/// A world of the manifest above in which somebody else has things too.
pub(crate) async fn world(settings: flowbind::emulator::Settings) -> World {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    World::in_folder_with(folder, "m.yaml", settings).await
}
