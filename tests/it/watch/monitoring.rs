//! What a process that stays shows over HTTP and sends to webhooks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use flowbind::emulator::Settings;
use serde_json::Value;

use super::process::{Process, in_world};
use super::vandal::{self, world};
use crate::world::{World, code, shipped, stderr, stdout};

/// A process that listens, and its address.
pub(crate) fn listening(world: &World, words: &[&str]) -> (Process, String) {
    let all = [&["--interval", "1d", "--listen", "127.0.0.1:0"], words].concat();
    let mut process = Process::start(in_world(world), &all);
    let address = process.until("listening")["address"].as_str().unwrap().to_owned();
    (process, address)
}

/// Sends a request and gives the status and the body.
pub(crate) fn ask(address: &str, request: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let host = if headers.contains("host:") { String::new() } else { format!("host: {address}\r\n") };
    let text = format!("{request} HTTP/1.1\r\n{host}{headers}content-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// The samples of a scrape, by name and labels.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_agree_with_the_counts_of_the_embedded_aws() {
    // Each of these calls is made again and succeeds, in whatever order calls arrive.
    let faults = ["throttle:*:*:nth=4", "500:connect:List*:nth=3", "throttle:connect:Associate*:nth=2"];
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let world = world(Settings { faults, ..Settings::default() }).await;
    let (mut process, address) = listening(&world, &["--apply"]);
    assert_eq!(process.until("looked")["decision"], "apply");
    // A round is counted after its line; one that has looked began when the one before it was counted.
    for _ in 0..2 {
        assert_eq!(ask(&address, "POST /reconcile", "").0, 202);
        assert_eq!(process.until("looked")["decision"], "nothing");
    }
    let (status, text) = ask(&address, "GET /metrics", "");
    assert_eq!(status, 200);
    assert!(text.ends_with("# EOF\n"));
    let samples = samples(&text);
    let (mut made, mut codes) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
    for (name, value) in samples.iter().filter(|(name, _)| name.starts_with("flowbind_aws_requests_total")) {
        let label = |key: &str| name.split(&format!("{key}=\"")).nth(1).unwrap().split('"').next().unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a counter of calls")]
        let count = *value as u64;
        *made.entry(format!("{}:{}", label("service"), label("operation"))).or_default() += count;
        *codes.entry(label("code").to_owned()).or_default() += count;
    }
    assert_eq!(made, world.calls());
    assert_eq!((codes.get("429"), codes.get("500")), (Some(&2), Some(&1)), "{codes:?}");
    let of = |name: &str| {
        samples.iter().filter(|(own, _)| own.starts_with(name)).map(|(_, value)| value).sum::<f64>()
    };
    assert_eq!(of("flowbind_applied_changes_total{set=\"acme\",result=\"done\"}"), 11.0, "{text}");
    assert_eq!(of("flowbind_drift{"), 0.0);
    assert!(
        of("flowbind_rounds_total{") >= 2.0 && of("flowbind_last_success_timestamp_seconds") > 1e9,
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lives_at_once_is_ready_after_a_round_and_starts_one_on_request() {
    let world =
        world(Settings { faults: vec!["freeze-before:*:*:nth=1".parse().unwrap()], ..Settings::default() })
            .await;
    let (mut process, address) = listening(&world, &["--apply"]);
    world.emulator.frozen().await;
    assert_eq!(ask(&address, "GET /healthz", ""), (200, "ok\n".to_owned()));
    assert_eq!(ask(&address, "GET /readyz", "").0, 503);
    world.emulator.thaw();
    process.until("applied");
    assert_eq!(ask(&address, "POST /reconcile", "").0, 202);
    process.until("looked");
    assert_eq!(ask(&address, "GET /readyz", "").0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_pages_of_other_sites_are_refused_and_nothing_but_a_round_can_be_asked_for() {
    let world = world(Settings::default()).await;
    let (_process, address) = listening(&world, &[]);
    for headers in [
        "host: rebound.example\r\n",
        "host: localhost\r\norigin: https://evil.example\r\n",
        "host: localhost\r\norigin: null\r\n",
    ] {
        for request in ["GET /", "GET /metrics", "POST /reconcile"] {
            assert_eq!(ask(&address, request, headers).0, 403, "{request} {headers}");
        }
    }
    for (request, status) in [
        ("GET /reconcile", 405),
        ("POST /", 405),
        ("POST /metrics", 405),
        ("DELETE /set/acme", 405),
        ("GET /set/other", 404),
        ("GET /set/..%2f", 404),
        ("GET /etc/passwd", 404),
        ("GET /", 200),
        ("GET /set/acme", 200),
    ] {
        assert_eq!(ask(&address, request, "").0, status, "{request}");
    }
    let remote = in_world(&world).args(["watch", "m.yaml", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(code(&remote), 4);
    assert!(stderr(&remote).contains("--allow-remote"), "{}", stderr(&remote));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_show_sets_and_their_drift_and_names_of_others_are_no_markup() {
    let world = world(Settings::default()).await;
    vandal::plant(&world).await;
    let hostile = world.connect(vandal::LONDON).create_contact_flow().name("<script>alert(1)</script>");
    let id = vandal::instance(&world);
    let hostile = hostile.instance_id(id).r#type(aws_sdk_connect::types::ContactFlowType::ContactFlow);
    hostile.content(crate::removal::flow(&crate::removal::arn("orders"), None)).send().await.unwrap();
    let (mut process, address) = listening(&world, &[]);
    process.until("looked");
    ask(&address, "POST /reconcile", "");
    process.until("looked");
    let (_, all) = ask(&address, "GET /", "");
    assert!(all.contains("href=\"/set/acme\"") && all.contains("only watches"), "{all}");
    let (_, page) = ask(&address, "GET /set/acme", "");
    for part in
        ["flow/main", "association/support/orders", "&lt;script&gt;", "instance/backup", "Last plan", "<svg"]
    {
        assert!(page.contains(part), "{part}");
    }
    for page in [all, page] {
        assert!(!page.contains("<script"), "no script");
    }
}

/// Answers requests on loopback as it is told, and hands on what was sent.
fn webhook(answers: &'static [u16]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook/hunter2-secret-path", listener.local_addr().unwrap());
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for (n, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let (mut text, mut part) = (String::new(), [0; 4096]);
            loop {
                let count = stream.read(&mut part).unwrap();
                text.push_str(&String::from_utf8_lossy(&part[..count]));
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head
                    .to_lowercase()
                    .split("content-length: ")
                    .nth(1)
                    .unwrap()
                    .lines()
                    .next()
                    .unwrap()
                    .parse();
                if count == 0 || body.len() >= length.unwrap() {
                    break;
                }
            }
            let status = answers.get(n).unwrap_or(&200);
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if send.send(text).is_err() {
                return;
            }
        }
    });
    (url, receive)
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_drift_is_sent_once_with_retries_and_the_secrets_are_in_no_line() {
    let world = world(Settings::default()).await;
    let (url, requests) = webhook(&[503, 200]);
    let once = |words: &[&str]| {
        let mut command = in_world(&world);
        command.env("FLOWBIND_NOTIFY_URL", &url).env("FLOWBIND_NOTIFY_TOKEN", "hunter3-secret-token");
        let words = [&["watch", "--once", "m.yaml", "--notify", "json", "-vv"], words].concat();
        let output = command.args(words).output().unwrap();
        let said = stdout(&output) + &stderr(&output);
        assert!(!said.contains("hunter2") && !said.contains("hunter3"), "{said}");
        said
    };
    once(&[]);
    let (first, again) = (requests.recv().unwrap(), requests.recv().unwrap());
    assert_eq!(body(&first), body(&again), "what was refused for a while is sent again");
    assert!(again.contains("authorization: Bearer hunter3-secret-token"), "{again}");
    let changes = body(&again)["changes"].as_array().unwrap().clone();
    assert_eq!(changes.len(), 11);
    assert!(changes.iter().all(|change| change["change"] == "appeared"), "{changes:?}");
    once(&[]);
    assert!(requests.try_recv().is_err(), "nothing has changed since");
    once(&["--apply"]);
    let fixed = body(&requests.recv().unwrap());
    let kinds: BTreeSet<&str> =
        fixed["changes"].as_array().unwrap().iter().filter_map(|change| change["change"].as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["fixed"]));
    once(&[]);
    assert!(requests.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_that_is_refused_for_good_is_reported_without_its_address() {
    let world = world(Settings::default()).await;
    let (url, requests) = webhook(&[404, 404]);
    std::fs::write(world.folder.path().join("url"), format!("{url}\n")).unwrap();
    let words = ["watch", "--once", "m.yaml", "--notify", "slack", "--notify-url-file", "url"];
    let output = in_world(&world).args(words).output().unwrap();
    assert_eq!(code(&output), 2);
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains("not delivered: the webhook answered with status 404"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert!(body(&requests.recv().unwrap())["text"].as_str().unwrap().contains("drift of acme"));
    let none = in_world(&world).args(["watch", "--once", "m.yaml", "--notify", "teams"]).output().unwrap();
    assert_eq!(code(&none), 64, "{}", stderr(&none));
}

/// The names of metrics in a text, without the endings of samples.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let name = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let names = text.split(name).filter(|word| word.starts_with("flowbind_"));
    let base = |word: &str| {
        let endings = ["_total", "_bucket", "_count", "_sum"];
        let ending = endings.iter().find_map(|ending| word.strip_suffix(ending));
        ending.unwrap_or(word).to_owned()
    };
    names.map(base).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_alert_rules_and_the_dashboard_use_metrics_that_exist() {
    let world = world(Settings::default()).await;
    let (mut process, address) = listening(&world, &["--apply"]);
    process.until("applied");
    ask(&address, "POST /reconcile", "");
    process.until("looked");
    let (_, text) = ask(&address, "GET /metrics", "");
    let written: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned))
        .collect();
    for file in ["alerts.yaml", "grafana-dashboard.json"] {
        let used = std::fs::read_to_string(shipped("monitoring").join(file)).unwrap();
        let used = metrics_in(&used);
        assert!(used.len() > 5, "{used:?}");
        let unknown: Vec<&String> = used.difference(&written).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?} of {written:?}");
    }
    let dashboard = std::fs::read_to_string(shipped("monitoring").join("grafana-dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 8);
}
