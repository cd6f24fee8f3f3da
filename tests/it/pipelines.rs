//! The ready-made pipeline files do what they say: their scripts run here, with a stand-in for `gh`.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::world::{code, copy, shipped, stderr, stdout};

/// Answers `gh` from files, through jq as gh itself does, and writes down what is changed.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
cd "$GH_STATE"
all=("$@") filter='' body='' changes=false answer=issues.json
while (($#)); do
  case $1 in
    --jq) filter=$2; shift ;;
    --field) cp "${2#body=@}" body ;;
    --body-file) cp "$2" body ;;
    --method) changes=true ;;
    */comments) answer=comments.json ;;
    */pulls) answer=pulls.json ;;
    */environments/*) answer=environment.json ;;
    close | edit | create) changes=true ;;
  esac
  shift
done
if [[ $changes == true ]]; then
  line="${all[*]}"
  echo "${line% --*body*}" >>log
elif [[ -e $answer ]]; then
  jq -r "${filter:-.}" "$answer"
else
  echo '{"message": "Not Found"}'
  exit 1
fi
"#;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn yaml(path: &Path) -> Value {
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn workflow(name: &str) -> Value {
    yaml(&shipped("pipelines/github").join(name))
}

pub(crate) fn executable(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A runner's folder, with a step of a workflow in it.
pub(crate) struct Runner {
    pub(crate) folder: TempDir,
}

impl Runner {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        executable(&folder.path().join("gh"), GH);
        let runner = Self { folder };
        for (name, text) in
            [("comments.json", "[]"), ("issues.json", "[]"), ("pulls.json", "[]"), ("log", ""), ("body", "")]
        {
            runner.write(name, text);
        }
        for name in ["output", "summary"] {
            runner.write(name, "");
        }
        runner.write("report.md", "### Plan: 1 to create\n");
        runner
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    pub(crate) fn command(&self, environment: &[(&str, &str)]) -> Command {
        let here = self.folder.path();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("bash");
        command
            .current_dir(here)
            .env_clear()
            .env("PATH", format!("{}:{path}", here.display()))
            .env("GH_STATE", here)
            .env("RUNNER_TEMP", here)
            .env("GITHUB_OUTPUT", here.join("output"))
            .env("GITHUB_STEP_SUMMARY", here.join("summary"))
            .env("GITHUB_REPOSITORY", "acme/contact-centre")
            .env("GITHUB_SHA", "c0ffee")
            .envs(environment.iter().copied());
        command
    }

    /// Runs the step of that name as the runner does.
    pub(crate) fn step(&self, file: &str, name: &str, environment: &[(&str, &str)]) -> Output {
        let document = workflow(file);
        let jobs = document["jobs"].as_object().unwrap();
        let mut steps = jobs.values().flat_map(|job| job["steps"].as_array().unwrap());
        let step = steps.find(|step| step["name"] == name).unwrap();
        let mut command = self.command(&[]);
        for (key, value) in step["env"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            if !value.contains("${{") {
                command.env(key, value);
            }
        }
        command.envs(environment.iter().copied());
        self.write("log", "");
        let script = step["run"].as_str().unwrap();
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).output().unwrap()
    }

    /// The same, of a step that goes on; gives what it changed through `gh`.
    fn changes(&self, file: &str, name: &str, environment: &[(&str, &str)]) -> String {
        let output = self.step(file, name, environment);
        assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
        self.read("log")
    }

    /// Runs the action's script.
    fn action(&self, environment: &[(&str, &str)]) -> Output {
        let script = root().join(".github/actions/flowbind/run");
        self.command(environment).arg(script).output().unwrap()
    }

    pub(crate) fn output(&self, key: &str) -> Option<String> {
        let text = self.read("output");
        text.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix('=')?.to_owned()))
    }
}

#[test]
fn the_comment_is_made_once_and_then_updated() {
    let runner = Runner::new();
    let checksum = "ab".repeat(32);
    let environment = [
        ("NUMBER", "7"),
        ("COMMIT", "c0ffee"),
        ("REPORT", "report.md"),
        ("CHECKSUM", &checksum),
        ("EXIT_CODE", "2"),
    ];
    let log = runner.changes("plan.yml", "Comment", &environment);
    assert_eq!(log, "api --silent --method POST repos/acme/contact-centre/issues/7/comments\n");
    let body = runner.read("body");
    assert!(body.starts_with("<!-- flowbind plan -->\n"), "{body}");
    assert!(body.contains("### Plan: 1 to create") && body.contains(&checksum), "{body}");

    // Somebody quotes the comment: that one is not taken for it.
    let comments = serde_json::json!([
        {"id": 1, "user": {"login": "ann"}, "body": body},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "another bot's words"},
        {"id": 3, "user": {"login": "github-actions[bot]"}, "body": body},
    ]);
    runner.write("comments.json", &comments.to_string());
    let log = runner.changes("plan.yml", "Comment", &environment);
    assert_eq!(log, "api --silent --method PATCH repos/acme/contact-centre/issues/comments/3\n");
}

#[test]
fn the_comment_says_that_a_plan_failed_or_is_incomplete() {
    let runner = Runner::new();
    let environment =
        |code| [("NUMBER", "7"), ("COMMIT", "c0ffee"), ("REPORT", "report.md"), ("EXIT_CODE", code)];
    runner.changes("plan.yml", "Comment", &environment("3"));
    assert!(runner.read("body").contains("Incomplete"));
    runner.write("report.md", "");
    runner.changes("plan.yml", "Comment", &environment("1"));
    assert!(runner.read("body").contains("flowbind plan ended with 1"));
}

#[test]
fn there_is_one_issue_about_drift_and_it_is_closed_only_when_aws_agrees() {
    let name = "Open, update or close the issue";
    let runner = Runner::new();
    let run = |code| {
        runner.changes(
            "drift.yml",
            name,
            &[("REPORT", "report.md"), ("EXIT_CODE", code), ("RUN_URL", "the run")],
        )
    };
    assert_eq!(run("0"), "");
    let log = run("2");
    assert!(
        log.starts_with("label create flowbind-drift") && log.contains("\nissue create --title"),
        "{log}"
    );
    let body = runner.read("body");
    assert!(body.starts_with("<!-- flowbind drift -->\n") && body.contains("### Plan"), "{body}");

    let issues = serde_json::json!([{"number": 4, "body": "something else"}, {"number": 9, "body": body}]);
    runner.write("issues.json", &issues.to_string());
    assert!(run("2").starts_with("issue edit 9 --title flowbind: AWS and the manifests differ"));
    assert!(run("3").starts_with("issue edit 9 --title flowbind: drift could not be told completely"));
    assert!(run("0").starts_with("issue close 9"));
}

#[test]
fn the_action_runs_lint_and_takes_no_input_for_code() {
    let runner = Runner::new();
    copy(&shipped("demo"), &runner.folder.path().join("demo"));
    let flowbind = [("FLOWBIND_BINARY", env!("CARGO_BIN_EXE_flowbind")), ("FLOWBIND_PATHS", "demo\n\n")];
    let run = |more: &[(&str, &str)]| runner.action(&[&flowbind, more].concat());
    let output = run(&[("FLOWBIND_COMMAND", "lint"), ("FLOWBIND_FORMAT", "json")]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(runner.output("exit-code").as_deref(), Some("0"));
    let report = std::fs::read_to_string(runner.output("report").unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&report).unwrap()["format"], "flowbind.lint/v1");
    // What is printed cannot command the runner.
    let log = stdout(&output);
    let token = log.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
    assert!(token.len() == 32 && log.ends_with(&format!("\n::{token}::\n")), "{log}");

    let output =
        run(&[("FLOWBIND_COMMAND", "lint"), ("FLOWBIND_ARGS", "--select=$(touch made) ; touch made")]);
    assert_eq!(code(&output), 64);
    assert!(!runner.folder.path().join("made").exists());
    let output = run(&[("FLOWBIND_COMMAND", "destroy")]);
    assert!(code(&output) == 64 && stderr(&output).contains("not 'destroy'"), "{}", stderr(&output));
    let output = run(&[("FLOWBIND_COMMAND", "lint"), ("FLOWBIND_PATHS", " \n\n")]);
    assert!(code(&output) == 64 && stderr(&output).contains("names no manifest"), "{}", stderr(&output));
    let output = run(&[("FLOWBIND_COMMAND", "apply")]);
    assert!(code(&output) == 64 && stderr(&output).contains("checksum"), "{}", stderr(&output));
}

#[test]
fn the_action_goes_on_with_differences_and_ends_with_refusals() {
    let checksum = "ab".repeat(32);
    for (status, ends, changes) in
        [("0", 0, "false"), ("2", 0, "true"), ("3", 0, "false"), ("4", 4, "false"), ("1", 1, "false")]
    {
        let runner = Runner::new();
        let mut script = "#!/usr/bin/env bash\nset -eu\necho '# page'\necho \"$*\" >arguments\n".to_owned();
        let _ = writeln!(
            script,
            "while (($#)); do if [[ $1 == --out ]]; then echo '{{\"checksum\": \"{checksum}\"}}' >\"$2\"; fi; shift; done"
        );
        let _ = writeln!(script, "exit {status}");
        let binary = runner.folder.path().join("flowbind");
        executable(&binary, &script);
        let environment = [
            ("FLOWBIND_BINARY", binary.to_str().unwrap()),
            ("FLOWBIND_COMMAND", "plan"),
            ("FLOWBIND_PATHS", "a b.yaml\nc.yaml"),
            ("FLOWBIND_ARGS", "--for=prod"),
        ];
        let output = runner.action(&environment);
        assert_eq!(code(&output), ends, "{}", stderr(&output));
        assert_eq!(runner.output("exit-code").as_deref(), Some(status));
        assert_eq!(runner.output("has-changes").as_deref(), Some(changes));
        assert_eq!(runner.output("checksum").as_deref(), Some(checksum.as_str()));
        assert_eq!(runner.read("summary"), "# page\n");
        let arguments = runner.read("arguments");
        assert!(
            arguments.starts_with("plan --output markdown --color never --detailed-exitcode --out "),
            "{arguments}"
        );
        assert!(arguments.ends_with("--for=prod -- a b.yaml c.yaml\n"), "{arguments}");
    }
}

/// Every mapping in a document, with the key that it is under.
pub(crate) fn mappings<'a>(value: &'a Value, found: &mut Vec<&'a serde_json::Map<String, Value>>) {
    match value {
        Value::Object(map) => {
            found.push(map);
            map.values().for_each(|value| mappings(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| mappings(value, found)),
        _ => {}
    }
}

#[test]
fn actions_are_pinned_and_no_expression_stands_in_a_script() {
    let mut files =
        [".github/actions/flowbind/action.yml", ".github/workflows/ci.yml", ".github/workflows/release.yml"]
            .map(|file| root().join(file))
            .to_vec();
    files.extend(["plan.yml", "apply.yml", "drift.yml"].map(|name| shipped("pipelines/github").join(name)));
    let (mut pinned, mut scripts) = (0, 0);
    for file in files {
        let document = yaml(&file);
        let mut found = Vec::new();
        mappings(&document, &mut found);
        for map in found {
            if let Some(uses) = map.get("uses").and_then(Value::as_str) {
                let commit = uses.rsplit_once('@').unwrap().1;
                assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "{uses}");
                pinned += 1;
            }
            if let Some(run) = map.get("run").and_then(Value::as_str) {
                assert!(!run.contains("${{"), "{}: {run}", file.display());
                scripts += 1;
            }
        }
        for (name, job) in document["jobs"].as_object().into_iter().flatten() {
            let limited = job.get("permissions").or_else(|| document.get("permissions"));
            assert!(limited.is_some() && job.get("timeout-minutes").is_some(), "{}: {name}", file.display());
        }
    }
    assert!(pinned > 30 && scripts > 20, "{pinned} {scripts}");
}
