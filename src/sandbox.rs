//! The only translation from a manifest to the embedded AWS's seed: a new sandbox holds what the manifest expects to
//! exist, and nothing of what flowbind is to make.

use serde_json::{Value, json};

use crate::emulator::{
    World, WorldAccount, WorldExample, WorldFlow, WorldFunction, WorldInstance, WorldNamed, WorldRole,
};
use crate::manifest::{Flow, Function, Instance, InstanceLookup, Manifest, NamedKind, RoleRef};
use crate::plan::stub_of;
use crate::resource::{Kind, Label};

/// Lambda's default time-out, in seconds; referenced functions say nothing of theirs.
const TIMEOUT: u32 = 3;

/// Creates the seed of all sets together; the first set's first account is the default one.
pub fn world(manifests: &[Manifest]) -> World {
    let mut world = World::default();
    for manifest in manifests {
        world.accounts.extend(manifest.accounts.values().map(|a| WorldAccount { id: a.id.to_string() }));
        for (name, instance) in manifest.instances.iter().filter(|(_, instance)| instance.create.is_none()) {
            world.instances.push(seed_instance(instance));
            seed_named(manifest, name, instance, &mut world);
        }
        for function in manifest.functions.values() {
            world.examples.extend(seed_example(function));
            match &function.source {
                None => world.functions.push(seed_function(function)),
                Some(source) => world.roles.extend(seed_role(&source.role)),
            }
        }
        for (kind, _, flow) in manifest.contents().filter(|(_, _, flow)| flow.content.is_none()) {
            let seeds =
                flow.instances.iter().filter_map(|instance| seed_flow(manifest, instance, kind, flow));
            world.flows.extend(seeds);
        }
    }
    world
}

fn seed_instance(instance: &Instance) -> WorldInstance {
    let (id, alias) = match &instance.lookup {
        InstanceLookup::Alias(alias) => (None, Some(alias.clone())),
        InstanceLookup::Id(id) => (Some(id.clone()), None),
    };
    let (account, region) = (instance.place.account.to_string(), instance.place.region.to_string());
    WorldInstance { account, region, id, alias, ..WorldInstance::default() }
}

fn seed_function(function: &Function) -> WorldFunction {
    WorldFunction {
        account: function.target.place.account.to_string(),
        region: function.target.place.region.to_string(),
        name: function.target.name.clone(),
        aliases: function.target.qualifier.iter().cloned().collect(),
        timeout: TIMEOUT,
    }
}

/// What a function answers when its code cannot run: the example of its manifest.
fn seed_example(function: &Function) -> Option<WorldExample> {
    let target = &function.target;
    Some(WorldExample {
        account: target.place.account.to_string(),
        region: target.place.region.to_string(),
        function: target.name.clone(),
        answer: function.response.as_ref()?.example.clone()?,
    })
}

/// A role that is only referred to, by its ARN: `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
fn seed_role(role: &RoleRef) -> Option<WorldRole> {
    let RoleRef::Arn(arn) = role else { return None };
    let account = arn.split(':').nth(4)?.to_owned();
    let path = arn.split_once(":role")?.1;
    let (path, name) = path.rsplit_once('/')?;
    Some(WorldRole { account, path: format!("{path}/"), name: name.to_owned(), ..WorldRole::default() })
}

fn seed_named(manifest: &Manifest, name: &Label, instance: &Instance, world: &mut World) {
    let (InstanceLookup::Alias(key) | InstanceLookup::Id(key)) = &instance.lookup;
    for (kind, name) in manifest.named(name) {
        let list = match kind {
            NamedKind::Queue => &mut world.queues,
            NamedKind::Prompt => &mut world.prompts,
            NamedKind::Hours => &mut world.hours,
        };
        let (account, region) = (instance.place.account.to_string(), instance.place.region.to_string());
        list.push(WorldNamed { account, region, instance: key.clone(), name });
    }
}

/// A flow that holds the bound blocks, as somebody might have clicked it together before flowbind came.
fn seed_flow(manifest: &Manifest, instance_name: &Label, kind: Kind, flow: &Flow) -> Option<WorldFlow> {
    let instance = manifest.instances.get(instance_name)?;
    let (InstanceLookup::Alias(key) | InstanceLookup::Id(key)) = &instance.lookup;
    Some(WorldFlow {
        account: instance.place.account.to_string(),
        region: instance.place.region.to_string(),
        instance: key.clone(),
        id: None,
        name: flow.name.clone(),
        kind: flow.kind.wire(),
        content: content(manifest, flow),
        module: kind == Kind::Module,
    })
}

/// One block after the other, each calling its function with the block's default limit of 3 seconds, then the end that
/// the flow's type allows.
fn content(manifest: &Manifest, flow: &Flow) -> String {
    let mut document: Value = serde_json::from_str(&stub_of(flow.kind)).unwrap_or_default();
    let end = document["StartAction"].clone();
    let names: Vec<&String> = flow.bindings.keys().collect();
    let blocks = flow.bindings.iter().enumerate().map(|(n, (name, binding))| {
        let arn = manifest.functions.get(&binding.function).map(|f| f.target.unqualified().arn().to_string());
        let next = names.get(n + 1).map_or_else(|| end.clone(), |next| json!(next));
        json!({
            "Identifier": name,
            "Type": "InvokeLambdaFunction",
            "Parameters": { "LambdaFunctionARN": arn, "InvocationTimeLimitSeconds": "3" },
            "Transitions": {
                "NextAction": next,
                "Errors": [{ "NextAction": end, "ErrorType": "NoMatchingError" }],
                "Conditions": [],
            },
        })
    });
    let blocks: Vec<Value> = blocks.collect();
    if let Some(first) = names.first() {
        document["StartAction"] = json!(first);
    }
    if let Some(actions) = document["Actions"].as_array_mut() {
        actions.splice(0..0, blocks);
    }
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
