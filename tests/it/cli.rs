//! The binary: wiring, exit codes, the README's commands, and a clear error for everything that can be wrong.

use std::path::Path;

use serde_json::Value;

use crate::budget::many;
use crate::world::{World, code, copy, flowbind, flowbind_at, shipped, stderr, stdout};

fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), &folder.path().join("manifests/demo"));
    folder
}

#[test]
fn the_readme_commands_apply_the_demo_and_find_nothing_left() {
    let folder = demo();
    let apply = flowbind(folder.path())
        .args(["apply", "--sandbox", "--auto-approve", "manifests/demo"])
        .output()
        .unwrap();
    assert_eq!(code(&apply), 0, "{}{}", stdout(&apply), stderr(&apply));
    let plan = || {
        flowbind(folder.path())
            .args(["plan", "--sandbox", "--detailed-exitcode", "manifests/demo"])
            .output()
            .unwrap()
    };
    let (first, second) = (plan(), plan());
    assert_eq!((code(&first), code(&second)), (0, 0), "{}", stdout(&first));
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn a_new_sandbox_has_differences_and_a_pipe_approves_nothing() {
    let folder = demo();
    let plan = flowbind(folder.path())
        .args(["plan", "--sandbox", "--detailed-exitcode", "manifests/demo"])
        .output()
        .unwrap();
    assert_eq!(code(&plan), 2, "{}", stderr(&plan));
    let apply = flowbind(folder.path()).args(["apply", "--sandbox", "manifests/demo"]).output().unwrap();
    assert_eq!(code(&apply), 4);
    assert!(stderr(&apply).contains("nothing was written"), "{}", stderr(&apply));
    let again = flowbind(folder.path()).args(["plan", "--sandbox", "manifests/demo"]).output().unwrap();
    assert_eq!(plan.stdout, again.stdout);
}

#[test]
fn json_stays_version_1() {
    let folder = demo();
    let plan = flowbind(folder.path())
        .args(["plan", "--sandbox", "--output", "json", "manifests/demo"])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!(document["format"], "flowbind.plan/v1");
    let action = &document["actions"][0];
    for key in ["set", "address", "step", "action", "reason", "after"] {
        assert!(!action[key].is_null(), "{key} is missing in {action}");
    }
    let apply = flowbind(folder.path())
        .args(["apply", "--sandbox", "--auto-approve", "--output", "json", "manifests/demo"])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&apply.stdout).unwrap();
    assert_eq!(document["format"], "flowbind.apply/v1");
    assert_eq!(
        document["outcomes"].as_array().unwrap().iter().filter(|o| o["outcome"] != "applied").count(),
        0
    );
}

#[test]
fn init_writes_a_starter_that_can_be_applied() {
    let folder = tempfile::tempdir().unwrap();
    let init = flowbind(folder.path()).args(["init", "new"]).output().unwrap();
    assert_eq!(code(&init), 0, "{}", stderr(&init));
    for verb in [
        vec!["validate"],
        vec!["apply", "--sandbox", "--auto-approve"],
        vec!["plan", "--sandbox", "--detailed-exitcode"],
    ] {
        let output = flowbind(folder.path()).args(&verb).arg("new/flowbind.yaml").output().unwrap();
        assert_eq!(code(&output), 0, "{verb:?}: {}{}", stdout(&output), stderr(&output));
    }
    let before = std::fs::read(folder.path().join("new/flowbind.yaml")).unwrap();
    let again = flowbind(folder.path()).args(["init", "new"]).output().unwrap();
    assert_eq!(code(&again), 4);
    assert!(stderr(&again).contains("nothing was written"));
    assert_eq!(std::fs::read(folder.path().join("new/flowbind.yaml")).unwrap(), before);
}

#[test]
fn init_lists_what_it_wrote_and_its_commands_run_as_they_stand() {
    for (arguments, manifest) in [
        (&["init"][..], "flowbind.yaml"),
        (&["init", "./new"], "new/flowbind.yaml"),
        (&["init", "my new"], "'my new/flowbind.yaml'"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let init = flowbind(folder.path()).args(arguments).output().unwrap();
        let files = manifest.trim_matches('\'');
        let said = stdout(&init);
        assert!(said.starts_with(&format!("Wrote these files:\n\n  {files}\n")), "{said}");
        assert!(said.contains(&format!("\n  flowbind validate {manifest}\n")), "{said}");
        assert!(folder.path().join(files).exists(), "{said}");
        let again = flowbind(folder.path()).args(arguments).output().unwrap();
        assert!(stderr(&again).starts_with(&format!("error: {files}, ")), "{}", stderr(&again));
        assert!(
            stderr(&again).contains("index.mjs already exist; nothing was written"),
            "{}",
            stderr(&again)
        );
    }
}

#[test]
fn a_path_where_nothing_is_says_so_and_what_is_like_it() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&flowbind(folder.path()).arg("init").output().unwrap()), 0);
    for verb in ["plan", "validate", "lint", "graph"] {
        let output = flowbind(folder.path()).args([verb, "nofolder"]).output().unwrap();
        let said = stderr(&output);
        assert!(said.contains("there is no such file or folder") && !said.contains("os error"), "{said}");
        let output = flowbind(folder.path()).args([verb, "flowbind.yml"]).output().unwrap();
        let close = verb == "lint" || stderr(&output).contains("did you mean `flowbind.yaml`?");
        assert!(close, "{verb}: {}", stderr(&output));
    }
}

#[test]
fn a_file_behind_sandbox_without_its_sign_is_told_how_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&flowbind(folder.path()).arg("init").output().unwrap()), 0);
    std::fs::write(folder.path().join("state.json"), "{}").unwrap();
    for verb in ["plan", "apply", "drift"] {
        for (file, hinted) in [("state.json", true), ("none.json", true), ("none.yaml", false)] {
            let output =
                flowbind(folder.path()).args([verb, "--sandbox", file, "flowbind.yaml"]).output().unwrap();
            let hint = format!("hint: `--sandbox` takes its file with `=`: `--sandbox={file}`.");
            assert_eq!((code(&output), stderr(&output).contains(&hint)), (1, hinted), "{}", stderr(&output));
        }
    }
    // A manifest may be JSON.
    let json =
        r#"{ "apiVersion": "flowbind.dev/v1alpha1", "kind": "BindingSet", "metadata": { "name": "a" } }"#;
    std::fs::write(folder.path().join("m.json"), json).unwrap();
    for named in [["plan", "--sandbox=state.json", "none.json"], ["plan", "--sandbox", "m.json"]] {
        let output = flowbind(folder.path()).args(named).output().unwrap();
        let said = stderr(&output);
        assert!(said.contains("then run again.") && !said.contains("takes its file"), "{said}");
    }
}

#[test]
fn what_could_not_be_loaded_is_counted_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (paths, errors, hint) in [
        (&["a.yaml"][..], "1 error;", "hint: fix the error above, then run again."),
        (&["a.yaml", "b.yaml"], "2 errors;", "hint: fix the errors above, then run again."),
    ] {
        let output = flowbind(folder.path()).arg("plan").args(paths).output().unwrap();
        let said = stderr(&output);
        assert!(said.contains(&format!("error: no manifest was loaded: {errors}")), "{said}");
        assert!(said.contains(hint), "{said}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_64_and_help_with_0() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (vec!["plan"], 64),
        (vec!["frobnicate"], 64),
        (vec!["plan", "--output", "xml", "m.yaml"], 64),
        (vec!["apply", "--sandbox", "--allow", "nonsense", "m.yaml"], 64),
        (vec!["--help"], 0),
        (vec!["--version"], 0),
        (vec!["completions", "bash"], 0),
        (vec!["schema"], 0),
        (vec!["explain"], 0),
        (vec!["explain", "function.source.role"], 0),
        (vec!["explain", "flow.stauts"], 64),
        (vec!["explain", "flow."], 64),
        (vec!["explain", "flow..status"], 64),
    ] {
        let output = flowbind(folder.path()).args(&arguments).output().unwrap();
        assert_eq!(code(&output), expected, "{arguments:?}: {}", stderr(&output));
    }
}

/// A manifest with something wrong in it, and what its error must say.
struct Bad {
    what: &'static str,
    from: &'static str,
    to: String,
    says: &'static str,
}

fn bad(what: &'static str, from: &'static str, to: impl Into<String>, says: &'static str) -> Bad {
    Bad { what, from, to: to.into(), says }
}

#[test]
fn everything_wrong_in_a_manifest_is_told_at_its_place_and_nothing_is_written() {
    let line = "        Call 00: { function: f00, timeLimit: 8s }";
    let cases = [
        bad("unknown key", "alias: acme", "allias: acme", "did you mean `alias`"),
        bad("duplicate key", line, format!("{line}\n{line}"), "duplicate"),
        bad("bad type", "{ alias: acme }", "[acme]", "takes an instance"),
        bad("dangling reference", "function: f00", "function: f77", "f77"),
        bad("time limit", "timeLimit: 8s", "timeLimit: 12s", "8"),
        bad(
            "missing flow file",
            "      bindings:",
            "      content: flows/none.json\n      bindings:",
            "none.json",
        ),
        bad(
            "invalid flow JSON",
            "      bindings:",
            "      content: broken.json\n      bindings:",
            "broken.json",
        ),
    ];
    for Bad { what, from, to, says } in cases {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("broken.json"), "{\n  \"Version\": \"2019-10-30\",\n  oops\n}")
            .unwrap();
        std::fs::write(folder.path().join("m.yaml"), many(1).replacen(from, &to, 1)).unwrap();
        refused(folder.path(), what, says, true);
    }
}

#[test]
fn hostile_yaml_is_refused_quickly() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    let nested = "[".repeat(100_000);
    for (what, text) in [
        ("alias bomb", bomb),
        ("100,000 nested brackets", nested.as_str()),
        ("empty", ""),
        ("no YAML", "\u{0}\u{1}"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.yaml"), text).unwrap();
        refused(folder.path(), what, "m.yaml", false);
    }
}

/// `validate` ends with 2, `plan` and `apply` with 1; all tell the place, and nothing is left behind.
fn refused(folder: &Path, what: &str, says: &str, places: bool) {
    for (verb, expected) in [("validate", 2), ("plan", 1), ("apply", 1)] {
        let sandbox: &[&str] = if verb == "validate" { &[] } else { &["--sandbox"] };
        let output = flowbind(folder).arg(verb).args(sandbox).arg("m.yaml").output().unwrap();
        let text = stderr(&output);
        assert_eq!(code(&output), expected, "{what}, {verb}: {text}");
        assert!(text.contains(says), "{what}, {verb}: {text}");
        assert!(!text.contains("panicked"), "{what}, {verb}: {text}");
        assert!(
            !places || text.contains("m.yaml:") || text.contains("broken.json:"),
            "{what}, {verb}: {text}"
        );
        assert!(!folder.join(".flowbind").exists(), "{what}, {verb} wrote something");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_does_not_have_is_told_at_its_place_and_nothing_is_written() {
    let world = World::new(&many(1)).await;
    for (what, from, to, code_name) in [
        (
            "unknown instance alias",
            "alias: acme",
            "alias: acmee",
            "no Amazon Connect instance with alias `acmee`",
        ),
        ("function not found", "name: fn-00", "name: fn-77", "no function `fn-77`"),
        ("alias not found", "name: fn-00", "name: fn-00, qualifier: live", "with alias or version `live`"),
        ("block not found", "Call 00:", "Call 77:", "Call 77"),
        ("flow not found", "name: Main", "name: Mane", "there is only `Main`"),
    ] {
        std::fs::write(world.folder.path().join("m.yaml"), many(1).replacen(from, to, 1)).unwrap();
        world.emulator.reset();
        for verb in ["plan", "apply"] {
            let output = flowbind_at(world.folder.path(), &world.emulator.url())
                .args([verb, "m.yaml"])
                .output()
                .unwrap();
            let text = stderr(&output);
            assert_eq!(code(&output), 1, "{what}, {verb}: {text}");
            assert!(text.contains(code_name) && text.contains("m.yaml:"), "{what}, {verb}: {text}");
        }
        let writes = ["Associate", "AddPermission", "Create", "Update"];
        assert!(
            !world.calls().keys().any(|call| writes.iter().any(|w| call.contains(w))),
            "{what}: {:?}",
            world.calls()
        );
    }
}

#[test]
fn no_answer_and_no_credentials_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), many(1)).unwrap();
    // Nobody listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let output = flowbind_at(folder.path(), &url).args(["plan", "m.yaml"]).output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("AWS_ENDPOINT_URL"), "{}", stderr(&output));

    let output =
        flowbind(folder.path()).env("AWS_ENDPOINT_URL", &url).args(["plan", "m.yaml"]).output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("no usable credentials"), "{}", stderr(&output));
    // What was tried takes six lines: it is there for who asks.
    for command in [&["plan", "m.yaml"][..], &["import", "--instance", "acme", "--region", "eu-west-2"]] {
        for verbose in [false, true] {
            let more = if verbose { &["-v"][..] } else { &[] };
            let mut bare = flowbind(folder.path());
            let output = bare.env("AWS_ENDPOINT_URL", &url).args(command).args(more).output().unwrap();
            let said = stderr(&output);
            let hinted = said.contains("set AWS_PROFILE") && said.contains("-v lists") != verbose;
            assert_eq!((hinted, said.contains("was not enabled")), (true, verbose), "{said}");
        }
    }
}
