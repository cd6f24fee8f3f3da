//! At an embedded AWS calls are paced by the rates that it reports.

use std::time::Duration;

use flowbind::aws::{Options, Session};
use flowbind::emulator::{Rates, Settings};
use flowbind::plan::Reach;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::world::{World, copy, flowbind_at, shipped, stderr};

/// What a session forecasts for a look: only the rates make it differ.
fn forecast(world: &World, session: &Session) -> Duration {
    let looks = world
        .manifests
        .iter()
        .map(|desired| Reach::Declared.of_plan(desired).forecast(desired).time(&mut session.pace()));
    looks.sum()
}

async fn world(rates: Rates) -> World {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("platform"), folder.path());
    World::in_folder_with(folder, ".", Settings { rates, ..Settings::default() }).await
}

async fn paced(url: String) -> Session {
    Session::open(Options { paced: true, ..Options::embedded(url) }).await
}

#[tokio::test]
async fn calls_are_paced_by_the_rates_that_the_embedded_aws_reports() {
    for (rates, factor) in [(Rates::Real, 1.0), (Rates::Times(20.0), 20.0), (Rates::Off, f64::INFINITY)] {
        let world = world(rates).await;
        let before = forecast(&world, &paced(world.emulator.url()).await);
        let unpaced = forecast(&world, &paced(world.emulator.url()).await.unpaced());
        let session = paced(world.emulator.url()).await.at_embedded_rates().await;
        let after = forecast(&world, &session);
        assert!(before > unpaced + Duration::from_secs(1), "{before:?}");
        match factor {
            1.0 => assert_eq!(after, before),
            20.0 => assert!(unpaced < after && after < before / 2, "{unpaced:?} {after:?} {before:?}"),
            _ => assert_eq!(after, unpaced),
        }
        assert!(world.calls().is_empty(), "asking for the rates is no call of AWS");
    }
}

/// Answers every connection with a text, and leaves it open.
async fn answering(text: &'static str) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(text.as_bytes()).await;
            open.push(stream);
        }
    });
    (url, task)
}

#[tokio::test]
async fn what_is_no_embedded_aws_is_paced_as_aws_is() {
    let world = world(Rates::Off).await;
    let mut url = String::new();
    // One that knows no such path, one that never answers, one that never ends, and something else altogether.
    for text in [
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        "",
        "HTTP/1.1 200 OK\r\n\r\n{\"calls\":{},\"rates\":null",
        "HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"rates\":null}",
        "SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let (foreign, task) = answering(text).await;
        let before = forecast(&world, &paced(foreign.clone()).await);
        assert_eq!(
            forecast(&world, &paced(foreign.clone()).await.at_embedded_rates().await),
            before,
            "{text}"
        );
        task.abort();
        let _ = task.await;
        url = foreign;
    }
    let before = forecast(&world, &paced(url.clone()).await);
    assert_eq!(forecast(&world, &paced(url).await.at_embedded_rates().await), before, "nobody listens");
}

/// Whether a reading that needs many seconds at AWS's rates is expected to take them.
fn is_paced(world: &World, environment: &[(&str, &str)]) -> bool {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.env_remove("FLOWBIND_PACED").envs(environment.iter().copied());
    let output = command.args(["plan", "m.yaml", "--timeout", "3s"]).output().unwrap();
    stderr(&output).contains("--timeout ends the run after 3 s")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_overrides_what_the_embedded_aws_reports() {
    let world = World::new(&crate::budget::many(60)).await;
    assert!(!is_paced(&world, &[]));
    assert!(is_paced(&world, &[("FLOWBIND_PACED", "true")]));
    let elsewhere = ("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:9");
    assert!(is_paced(&world, &[elsewhere]), "not all calls would go to the embedded AWS");
    let real =
        World::with(&crate::budget::many(60), Settings { rates: Rates::Real, ..Settings::default() }).await;
    assert!(is_paced(&real, &[]));
    assert!(!is_paced(&real, &[("FLOWBIND_PACED", "false")]));
}
