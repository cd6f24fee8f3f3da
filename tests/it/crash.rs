//! Killed or interrupted at any write, the same command line run again ends in the state that an undisturbed run ends
//! in, and nothing of anybody else's changes.
//!
//! The embedded AWS stops the world at the k-th write, before or after it is done; the process dies there. With SIGKILL
//! a fork of that world goes on; with SIGINT the world itself does, and the process may end what is in flight.
//!
//! A spread sample is tried; `FLOWBIND_SWEEP=all` tries every write of every phase, `FLOWBIND_SWEEP=12` so many of each.

mod planted;
mod subjects;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use flowbind::emulator::{Emulator, Settings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::states::{canonical, difference, foreign, owners, remains};
use crate::world::{World, copy, flowbind_at, is_read};
use planted::{plant, unbind};
use subjects::{DEMO, Edit, PLATFORM, Subject};

/// How many kills of each phase are tried unless more are asked for.
const SAMPLE: usize = 2;
/// How many interruptions of each phase are tried unless more are asked for.
const INTERRUPTED: usize = 1;

/// A step in the life of a set, from one state to the next.
struct Phase {
    name: &'static str,
    before: Emulator,
    /// The manifests that are applied.
    edit: Edit,
    /// The options that a user needs, interrupted or not.
    options: Vec<String>,
    /// The options that `--prune` of everything needs afterwards.
    leaving: Vec<String>,
    after: BTreeMap<String, String>,
    writes: usize,
}

/// How a run is disturbed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Disturbance {
    Kill,
    Interrupt,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_the_demo_that_was_cut_short_is_finished_by_the_same_command() {
    sweep(&DEMO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_the_platform_that_was_cut_short_is_finished_by_the_same_command() {
    sweep(&PLATFORM).await;
}

/// Tries the writes of every phase, and fails with all that went wrong.
async fn sweep(subject: &'static Subject) {
    let (phases, mut failures) = phases(subject).await;
    let empty = Arc::new(phases[0].before.content());
    let permits = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
    let mut tasks = Vec::new();
    let mut tried = 0;
    for phase in phases {
        let phase = Arc::new(phase);
        let kills = chosen(phase.writes, SAMPLE).into_iter().map(|at| (Disturbance::Kill, at));
        let interruptions = chosen(phase.writes, INTERRUPTED).into_iter();
        let interruptions = interruptions.map(|at| (Disturbance::Interrupt, at));
        for (how, (nth, when)) in kills.chain(interruptions) {
            let (phase, empty, permits) = (Arc::clone(&phase), Arc::clone(&empty), Arc::clone(&permits));
            tasks.push(tokio::spawn(async move {
                let _permit = permits.acquire_owned().await.unwrap();
                let (at, wrong) = disturbed(subject, &phase, how, (nth, when), &empty).await;
                let what = format!("{} {} {how:?} {when} write {nth} ({at})", subject.name, phase.name);
                say(&format!("{what}: {}", if wrong.is_empty() { "converged" } else { "WRONG" }));
                wrong.into_iter().map(|wrong| format!("{what}: {wrong}")).collect::<Vec<_>>()
            }));
        }
    }
    for task in tasks {
        tried += 1;
        failures.extend(task.await.unwrap());
    }
    assert!(failures.is_empty(), "{} faults in {tried} runs:\n{}", failures.len(), failures.join("\n"));
}

#[expect(clippy::print_stdout, reason = "a sweep of an hour says how far it is")]
fn say(line: &str) {
    println!("{line}");
}

/// The writes at which a phase is disturbed: number and side. `FLOWBIND_SWEEP` asks for more than a sample.
fn chosen(writes: usize, sample: usize) -> Vec<(usize, &'static str)> {
    let all: Vec<_> = (1..=writes).flat_map(|nth| [(nth, "before"), (nth, "after")]).collect();
    let wanted = std::env::var("FLOWBIND_SWEEP").unwrap_or_default();
    let count = match wanted.as_str() {
        "" => sample,
        "all" => all.len(),
        number => number.parse().expect("FLOWBIND_SWEEP is `all` or a number"),
    };
    let count = count.min(all.len());
    // From the middle of each share, so that both sides are taken.
    (0..count).map(|n| all[(2 * n + 1) * all.len() / (2 * count)]).collect()
}

/// Lives a set's life undisturbed, and keeps each state; what is wrong without any disturbance comes beside.
async fn phases(subject: &Subject) -> (Vec<Phase>, Vec<String>) {
    let world = subject.world().await;
    plant(&world, subject).await;
    let planted = foreign(&world.emulator.content());
    assert!(planted.len() >= 10, "too little was planted: {:?}", planted.keys());
    let World { emulator: nothing, .. } = world;
    let empty = nothing.content();
    let mut wrong = Vec::new();
    let (applied, first) = undisturbed(subject, &nothing, Edit::First, &[], &mut wrong).await;
    let allow = guards(subject, &applied, Edit::Second, &[]).await;
    let (updated, second) = undisturbed(subject, &applied, Edit::Second, &allow, &mut wrong).await;
    let before_update = applied.fork(Settings::default()).await.unwrap();
    unbind(&applied, subject).await;
    unbind(&updated, subject).await;
    let leaving_first = leaving(subject, &applied).await;
    let leaving_second = leaving(subject, &updated).await;
    let (pruned, third) = undisturbed(subject, &applied, Edit::Emptied, &leaving_first, &mut wrong).await;
    wrong.extend(remains(subject.set, &empty, &pruned.content()));
    let phase = |name, before, edit, options, leaving: &[String], (after, writes)| Phase {
        name,
        before,
        edit,
        options,
        leaving: leaving.to_vec(),
        after,
        writes,
    };
    let phases = vec![
        phase("apply", nothing, Edit::First, Vec::new(), &leaving_first, first),
        phase("update", before_update, Edit::Second, allow, &leaving_second, second),
        phase("prune", applied, Edit::Emptied, leaving_first.clone(), &leaving_first, third),
    ];
    (phases, wrong)
}

async fn leaving(subject: &Subject, emulator: &Emulator) -> Vec<String> {
    let prune = ["--prune".to_owned(), "--force".to_owned()];
    let mut options = prune.to_vec();
    options.extend(guards(subject, emulator, Edit::Emptied, &prune).await);
    options
}

/// The `--allow` options that a plan says are needed.
async fn guards(subject: &Subject, emulator: &Emulator, edit: Edit, options: &[String]) -> Vec<String> {
    let folder = subject.folder(edit);
    let options: Vec<&str> = options.iter().map(String::as_str).chain(["--output", "json"]).collect();
    let ended = run(subject, folder.path(), emulator, "plan", &options).await;
    let plan: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
    let actions = plan["actions"].as_array().into_iter().flatten();
    let allow: BTreeSet<&str> = actions.filter_map(|action| action["guard"]["allow"].as_str()).collect();
    allow.iter().flat_map(|address| ["--allow".to_owned(), (*address).to_owned()]).collect()
}

/// Applies in a fork; gives what it holds then, and how many writes that took.
async fn undisturbed(
    subject: &Subject,
    from: &Emulator,
    edit: Edit,
    options: &[String],
    wrong: &mut Vec<String>,
) -> (Emulator, (BTreeMap<String, String>, usize)) {
    let emulator = from.fork(Settings::default()).await.unwrap();
    let folder = subject.folder(edit);
    let ended = apply(subject, folder.path(), &emulator, options).await;
    if ended.code != Some(0) {
        wrong.push(format!(
            "{} {edit:?} undisturbed ends with {:?}: {}",
            subject.name,
            ended.code,
            ended.tail()
        ));
    }
    let calls = emulator.stats().calls;
    let writes: u64 = calls.iter().filter(|(name, _)| writes(name)).map(|(_, count)| *count).sum();
    let after = canonical(&emulator.content());
    (emulator, (after, usize::try_from(writes).unwrap()))
}

/// Whether the embedded AWS counts an operation as a write.
fn writes(operation: &str) -> bool {
    !is_read(operation)
}

/// Disturbs a run at one write, runs the same again, and looks at what came of it. Returns where it was, and what is
/// wrong.
async fn disturbed(
    subject: &Subject,
    phase: &Phase,
    how: Disturbance,
    (nth, when): (usize, &str),
    empty: &Value,
) -> (String, Vec<String>) {
    let fault = format!("freeze-{when}:*:*:nth={nth}").parse().unwrap();
    let settings = Settings { faults: vec![fault], ..Settings::default() };
    let emulator = phase.before.fork(settings).await.unwrap();
    let before = emulator.content();
    let folder = subject.folder(phase.edit);
    let mut child =
        start(subject, folder.path(), &emulator, "apply", &with(&phase.options, "--auto-approve"));
    let at = until_frozen(&emulator, &mut child).await;
    let mut wrong = Vec::new();
    let emulator = match how {
        Disturbance::Kill => {
            child.kill().unwrap();
            child.wait().unwrap();
            emulator.fork(Settings::default()).await.unwrap()
        }
        Disturbance::Interrupt => {
            interrupt(&child);
            emulator.thaw();
            let ended = wait(&mut child).await;
            if !matches!(ended, Some(0 | 1 | 130)) {
                wrong.push(format!("interrupted, it ends with {ended:?}: {}", said(folder.path())));
            }
            emulator
        }
    };
    let again = apply(subject, folder.path(), &emulator, &phase.options).await;
    if again.code != Some(0) {
        wrong.push(format!("the same command ends with {:?}: {}", again.code, again.tail()));
    }
    wrong.extend(difference("another end state", &phase.after, &canonical(&emulator.content())));
    if phase.edit == Edit::Second {
        wrong.extend(difference(
            "a mark is on another object",
            &expected(subject, &before),
            &owners(&emulator.content()),
        ));
    }
    let prune = if phase.edit == Edit::Emptied { &phase.options[..1] } else { &[] };
    let planned =
        run(subject, folder.path(), &emulator, "plan", &words(&with(prune, "--detailed-exitcode"))).await;
    if planned.code != Some(0) {
        wrong.push(format!("the plan afterwards ends with {:?}: {}", planned.code, planned.tail()));
    }
    wrong.extend(left(subject, phase, &emulator, empty).await);
    wrong.extend(difference("something foreign changed", &foreign(&before), &foreign(&emulator.content())));
    (at, wrong)
}

/// The marks after the edit: on the objects that had them before, under the new logical names.
fn expected(subject: &Subject, before: &Value) -> BTreeMap<String, String> {
    let (old, new) = subject.relabelled;
    let renamed = |owner: String| match owner == format!("{}/{old}", subject.set) {
        true => format!("{}/{new}", subject.set),
        false => owner,
    };
    owners(before).into_iter().map(|(id, owner)| (id, renamed(owner))).collect()
}

/// Takes everything away, and says what stays.
async fn left(subject: &Subject, phase: &Phase, emulator: &Emulator, empty: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if phase.edit != Edit::Emptied {
        unbind(emulator, subject).await;
        let folder = subject.folder(Edit::Emptied);
        let gone = apply(subject, folder.path(), emulator, &phase.leaving).await;
        if gone.code != Some(0) {
            wrong.push(format!("--prune of everything ends with {:?}: {}", gone.code, gone.tail()));
        }
    }
    wrong.extend(remains(subject.set, empty, &emulator.content()));
    wrong
}

/// How a process ended.
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    /// The end of what it said.
    fn tail(&self) -> String {
        let text = format!("{}{}", self.stdout, self.stderr);
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("  done ")).collect();
        format!("\n    {}", lines[lines.len().saturating_sub(14)..].join("\n    "))
    }
}

fn with(options: &[String], more: &str) -> Vec<String> {
    options.iter().cloned().chain([more.to_owned()]).collect()
}

fn words(options: &[String]) -> Vec<&str> {
    options.iter().map(String::as_str).collect()
}

async fn apply(subject: &Subject, folder: &Path, emulator: &Emulator, options: &[String]) -> Ended {
    run(subject, folder, emulator, "apply", &words(&with(options, "--auto-approve"))).await
}

async fn run(subject: &Subject, folder: &Path, emulator: &Emulator, verb: &str, options: &[&str]) -> Ended {
    let options: Vec<String> = options.iter().map(|word| (*word).to_owned()).collect();
    let mut child = start(subject, folder, emulator, verb, &options);
    let code = wait(&mut child).await;
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    Ended { code, stdout: read("stdout"), stderr: read("stderr") }
}

fn said(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("stderr")).unwrap_or_default()
}

/// Starts the binary; what it says goes to files beside the manifest.
fn start(subject: &Subject, folder: &Path, emulator: &Emulator, verb: &str, options: &[String]) -> Child {
    let file = |name: &str| Stdio::from(File::create(folder.join(name)).unwrap());
    flowbind_at(folder, &emulator.url())
        .env("FLOWBIND_PACED", "false")
        .arg(verb)
        .args(subject.arguments)
        .args(options)
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .unwrap()
}

/// Waits until the world stands still, or the process has ended before that.
async fn until_frozen(emulator: &Emulator, child: &mut Child) -> String {
    tokio::select! {
        at = emulator.frozen() => at,
        _ = wait(child) => "after its last write".to_owned(),
    }
}

async fn wait(child: &mut Child) -> Option<i32> {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn interrupt(child: &Child) {
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
}

impl Subject {
    /// A folder with the manifest in one of its versions.
    fn folder(&self, edit: Edit) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        copy(&crate::world::shipped(self.name), &folder.path().join(self.name));
        self.edit(folder.path(), edit);
        folder
    }
}
