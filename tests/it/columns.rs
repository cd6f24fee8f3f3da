//! Nothing is wider than a terminal of 80 columns: what every command says, of good states and of bad ones.
//!
//! Excepted is what is content, told by its gutter: the lines of a difference and of an excerpt.

use std::path::Path;
use std::process::{Command, Output};

use crate::ends::overwritten;
use crate::hand_made::{applied, break_three};
use crate::outputs::{edit, hold};
use crate::world::{World, code, copy, flowbind, flowbind_at, shipped, stderr, stdout};

const COLUMNS: usize = 80;

/// Runs a command as at a terminal of 80 columns, and checks all that it says. Colours are on, and take no column.
fn fits(mut command: Command, arguments: &[&str]) -> Output {
    let output = command
        .args(arguments)
        .args(["--color", "always"])
        .env("FLOWBIND_PIPE_COLUMNS", "80")
        .output()
        .unwrap();
    for text in [stdout(&output), stderr(&output)] {
        assert_fits(&format!("{arguments:?}"), &text);
    }
    output
}

fn assert_fits(what: &str, text: &str) {
    let plain = anstream::adapter::strip_str(text).to_string();
    for line in prose(&plain) {
        assert!(flowbind::report::width(line) <= COLUMNS, "{what}: {line}\n\nin\n{plain}");
    }
}

/// The lines that are no content. Lines that do not differ are part of a difference where lines that do are beside them.
fn prose(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let runs = lines.chunk_by(|a, b| in_difference(a) && in_difference(b));
    let prose = runs.filter(|run| !run.iter().any(|line| differs(line)));
    prose.flatten().copied().filter(|line| !is_excerpt(line)).collect()
}

fn differs(line: &str) -> bool {
    line.starts_with("          -     ") || line.starts_with("          +     ")
}

fn in_difference(line: &str) -> bool {
    differs(line) || line.starts_with("              ")
}

/// A line of a file, beside its number.
fn is_excerpt(line: &str) -> bool {
    let (number, rest) = line.split_once('|').unwrap_or_default();
    let excerpt = !number.is_empty() && number.chars().all(|c| c == ' ' || c.is_ascii_digit());
    (excerpt && rest.starts_with(' ')) || line.trim_start().starts_with("--> ")
}

fn at(world: &World, arguments: &[&str]) -> Output {
    fits(flowbind_at(world.folder.path(), &world.emulator.url()), arguments)
}

fn offline(folder: &Path, arguments: &[&str]) -> Output {
    fits(flowbind(folder), arguments)
}

#[test]
fn a_hint_is_no_content() {
    let line = |start: &str| format!("{start}{}", "x".repeat(80));
    let (hint, change, context) =
        (line("                "), line("          +     "), line("                "));
    let text = format!("          hint: do\n{hint}\n  a\n{change}\n{context}\n");
    assert_eq!(prose(&text), ["          hint: do", &hint, "  a"]);
}

#[test]
fn what_needs_no_aws() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    let folder = folder.path();
    assert_eq!(code(&offline(folder, &["validate", "demo"])), 0);
    assert_eq!(code(&offline(folder, &["lint", "--explain"])), 0);
    for meta in flowbind::lint::codes() {
        let output = offline(folder, &["lint", "--explain", meta.code]);
        assert_eq!(code(&output), 0, "{}", meta.code);
    }
    offline(folder, &["init", "new"]);
    offline(folder, &["init", "new"]);
    edit(folder, "flows/main-ivr.json", "\"NextAction\": \"Say sorry\"", "\"NextAction\": \"Say sory\"");
    edit(
        folder,
        "flows/main-ivr.json",
        "\"NextAction\": \"Say order status\"",
        "\"NextAction\": \"Check return\"",
    );
    edit(folder, "flowbind.yaml", "timeLimit: 5s", "timeLimit: 8s");
    assert_eq!(code(&offline(folder, &["lint", "demo"])), 2);
    edit(folder, "flowbind.yaml", "  instances:", "  instanzes:");
    for command in [
        &["validate"][..],
        &["lint"],
        &["plan", "--sandbox"],
        &["apply", "--sandbox"],
        &["drift", "--sandbox"],
    ] {
        assert_ne!(code(&offline(folder, &[command, &["demo"]].concat())), 0);
    }
    offline(folder, &["plan", "nowhere.yaml", "--sandbox"]);
    let unknown = "a-name-of-a-set-or-of-a-target-that-is-long-but-may-be-so";
    for arguments in [
        &["apply", "demo", "--allow", unknown][..],
        &["plan", "demo", "--timeout", unknown],
        &["plan", "demo", "--prune", "--only", "flow/main-ivr", unknown, "--frobnicate", "--out"],
        &["apply"],
        &["lint", "--least", unknown, "demo"],
    ] {
        assert_eq!(code(&offline(folder, arguments)), 64, "{arguments:?}");
    }
    offline(folder, &["rollback", "20200101T000000Z", "--sandbox"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_from_nothing_to_a_rollback() {
    let world = World::demo().await;
    at(&world, &["plan", "demo"]);
    at(&world, &["plan", "demo", "--compact"]);
    at(&world, &["plan", "demo", "-vv"]);
    at(&world, &["plan", "demo", "--out", "p.json"]);
    at(&world, &["apply", "demo"]);
    assert_eq!(code(&at(&world, &["apply", "--auto-approve", "demo"])), 0);
    break_three(&world).await;
    at(&world, &["plan", "demo"]);
    at(&world, &["drift", "demo"]);
    at(&world, &["import", "--instance", "fernhill-london-dev", "--region", "eu-west-2", "--out", "out"]);
    assert_eq!(code(&at(&world, &["apply", "--auto-approve", "demo"])), 0);
    let run = std::fs::read_dir(world.folder.path().join(".flowbind/backup")).unwrap().next().unwrap();
    let run = run.unwrap().file_name().into_string().unwrap();
    at(&world, &["rollback", &run]);
    at(&world, &["rollback", &run, "--auto-approve"]);
    at(&world, &["drift", "demo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_can_keep_a_plan_from_being_applied() {
    let world = applied().await;
    break_three(&world).await;
    hold(world.folder.path());
    at(&world, &["plan", "demo", "--prune"]);
    at(&world, &["drift", "demo", "--audit"]);
    at(&world, &["apply", "demo", "--prune", "--auto-approve"]);
    at(&world, &["plan", "demo", "--only", "flow/main-ivr", "--prune"]);
    at(&world, &["plan", "demo", "--only", "flow/main-iv"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_as_long_as_they_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let (label, name) = ("l".repeat(63), "a-long-function-name-".repeat(3));
    let manifest = crate::budget::many(2)
        .replace("name: many", &format!("name: {}", "s".repeat(40)))
        .replace("support", &label)
        .replace("name: fn-", &format!("name: {}", &name[..60]))
        .replace("name: Main", &format!("name: {}", "A flow with a long name ".repeat(5)));
    std::fs::write(folder.path().join("m.yaml"), manifest).unwrap();
    let world = World::in_folder(folder, "m.yaml").await;
    at(&world, &["validate", "m.yaml"]);
    at(&world, &["plan", "m.yaml"]);
    at(&world, &["plan", "m.yaml", "-v"]);
    at(&world, &["apply", "m.yaml", "--auto-approve"]);
    at(&world, &["drift", "m.yaml", "--audit"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_denied_or_takes_too_long() {
    for faults in [
        &["deny:connect:DescribeContactFlow:from=1"][..],
        &["deny:lambda:GetPolicy:from=1", "deny:connect:List*:from=3"],
        &["deny:lambda:AddPermission:from=1"],
        &["500:connect:AssociateLambdaFunction:from=1"],
    ] {
        let world = crate::ends::demo(faults).await;
        at(&world, &["plan", "demo"]);
        at(&world, &["drift", "demo"]);
        at(&world, &["apply", "demo", "--auto-approve", "--timeout", "5s"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_piped_is_not_broken_and_arns_are_whole_where_that_is_asked_for() {
    let (world, run) = overwritten().await;
    at(&world, &["rollback", &run]);
    let demo = World::demo().await;
    // Whatever a shell exports.
    let plan = |arguments: &[&str]| {
        let mut command = flowbind_at(demo.folder.path(), &demo.emulator.url());
        stdout(&command.args(arguments).env("COLUMNS", "80").output().unwrap())
    };
    let short = plan(&["plan", "demo"]);
    assert!(short.lines().any(|line| line.len() > COLUMNS), "{short}");
    assert!(prose(&short).iter().all(|line| !line.contains("arn:aws")), "{short}");
    assert!(short.contains("instance/london  fernhill-london-dev, eu-west-2"), "{short}");
    assert!(
        short.contains("-> order-status: association, permission (fernhill-order-status-dev)"),
        "{short}"
    );
    let whole = plan(&["plan", "demo", "-v"]);
    assert!(
        whole.contains("arn:aws:lambda:eu-west-2:111122223333:function:fernhill-order-status-dev"),
        "{whole}"
    );
}
