//! Another client changes something while the question stands on the screen: a yes is one to what was shown.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use flowbind::emulator::Settings;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::world::{World, copy, flowbind_at, is_read, shipped};

/// The binary at a terminal of its own: questions come there, and answers from there.
struct Asked {
    child: Child,
    terminal: File,
    said: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Asked {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let name = name.to_str().unwrap();
        let open = || OpenOptions::new().read(true).write(true).open(name).unwrap();
        let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
        command.args(arguments).stdin(open()).stderr(open()).stdout(Stdio::null());
        let child = command.spawn().unwrap();
        drop(command);
        let terminal = File::from(terminal);
        let said = Arc::new(Mutex::new(String::new()));
        let (mut screen, heard) = (terminal.try_clone().unwrap(), Arc::clone(&said));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux answers with an error when the other end is closed.
            while let Ok(length @ 1..) = screen.read(&mut bytes) {
                heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
        });
        Self { child, terminal, said, reader }
    }

    async fn until_it_asks(&self) {
        let began = Instant::now();
        while !self.said.lock().unwrap().contains("`yes`") {
            assert!(began.elapsed() < Duration::from_secs(60), "{}", self.said.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends a signal, and waits until it ends.
    async fn signal(self, name: &str) -> (Option<i32>, String) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.end().await
    }

    /// Answers, and waits until it ends. Gives the exit code and what was on the screen.
    async fn answer(mut self, line: &str) -> (Option<i32>, String) {
        self.terminal.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.end().await
    }

    async fn end(mut self) -> (Option<i32>, String) {
        let ended = tokio::task::spawn_blocking(move || {
            let status = self.child.wait().unwrap();
            self.reader.join().unwrap();
            (status.code(), self.said.lock().unwrap().clone())
        });
        ended.await.unwrap()
    }
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
        assert!(said.trim_end().ends_with("interrupted; nothing was written"), "{name}: {said}");
        assert_eq!(writes(&world), 0, "{name}: {said}");
        assert!(!world.folder.path().join(".flowbind/backup").exists(), "{name}");
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
            let text = said.split_once("applying: ").unwrap().1.split_once(behind).unwrap().1;
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
