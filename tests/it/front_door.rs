//! The emulator answers programs on this machine, and neither web pages nor half a request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flowbind::emulator::{Arrival, Settings};

use crate::world::{World, code, flowbind, stderr};

const EMPTY: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme } }
"#;

fn send(world: &World, request: &str) -> String {
    let mut stream = TcpStream::connect(world.emulator.address()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_page_can_neither_reset_nor_read_the_emulator() {
    let world = World::new(EMPTY).await;
    world.plan().await;
    let before = world.calls();
    let reset = |headers: &str| {
        let headers = format!(
            "POST /_emulator/reset HTTP/1.1\r\n{headers}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        status(&send(&world, &headers)).to_owned()
    };
    assert_eq!(reset("host: rebound.example"), "403");
    assert_eq!(reset("host: localhost\r\norigin: https://evil.example"), "403");
    assert_eq!(reset("host: localhost\r\norigin: null"), "403");
    assert_eq!(world.calls(), before, "nothing was reset");
    assert_eq!(reset("host: localhost"), "200");
    assert!(world.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_request_ends_its_connection_and_others_are_answered() {
    let settings = Settings { arrival: Arrival(Duration::from_millis(50)), ..Settings::default() };
    let world = World::with(EMPTY, settings).await;
    for half in [
        "GET /healthz HT",
        "PUT /instance HTTP/1.1\r\nhost: localhost\r\nauthorization: AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-2/connect/aws4_request\r\ncontent-length: 100\r\n\r\n{",
    ] {
        // Reading to the end returns because the emulator closes the connection; a client that waits is not kept.
        let mut stream = TcpStream::connect(world.emulator.address()).unwrap();
        stream.write_all(half.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!String::from_utf8_lossy(&answer).contains(" 200 "), "{half}");
    }
    assert!(world.plan().await.gaps.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_others_reach_needs_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let output = flowbind(folder.path()).args(["emulator", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    assert!(stderr(&output).contains("--allow-remote"), "{}", stderr(&output));
}
