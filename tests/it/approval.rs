//! Another client changes something while the question stands on the screen: a yes is one to what was shown.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use flowbind::emulator::Settings;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::ends::signal;
use crate::world::{World, copy, flowbind_at, is_read, shipped};

/// The binary at a terminal of its own: questions come there, and answers from there. Its results go to a file.
pub(crate) struct Asked {
    child: Child,
    terminal: File,
    said: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
    results: PathBuf,
}

impl Asked {
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Self {
        let (terminal, name) = terminal();
        let open = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
        let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
        command.args(arguments).stdin(open()).stderr(open());
        let results = world.folder.path().join("results");
        command.stdout(File::create(&results).unwrap());
        let child = command.spawn().unwrap();
        drop(command);
        let said = Arc::new(Mutex::new(String::new()));
        let (mut screen, heard) = (terminal.try_clone().unwrap(), Arc::clone(&said));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux answers with an error when the other end is closed.
            while let Ok(length @ 1..) = screen.read(&mut bytes) {
                heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
        });
        Self { child, terminal, said, reader, results }
    }

    async fn until_it_asks(&self) {
        self.until_it_has_asked(1).await;
    }

    /// Waits until it asks for the nth time.
    pub(crate) async fn until_it_has_asked(&self, times: usize) {
        self.until(|said| said.matches("`yes`").count() >= times).await;
    }

    /// Waits until the screen is so.
    pub(crate) async fn until(&self, so: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !so(&self.said.lock().unwrap()) {
            let waits = began.elapsed() < Duration::from_secs(60) && !self.reader.is_finished();
            assert!(waits, "{}", self.said.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Answers, and lets it go on.
    pub(crate) fn say(&mut self, line: &str) {
        self.terminal.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    pub(crate) fn send(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Sends a signal, and waits until it ends.
    async fn signal(self, name: &str) -> (Option<i32>, String) {
        self.send(name);
        let (code, said, _) = self.end().await;
        (code, said)
    }

    /// Answers, and waits until it ends. Gives the exit code and what was on the screen.
    async fn answer(mut self, line: &str) -> (Option<i32>, String) {
        self.say(line);
        let (code, said, _) = self.end().await;
        (code, said)
    }

    /// Waits until it ends. Gives the exit code, what was on the screen, and the results.
    pub(crate) async fn end(mut self) -> (Option<i32>, String, String) {
        let ended = tokio::task::spawn_blocking(move || {
            let status = self.child.wait().unwrap();
            self.reader.join().unwrap();
            let said = self.said.lock().unwrap().clone();
            (status.code(), said, std::fs::read_to_string(&self.results).unwrap())
        });
        ended.await.unwrap()
    }
}

/// A terminal, and the path at which a program finds it.
pub(crate) fn terminal() -> (File, String) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    // No program that a test starts keeps it open.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let flags = flags | OpenptFlags::CLOEXEC;
    let terminal = openpt(flags).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    (File::from(terminal), name)
}

fn writes(world: &World) -> u64 {
    world.calls().iter().filter(|(name, _)| !is_read(name)).map(|(_, n)| n).sum()
}

/// The flow that somebody designed in the console: the manifest binds two blocks of it.
async fn us_desk(world: &World) -> (aws_sdk_connect::Client, String, String, String) {
    let connect = world.connect("us-west-2");
    let list = connect.list_instances().send().await.unwrap();
    let instance = list.instance_summary_list()[0].id().unwrap().to_owned();
    let flows = connect.list_contact_flows().instance_id(&instance).send().await.unwrap();
    let id = flows.contact_flow_summary_list()[0].id().unwrap().to_owned();
    let describe = connect.describe_contact_flow().instance_id(&instance).contact_flow_id(&id);
    let flow = describe.send().await.unwrap();
    let text = flow.contact_flow().unwrap().content().unwrap().to_owned();
    (connect, instance, id, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_is_edited_while_apply_asks_is_not_overwritten_and_nothing_else_is_written() {
    for draft in [false, true] {
        let world = World::demo().await;
        let (connect, instance, id, text) = us_desk(&world).await;
        let asked = Asked::start(&world, &["apply", "demo"]);
        asked.until_it_asks().await;
        let theirs = text.replacen("Seconds\": \"3\"", "Seconds\": \"6\"", 1);
        assert_ne!(theirs, text);
        let at = if draft { format!("{id}:$SAVED") } else { id.clone() };
        let update = connect.update_contact_flow_content().instance_id(&instance);
        update.contact_flow_id(&at).content(&theirs).send().await.unwrap();
        let before = writes(&world);
        let (code, said) = asked.answer("yes").await;
        assert_eq!(code, Some(4), "{said}");
        assert!(said.contains("changed: flow/us-desk"), "{said}");
        assert!(said.contains("from the plan that was approved; nothing was written"), "{said}");
        assert_eq!(writes(&world), before, "{said}");
        let describe = connect.describe_contact_flow().instance_id(&instance).contact_flow_id(&at);
        let live = describe.send().await.unwrap();
        assert_eq!(live.contact_flow().unwrap().content(), Some(theirs.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_while_the_question_is_on_the_screen_ends_it_and_nothing_is_written() {
    for name in ["INT", "TERM", "HUP"] {
        let world = World::demo().await;
        let asked = Asked::start(&world, &["apply", "demo"]);
        asked.until_it_asks().await;
        let (code, said) = asked.signal(name).await;
        assert_eq!(code, Some(130), "{name}: {said}");
        assert!(said.trim_end().ends_with("Interrupted: nothing was written"), "{name}: {said}");
        assert_eq!(writes(&world), 0, "{name}: {said}");
        assert!(!world.folder.path().join(".flowbind/backup").exists(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_is_closed_while_the_question_is_on_it_ends_it_and_nothing_is_written() {
    let world = World::demo().await;
    let (mut terminal, name) = terminal();
    let open = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.args(["apply", "demo"]).stdin(open()).stderr(open()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(command);
    let asked = move || {
        let (mut said, mut bytes) = (String::new(), [0; 4096]);
        while !said.contains("`yes`") {
            let length = terminal.read(&mut bytes).unwrap();
            said.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
        // It is closed here.
        drop(terminal);
    };
    tokio::task::spawn_blocking(asked).await.unwrap();
    let code = tokio::task::spawn_blocking(move || child.wait().unwrap().code()).await.unwrap();
    assert_eq!(code, Some(130));
    assert_eq!(writes(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_that_keeps_it_from_asking_is_named() {
    let world = World::demo().await;
    let (_terminal, name) = terminal();
    let run = |stdin: Stdio| {
        let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
        command.args(["apply", "demo"]).stdin(stdin);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let at = OpenOptions::new().read(true).write(true).open(&name).unwrap();
    for (stdin, named) in [
        (at.into(), "standard error is not a terminal"),
        (Stdio::null(), "neither standard input nor standard error is a terminal"),
    ] {
        let (code, said) = run(stdin);
        assert_eq!(code, Some(4), "{said}");
        assert!(said.contains(&format!("cannot ask for approval: {named}; nothing was written")), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_look_after_a_yes_is_announced_and_no_more_calls_than_are_made() {
    for arguments in [&["apply", "demo"][..], &["apply", "platform", "--for", "dev"]] {
        let folder = tempfile::tempdir().unwrap();
        copy(&shipped(""), folder.path());
        let world = World::at(folder, arguments[1], Settings::default()).await;
        let asked = Asked::start(&world, arguments);
        asked.until_it_asks().await;
        world.emulator.reset();
        let (code, said) = asked.answer("yes").await;
        assert_eq!(code, Some(0), "{said}");
        let number = |behind: &str| -> u64 {
            let text = said.split_once("applying this takes ").unwrap().1.split_once(behind).unwrap().1;
            text.split(' ').next().unwrap().parse().unwrap()
        };
        let (all, reads) = (number("at least "), number("calls ("));
        let calls = world.calls();
        let read = calls["connect:DescribeInstance"] + calls["sts:GetCallerIdentity"];
        let made: u64 = calls.values().sum();
        assert!(read <= reads && reads < all && all <= made, "{reads} of {all}, {made}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_to_what_is_still_so_is_carried_out() {
    let world = World::demo().await;
    let asked = Asked::start(&world, &["apply", "demo"]);
    asked.until_it_asks().await;
    let (code, said) = asked.answer("yes").await;
    assert_eq!(code, Some(0), "{said}");
    assert!(world.plan().await.actions.is_empty());
}
