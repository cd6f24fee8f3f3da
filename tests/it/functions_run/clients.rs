//! Functions that run, as boto3 and the AWS CLI see them, where the folder `FLOWBIND_BOTO3` has both
//! (`pip install --target FOLDER boto3 awscli`).

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Output};

use base64::Engine as _;
use serde_json::{Value, json};

use super::{Lambda, has};

/// The folder with the clients; says so where there is none.
fn clients() -> Option<PathBuf> {
    let folder = std::env::var_os("FLOWBIND_BOTO3").map(PathBuf::from);
    if folder.is_none() {
        #[expect(clippy::print_stdout, reason = "a test says why it did not run")]
        {
            println!("not run: FLOWBIND_BOTO3 names no folder with boto3 and the AWS CLI");
        }
    }
    folder.filter(|_| has("python3") && has("node"))
}

/// Runs a program that knows nothing of this machine's credentials.
async fn run(mut command: Command, folder: &PathBuf) -> Output {
    command
        .env("PYTHONPATH", folder)
        .env("AWS_CONFIG_FILE", "/none")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/none");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn tail(seen: &Value) -> String {
    let tail = seen["tail"].as_str().unwrap_or_default();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(tail).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_sees_what_lambda_answers() {
    let Some(folder) = clients() else { return };
    let lambda = Lambda::new().await;
    let mut command = Command::new("python3");
    command.args(["-c", include_str!("boto3.py")]).arg(lambda.emulator.url());
    let output = run(command, &folder).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (language, kind, trace) in [("node", "TypeError", "trace"), ("python", "ValueError", "stackTrace")] {
        let case = |name: &str| &seen[format!("{language}-{name}")];
        let success = |name: &str, version: &str, payload: Value| {
            let case = case(name);
            assert_eq!((&case["status"], &case["error"]), (&json!(200), &Value::Null), "{case}");
            assert_eq!((&case["version"], &case["payload"]), (&json!(version), &payload), "{case}");
        };
        success("answers", "$LATEST", json!({ "got": { "a": [1, null] }, "version": "$LATEST" }));
        success("version", "1", json!({ "got": {}, "version": "1" }));
        success("nothing", "$LATEST", Value::Null);
        let log = tail(case("answers"));
        let order = ["START RequestId: ", "END RequestId: ", "REPORT RequestId: "];
        assert!(order.iter().map(|line| log.find(line).unwrap()).is_sorted(), "{log}");
        assert_eq!(log.contains("looked up\n"), language == "python", "{log}");
        assert_eq!(case("version")["tail"], Value::Null, "it was not asked for");
        let failure = |name: &str| {
            let case = case(name);
            let unhandled = (&json!(200), &json!("Unhandled"), &json!("$LATEST"));
            assert_eq!((&case["status"], &case["error"], &case["version"]), unhandled, "{case}");
            &case["payload"]
        };
        let error = failure("fails");
        assert_eq!((&error["errorType"], &error["errorMessage"]), (&json!(kind), &json!("no such caller")));
        assert!(error[trace].is_array(), "{error}");
        assert_eq!(error["requestId"].is_string(), language == "python", "{error}");
        for (name, kind, end) in [
            ("late", "Sandbox.Timedout", "Error: Task timed out after 1.00 seconds"),
            ("ends", "Runtime.ExitError", "Error: Runtime exited with error: exit status 3"),
        ] {
            let error = failure(name);
            assert_eq!(error["errorType"], kind, "{error}");
            let message = error["errorMessage"].as_str().unwrap();
            assert!(message.starts_with("RequestId: ") && message.ends_with(end), "{message}");
        }
        for (name, status) in [("event", 202), ("dry", 204)] {
            assert_eq!(
                (&case(name)["status"], &case(name)["payload"]),
                (&json!(status), &Value::Null),
                "{name}"
            );
        }
        let malformed = case("malformed");
        assert_eq!(
            (&malformed["status"], &malformed["code"]),
            (&json!(400), &json!("InvalidRequestContentException"))
        );
        let throttled = json!({
            "code": "TooManyRequestsException", "message": "Rate Exceeded.", "type": "User", "status": 429,
            "reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        });
        assert_eq!(case("throttled"), &throttled);
    }
    assert_eq!(seen["missing"]["code"], "ResourceNotFoundException", "{}", seen["missing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_readme_run_with_the_aws_cli() {
    let Some(folder) = clients() else { return };
    let readme = include_str!("../../../README.md");
    let section = readme.split("## Functions that run").nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let block = block.replace("127.0.0.1:4567", &free.to_string());
    let here = tempfile::tempdir().unwrap();
    let mut command = Command::new("/bin/sh");
    let built = PathBuf::from(env!("CARGO_BIN_EXE_flowbind"));
    let mut path = OsString::from(folder.join("bin"));
    for more in [built.parent().unwrap().as_os_str(), &std::env::var_os("PATH").unwrap_or_default()] {
        path.push(":");
        path.push(more);
    }
    // The emulator holds on to its output, and ends with the shell.
    let block = block.replace(" &\n", " >/dev/null 2>&1 &\ntrap \"kill $!\" EXIT\n");
    command.args(["-ec", &block]).current_dir(here.path()).env("PATH", path);
    let output = run(command, &folder).await;
    let (shown, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}{said}");
    let answer = std::fs::read_to_string(here.path().join("answer.json")).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        answer,
        json!({
            "Name": "CustomerName", "Address": "1234 Main Road", "CallerType": "Patient", "asked": "sentAttributeValue",
        })
    );
    assert!(shown.contains(r#""StatusCode": 200"#) && shown.contains("LogResult"), "{shown}");
}
