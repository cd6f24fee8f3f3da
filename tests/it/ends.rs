//! Every end is a clean one: a signal at any time, a plan that cannot be kept, a folder that cannot be written to.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use flowbind::aws::ATTEMPT;
use flowbind::emulator::{Rates, Settings};
use serde_json::Value;

use crate::world::{World, code, copy, flowbind, flowbind_at, is_read, shipped, stderr, stdout};

/// The demo at an embedded AWS with faults.
pub(crate) async fn demo(faults: &[&str]) -> World {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    World::in_folder_with(folder, "demo", Settings { faults, ..Settings::default() }).await
}

fn spawn(world: &World, arguments: &[&str]) -> Child {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// A process whose stderr is read while it runs.
struct Heard {
    child: Child,
    said: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Heard {
    fn spawn(world: &World, arguments: &[&str]) -> Self {
        let mut child = spawn(world, arguments);
        let mut stream = child.stderr.take().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let length @ 1.. = stream.read(&mut bytes).unwrap() {
                heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
        });
        Self { child, said, reader }
    }

    /// Sends the first signal, and waits until it is acted on.
    async fn interrupt(&self, name: &str) {
        signal(&self.child, name);
        until("the word on the signal", || self.said.lock().unwrap().contains("Interrupted: ")).await;
    }

    /// Waits for its end; its output is as [`end`] gives it.
    async fn end(self) -> Output {
        let output = end(self.child).await;
        self.reader.join().unwrap();
        Output { stderr: self.said.lock().unwrap().clone().into_bytes(), ..output }
    }
}

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits for a process that must end by itself.
pub(crate) async fn end(child: Child) -> Output {
    tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap()
}

/// Polls until it is so; a test that waits for ever fails.
async fn until(what: &str, so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn writes(world: &World) -> u64 {
    world.calls().iter().filter(|(name, _)| !is_read(name)).map(|(_, n)| n).sum()
}

const APPLY: [&str; 3] = ["apply", "--auto-approve", "demo"];

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_in_the_middle_of_an_apply_ends_it_with_a_report_and_the_same_command_does_the_rest() {
    for name in ["INT", "TERM", "HUP"] {
        for fault in ["freeze-before:*:*:nth=4", "freeze-after:*:*:nth=9"] {
            let world = demo(&[fault]).await;
            let child = Heard::spawn(&world, &APPLY);
            world.emulator.frozen().await;
            child.interrupt(name).await;
            world.emulator.thaw();
            let output = child.end().await;
            let (out, err) = (stdout(&output), stderr(&output));
            assert_eq!(code(&output), 1, "{name} {fault}: {out}{err}");
            assert!(out.contains("  done    "), "{name}: {out}");
            assert!(out.contains("Not started: the run was interrupted before\n"), "{name}: {out}");
            assert!(err.contains("not finished: ") && err.contains(" not started\n"), "{name}: {err}");
            let again = "hint: to do the rest: flowbind apply --auto-approve demo";
            assert!(err.contains(again), "{name}: {err}");
            let sums = out.lines().find(|line| line.starts_with("Apply: ")).unwrap();
            assert!(sums.contains(" not started.") && !sums.contains("failed"), "{name}: {sums}");
            assert!(writes(&world) < 30, "{name}: an apply in full has more: {}", writes(&world));
            let again = end(spawn(&world, &APPLY)).await;
            assert_eq!(code(&again), 0, "{name} {fault}: {}{}", stdout(&again), stderr(&again));
            assert!(world.plan().await.actions.is_empty(), "{name} {fault}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_write_begins_after_the_signal() {
    // Each write takes its time: those in flight when the signal comes are finished, and no other one is made.
    let world = demo(&["freeze-before:connect:CreateContactFlow:nth=1"]).await;
    let child = Heard::spawn(&world, &[&APPLY[..], &["--log-format", "json"]].concat());
    world.emulator.frozen().await;
    child.interrupt("INT").await;
    // What was sent before the signal has come in, and waits: a world that stands still answers nobody.
    let before = creations(&world);
    assert_eq!(before["connect:CreateContactFlow"], 1, "{before:?}");
    world.emulator.thaw();
    let output = child.end().await;
    let ended = events(&output);
    let count = |word: &str| ended.iter().filter(|event| event["outcome"] == word).count();
    let plan = world.plan().await;
    assert!(count("not-begun") > 0 && count("failed") == 0 && count("unknown") == 0, "{ended:#?}");
    assert_eq!(plan.actions.is_empty(), count("not-begun") == 0);
    assert_eq!(creations(&world), before, "something was begun after the signal");
}

/// How often each operation was called that makes something new.
fn creations(world: &World) -> BTreeMap<String, u64> {
    let new = ["Create", "Associate", "AddPermission", "Publish"];
    let is_new = |name: &str| new.iter().any(|verb| name.split(':').nth(1).unwrap().starts_with(verb));
    world.calls().into_iter().filter(|(name, _)| is_new(name)).collect()
}

fn events(output: &Output) -> Vec<Value> {
    let text = stderr(output);
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once_but_a_second_hangup_does_not() {
    let world = demo(&["freeze-before:*:*:nth=4"]).await;
    let mut child = Heard::spawn(&world, &APPLY);
    world.emulator.frozen().await;
    child.interrupt("HUP").await;
    signal(&child.child, "HUP");
    // Nothing shows that a signal was ignored but a process that goes on.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(child.child.try_wait().unwrap(), None, "a second hang-up ended it");
    signal(&child.child, "INT");
    let output = child.end().await;
    assert_eq!(code(&output), 130, "{}{}", stdout(&output), stderr(&output));
    let err = stderr(&output);
    assert!(err.contains("Interrupted: no new writes start"), "{err}");
    let (_, last) = err.split_once("Stopped at once: ").unwrap();
    assert!(last.contains(" in flight") && last.contains("unknown"), "{err}");
    assert!(last.ends_with("the rest: flowbind apply --auto-approve demo\n"), "{err}");
    world.emulator.thaw();
    let again = end(spawn(&world, &APPLY)).await;
    assert_eq!(code(&again), 0, "{}{}", stdout(&again), stderr(&again));
    assert!(world.plan().await.actions.is_empty());
    let world = demo(&["freeze-before:*:*:nth=4"]).await;
    let child = Heard::spawn(&world, &APPLY);
    world.emulator.frozen().await;
    child.interrupt("HUP").await;
    signal(&child.child, "HUP");
    world.emulator.thaw();
    let output = child.end().await;
    assert_eq!(code(&output), 1, "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains(" not started."), "{}", stdout(&output));
}

/// A pipe that nobody reads and that takes nothing more; it stays open as long as the first of the two.
fn full_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut fills = writer.try_clone().unwrap();
    let (filled, hear) = std::sync::mpsc::channel();
    // It waits in its last write, until the reader is closed.
    std::thread::spawn(move || {
        while std::io::Write::write_all(&mut fills, &[b'x'; 4096]).is_ok() {
            if filled.send(()).is_err() {
                break;
            }
        }
    });
    while hear.recv_timeout(Duration::from_millis(500)).is_ok() {}
    (reader, writer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_where_stderr_takes_nothing() {
    let world = demo(&["freeze-before:*:*:nth=4"]).await;
    let (reader, writer) = full_pipe();
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    // It says its first word at the second signal.
    command.args(APPLY).arg("--quiet").stdin(Stdio::null()).stdout(Stdio::null()).stderr(writer);
    let mut child = command.spawn().unwrap();
    drop(command);
    world.emulator.frozen().await;
    signal(&child, "INT");
    // Nothing shows that the first signal was acted on: two at once may be one.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(child.try_wait().unwrap(), None, "what was begun is finished");
    signal(&child, "INT");
    let mut ended = None;
    for _ in 0..2000 {
        ended = child.try_wait().unwrap();
        if ended.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    if ended.is_none() {
        child.kill().unwrap();
    }
    assert_eq!(ended.expect("it waits for stderr").code(), Some(130));
    drop(reader);
}

/// Four flows that were overwritten, and the run that overwrote them.
pub(crate) async fn overwritten() -> (World, String) {
    let folder = tempfile::tempdir().unwrap();
    let labels = ["a", "b", "c", "d"];
    let flows = labels.map(|label| {
        format!(
            "    {label}: {{ instance: support, name: {label}, type: contact-flow, content: {label}.json }}\n"
        )
    });
    let head = crate::budget::many(1);
    let (head, _) = head.split_once("  functions:").unwrap();
    std::fs::write(folder.path().join("m.yaml"), format!("{head}  flows:\n{}", flows.concat())).unwrap();
    let write = |folder: &std::path::Path, word: &str| {
        for label in labels {
            std::fs::write(folder.join(format!("{label}.json")), crate::races::says(word)).unwrap();
        }
    };
    write(folder.path(), "one");
    let world = World::in_folder(folder, "m.yaml").await;
    for word in ["one", "two"] {
        write(world.folder.path(), word);
        let output = end(spawn(&world, &["apply", "--auto-approve", "m.yaml"])).await;
        assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    }
    let mut runs = std::fs::read_dir(world.folder.path().join(".flowbind/backup")).unwrap();
    let run = runs.next().unwrap().unwrap().file_name().into_string().unwrap();
    assert!(runs.next().is_none());
    (world, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_in_the_middle_of_a_rollback_ends_it_with_a_report_and_the_same_command_does_the_rest() {
    let (world, run) = overwritten().await;
    let faults = vec!["freeze-before:connect:UpdateContactFlowContent:nth=1".parse().unwrap()];
    let emulator = world.emulator.fork(Settings { faults, ..Settings::default() }).await.unwrap();
    let world = World { emulator, ..world };
    let rollback = ["rollback", &run, "--auto-approve"];
    let child = Heard::spawn(&world, &rollback);
    world.emulator.frozen().await;
    child.interrupt("INT").await;
    world.emulator.thaw();
    let output = child.end().await;
    let (out, err) = (stdout(&output), stderr(&output));
    // What was begun is finished: that may have been all of it.
    let again = format!("hint: to do the rest: flowbind rollback {run} --auto-approve");
    match code(&output) {
        0 => assert_eq!(out.matches("  done    flow/").count(), 4, "{out}{err}"),
        1 => assert!(err.contains("not finished: ") && err.contains(&again), "{out}{err}"),
        other => panic!("{other}: {out}{err}"),
    }
    let again = end(spawn(&world, &rollback)).await;
    assert_eq!(code(&again), 0, "{}{}", stdout(&again), stderr(&again));
    let said = world.emulator.content().to_string();
    assert!(!said.contains(r#"\"Text\":\"two\""#), "everything says what it said before the run");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_while_aws_is_read_ends_every_command_at_once() {
    // The first list is this test's own; no later one is ever answered.
    let world = demo(&["hang:connect:List*:from=2"]).await;
    let list = world.connect("eu-west-2").list_instances().send().await.unwrap();
    let alias = list.instance_summary_list()[0].instance_alias().unwrap();
    for (name, arguments) in [
        ("INT", &["plan", "demo"][..]),
        ("TERM", &["plan", "--out", "p.json", "demo"]),
        ("HUP", &["drift", "demo"]),
        ("INT", &APPLY),
        ("TERM", &["import", "--instance", alias, "--region", "eu-west-2", "--out", "out"]),
    ] {
        let lists = || world.calls().iter().filter(|(n, _)| n.contains(":List")).map(|(_, n)| n).sum::<u64>();
        let before = lists();
        let child = spawn(&world, arguments);
        until(&format!("a read of {arguments:?}"), || lists() > before).await;
        signal(&child, name);
        let output = end(child).await;
        assert_eq!(code(&output), 130, "{arguments:?}: {}{}", stdout(&output), stderr(&output));
        // One for each Region: whoever waits for an answer asks a second time before it ends.
        assert!(lists() - before <= 2, "{arguments:?} waited for AWS: {:?}", world.calls());
        let err = stderr(&output);
        assert!(err.ends_with("Interrupted: nothing was written\n"), "{arguments:?}: {err}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(!world.folder.path().join("out").exists() && !world.folder.path().join("p.json").exists());
        assert_eq!(writes(&world), 0, "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_before_the_first_write_says_that_nothing_was_written() {
    let (world, _) = overwritten().await;
    for label in ["a", "b", "c", "d"] {
        let path = world.folder.path().join(format!("{label}.json"));
        std::fs::write(path, crate::races::says("three")).unwrap();
    }
    // Each flow is read again before it is written: what comes after the calls of a plan is the first of that.
    let read = || world.calls()["connect:DescribeContactFlow"];
    let before = read();
    let output = end(spawn(&world, &["plan", "m.yaml"])).await;
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let first = read() - before + 1;
    let fault = format!("hang:connect:DescribeContactFlow:from={first}");
    let settings = Settings { faults: vec![fault.parse().unwrap()], ..Settings::default() };
    let world = World { emulator: world.emulator.fork(settings).await.unwrap(), ..world };
    let child = Heard::spawn(&world, &["apply", "--auto-approve", "m.yaml"]);
    let reads = || world.calls().get("connect:DescribeContactFlow").copied().unwrap_or_default();
    until("the look before the first write", || reads() >= first).await;
    child.interrupt("INT").await;
    // A look that is in vain is not waited for, although it may never be answered.
    let output = tokio::time::timeout(ATTEMPT / 2, child.end()).await.expect("it waits for a look");
    let (out, err) = (stdout(&output), stderr(&output));
    assert_eq!(code(&output), 130, "{out}{err}");
    assert!(err.ends_with("Interrupted: nothing was written\n"), "{err}");
    assert!(!out.contains("Apply: ") && writes(&world) == 0, "{out} {:?}", world.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_that_cuts_the_reading_off_is_said_once() {
    for command in ["plan", "drift"] {
        let world = demo(&["hang:*:*:from=8"]).await;
        let output = end(spawn(&world, &[command, "demo", "--timeout", "2s"])).await;
        let (out, err) = (stdout(&output), stderr(&output));
        assert_eq!(code(&output), 3, "{command}: {out}{err}");
        let all = format!("{out}{err}");
        assert_eq!(all.matches("--timeout) was reached").count(), 0, "{command}: {all}");
        assert_eq!(all.matches("cut off after 2 s (--timeout)").count(), 1, "{command}: {all}");
        assert!(!all.contains("could not be made"), "{command}: {all}");
        assert!(all.replace("\u{1b}", "").contains("hint: give a longer --timeout"), "{command}: {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_that_is_shorter_than_the_reading_is_said_before() {
    let manifest = crate::budget::many(60);
    let world = World::with(&manifest, Settings { rates: Rates::Real, ..Settings::default() }).await;
    let output = end(spawn(&world, &["plan", "m.yaml", "--timeout", "1s"])).await;
    let err = stderr(&output);
    let (warning, _) = err.split_once("--timeout ends the run after 1 s").unwrap_or_else(|| panic!("{err}"));
    assert!(warning.contains("reading AWS takes about "), "{err}");
}

#[test]
fn a_sandbox_that_is_interrupted_keeps_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    let apply = || {
        let mut command = flowbind(folder.path());
        command.args(["apply", "--auto-approve", "--sandbox", "demo"]).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    // At whatever moment it comes, the state file is whole and the same command ends in the declared state.
    for wait in [20, 60, 120, 200] {
        let child = apply().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        // It may have ended before.
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
        let output = child.wait_with_output().unwrap();
        let (out, err) = (stdout(&output), stderr(&output));
        match output.status.code() {
            Some(0) => assert!(out.contains("Apply: ") && !out.contains("not started"), "{out}{err}"),
            Some(1) => assert!(err.contains("not finished: ") && out.contains("Apply: "), "{out}{err}"),
            Some(130) => assert!(err.ends_with("Interrupted: nothing was written\n"), "{out}{err}"),
            // It did not listen yet: it had not started either.
            None => assert_eq!((out.as_str(), err.as_str()), ("", "")),
            other => panic!("{other:?}: {out}{err}"),
        }
    }
    let output = apply().output().unwrap();
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let plan = flowbind(folder.path()).args(["plan", "--sandbox", "--detailed-exitcode", "demo"]).output();
    assert_eq!(code(&plan.unwrap()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_backups_cannot_be_written_nothing_is() {
    let world = demo(&[]).await;
    std::fs::write(world.folder.path().join(".flowbind"), "a file where the folder has to be").unwrap();
    let output = end(spawn(&world, &APPLY)).await;
    let err = stderr(&output);
    assert_eq!(code(&output), 1, "{err}");
    assert!(err.contains("backups cannot be written to .flowbind/backup"), "{err}");
    assert!(err.contains("nothing was written"), "{err}");
    assert_eq!(writes(&world), 0, "{:?}", world.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_keeps_nothing_leaves_no_folder_and_needs_none() {
    let text = crate::budget::many(1);
    let (head, _) = text.split_once("  flows:").unwrap();
    let world = World::new(&head.replace("alias: acme", "alias: acme, functions: [f00]")).await;
    let output = end(spawn(&world, &["apply", "--auto-approve", "m.yaml"])).await;
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(!world.folder.path().join(".flowbind").exists());
}
