//! The process: its signals, its manifests, its lock, and its end.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use flowbind::emulator::Settings;
use serde_json::Value;

use super::vandal::{self, MANIFEST, world};
use crate::world::{World, code, flowbind_at, is_read, stderr, stdout};

/// A process that stays, and what it says.
pub(crate) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(crate) fn start(mut command: Command, words: &[&str]) -> Self {
        command.args(["watch", "m.yaml", "--output", "json"]).args(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on to the next event of this name.
    pub(crate) fn until(&mut self, event: &str) -> Value {
        for line in self.lines.by_ref() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            assert_eq!(line["format"], "flowbind.watch/v1");
            if line["event"] == event {
                return line;
            }
        }
        panic!("there was no {event}");
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    pub(crate) fn end(mut self) -> i32 {
        self.lines.by_ref().for_each(drop);
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn in_world(world: &World) -> Command {
    flowbind_at(world.folder.path(), &world.emulator.url())
}

fn write(folder: &Path, text: &str) {
    std::fs::write(folder.join("m.yaml"), text).unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_starts_a_round_and_sigterm_ends_the_process_well() {
    use rustix::process::Signal;
    let world = world(Settings::default()).await;
    let mut process = Process::start(in_world(&world), &["--interval", "1d", "--apply"]);
    assert_eq!(process.until("looked")["decision"], "apply");
    process.until("applied");
    process.signal(Signal::HUP);
    assert_eq!(process.until("looked")["decision"], "nothing");
    process.signal(Signal::TERM);
    process.until("ended");
    assert_eq!(process.end(), 0);
    assert!(world.plan().await.actions.is_empty());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn invalid_manifests_leave_the_last_valid_ones_in_force_and_are_reported() {
    use rustix::process::Signal;
    let world = world(Settings::default()).await;
    let folder = world.folder.path();
    let mut process = Process::start(in_world(&world), &["--interval", "1d"]);
    let first = process.until("looked");
    write(folder, &MANIFEST.replace("instances:", "instance:"));
    process.signal(Signal::HUP);
    let invalid = process.until("invalid");
    assert_eq!((invalid["level"].as_str(), invalid["errors"].as_u64() > Some(0)), (Some("ERROR"), true));
    assert_eq!(process.until("looked")["manifest"], first["manifest"], "that one stays in force");
    // Another name for a flow is another manifest.
    write(folder, &MANIFEST.replace("name: Night", "name: Late"));
    process.signal(Signal::HUP);
    process.until("manifests");
    assert_ne!(process.until("looked")["manifest"], first["manifest"]);
    assert!(world.calls().keys().all(|operation| is_read(operation)), "{:?}", world.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn once_makes_one_round_and_its_exit_code_says_how_it_ended() {
    let world = world(Settings::default()).await;
    let once =
        |words: &[&str]| in_world(&world).args(["watch", "--once", "m.yaml"]).args(words).output().unwrap();
    let differs = once(&[]);
    assert_eq!(code(&differs), 2, "{}", stderr(&differs));
    let text = stdout(&differs);
    assert!(text.contains("acme: ") && text.contains("nothing is written without --apply"), "{text}");
    assert_eq!(code(&once(&["--apply"])), 0);
    let quiet = once(&[]);
    assert_eq!(code(&quiet), 0, "{}", stdout(&quiet));
    write(world.folder.path(), "kind: Nothing\n");
    assert_eq!(code(&once(&[])), 1);
    let other = vandal::MANIFEST.replace("111122223333", "444455556666");
    write(world.folder.path(), &other);
    let refused = once(&[]);
    assert_eq!(code(&refused), 4, "{}", stdout(&refused));
    assert!(
        stdout(&refused).contains("the credentials belong to account 111122223333"),
        "{}",
        stdout(&refused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_makes_no_round_says_why_in_its_only_line() {
    let world = world(Settings::default()).await;
    let ended = |words: &[&str]| -> Value {
        let words = [&["watch", "m.yaml", "--output", "json"], words].concat();
        let output = in_world(&world).args(words).output().unwrap();
        let text = stdout(&output);
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["format"], &line["event"]), (&"flowbind.watch/v1".into(), &"ended".into()));
        assert_eq!((&line["level"], &line["error"]["exit_code"]), (&"ERROR".into(), &code(&output).into()));
        assert!(line["time"].is_string() && !line["message"].as_str().unwrap().is_empty(), "{line:#}");
        line
    };
    let remote = ended(&["--listen", "0.0.0.0:0"]);
    assert!(remote["message"].as_str().unwrap().contains("can be reached from other machines"), "{remote:#}");
    assert!(remote["error"]["hint"].as_str().unwrap().contains("--allow-remote"), "{remote:#}");
    assert_eq!(
        (remote["error"]["exit_code"].as_u64(), remote["problems"].as_array().map(Vec::len)),
        (Some(4), Some(0))
    );
    write(world.folder.path(), &MANIFEST.replace("instances:", "instance:"));
    let invalid = ended(&[]);
    assert!(invalid["problems"][0]["message"].is_string(), "{invalid:#}");
    assert_eq!(invalid["error"]["exit_code"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ignore_file_lists_is_no_drift() {
    let world = world(Settings::default()).await;
    vandal::plant(&world).await;
    let once =
        |words: &[&str]| in_world(&world).args(["watch", "--once", "m.yaml"]).args(words).output().unwrap();
    assert_eq!(code(&once(&["--apply"])), 0);
    assert!(stdout(&once(&[])).contains("flow/theirs@backup"));
    let entries = "ignore:\n- { address: \"flow/theirs*\", reason: another team's }\n";
    std::fs::write(world.folder.path().join("ignore.yaml"), entries).unwrap();
    let ignored = stdout(&once(&["--ignore", "ignore.yaml"]));
    assert!(!ignored.contains("flow/theirs") && ignored.contains("nothing to do"), "{ignored}");
    std::fs::write(world.folder.path().join("ignore.yaml"), "ignore: [{ address: 1 }]\n").unwrap();
    assert_eq!(code(&once(&["--ignore", "ignore.yaml"])), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_has_rounds_in_one_process_of_a_folder_at_a_time() {
    let world = world(Settings::default()).await;
    let mut first = Process::start(in_world(&world), &["--interval", "1d"]);
    first.until("looked");
    let second = in_world(&world).args(["watch", "--once", "m.yaml"]).output().unwrap();
    assert_eq!(code(&second), 4, "{}", stdout(&second));
    assert!(stdout(&second).contains("another process has its lock"), "{}", stdout(&second));
    drop(first);
    let third = in_world(&world).args(["watch", "--once", "m.yaml"]).output().unwrap();
    assert_eq!(code(&third), 2, "{}", stdout(&third));
}

/// Kills a process at the n-th write, and lets the next one go on in what is left.
async fn killed_at(nth: usize, when: &str) {
    let calm = world(Settings::default()).await;
    vandal::plant(&calm).await;
    let faults = vec![format!("freeze-{when}:*:*:nth={nth}").parse().unwrap()];
    let frozen = calm.emulator.fork(Settings { faults, ..Settings::default() }).await.unwrap();
    let theirs = crate::states::foreign(&calm.emulator.content());
    let command = flowbind_at(calm.folder.path(), &frozen.url());
    let mut process = Process::start(command, &["--once", "--apply"]);
    frozen.frozen().await;
    process.child.kill().unwrap();
    process.child.wait().unwrap();
    let after = frozen.fork(Settings::default()).await.unwrap();
    let again = || {
        let mut command = flowbind_at(calm.folder.path(), &after.url());
        command.args(["watch", "--once", "--apply", "m.yaml"]).output().unwrap()
    };
    let fixed = again();
    assert_eq!(code(&fixed), 0, "{when} write {nth}: {}", stdout(&fixed));
    let quiet = again();
    assert!(stdout(&quiet).contains("nothing to do"), "{when} write {nth}: {}", stdout(&quiet));
    assert_eq!(crate::states::foreign(&after.content()), theirs);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_at_any_write_the_next_round_ends_in_the_declared_state() {
    // A sample over the 11 writes of the first round.
    for (nth, when) in
        [(1, "before"), (3, "after"), (5, "before"), (8, "after"), (10, "before"), (11, "after")]
    {
        killed_at(nth, when).await;
    }
}
