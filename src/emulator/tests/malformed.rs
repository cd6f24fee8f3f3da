//! No request, however wrong, ends without an answer or with a 500.

use serde_json::{Value, json};

use super::{Bench, arn};
use crate::emulator::Settings;
use crate::emulator::dispatch::operation::Operation;
use crate::emulator::registry;
use crate::emulator::wire::Service;

/// Values that are of the wrong type, too long or hostile, for every member at once.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!("x"),
        json!("\u{0}\u{fffd}%%:$SAVED<&>"),
        json!("x".repeat(2000)),
        json!(-1),
        json!(u64::MAX),
        json!(1.5),
        json!(true),
        json!([]),
        json!([[{ "Key": 1 }], null, "a"]),
        json!({}),
        json!({ "Variables": [], "AdditionalVersionWeights": { "x": "y" }, "ZipFile": "====" }),
    ]
}

/// Every member that some operation reads.
const MEMBERS: &[&str] = &[
    "Action",
    "ClientToken",
    "Code",
    "CodeSha256",
    "Content",
    "ContactFlowState",
    "Description",
    "DurationSeconds",
    "Environment",
    "FunctionArn",
    "FunctionName",
    "FunctionVersion",
    "Handler",
    "IdentityManagementType",
    "InboundCallsEnabled",
    "InstanceAlias",
    "InstanceId",
    "Layers",
    "MaxItems",
    "MaxResults",
    "MemorySize",
    "Name",
    "NextToken",
    "OutboundCallsEnabled",
    "Principal",
    "Publish",
    "ReservedConcurrentExecutions",
    "RevisionId",
    "Role",
    "RoutingConfig",
    "Runtime",
    "SearchCriteria",
    "SearchFilter",
    "SourceAccount",
    "SourceArn",
    "State",
    "StatementId",
    "Status",
    "Tags",
    "Timeout",
    "Type",
    "Value",
    "ZipFile",
    "tags",
];

/// Fills the labels of a path.
fn path(operation: &Operation, instance: &str, label: &str) -> String {
    let fill = |part: &str| match part {
        "{InstanceId}" => instance.to_owned(),
        "{FunctionName}" => "crm".to_owned(),
        "{Resource}" => arn("crm").replace(':', "%3A"),
        part if part.starts_with('{') => label.to_owned(),
        part => part.to_owned(),
    };
    operation.path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_operation_answers_every_malformed_body() {
    let bench = Bench::start(Settings::default()).await;
    let instance = bench.instance().await;
    let rest = registry::all().filter(|operation| !operation.service.is_query());
    // What deletes the things that later requests are about comes last.
    let (deleting, others): (Vec<_>, Vec<_>) = rest.partition(|operation| operation.method == "DELETE");
    for operation in others.into_iter().chain(deleting) {
        for value in values() {
            let body: Value =
                Value::Object(MEMBERS.iter().map(|name| ((*name).to_owned(), value.clone())).collect());
            for label in ["x", "%24LATEST", "%3A%24SAVED", "%ff%zz"] {
                let path = path(operation, &instance, label);
                let text = body.to_string();
                let answer = bench.try_send(operation.service.prefix(), operation.method, &path, &text).await;
                let answer = answer.unwrap_or_else(|| panic!("{} with {value}: no answer", operation.name));
                assert!(answer.status < 500, "{} with {value}: {}", operation.name, answer.text);
            }
        }
    }
}

#[tokio::test]
async fn every_query_operation_answers_every_malformed_form() {
    let bench = Bench::start(Settings::default()).await;
    for operation in registry::all().filter(|operation| operation.service.is_query()) {
        for form in [
            "",
            "&RoleName=&PolicyArn=&RoleArn=&PolicyName=",
            "&RoleName=x&PolicyArn=x&RoleArn=arn:aws:iam::x:role&PolicyName=x&PolicyDocument=%7B%7D",
            "&RoleName.member.1=x&Tags.member.x.Key=1&Tags.member.1=2&TagKeys=x",
            "&RoleName=%00%ff&AssumeRolePolicyDocument=%22%22&Tags=1&MaxItems=-1&DurationSeconds=99999999999999999999",
        ] {
            let form = format!("Action={}{form}", operation.name);
            let service = if operation.service == Service::Iam { "iam" } else { "sts" };
            let answer = bench.form(service, &form).await;
            assert!(answer.status < 500, "{form}: {}", answer.text);
        }
    }
}
