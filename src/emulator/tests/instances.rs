use serde_json::{Value, json};

use super::super::{Settings, WorldInstance};
use super::{ACCOUNT, Bench, REGION, world};

#[tokio::test]
async fn instances_come_ten_at_a_time() {
    let mut world = world();
    for number in 0..11 {
        world.instances.push(WorldInstance {
            account: ACCOUNT.into(),
            region: REGION.into(),
            alias: Some(format!("acme-{number}")),
            ..WorldInstance::default()
        });
    }
    let bench = Bench::with(Settings::default(), world).await;
    let first = bench.connect("GET", "/instance", Value::Null).await.ok();
    assert_eq!(first["InstanceSummaryList"].as_array().expect("a list").len(), 10);
    let token = first["NextToken"].as_str().expect("a second page");
    let second = bench.connect("GET", &format!("/instance?nextToken={token}"), Value::Null).await.ok();
    assert_eq!(second["InstanceSummaryList"].as_array().expect("a list").len(), 2);
    assert_eq!(second.get("NextToken"), None);
    bench.connect("GET", "/instance?maxResults=11", Value::Null).await.fails(400, "InvalidRequestException");
    bench.connect("GET", "/instance?nextToken=x", Value::Null).await.fails(400, "InvalidRequestException");
}

#[tokio::test]
async fn an_instance_is_described_by_its_id_only() {
    let bench = Bench::start(Settings::default()).await;
    let id = bench.instance().await;
    let instance = bench.connect("GET", &format!("/instance/{id}"), Value::Null).await.ok();
    let instance = &instance["Instance"];
    assert_eq!(instance["InstanceAlias"], "acme");
    assert_eq!(instance["InstanceStatus"], "ACTIVE");
    assert!(instance["CreatedTime"].is_f64(), "epoch seconds");
    let arn = instance["Arn"].as_str().expect("an ARN").replace(':', "%3A").replace('/', "%2F");
    let denied = bench.connect("GET", &format!("/instance/{arn}"), Value::Null).await;
    denied.fails(403, "AccessDeniedException");
    assert!(denied.text.contains("instance/arn:aws:connect:"), "{}", denied.text);
    bench.connect("GET", "/instance/nobody", Value::Null).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn another_region_or_account_sees_nothing() {
    let mut bench = Bench::start(Settings::default()).await;
    bench.region = "us-east-1".into();
    assert_eq!(bench.connect("GET", "/instance", Value::Null).await.ok()["InstanceSummaryList"], json!([]));
    bench.region = REGION.into();
    bench.key = "ASIA444455556666ABCD".into();
    assert_eq!(bench.connect("GET", "/instance", Value::Null).await.ok()["InstanceSummaryList"], json!([]));
}

#[tokio::test]
async fn attributes_are_listed_in_sevens_and_changed_one_by_one() {
    let bench = Bench::start(Settings::default()).await;
    let id = bench.instance().await;
    let first = bench.connect("GET", &format!("/instance/{id}/attributes"), Value::Null).await.ok();
    assert_eq!(first["Attributes"].as_array().expect("a list").len(), 7);
    let path = format!("/instance/{id}/attribute/CONTACTFLOW_LOGS");
    let read = || bench.connect("GET", &path, Value::Null);
    assert_eq!(read().await.ok()["Attribute"]["Value"], "false");
    bench.connect("POST", &path, json!({ "Value": "true" })).await.ok();
    assert_eq!(read().await.ok()["Attribute"]["Value"], "true");
    bench.connect("POST", &path, json!({ "Value": "on" })).await.fails(400, "InvalidParameterException");
    bench.connect("POST", &path, json!({})).await.fails(400, "InvalidRequestException");
    let misspelt = format!("/instance/{id}/attribute/CONTACT_FLOW_LOGS");
    bench.connect("GET", &misspelt, Value::Null).await.fails(400, "InvalidParameterException");
}
