//! What others have on the instance, and what becomes of the set's objects between two applies.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_connect::types::ContactFlowType;
use proptest::prelude::*;
use serde_json::Value;

use super::sets::chain;
use super::{SET, objects};
use crate::world::World;

const REGION: &str = "eu-west-2";

/// A flow or module of others on the first instance.
#[derive(Debug, Clone)]
pub(super) struct Plant {
    /// The number of a name of the set's; beyond those it is a name of their own.
    name: usize,
    module: bool,
    /// Whether it carries another set's tag.
    tagged: bool,
}

impl Plant {
    /// An untagged flow under a name of the set's.
    pub(super) fn theirs(name: usize) -> Self {
        Self { name, module: false, tagged: false }
    }
}

/// What becomes of an object of the set's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Damage {
    Deleted,
    Edited,
    /// As a run leaves it that ended after the first of two writes.
    HalfWritten,
    StaleDigest,
    Untagged,
    Draft,
    Renamed,
    /// Whatever its functions are: the first of the list goes.
    Disassociated,
}

pub(super) fn plants() -> impl Strategy<Value = Vec<Plant>> {
    let plant = (0..6_usize, any::<bool>(), any::<bool>());
    let plant = plant.prop_map(|(name, module, tagged)| Plant { name, module, tagged });
    prop::collection::vec(plant, 0..3)
}

pub(super) fn damages() -> impl Strategy<Value = Vec<(usize, Damage)>> {
    use Damage::{Deleted, Disassociated, Draft, Edited, HalfWritten, Renamed, StaleDigest, Untagged};
    let all = vec![Deleted, Edited, HalfWritten, StaleDigest, Untagged, Draft, Renamed, Disassociated];
    prop::collection::vec((0..4_usize, prop::sample::select(all)), 0..3)
}

/// The instance whose alias is `i`.
async fn instance(connect: &aws_sdk_connect::Client) -> String {
    let list = connect.list_instances().send().await.unwrap();
    let found = list.instance_summary_list().iter().find(|it| it.instance_alias() == Some("i"));
    found.unwrap().id().unwrap().to_owned()
}

fn theirs(module: bool) -> String {
    chain(&[("MessageParticipant", r#"{"Text":"theirs"}"#.to_owned())], module)
}

/// Plants, and gives the ids.
pub(super) async fn plant(world: &World, plants: &[Plant]) -> BTreeSet<String> {
    let connect = world.connect(REGION);
    let id = instance(&connect).await;
    let mut ids = BTreeSet::new();
    for Plant { name, module, tagged } in plants {
        let (name, content) = (format!("Name {name}"), theirs(*module));
        let tags = tagged.then(|| HashMap::from([("flowbind/set".to_owned(), "other/l0".to_owned())]));
        // Two of one name are one too many.
        let made = if *module {
            let create = connect.create_contact_flow_module().instance_id(&id).name(name).content(content);
            create.set_tags(tags).send().await.ok().and_then(|made| made.id)
        } else {
            let create = connect.create_contact_flow().instance_id(&id).name(name).content(content);
            let create = create.r#type(ContactFlowType::ContactFlow).set_tags(tags);
            create.send().await.ok().and_then(|made| made.contact_flow_id)
        };
        ids.extend(made);
    }
    ids
}

/// Damages the set's objects, as they come by id.
pub(super) async fn damage(world: &World, damages: &[(usize, Damage)]) {
    for (n, what) in damages {
        let mine = |_: &str, object: &Value| {
            object["tags"]["flowbind/set"].as_str().is_some_and(|tag| tag.starts_with(SET))
        };
        let objects = objects(&world.emulator.content(), mine);
        let Some((id, object)) = objects.iter().nth(n % objects.len().max(1)) else { continue };
        one(world, id, object, *what).await;
    }
}

async fn one(world: &World, id: &str, object: &Value, what: Damage) {
    let connect = world.connect(REGION);
    let module = object["kind"] == "";
    let content = world.emulator.content();
    let instances = content["regions"]["111122223333"][REGION]["instances"].as_object().unwrap();
    let kind = if module { "modules" } else { "flows" };
    let (instance, _) = instances.iter().find(|(_, it)| it[kind].get(id).is_some()).unwrap();
    let path = if module { "flow-module" } else { "contact-flow" };
    let arn = format!("arn:aws:connect:{REGION}:111122223333:instance/{instance}/{path}/{id}");
    let write = async |id: String, text: String| {
        if module {
            let update = connect.update_contact_flow_module_content().instance_id(instance);
            update.contact_flow_module_id(id).content(text).send().await.unwrap();
        } else {
            let update = connect.update_contact_flow_content().instance_id(instance);
            update.contact_flow_id(id).content(text).send().await.unwrap();
        }
    };
    match what {
        Damage::Deleted if module => {
            let delete = connect.delete_contact_flow_module().instance_id(instance);
            delete.contact_flow_module_id(id).send().await.unwrap();
        }
        Damage::Deleted => {
            let delete = connect.delete_contact_flow().instance_id(instance).contact_flow_id(id);
            delete.send().await.unwrap();
        }
        Damage::Edited => write(id.to_owned(), theirs(module)).await,
        Damage::Draft => write(format!("{id}:$SAVED"), theirs(module)).await,
        Damage::HalfWritten => {
            write(id.to_owned(), chain(&[], module)).await;
            let untag = connect.untag_resource().resource_arn(arn).tag_keys("flowbind/applied");
            untag.send().await.unwrap();
        }
        Damage::StaleDigest => {
            let tag = connect.tag_resource().resource_arn(arn).tags("flowbind/applied", "0".repeat(64));
            tag.send().await.unwrap();
        }
        Damage::Untagged => {
            let untag = connect.untag_resource().resource_arn(arn);
            untag.tag_keys("flowbind/applied").tag_keys("flowbind/set").send().await.unwrap();
        }
        Damage::Renamed if module => {
            let update = connect.update_contact_flow_module_metadata().instance_id(instance);
            update.contact_flow_module_id(id).name(format!("Moved {id}")).send().await.unwrap();
        }
        Damage::Renamed => {
            let update = connect.update_contact_flow_name().instance_id(instance).contact_flow_id(id);
            update.name(format!("Moved {id}")).send().await.unwrap();
        }
        Damage::Disassociated => {
            let list = connect.list_lambda_functions().instance_id(instance).send().await.unwrap();
            for arn in list.lambda_functions().iter().take(1) {
                let end = connect.disassociate_lambda_function().instance_id(instance).function_arn(arn);
                end.send().await.unwrap();
            }
        }
    }
}
