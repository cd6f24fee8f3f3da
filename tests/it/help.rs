//! What `--help` says: an option is found under the same heading wherever it is, and every example runs as it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::world::{World, code, copy, flowbind, flowbind_at, shipped, stderr, stdout};

fn help(of: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = flowbind(folder.path()).args(of).arg("--help").env("COLUMNS", "80").output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

fn commands() -> Vec<String> {
    let text = help(&[]);
    let (_, list) = text.split_once("Commands:\n").unwrap();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let starts = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = starts.map(|line| line.split_whitespace().next().unwrap().to_owned());
    let names: Vec<String> = names.filter(|name| name != "help").collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

#[test]
fn an_option_stands_under_the_same_heading_in_every_command() {
    let mut headings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for command in commands() {
        let mut heading = String::new();
        for line in help(&[&command]).lines() {
            if let Some(title) = line.strip_suffix(':').filter(|title| !title.starts_with(' ')) {
                heading = title.to_owned();
            }
            let Some(option) = line.split_whitespace().find(|word| word.starts_with("--")) else { continue };
            let first = line.split_whitespace().next().unwrap_or_default();
            let starts = (first.starts_with("--") || (first.len() == 3 && first.ends_with(',')))
                && !heading.is_empty();
            // In `iam-policy` it names the command, in `import` and `lint` these are about something else.
            let other = matches!(
                (command.as_str(), option),
                ("iam-policy", "--for") | ("import", "--region" | "--out") | ("lint", "--ignore")
            );
            if starts && !other {
                let option = option.trim_end_matches(',').split("[=").next().unwrap().to_owned();
                headings.entry(option).or_default().insert(heading.clone());
            }
        }
    }
    assert_eq!(headings["--output"].len(), 1, "{headings:#?}");
    let several: BTreeMap<_, _> = headings.iter().filter(|(_, all)| all.len() > 1).collect();
    assert!(several.is_empty(), "{several:#?}");
}

#[test]
fn help_is_never_wider_than_the_terminal() {
    for command in commands() {
        let text = help(&[&command]);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
    }
}

#[test]
fn what_writes_nothing_is_not_said_to_write() {
    for (command, writes) in [("plan", false), ("drift", false), ("import", false), ("apply", true)] {
        let text = help(&[command]);
        let (_, about) = text.split_once("--timeout <DURATION>").unwrap();
        let about = about.split("\n\n").next().unwrap().split("      --").next().unwrap();
        assert_eq!(about.contains("write"), writes, "{command}: {about}");
    }
    assert!(help(&["plan"]).contains("Show ARNs whole"));
}

#[test]
fn the_kinds_of_an_ignore_file_are_in_the_help_of_drift() {
    let text = help(&["drift"]);
    for kind in
        flowbind::drift::DriftKind::ALL.map(flowbind::drift::DriftKind::name).into_iter().chain(["orphaned"])
    {
        assert!(text.contains(kind), "{kind}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn the_manual_says_how_it_is_read_where_it_would_be_shown_raw() {
    assert!(help(&["man"]).contains("flowbind man | man -l -"));
    let folder = tempfile::tempdir().unwrap();
    let (terminal, name) = crate::approval::terminal();
    let open = std::fs::OpenOptions::new().write(true).open(name).unwrap();
    let reader = std::thread::spawn(move || {
        let (mut terminal, mut bytes) = (terminal, [0; 4096]);
        while let Ok(1..) = std::io::Read::read(&mut terminal, &mut bytes) {}
    });
    let mut command = flowbind(folder.path());
    let output = command.arg("man").stdout(open).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    let output = output.wait_with_output().unwrap();
    reader.join().unwrap();
    assert!(stderr(&output).contains("flowbind man | man -l -"), "{}", stderr(&output));
    let output = flowbind(folder.path()).arg("man").output().unwrap();
    assert_eq!(stderr(&output), "", "a pipe is how it is read");
}

#[test]
fn a_target_where_iam_policy_takes_a_command_is_told_its_option() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["iam-policy", "--for", "dev", "m"][..], &["iam-policy", "--for=dev", "m"]] {
        for log in [&[][..], &["--log-format", "json"]] {
            let output = flowbind(folder.path()).args(arguments).args(log).output().unwrap();
            let said = stderr(&output);
            assert!(code(&output) == 64 && said.contains("`--target dev`"), "{said}");
        }
    }
}

/// The examples of a command's help.
fn examples(command: &str) -> Vec<String> {
    let text = help(&[command]);
    let (_, list) = text.split_once("Examples:\n").unwrap_or_else(|| panic!("{command} has no examples"));
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().to_owned()).collect()
}

/// The words of a command line; what is between quotes is one.
pub(crate) fn shell_words(line: &str) -> Vec<&str> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(n, part)| if n % 2 == 1 { vec![part] } else { part.split_whitespace().collect() })
        .collect()
}

/// Runs one as a shell would, here with the words that are added to it.
fn run(folder: &Path, url: &str, line: &str) {
    let mut words = shell_words(line).into_iter();
    assert_eq!(words.next(), Some("flowbind"), "{line}");
    let words: Vec<&str> = words.take_while(|word| *word != ">").collect();
    let mut command = if words.contains(&"--sandbox") { flowbind(folder) } else { flowbind_at(folder, url) };
    command.args(&words);
    if words[0] == "emulator" {
        command.args(["--listen", "127.0.0.1:0"]);
        let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
        assert!(first.starts_with("listening on http://"), "{line}: {first}");
        return;
    }
    let output = command.output().unwrap();
    // 2 is how findings, or differences that were asked for, end.
    let fine = [
        0,
        if ["lint", "watch"].contains(&words[0]) || words.contains(&"--detailed-exitcode") { 2 } else { 0 },
    ];
    assert!(fine.contains(&code(&output)), "{line}: {}{}", stdout(&output), stderr(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_help_runs_as_it_stands() {
    let world = World::demo().await;
    let (folder, url) = (world.folder.path(), world.emulator.url());
    copy(&shipped(""), &folder.join("manifests"));
    // A plan first, what is undone after what is done, and what looks at it last.
    let order = ["init", "validate", "lint", "plan", "apply", "drift", "import", "rollback"];
    let mut commands = commands();
    commands.sort_by_key(|name| order.iter().position(|first| first == name).unwrap_or(order.len()));
    for command in commands {
        for line in examples(&command) {
            // The saved plan is that of an AWS in which nothing was applied yet.
            if line.contains("apply --only") {
                continue;
            }
            let runs = folder.join(".flowbind/backup");
            let latest = || std::fs::read_dir(&runs).unwrap().last().unwrap().unwrap().file_name();
            let line = match line.contains("20260102T030405Z") {
                true => line.replace("20260102T030405Z", latest().to_str().unwrap()),
                false => line,
            };
            let line = if command == "rollback" { format!("{line} --auto-approve") } else { line };
            // The process would stay.
            let stays = command == "watch" && !line.contains("--once");
            let line = if stays { format!("{line} --once") } else { line };
            run(folder, &url, &line);
        }
    }
}
