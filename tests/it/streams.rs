//! Whoever reads the output may go away: what a command does, and how it ends, stays the same.

use std::path::Path;
use std::process::Stdio;

use crate::world::{copy, flowbind, shipped};

fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("demo"));
    folder
}

/// Runs with a pipe on stdout that nobody reads; gives the exit code.
fn unread(folder: &Path, arguments: &[&str]) -> Option<i32> {
    let mut command = flowbind(folder);
    command.args(arguments).arg("--sandbox").arg("demo").stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.wait().unwrap().code()
}

#[test]
fn a_pipe_that_nobody_reads_changes_neither_the_outcome_nor_the_exit_code() {
    let folder = demo();
    assert_eq!(unread(folder.path(), &["plan", "--detailed-exitcode"]), Some(2));
    assert_eq!(unread(folder.path(), &["apply"]), Some(4));
    assert_eq!(unread(folder.path(), &["apply", "--auto-approve"]), Some(0));
    assert_eq!(unread(folder.path(), &["plan", "--detailed-exitcode", "--output", "json"]), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_is_no_panic() {
    let folder = demo();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = flowbind(folder.path());
    command.args(["apply", "--auto-approve", "-vv", "--sandbox", "demo"]).stdout(Stdio::null()).stderr(full);
    assert_eq!(command.status().unwrap().code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_said_to_be_that() {
    let folder = demo();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = flowbind(folder.path());
    let output = command.args(["validate", "--output", "json", "demo"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the result could not be written to standard output: No space left"), "{said}");
}

#[test]
fn a_line_break_in_a_name_begins_no_line_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: \"li\\n::error::PWN\" }\nspec: {}\n";
    std::fs::write(folder.path().join("m.yaml"), manifest).unwrap();
    for arguments in [
        &["validate", "m.yaml"][..],
        &["plan", "m.yaml", "--sandbox"],
        &["plan", "m.yaml", "--sandbox", "--only", "flow/x\n::error::y"],
        &["import", "--sandbox", "--region", "eu-west-2", "--instance", "a\n::error::b"],
    ] {
        let output = flowbind(folder.path()).args(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        for text in [output.stdout, output.stderr] {
            let text = String::from_utf8_lossy(&text).into_owned();
            let steered = text.lines().any(|line| line.trim_start().starts_with("::"));
            assert!(!steered, "{arguments:?}\n{text}");
        }
    }
}
