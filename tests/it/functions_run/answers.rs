//! What a function answers, by the rules of its declared runtime.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::json;

use super::{Lambda, has, log};

const CALLBACK: &str = r#"
exports.handler = function (event, context, callback) {
  const { Name, Address, CallerType } = { Name: "CustomerName", Address: "1234 Main Road", CallerType: "Patient" };
  callback(null, { Name, Address, CallerType, sent: event.Details?.Parameters?.sentAttributeKey });
};
"#;

const EVENT: &str = r#"{"Details":{"Parameters":{"sentAttributeKey":"sentAttributeValue"}}}"#;

#[tokio::test]
async fn a_node_handler_with_a_callback_answers_up_to_22_and_is_refused_from_24_on() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    for runtime in ["nodejs20.x", "nodejs22.x", "nodejs24.x"] {
        let name = runtime.trim_end_matches(".x");
        lambda.create(name, runtime, "index.handler", &[("index.js", CALLBACK)]).await;
    }
    let wanted = json!({
        "Name": "CustomerName", "Address": "1234 Main Road", "CallerType": "Patient", "sent": "sentAttributeValue",
    });
    for name in ["nodejs20", "nodejs22"] {
        assert_eq!(lambda.answer(name, EVENT).await, wanted, "{name}");
    }
    let refused = lambda.error("nodejs24", EVENT).await;
    assert_eq!(refused["errorType"], "Runtime.CallbackHandlerDeprecated", "{refused}");
}

#[tokio::test]
async fn a_plain_result_counts_from_24_on_and_a_promise_always() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = [
        ("plain.js", "exports.handler = () => ({ a: 1 });"),
        ("later.mjs", "export const handler = async (event) => ({ got: event.x, n: [1, null] });"),
        ("context.js", "exports.handler = (event, context) => context.succeed('done');"),
    ];
    for (runtime, plain) in [("nodejs20.x", json!(null)), ("nodejs24.x", json!({ "a": 1 }))] {
        let name = |what: &str| format!("{what}-{}", runtime.trim_end_matches(".x"));
        lambda.create(&name("plain"), runtime, "plain.handler", &code).await;
        lambda.create(&name("later"), runtime, "later.handler", &code).await;
        assert_eq!(lambda.answer(&name("plain"), "{}").await, plain, "{runtime}");
        assert_eq!(
            lambda.answer(&name("later"), r#"{"x":"ü"}"#).await,
            json!({ "got": "ü", "n": [1, null] })
        );
    }
    lambda.create("context", "nodejs20.x", "context.handler", &code).await;
    assert_eq!(lambda.answer("context", "{}").await, "done");
    lambda.create("gone", "nodejs24.x", "context.handler", &code).await;
    assert_eq!(lambda.error("gone", "{}").await["errorType"], "TypeError");
}

#[tokio::test]
async fn a_python_handler_answers_and_knows_its_context() {
    if !has("python3") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = r#"
import decimal, logging
logging.getLogger().setLevel("INFO")
def handler(event, context):
    logging.info("looked up %s", event["Details"]["Parameters"]["sentAttributeKey"])
    print("printed")
    return {"Name": "CustomerName", "price": decimal.Decimal("1.5"), "memory": context.memory_limit_in_mb,
            "arn": context.invoked_function_arn, "left": 0 < context.get_remaining_time_in_millis() <= 10000}
"#;
    lambda.create("lookup", "python3.13", "pkg/app.handler", &[("pkg/app.py", code)]).await;
    let output = lambda.call("lookup", EVENT).await;
    assert_eq!(
        super::json(&output),
        json!({
            "Name": "CustomerName", "price": 1.5, "memory": "128", "left": true,
            "arn": "arn:aws:lambda:eu-west-2:111122223333:function:lookup",
        }),
        "{}",
        log(&output)
    );
    assert_eq!(output.executed_version(), Some("$LATEST"));
    let log = log(&output);
    assert!(log.contains("[INFO]\t20") && log.contains("\tlooked up sentAttributeValue\n"), "{log}");
    let order = ["START RequestId: ", "looked up", "printed\n", "END RequestId: ", "REPORT RequestId: "];
    let places: Vec<usize> = order.iter().map(|part| log.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{log}");
    assert!(log.contains("\tMemory Size: 128 MB\t") && log.contains("\tInit Duration: "), "{log}");
    assert!(log.contains("flowbind: python3.13 ran on Python 3."), "{log}");
}

#[tokio::test]
async fn a_provided_runtime_is_the_bootstrap_of_its_package() {
    if !has("python3") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = r#"#!/usr/bin/env python3
import http.client, os
while True:
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()
    event = answer.read().decode()
    at = "/2018-06-01/runtime/invocation/%s/response" % answer.getheader("Lambda-Runtime-Aws-Request-Id")
    connection.request("POST", at, '{"echo":%s,"env":"%s"}' % (event, os.environ.get("AWS_EXECUTION_ENV")))
    connection.getresponse().read()
"#;
    lambda.create("custom", "provided.al2023", "any", &[("bootstrap", code)]).await;
    assert_eq!(lambda.answer("custom", "[1]").await, json!({ "echo": [1], "env": "None" }));
    lambda.create("empty", "provided.al2023", "any", &[("other", code)]).await;
    let error = lambda.error("empty", "{}").await;
    assert_eq!(error["errorType"], "Runtime.ExitError", "{error}");
}

#[tokio::test]
async fn versions_and_aliases_run_what_they_name() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = |text: &str| {
        format!("exports.handler = async (e, c) => [{text}, c.functionVersion, c.invokedFunctionArn];")
    };
    lambda.create("f", "nodejs20.x", "index.handler", &[("index.js", &code("1"))]).await;
    lambda.client.publish_version().function_name("f").send().await.unwrap();
    lambda.client.create_alias().function_name("f").name("live").function_version("1").send().await.unwrap();
    let zip = Blob::new(super::zip(&[("index.js", &code("2"))]));
    lambda.client.update_function_code().function_name("f").zip_file(zip).send().await.unwrap();
    let arn = "arn:aws:lambda:eu-west-2:111122223333:function:f";
    assert_eq!(lambda.answer("f", "{}").await, json!([2, "$LATEST", arn]));
    assert_eq!(lambda.answer("f:live", "{}").await, json!([1, "1", format!("{arn}:live")]));
    let output = lambda.client.invoke().function_name("f").qualifier("1").send().await.unwrap();
    assert_eq!(output.executed_version(), Some("1"));
    assert_eq!(super::json(&output), json!([1, "1", format!("{arn}:1")]));
}

#[tokio::test]
async fn who_does_not_wait_gets_no_answer_and_a_dry_run_does_nothing() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = "exports.handler = async (event, context) => context.clientContext?.custom ?? null;";
    lambda.create("f", "nodejs20.x", "index.handler", &[("index.js", code)]).await;
    for (kind, status) in [(InvocationType::Event, 202), (InvocationType::DryRun, 204)] {
        let output = lambda.client.invoke().function_name("f").invocation_type(kind).send().await.unwrap();
        assert_eq!(output.status_code(), status);
        assert!(output.payload().is_none_or(|payload| payload.as_ref().is_empty()));
    }
    // {"custom":{"k":"ü"}}
    let context = "eyJjdXN0b20iOnsiayI6IsO8In19";
    let output = lambda.client.invoke().function_name("f").client_context(context).send().await.unwrap();
    assert_eq!(super::json(&output), json!({ "k": "ü" }));
    assert_eq!(output.log_result(), None, "nobody asked for the log");
    assert_eq!(lambda.emulator.stats().calls["lambda:Invoke"], 3);
}
