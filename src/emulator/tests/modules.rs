use serde_json::{Value, json};

use super::{Bench, assuming, faulty, world};
use crate::emulator::Settings;

fn content(last: &str) -> String {
    json!({
        "Version": "2019-10-30",
        "StartAction": "end",
        "Actions": [{ "Identifier": "end", "Type": last, "Parameters": {}, "Transitions": {} }],
        "Settings": {},
    })
    .to_string()
}

#[tokio::test]
async fn a_module_lives_from_creation_to_deletion() {
    let bench = Bench::start(Settings::default()).await;
    let instance = bench.instance().await;
    let all = format!("/contact-flow-modules/{instance}");
    let body = json!({ "Name": "Auth", "Content": content("EndFlowModuleExecution"), "ClientToken": "t" });
    let id = bench.connect("PUT", &all, body.clone()).await.ok()["Id"].as_str().expect("an id").to_owned();
    assert_eq!(bench.connect("PUT", &all, body.clone()).await.ok()["Id"], id, "the same token");
    let mut other = body.clone();
    other["Name"] = json!("Other");
    bench.connect("PUT", &all, other).await.fails(409, "IdempotencyException");
    let mut again = body;
    again["ClientToken"] = json!("u");
    bench.connect("PUT", &all, again).await.fails(409, "DuplicateResourceException");

    let one = format!("{all}/{id}");
    let described = bench.connect("GET", &one, Value::Null).await.ok()["ContactFlowModule"].clone();
    assert_eq!(described["Content"], content("EndFlowModuleExecution"));
    assert_eq!(described["Status"], "PUBLISHED");
    let next = json!({ "Content": content("DisconnectParticipant") });
    bench.connect("POST", &format!("{one}/content"), next).await.ok();
    let metadata = json!({ "Name": "New", "State": "ARCHIVED" });
    bench.connect("POST", &format!("{one}/metadata"), metadata).await.ok();
    let listed =
        bench.connect("GET", &format!("/contact-flow-modules-summary/{instance}"), Value::Null).await.ok();
    let module = &listed["ContactFlowModulesSummaryList"][0];
    assert_eq!((&module["Name"], &module["State"]), (&json!("New"), &json!("ARCHIVED")));
    bench.connect("DELETE", &one, Value::Null).await.ok();
    bench.connect("GET", &one, Value::Null).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_wrong_module_answers_with_a_capital_p() {
    let bench = Bench::start(Settings::default()).await;
    let path = format!("/contact-flow-modules/{}", bench.instance().await);
    let refused = bench.connect("PUT", &path, json!({ "Name": "Auth", "Content": "{}" })).await;
    refused.fails(400, "InvalidContactFlowModuleException");
    assert!(refused.json()["Problems"][0]["message"].is_string(), "{}", refused.text);
}

#[tokio::test]
async fn a_flow_may_not_end_as_a_module_does() {
    let bench = Bench::start(Settings::default()).await;
    let path = format!("/contact-flows/{}", bench.instance().await);
    let body = json!({ "Name": "x", "Type": "CONTACT_FLOW", "Content": content("EndFlowModuleExecution") });
    bench.connect("PUT", &path, body).await.fails(400, "InvalidContactFlowException");
}

#[tokio::test]
async fn flows_are_tagged_and_searched() {
    let bench = Bench::start(Settings::default()).await;
    let instance = bench.instance().await;
    let mut arns = Vec::new();
    for name in ["Main IVR", "Billing"] {
        let body = json!({
            "Name": name, "Type": "CONTACT_FLOW", "Content": content("DisconnectParticipant"), "Tags": { "set": "a" },
        });
        let created = bench.connect("PUT", &format!("/contact-flows/{instance}"), body).await.ok();
        arns.push(
            created["ContactFlowArn"].as_str().expect("an ARN").replace(':', "%3A").replace('/', "%2F"),
        );
    }
    let tags = format!("/tags/{}", arns[0]);
    bench.connect("POST", &tags, json!({ "tags": { "set": "b", "x": "y" } })).await.ok();
    bench.connect("DELETE", &format!("{tags}?tagKeys=x"), Value::Null).await.ok();
    assert_eq!(bench.connect("GET", &tags, Value::Null).await.ok()["tags"], json!({ "set": "b" }));
    bench
        .connect("POST", &tags, json!({ "tags": { "aws:x": "y" } }))
        .await
        .fails(400, "InvalidRequestException");

    let search = async |more: Value| {
        let mut body = json!({ "InstanceId": instance });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let found = bench.connect("POST", "/search-contact-flows", body).await.ok();
        found["ContactFlows"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|flow| flow["Name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(search(json!({})).await.len(), 2);
    let name = json!({ "StringCondition": { "FieldName": "Name", "Value": "main", "ComparisonType": "STARTS_WITH" } });
    assert_eq!(search(json!({ "SearchCriteria": name })).await, ["Main IVR"]);
    let archived = json!({ "AndConditions": [name, { "StateCondition": "ARCHIVED" }] });
    assert_eq!(search(json!({ "SearchCriteria": archived })).await, [Value::Null; 0]);
    let tag = json!({ "TagFilter": { "TagCondition": { "TagKey": "set", "TagValue": "a" } } });
    assert_eq!(search(json!({ "SearchFilter": tag })).await, ["Billing"]);
}

fn new_instance(alias: &str) -> Value {
    json!({
        "IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": alias, "InboundCallsEnabled": true,
        "OutboundCallsEnabled": false, "ClientToken": alias,
    })
}

#[tokio::test]
async fn an_instance_is_created_slowly_and_deleted() {
    let bench = Bench::start(Settings::default()).await;
    let created = bench.connect("PUT", "/instance", new_instance("second")).await.ok();
    let id = created["Id"].as_str().expect("an id").to_owned();
    assert_eq!(
        bench.connect("PUT", "/instance", new_instance("second")).await.ok()["Id"],
        id,
        "the same token"
    );
    let path = format!("/instance/{id}");
    let read = async || bench.connect("GET", &path, Value::Null).await.ok()["Instance"].clone();
    assert_eq!(read().await["InstanceStatus"], "CREATION_IN_PROGRESS");
    let early = bench.associate(&id, &super::arn("crm")).await;
    early.fails(400, "InvalidRequestException");
    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    let active = read().await;
    assert_eq!(
        (&active["InstanceStatus"], &active["OutboundCallsEnabled"]),
        (&json!("ACTIVE"), &json!(false))
    );
    let queues = bench.connect("GET", &format!("/queues-summary/{id}"), Value::Null).await.ok();
    assert_eq!(queues["QueueSummaryList"][0]["Name"], "BasicQueue");
    bench
        .connect("PUT", "/instance", new_instance("third"))
        .await
        .fails(402, "ServiceQuotaExceededException");
    bench.connect("DELETE", &path, Value::Null).await.ok();
    bench.connect("GET", &path, Value::Null).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_creation_can_fail_with_a_reason() {
    let bench = Bench::start(faulty(&["creation-failed:connect:CreateInstance"])).await;
    let id = bench.connect("PUT", "/instance", new_instance("second")).await.ok()["Id"].clone();
    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    let path = format!("/instance/{}", id.as_str().expect("an id"));
    let instance = bench.connect("GET", &path, Value::Null).await.ok()["Instance"].clone();
    assert_eq!(instance["InstanceStatus"], "CREATION_FAILED");
    assert!(instance["StatusReason"]["Message"].is_string());
}

#[tokio::test]
async fn named_resources_of_the_world_are_listed() {
    let mut world = world();
    let named = |name: &str| crate::emulator::WorldNamed {
        account: super::ACCOUNT.into(),
        region: super::REGION.into(),
        instance: "acme".into(),
        name: name.into(),
    };
    world.queues.push(named("Support"));
    world.prompts.push(named("Hello.wav"));
    world.hours.push(named("Office"));
    let bench = Bench::with(assuming(&[]), world).await;
    let id = bench.instance().await;
    for (path, member, name, kind) in [
        ("queues", "QueueSummaryList", "Support", "/queue/"),
        ("prompts", "PromptSummaryList", "Hello.wav", "/prompt/"),
        ("hours-of-operations", "HoursOfOperationSummaryList", "Office", "/operating-hours/"),
    ] {
        let listed = bench.connect("GET", &format!("/{path}-summary/{id}"), Value::Null).await.ok();
        assert_eq!(listed[member][0]["Name"], name);
        assert!(listed[member][0]["Arn"].as_str().is_some_and(|arn| arn.contains(kind)), "{listed}");
    }
}
