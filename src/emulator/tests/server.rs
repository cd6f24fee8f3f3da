use std::net::{Ipv4Addr, SocketAddr};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::{Emulator, Settings, StartError, StateError, World};
use super::{ACCOUNT, Bench, arn};

#[tokio::test]
async fn counters_are_read_and_cleared() {
    let bench = Bench::start(Settings::default()).await;
    bench.connect("GET", "/instance", Value::Null).await.ok();
    bench.connect("PATCH", "/nothing", Value::Null).await.fails(501, "UnknownOperationException");
    bench.form("iam", "Action=CreateSomethingElse").await.fails(501, "UnknownOperationException");
    bench
        .connect("PUT", "/users/i", json!({ "Action": "other" }))
        .await
        .fails(501, "UnknownOperationException");
    let stats = bench.connect("GET", "/_emulator/stats", Value::Null).await.ok();
    assert_eq!(stats["calls"], json!({ "connect:ListInstances": 1 }));
    assert_eq!(stats["throttled"], 0);
    assert_eq!(
        stats["unknown"],
        json!(["connect:CreateUser", "connect:PATCH /nothing", "iam:CreateSomethingElse"])
    );
    bench.connect("POST", "/_emulator/reset", Value::Null).await.ok();
    assert_eq!(bench.connect("GET", "/_emulator/stats", Value::Null).await.ok()["calls"], json!({}));
    assert_eq!(bench.connect("GET", "/healthz", Value::Null).await.status, 200);
}

#[tokio::test]
async fn the_caller_is_told_who_it_is() {
    let mut bench = Bench::start(Settings::default()).await;
    let answer = bench.form("sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert_eq!(answer.header("content-type"), Some("text/xml"));
    assert!(answer.header("x-amzn-requestid").is_some());
    assert!(answer.text.contains(&format!("<Account>{ACCOUNT}</Account>")), "{}", answer.text);
    bench.key = "444455556666".into();
    let other = bench.form("sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert!(other.text.contains("<Account>444455556666</Account>"), "{}", other.text);
}

#[tokio::test]
async fn a_request_without_a_signature_or_with_a_broken_body_is_refused() {
    let bench = Bench::start(Settings::default()).await;
    let id = bench.instance().await;
    let path = format!("/instance/{id}/lambda-function");
    let broken = bench.try_send("connect", "PUT", &path, "{\"half").await.expect("an answer");
    broken.fails(400, "SerializationException");
    bench.send("s3", "GET", "/", &Value::Null).await.fails(501, "UnknownOperationException");
    let mut bench = bench;
    bench.key = String::new();
    bench.connect("GET", "/instance", Value::Null).await.fails(403, "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn state_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { state: Some(folder.path().join("state.json")), ..Settings::default() };
    let bench = Bench::start(settings.clone()).await;
    let id = bench.instance().await;
    bench.associate(&id, &arn("crm")).await.ok();
    bench.emulator.stop().await.expect("saved");
    let bench = Bench::start(settings).await;
    assert_eq!(bench.instance().await, id);
    assert_eq!(bench.associations(&id).await, [arn("crm")]);
    assert_eq!(bench.statements("crm").await.len(), 1);
}

#[tokio::test]
async fn each_write_is_on_disk_when_it_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let bench = Bench::start(Settings { state: Some(path.clone()), ..Settings::default() }).await;
    let id = bench.instance().await;
    for (number, done) in ["crm", "greeter"].into_iter().enumerate() {
        bench.associate(&id, &arn(done)).await.ok();
        // What a crash would leave.
        let copy = tempfile::tempdir().expect("a folder");
        for name in ["state.json", "state.json.journal"] {
            std::fs::copy(folder.path().join(name), copy.path().join(name)).expect("copied");
        }
        let state = Some(copy.path().join("state.json"));
        let copy = Bench::with(Settings { state, ..Settings::default() }, World::default()).await;
        assert_eq!(copy.associations(&id).await.len(), number + 1);
        assert_eq!(copy.statements(done).await.len(), 1);
    }
    let state = std::fs::read_to_string(&path).expect("a file");
    assert!(!state.contains(&format!("connect-{id}")), "the file itself is not written for each");
    bench.emulator.stop().await.expect("saved");
    let state = std::fs::read_to_string(&path).expect("a file");
    assert!(state.contains(&format!("connect-{id}")), "the journal is folded into it at the end");
    assert!(!folder.path().join("state.json.journal").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_disk_refuses_is_refused_and_undone() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { state: Some(folder.path().join("state.json")), ..Settings::default() };
    let bench = Bench::start(settings.clone()).await;
    let id = bench.instance().await;
    let name = |suffix| folder.path().join(format!("state.json{suffix}"));
    // The next save is one of the whole state.
    for step in 0.. {
        if std::fs::metadata(name(".journal")).expect("a journal").len() > 1 << 16 {
            break;
        }
        match step % 2 {
            0 => bench.associate(&id, &arn("greeter")).await.ok(),
            _ => bench.disassociate(&id, &arn("greeter")).await.ok(),
        };
    }
    let before = bench.associations(&id).await;
    let links = [".new", ".journal.new"].map(name);
    links.iter().for_each(|link| std::os::unix::fs::symlink("/dev/null", link).expect("a link"));
    for _ in 0..2 {
        bench.associate(&id, &arn("crm")).await.fails(500, "InternalServiceException");
        assert_eq!(bench.associations(&id).await, before, "reads are answered, and see what is on disk");
        assert!(bench.statements("crm").await.is_empty());
    }
    links.iter().for_each(|link| std::fs::remove_file(link).expect("removed"));
    bench.associate(&id, &arn("crm")).await.ok();
    bench.emulator.stop().await.expect("saved");
    let bench = Bench::start(settings).await;
    assert_eq!(bench.associations(&id).await, [before, vec![arn("crm")]].concat());
}

#[tokio::test]
async fn one_state_file_serves_one_emulator() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { state: Some(folder.path().join("state.json")), ..Settings::default() };
    let first = Bench::start(settings.clone()).await;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let error = Emulator::start(address, settings, World::default()).await.expect_err("in use");
    assert!(matches!(error, StartError::State(StateError::Locked { .. })), "{error}");
    drop(first);
}

#[tokio::test]
async fn stopping_waits_for_no_idle_connection_and_frees_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { state: Some(folder.path().join("state.json")), ..Settings::default() };
    let start = std::time::Instant::now();
    for stop in [true, false] {
        let bench = Bench::start(settings.clone()).await;
        let mut idle = TcpStream::connect(bench.emulator.address()).await.expect("listening");
        idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
        let mut buffer = [0; 512];
        assert!(idle.read(&mut buffer).await.expect("an answer") > 0);
        let _untouched = TcpStream::connect(bench.emulator.address()).await.expect("listening");
        if stop {
            bench.emulator.stop().await.expect("saved");
        } else {
            drop(bench);
        }
        Bench::start(settings.clone()).await.emulator.stop().await.expect("free again");
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(8), "{:?}", start.elapsed());
}
