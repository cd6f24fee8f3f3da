//! How functions fail, in Lambda's words.

use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use flowbind::emulator::Settings;
use serde_json::{Value, json};

use super::{Lambda, has, log, settings};

fn message(error: &Value) -> &str {
    error["errorMessage"].as_str().unwrap()
}

#[tokio::test]
async fn errors_of_node_have_its_shape() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = [
        ("index.js", "exports.thrown = async () => { throw new TypeError('no such caller'); };
                      exports.text = (e, c, callback) => callback('plain');
                      exports.rejected = () => { Promise.reject(new Error('late')); return new Promise(() => {}); };
                      exports.uncaught = () => { setTimeout(() => { throw new RangeError('later'); }, 1); return new Promise(() => {}); };
                      exports.cycle = async () => { const a = {}; a.a = a; return a; };
                      exports.nothing = async () => {};"),
        ("broken.js", "exports.handler = ("),
        ("lost.js", "require('./not-there');"),
        ("failing.js", "throw new Error('at the start');"),
    ];
    for handler in ["thrown", "text", "rejected", "uncaught", "cycle", "nothing", "missing"] {
        lambda.create(handler, "nodejs20.x", &format!("index.{handler}"), &code).await;
    }
    for handler in ["broken", "lost", "failing", "absent"] {
        lambda.create(handler, "nodejs20.x", &format!("{handler}.handler"), &code).await;
    }
    let error = lambda.error("thrown", "{}").await;
    assert_eq!((error["errorType"].as_str(), message(&error)), (Some("TypeError"), "no such caller"));
    assert_eq!(error["trace"][0], "TypeError: no such caller");
    let error = lambda.error("text", "{}").await;
    assert_eq!(error, json!({ "errorType": "string", "errorMessage": "plain", "trace": [] }));
    for (name, kind, says) in [
        ("rejected", "Runtime.UnhandledPromiseRejection", "Error: late"),
        ("uncaught", "RangeError", "later"),
        ("cycle", "Error", "Unable to stringify response body"),
        ("missing", "Runtime.HandlerNotFound", "index.missing is undefined or not exported"),
        ("broken", "Runtime.UserCodeSyntaxError", "SyntaxError"),
        ("lost", "Runtime.ImportModuleError", "Cannot find module './not-there'"),
        ("absent", "Runtime.ImportModuleError", "Cannot find module 'absent'"),
        ("failing", "Error", "at the start"),
    ] {
        let error = lambda.error(name, "{}").await;
        assert_eq!(error["errorType"], kind, "{name}: {error}");
        assert!(message(&error).contains(says), "{name}: {error}");
    }
    assert_eq!(lambda.answer("nothing", "{}").await, json!(null));
}

#[tokio::test]
async fn errors_of_python_have_its_shape() {
    if !has("python3") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = [
        (
            "app.py",
            "import sys\ndef raised(e, c):\n    raise KeyError('caller')\ndef a_set(e, c):\n    return {1}\ndef ended(e, c):\n    sys.exit(3)\ndef nothing(e, c):\n    pass\n",
        ),
        ("broken.py", "def handler(:\n"),
        ("lost.py", "import not_there\n"),
    ];
    for handler in ["raised", "a_set", "ended", "nothing", "missing"] {
        lambda.create(handler, "python3.11", &format!("app.{handler}"), &code).await;
    }
    for handler in ["broken", "lost"] {
        lambda.create(handler, "python3.11", &format!("{handler}.handler"), &code).await;
    }
    lambda.create("malformed", "python3.11", "app", &code).await;
    lambda.create("builtin", "python3.11", "sys.exit", &code).await;
    let error = lambda.error("raised", "{}").await;
    assert_eq!((error["errorType"].as_str(), message(&error)), (Some("KeyError"), "'caller'"));
    assert_eq!(error["requestId"].as_str().unwrap().len(), 36);
    let trace = error["stackTrace"].as_array().unwrap();
    assert!(trace.len() == 1 && trace[0].as_str().unwrap().contains("line 3, in raised"), "{error}");
    for (name, kind, says) in [
        (
            "a_set",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
        ("missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
        ("broken", "Runtime.UserCodeSyntaxError", "Syntax error in module 'broken'"),
        ("lost", "Runtime.ImportModuleError", "Unable to import module 'lost': No module named 'not_there'"),
        ("malformed", "Runtime.MalformedHandlerName", "Bad handler 'app'"),
        ("builtin", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys"),
    ] {
        let error = lambda.error(name, "{}").await;
        assert_eq!(error["errorType"], kind, "{name}: {error}");
        assert!(message(&error).contains(says), "{name}: {error}");
    }
    assert_eq!(lambda.error("lost", "{}").await["requestId"], "");
    assert_eq!(lambda.answer("nothing", "{}").await, json!(null));
    let error = lambda.error("ended", "{}").await;
    assert!(message(&error).ends_with("Error: Runtime exited with error: exit status 3"), "{error}");
}

#[tokio::test]
async fn lambdas_own_errors_are_worded_as_lambda_does() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    let code = [(
        "index.js",
        "exports.slow = () => new Promise((done) => setTimeout(done, 60000));
         exports.busy = () => { for (;;); };
         exports.zero = () => process.exit(0);
         exports.seven = () => process.exit(7);
         exports.killed = () => process.kill(process.pid, 'SIGKILL');
         exports.large = async () => 'x'.repeat(6291557);
         exports.fits = async () => 'x'.repeat(6291554);",
    )];
    for handler in ["slow", "busy", "zero", "seven", "killed", "large", "fits"] {
        let timeout = if ["slow", "busy"].contains(&handler) { 1 } else { 30 };
        let handler_name = format!("index.{handler}");
        lambda.create_with(handler, "nodejs20.x", &handler_name, &code, timeout, &[]).await;
    }
    for (name, kind, says) in [
        ("slow", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ("busy", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ("zero", "Runtime.ExitError", "Runtime exited without providing a reason"),
        ("seven", "Runtime.ExitError", "Runtime exited with error: exit status 7"),
        ("killed", "Runtime.ExitError", "Runtime exited with error: signal: killed"),
    ] {
        let output = lambda.call(name, "{}").await;
        assert_eq!(output.function_error(), Some("Unhandled"));
        let error = super::json(&output);
        let log = log(&output);
        let id = log.split("START RequestId: ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        assert_eq!(
            error,
            json!({ "errorType": kind, "errorMessage": format!("RequestId: {id} Error: {says}") })
        );
        assert!(log.contains(says) && log.contains("\tStatus: "), "{log}");
    }
    let error = lambda.error("large", "{}").await;
    assert_eq!(error["errorType"], "Function.ResponseSizeTooLarge");
    assert!(message(&error).contains("6291556"), "{error}");
    assert_eq!(lambda.answer("fits", "{}").await.as_str().unwrap().len(), 6_291_554);
}

#[tokio::test]
async fn what_cannot_be_invoked_is_refused_in_lambdas_codes() {
    let lambda = Lambda::new().await;
    lambda
        .create("f", "nodejs20.x", "index.handler", &[("index.js", "exports.handler = async () => 1;")])
        .await;
    let refused = |name: &'static str, payload: Vec<u8>| {
        let client = lambda.client.clone();
        async move {
            let sent = client.invoke().function_name(name).payload(Blob::new(payload)).send().await;
            let error = sent.unwrap_err();
            let status = error.raw_response().unwrap().status().as_u16();
            (status, error.code().unwrap().to_owned(), error.message().unwrap_or_default().to_owned())
        }
    };
    let (status, code, message) = refused("none", b"{}".to_vec()).await;
    assert_eq!((status, code.as_str()), (404, "ResourceNotFoundException"));
    assert_eq!(message, "Function not found: arn:aws:lambda:eu-west-2:111122223333:function:none");
    let (status, code, message) = refused("f", b"{nonsense".to_vec()).await;
    assert_eq!((status, code.as_str()), (400, "InvalidRequestContentException"));
    assert!(message.starts_with("Could not parse request body into json"), "{message}");
    let large = format!("\"{}\"", "x".repeat(6_291_455)).into_bytes();
    let (status, code, _) = refused("f", large).await;
    assert_eq!((status, code.as_str()), (413, "RequestTooLargeException"));
    let reserve = lambda.client.put_function_concurrency().function_name("f");
    reserve.reserved_concurrent_executions(0).send().await.unwrap();
    let error = lambda.client.invoke().function_name("f").send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 429);
    let InvokeError::TooManyRequestsException(throttled) = error.into_service_error() else {
        panic!("another error")
    };
    assert_eq!(throttled.message(), Some("Rate Exceeded."));
    assert_eq!(throttled.r#type(), Some("User"));
    let reason = throttled.reason().unwrap().as_str();
    assert_eq!(reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
}

#[tokio::test]
async fn a_caller_without_the_right_is_denied_by_the_name_of_the_action() {
    let policy = json!({ "Statement": [
        { "Effect": "Allow", "Action": ["lambda:Create*", "iam:*"], "Resource": "*" },
        { "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*:function:mine" },
    ] });
    let lambda = Lambda::with(Settings { caller_policy: Some(policy), ..settings() }).await;
    for name in ["mine", "other"] {
        let code = [("index.js", "exports.handler = async () => 1;")];
        lambda.create(name, "nodejs20.x", "index.handler", &code).await;
    }
    let error = lambda.client.invoke().function_name("other").send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(error.message().unwrap().contains("lambda:InvokeFunction"), "{error:?}");
    if has("node") {
        assert_eq!(lambda.answer("mine", "{}").await, 1);
    }
}

#[tokio::test]
async fn an_operation_that_is_not_here_is_refused_by_its_name() {
    let lambda = Lambda::new().await;
    let event = Blob::new("[1]");
    let error = lambda.client.invoke_with_response_stream().function_name("f").payload(event).send().await;
    let error = error.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 501);
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert_eq!(
        error.message(),
        Some(
            "the embedded AWS does not have lambda:InvokeWithResponseStream: use Invoke, which answers with the whole result at once"
        )
    );
    let error = lambda.client.list_layers().send().await.unwrap_err();
    assert_eq!(error.message(), Some("the embedded AWS does not have lambda:ListLayers"));
    let unknown = lambda.emulator.stats().unknown;
    assert_eq!(
        unknown.into_iter().collect::<Vec<_>>(),
        ["lambda:InvokeWithResponseStream", "lambda:ListLayers"]
    );
}
