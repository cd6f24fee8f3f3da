//! What belongs to others: nothing of it may change, whatever happens to flowbind.

use std::collections::HashMap;

use aws_sdk_connect::types::ContactFlowType;
use flowbind::emulator::{Emulator, WorldFunction};
use flowbind::plan::stub_of;
use flowbind::resource::FlowType;
use serde_json::Value;

use super::subjects::Subject;
use crate::world::{ACCOUNT, World, config_at};

/// Where the functions of the manifests' others are.
const HOME: &str = "eu-west-2";

/// A function of others, in the home Region.
pub(super) fn function() -> WorldFunction {
    WorldFunction {
        account: ACCOUNT.to_owned(),
        region: HOME.to_owned(),
        name: "theirs-desk".to_owned(),
        aliases: vec!["live".to_owned()],
        timeout: 3,
    }
}

/// The instances, as account, Region and id.
fn instances(content: &Value) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for (account, regions) in content["regions"].as_object().unwrap() {
        for (region, held) in regions.as_object().unwrap() {
            let ids = held["instances"].as_object().unwrap().keys();
            all.extend(ids.map(|id| (account.clone(), region.clone(), id.clone())));
        }
    }
    all
}

/// Plants flows, modules, roles, a function, an association and statements of others and of another set.
pub(super) async fn plant(world: &World, subject: &Subject) {
    let arn = format!("arn:aws:lambda:{HOME}:{ACCOUNT}:function:theirs-desk");
    for (account, region, id) in instances(&world.emulator.content()) {
        let connect = aws_sdk_connect::Client::new(&config_at(&world.emulator.url(), &account, &region));
        let stub = stub_of(FlowType::ContactFlow);
        for (name, tag) in [("Theirs", ("team", "desk")), ("Theirs too", ("flowbind/set", "other/main-ivr"))]
        {
            let create = connect.create_contact_flow().instance_id(&id).name(name).content(&stub);
            let tags = HashMap::from([(tag.0.to_owned(), tag.1.to_owned())]);
            create.r#type(ContactFlowType::ContactFlow).set_tags(Some(tags)).send().await.unwrap();
        }
        let module = r#"{"Version":"2019-10-30","StartAction":"end","Actions":[{"Identifier":"end","Type":"EndFlowModuleExecution","Parameters":{},"Transitions":{}}],"Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]}}"#;
        let create = connect.create_contact_flow_module().instance_id(&id).name("Theirs").content(module);
        create.send().await.unwrap();
        if region == HOME {
            connect.associate_lambda_function().instance_id(&id).function_arn(&arn).send().await.unwrap();
        }
    }
    let lambda = world.lambda(HOME);
    let functions = subject.referenced.iter().chain(&[("theirs-desk", None), ("theirs-desk", Some("live"))]);
    for (function, qualifier) in functions {
        for sid in ["theirs", "flowbind_g_other_0123456789abcdef"] {
            let add = lambda.add_permission().function_name(*function).statement_id(sid);
            let add = add.action("lambda:InvokeFunction").principal("events.amazonaws.com");
            add.set_qualifier(qualifier.map(str::to_owned)).send().await.unwrap();
        }
    }
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    for (name, set) in [("theirs", None), ("theirs-too", Some("other/theirs"))] {
        let create = world.iam(HOME).create_role().role_name(name).assume_role_policy_document(trust);
        let tag = aws_sdk_iam::types::Tag::builder().key("flowbind/set");
        let tags = set.map(|set| vec![tag.value(set).build().unwrap()]);
        create.set_tags(tags).send().await.unwrap();
    }
}

/// Takes the calls out of the flows that are only bound, as their owners do before the functions are taken away.
pub(super) async fn unbind(emulator: &Emulator, subject: &Subject) {
    let content = emulator.content();
    for (account, region, instance) in instances(&content) {
        let connect = aws_sdk_connect::Client::new(&config_at(&emulator.url(), &account, &region));
        let flows = &content["regions"][&account][&region]["instances"][&instance]["flows"];
        for (id, flow) in flows.as_object().unwrap() {
            if subject.bound.iter().any(|name| flow["name"] == *name) {
                let update = connect.update_contact_flow_content().instance_id(&instance).contact_flow_id(id);
                update.content(stub_of(FlowType::ContactFlow)).send().await.unwrap();
            }
        }
    }
}
