use serde_json::{Value, json};

use super::{Bench, arn, assuming};
use crate::emulator::Settings;

/// A flow that calls `function` and disconnects.
fn flow(function: &str) -> String {
    json!({
        "Version": "2019-10-30",
        "StartAction": "lookup",
        "Actions": [
            {
                "Identifier": "lookup",
                "Type": "InvokeLambdaFunction",
                "Parameters": { "LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "8" },
                "Transitions": {
                    "NextAction": "bye",
                    "Errors": [{ "NextAction": "bye", "ErrorType": "NoMatchingError" }],
                },
            },
            { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
        ],
    })
    .to_string()
}

fn body(name: &str, content: &str) -> Value {
    json!({ "Name": name, "Type": "CONTACT_FLOW", "Content": content })
}

struct Flows {
    bench: Bench,
    instance: String,
}

impl Flows {
    async fn start(settings: Settings) -> Self {
        let bench = Bench::start(settings).await;
        let instance = bench.instance().await;
        Self { bench, instance }
    }

    async fn create(&self, body: Value) -> super::Response {
        self.bench.connect("PUT", &format!("/contact-flows/{}", self.instance), body).await
    }

    async fn created(&self, body: Value) -> String {
        self.create(body).await.ok()["ContactFlowId"].as_str().expect("an id").to_owned()
    }

    async fn describe(&self, id: &str) -> super::Response {
        let id = id.replace(':', "%3A").replace('$', "%24");
        self.bench.connect("GET", &format!("/contact-flows/{}/{id}", self.instance), Value::Null).await
    }

    async fn content(&self, id: &str) -> String {
        self.describe(id).await.ok()["ContactFlow"]["Content"].as_str().expect("a text").to_owned()
    }

    async fn write(&self, id: &str, content: &str) -> super::Response {
        let id = id.replace(':', "%3A").replace('$', "%24");
        let path = format!("/contact-flows/{}/{id}/content", self.instance);
        self.bench.connect("POST", &path, json!({ "Content": content })).await
    }

    /// The problems of publishing a content.
    async fn problems(&self, content: &Value) -> Vec<String> {
        let refused = self.create(body("wrong", &content.to_string())).await;
        refused.fails(400, "InvalidContactFlowException");
        let members = refused.json();
        assert_eq!(members.as_object().expect("members").len(), 1, "problems and nothing else");
        let problems = members["problems"].as_array().expect("a list").clone();
        problems.iter().map(|problem| problem["message"].as_str().expect("a text").to_owned()).collect()
    }
}

#[tokio::test]
async fn a_created_flow_is_published_and_reads_back_verbatim() {
    let flows = Flows::start(Settings::default()).await;
    let id = flows.created(body("Main", &flow(&arn("crm")))).await;
    let described = flows.describe(&id).await.ok()["ContactFlow"].clone();
    assert_eq!(described["Content"], flow(&arn("crm")));
    assert_eq!((&described["Status"], &described["State"]), (&json!("PUBLISHED"), &json!("ACTIVE")));
    assert!(described["LastModifiedTime"].is_f64(), "epoch seconds");
    assert_eq!(described["FlowContentSha256"].as_str().map(str::len), Some(64));
    let again = flows.create(body("Main", &flow(&arn("crm")))).await;
    again.fails(409, "DuplicateResourceException");
}

#[tokio::test]
async fn a_saved_flow_has_no_published_content_until_it_is_written() {
    let flows = Flows::start(Settings::default()).await;
    let mut saved = body("Draft", "not even JSON");
    saved["Status"] = json!("SAVED");
    let id = flows.created(saved).await;
    flows.describe(&id).await.fails(404, "ContactFlowNotPublishedException");
    assert_eq!(flows.content(&format!("{id}:$SAVED")).await, "not even JSON");
    flows.write(&id, &flow(&arn("crm"))).await.ok();
    assert_eq!(flows.content(&id).await, flow(&arn("crm")));
    assert_eq!(flows.content(&format!("{id}:$SAVED")).await, flow(&arn("crm")), "the draft is gone");
}

#[tokio::test]
async fn a_draft_leaves_what_is_published_alone() {
    let flows = Flows::start(Settings::default()).await;
    let id = flows.created(body("Main", &flow(&arn("crm")))).await;
    flows.write(&format!("{id}:$SAVED"), "{}").await.ok();
    assert_eq!(flows.content(&id).await, flow(&arn("crm")));
    assert_eq!(flows.content(&format!("{id}:$SAVED")).await, "{}");
    flows.describe(&format!("{id}:3")).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_plain_write_on_an_unpublished_flow_does_what_is_assumed() {
    for (assumption, status, published) in [
        ("U6=plain-write-publishes", 200, true),
        ("U6=plain-write-drafts", 200, false),
        ("U6=plain-write-refused", 404, false),
    ] {
        let flows = Flows::start(assuming(&[assumption])).await;
        let mut saved = body("Draft", "{}");
        saved["Status"] = json!("SAVED");
        let id = flows.created(saved).await;
        assert_eq!(flows.write(&id, &flow(&arn("crm"))).await.status, status, "{assumption}");
        assert_eq!(flows.describe(&id).await.status == 200, published, "{assumption}");
    }
}

#[tokio::test]
async fn publishing_names_every_problem_with_its_path() {
    let flows = Flows::start(Settings::default()).await;
    let problems = flows
        .problems(&json!({
            "Version": "2019-10-30",
            "StartAction": "nowhere",
            "Actions": [
                {
                    "Identifier": "a", "Type": "InvokeLambdaFunction",
                    "Parameters": { "InvocationTimeLimitSeconds": "9", "RequestAttributes": {} },
                    "Transitions": { "NextAction": "b", "Errors": [{ "NextAction": "a", "ErrorType": "Oops" }] },
                },
                { "Identifier": "a", "Type": "DisconnectParticipant", "Transitions": { "NextAction": "a" } },
            ],
        }))
        .await;
    assert_eq!(
        problems,
        [
            "Duplicate Action identifier. Identifier: a, Path: Actions[1].Identifier",
            "Action does not exist. Identifier: nowhere, Path: StartAction",
            "Action does not exist. Identifier: b, Path: Actions[0].Transitions.NextAction",
            "Invalid Action property name. Path: Actions[0].Parameters.RequestAttributes",
            "Action is missing required property. Path: Actions[0].Parameters.LambdaFunctionARN",
            "Invalid Action property value. Path: Actions[0].Parameters.InvocationTimeLimitSeconds",
            "Invalid Action error. Error: Oops, Path: Actions[0].Transitions.Errors[0]",
            "Action is missing required error. Error: NoMatchingError, Path: Actions[0]",
            "Action does not support transitions. Path: Actions[1].Transitions",
        ]
    );
}

#[tokio::test]
async fn a_lambda_reference_is_checked_only_when_that_is_assumed() {
    let content = flow(&arn("nobody"));
    let flows = Flows::start(Settings::default()).await;
    flows.create(body("Main", &content)).await.ok();

    let flows = Flows::start(assuming(&["U0=lambda-refs-checked"])).await;
    flows.create(body("Main", &content)).await.fails(400, "InvalidContactFlowException");
    flows.create(body("Main", &flow(&arn("crm")))).await.ok();
    flows.create(body("Dynamic", &flow("$.Attributes.fn"))).await.ok();

    let flows = Flows::start(assuming(&["U0=lambda-refs-associated"])).await;
    flows.create(body("Main", &flow(&arn("crm:live")))).await.fails(400, "InvalidContactFlowException");
    flows.bench.associate(&flows.instance, &arn("crm")).await.ok();
    flows.create(body("Main", &flow(&arn("crm:live")))).await.ok();
}

#[tokio::test]
async fn flows_are_listed_by_type_a_hundred_at_a_time() {
    let mut settings = Settings::default();
    settings.quotas.set("flows-per-instance=120".parse().expect("a quota"));
    let flows = Flows::start(settings).await;
    for number in 0..120 {
        flows.create(body(&format!("f{number}"), &flow(&arn("crm")))).await.ok();
    }
    flows.create(body("one more", &flow(&arn("crm")))).await.fails(429, "LimitExceededException");
    let list = async |query: &str| {
        let path = format!("/contact-flows-summary/{}{query}", flows.instance);
        flows.bench.connect("GET", &path, Value::Null).await
    };
    let first = list("").await.ok();
    assert_eq!(first["ContactFlowSummaryList"].as_array().expect("a list").len(), 100);
    assert!(first["NextToken"].is_string());
    let all = list("?maxResults=1000&contactFlowTypes=CONTACT_FLOW&contactFlowTypes=AGENT_HOLD").await.ok();
    assert_eq!(all["ContactFlowSummaryList"].as_array().expect("a list").len(), 120);
    let none = list("?contactFlowTypes=AGENT_HOLD").await.ok();
    assert_eq!(none["ContactFlowSummaryList"], json!([]));
    list("?contactFlowTypes=NOTHING").await.fails(400, "InvalidRequestException");
}

#[tokio::test]
async fn a_flow_is_renamed_archived_and_deleted() {
    let flows = Flows::start(Settings::default()).await;
    let id = flows.created(body("Main", &flow(&arn("crm")))).await;
    flows.created(body("Other", &flow(&arn("crm")))).await;
    let path = format!("/contact-flows/{}/{id}", flows.instance);
    let post = |end: &str, body: Value| {
        let path = format!("{path}/{end}");
        let bench = &flows.bench;
        async move { bench.connect("POST", &path, body).await }
    };
    post("name", json!({ "Name": "Other" })).await.fails(409, "DuplicateResourceException");
    post("name", json!({ "Name": "Main" })).await.ok();
    post("metadata", json!({ "Name": "New", "Description": "d", "ContactFlowState": "ARCHIVED" })).await.ok();
    let described = flows.describe(&id).await.ok()["ContactFlow"].clone();
    assert_eq!(
        (&described["Name"], &described["Description"], &described["State"]),
        (&json!("New"), &json!("d"), &json!("ARCHIVED"))
    );
    flows.bench.connect("DELETE", &path, Value::Null).await.ok();
    flows.describe(&id).await.fails(404, "ResourceNotFoundException");
    flows.created(body("New", &flow(&arn("crm")))).await;
}

#[tokio::test]
async fn a_deleted_name_or_a_referenced_flow_is_guarded_when_assumed() {
    let flows = Flows::start(assuming(&["U8=name-reserved", "U8=referenced-delete-refused"])).await;
    let id = flows.created(body("Target", &flow(&arn("crm")))).await;
    let mut caller: Value = serde_json::from_str(&flow(&arn("crm"))).expect("JSON");
    caller["Metadata"] = json!({ "refers": id });
    let caller_id = flows.created(body("Caller", &caller.to_string())).await;
    let delete = |id: String| {
        let path = format!("/contact-flows/{}/{id}", flows.instance);
        let bench = &flows.bench;
        async move { bench.connect("DELETE", &path, Value::Null).await }
    };
    delete(id.clone()).await.fails(400, "InvalidRequestException");
    delete(caller_id).await.ok();
    delete(id).await.ok();
    flows.create(body("Target", &flow(&arn("crm")))).await.fails(409, "DuplicateResourceException");
}
