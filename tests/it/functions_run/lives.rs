//! How long an execution environment lives: warm between calls, cold after a change, gone with its server.

use aws_sdk_lambda::primitives::Blob;
use flowbind::emulator::{Emulator, Settings};
use serde_json::json;

use super::{Lambda, has, settings, zip};
use crate::world::ACCOUNT;

const COUNTING: &str = "let n = 0; exports.handler = async (e) => { n += 1; if (e.wait) await new Promise((r) => setTimeout(r, e.wait)); return n; };";

#[tokio::test]
async fn a_process_stays_warm_until_its_function_changes() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    lambda.create("f", "nodejs20.x", "index.handler", &[("index.js", COUNTING)]).await;
    for n in 1..=3 {
        let output = lambda.call("f", "{}").await;
        assert_eq!(super::json(&output), n);
        assert_eq!(super::log(&output).contains("Init Duration"), n == 1);
    }
    lambda.client.update_function_configuration().function_name("f").timeout(9).send().await.unwrap();
    assert_eq!(lambda.answer("f", "{}").await, 1);
    assert_eq!(lambda.answer("f", "{}").await, 2);
    let code = COUNTING.replace("let n = 0", "let n = 100");
    let zip = Blob::new(zip(&[("index.js", &code)]));
    lambda.client.update_function_code().function_name("f").zip_file(zip).send().await.unwrap();
    assert_eq!(lambda.answer("f", "{}").await, 101);
}

#[tokio::test]
async fn calls_at_once_have_processes_of_their_own_up_to_the_reserve() {
    if !has("node") {
        return;
    }
    let lambda = Lambda::new().await;
    lambda.create("f", "nodejs20.x", "index.handler", &[("index.js", COUNTING)]).await;
    let both = tokio::join!(lambda.answer("f", r#"{"wait":1500}"#), lambda.answer("f", r#"{"wait":1500}"#));
    assert_eq!(both, (json!(1), json!(1)));
    assert_eq!(lambda.answer("f", "{}").await, 2, "one of the two warm ones");
    let reserve = lambda.client.put_function_concurrency().function_name("f");
    reserve.reserved_concurrent_executions(1).send().await.unwrap();
    let call = |event: &'static str| {
        let config = lambda.client.config().to_builder();
        let once = aws_sdk_lambda::config::retry::RetryConfig::disabled();
        let client = aws_sdk_lambda::Client::from_conf(config.retry_config(once).build());
        async move { client.invoke().function_name("f").payload(Blob::new(event)).send().await.is_ok() }
    };
    let long = r#"{"wait":1500}"#;
    let (first, second) = tokio::join!(call(long), call(long));
    assert!(first != second, "one of the two is throttled");
    assert!(call("{}").await);
}

#[tokio::test]
async fn code_is_found_again_beside_the_state_file() {
    if !has("node") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("state.json"));
    let lambda = Lambda::with(Settings { state: state.clone(), ..settings() }).await;
    lambda.create("f", "nodejs20.x", "index.handler", &[("index.js", COUNTING)]).await;
    assert_eq!(lambda.answer("f", "{}").await, 1);
    let fork = lambda.emulator.fork(settings()).await.unwrap();
    let forked = aws_sdk_lambda::Client::new(&crate::world::config_at(&fork.url(), ACCOUNT, super::REGION));
    let output = forked.invoke().function_name("f").send().await.unwrap();
    assert_eq!(super::json(&output), 1);
    fork.stop().await.unwrap();
    lambda.emulator.stop().await.unwrap();
    let text = std::fs::read_to_string(folder.path().join("state.json")).unwrap();
    assert!(!text.contains("UEsDB"), "the state file has no package");
    let lambda = Lambda::with(Settings { state, ..settings() }).await;
    assert_eq!(lambda.answer("f", "{}").await, 1);
    lambda.client.delete_function().function_name("f").send().await.unwrap();
    lambda.emulator.stop().await.unwrap();
    let settings = Settings { state: Some(folder.path().join("state.json")), ..settings() };
    Emulator::start(([127, 0, 0, 1], 0).into(), settings, super::seed()).await.unwrap().stop().await.unwrap();
    let left = std::fs::read_dir(folder.path().join("state.json.code")).unwrap().count();
    assert_eq!(left, 0, "a package that no function has is removed");
}

#[tokio::test]
async fn faults_hit_invocations_as_they_hit_every_call() {
    if !has("node") {
        return;
    }
    let faults =
        ["throttle:lambda:Invoke:nth=1", "drop-after:lambda:Invoke:nth=3", "after-500:lambda:Invoke:nth=5"];
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let lambda = Lambda::with(Settings { faults, ..settings() }).await;
    lambda.create("f", "nodejs20.x", "index.handler", &[("index.js", COUNTING)]).await;
    // The SDK tries again: a throttled call did not run, one whose answer was lost did.
    assert_eq!(lambda.answer("f", "{}").await, 1);
    assert_eq!(lambda.answer("f", "{}").await, 3);
    assert_eq!(lambda.answer("f", "{}").await, 5);
    assert_eq!(lambda.emulator.stats().calls["lambda:Invoke"], 6);
}
