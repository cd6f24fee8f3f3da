//! Answers of the register that no other test plays: each both ways.

use serde_json::{Value, json};

use super::super::{Rates, Settings};
use super::{Bench, REGION, arn, assuming};

/// A flow that invokes a function with the given parameters and error branches.
fn flow(parameters: &Value, errors: &[&str]) -> String {
    let mut all = json!({ "LambdaFunctionARN": arn("crm"), "InvocationTimeLimitSeconds": "8" });
    all.as_object_mut().expect("an object").extend(parameters.as_object().expect("an object").clone());
    let errors: Vec<Value> =
        errors.iter().map(|kind| json!({ "NextAction": "bye", "ErrorType": kind })).collect();
    json!({
        "Version": "2019-10-30", "StartAction": "call",
        "Actions": [
            {
                "Identifier": "call", "Type": "InvokeLambdaFunction", "Parameters": all,
                "Transitions": { "NextAction": "bye", "Errors": errors },
            },
            { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
        ],
    })
    .to_string()
}

async fn create(bench: &Bench, content: &str) -> super::Response {
    let path = format!("/contact-flows/{}", bench.instance().await);
    bench.connect("PUT", &path, json!({ "Name": "Main", "Type": "CONTACT_FLOW", "Content": content })).await
}

#[tokio::test]
async fn a_missing_or_foreign_function_is_associated_when_assumed() {
    let foreign = arn("crm").replace(REGION, "us-east-1");
    for (assumption, target, status) in [
        ("U2=missing-function-refused", arn("nobody"), 404),
        ("U2=missing-function-accepted", arn("nobody"), 200),
        ("U3=foreign-refused", foreign.clone(), 400),
        ("U3=foreign-accepted", foreign, 200),
        ("U3=qualified-refused", arn("crm:live"), 400),
        ("U3=qualified-refused", arn("crm"), 200),
    ] {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = bench.instance().await;
        assert_eq!(bench.associate(&id, &target).await.status, status, "{assumption} {target}");
        assert_eq!(bench.associations(&id).await.len(), usize::from(status == 200), "{assumption} {target}");
    }
}

#[tokio::test]
async fn a_timeout_branch_and_a_long_asynchronous_limit_are_judged_as_assumed() {
    let timeout = flow(&json!({}), &["NoMatchingError", "Timeout"]);
    let slow = flow(
        &json!({ "InvocationType": "ASYNCHRONOUS", "InvocationTimeLimitSeconds": 60 }),
        &["NoMatchingError"],
    );
    for (assumption, content, status) in [
        ("U11=timeout-error-refused", &timeout, 400),
        ("U11=timeout-error-accepted", &timeout, 200),
        ("U11=async-limit-60", &slow, 200),
        ("U11=async-limit-8", &slow, 400),
    ] {
        let bench = Bench::start(assuming(&[assumption])).await;
        assert_eq!(create(&bench, content).await.status, status, "{assumption}");
    }
}

#[tokio::test]
async fn content_comes_back_verbatim_or_reserialised() {
    let content = flow(&json!({}), &["NoMatchingError"]).replace("\"Version\"", " \"Version\"");
    for (assumption, verbatim) in [("U7=content-verbatim", true), ("U7=content-reserialised", false)] {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = create(&bench, &content).await.ok()["ContactFlowId"].as_str().expect("an id").to_owned();
        let path = format!("/contact-flows/{}/{id}", bench.instance().await);
        let read = bench.connect("GET", &path, Value::Null).await.ok()["ContactFlow"]["Content"].clone();
        let read = read.as_str().expect("a text");
        assert_eq!(read == content, verbatim, "{assumption}");
        let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(parse(read), parse(&content), "the meaning stays");
    }
}

#[tokio::test]
async fn a_draft_is_refused_or_outlives_a_publish_when_assumed() {
    let content = flow(&json!({}), &["NoMatchingError"]);
    for (assumption, written, draft_after) in [
        ("U6=saved-write-drafts", 200, false),
        ("U6=draft-kept", 200, true),
        ("U6=saved-write-refused", 400, false),
    ] {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = create(&bench, &content).await.ok()["ContactFlowId"].as_str().expect("an id").to_owned();
        let path = format!("/contact-flows/{}/{id}", bench.instance().await);
        let draft = json!({ "Content": "{}" });
        assert_eq!(bench.connect("POST", &format!("{path}%3A%24SAVED/content"), draft).await.status, written);
        bench.connect("POST", &format!("{path}/content"), json!({ "Content": content })).await.ok();
        let saved = bench.connect("GET", &format!("{path}%3A%24SAVED"), Value::Null).await.ok();
        assert_eq!(saved["ContactFlow"]["Content"] == "{}", draft_after, "{assumption}");
    }
}

#[tokio::test]
async fn messages_are_worded_otherwise_when_assumed() {
    let mut texts = Vec::new();
    for assumption in ["U9=words-usual", "U9=words-other"] {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = bench.instance().await;
        bench.associate(&id, &arn("crm")).await.ok();
        let conflict = bench.associate(&id, &arn("crm")).await;
        conflict.fails(409, "ResourceConflictException");
        texts.push(conflict.text);
    }
    assert_ne!(texts[0], texts[1]);
}

#[tokio::test]
async fn the_burst_is_five_or_one_as_assumed() {
    for (assumption, passed) in [("U10=burst-5", 5), ("U10=burst-1", 1)] {
        let bench = Bench::start(Settings { rates: Rates::Times(0.001), ..assuming(&[assumption]) }).await;
        let mut answers = 0;
        for _ in 0..7 {
            answers += usize::from(bench.connect("GET", "/instance", Value::Null).await.status == 200);
        }
        assert_eq!(answers, passed, "{assumption}");
    }
}
