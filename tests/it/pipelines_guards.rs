//! What the ready-made pipelines refuse: unseen plans, applies that nobody approves, branches, tokens that lie open.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::pipelines::{Runner, executable, workflow, yaml};
use crate::world::{code, shipped, stderr, stdout};

const COMPARE: &str = "Compare with the plan in the pull request";
const REVIEWERS: &str = "Only with reviewers";

fn reviewed(count: usize) -> Value {
    let reviewers: Vec<_> = (0..count).map(|id| json!({"type": "User", "reviewer": {"id": id}})).collect();
    json!({
        "name": "production",
        "protection_rules": [{"type": "branch_policy"}, {"type": "required_reviewers", "reviewers": reviewers}],
        "deployment_branch_policy": {"protected_branches": true, "custom_branch_policies": false},
    })
}

#[test]
fn the_plan_on_merge_has_to_be_the_one_that_was_reviewed() {
    let runner = Runner::new();
    let (same, other) = ("ab".repeat(32), "cd".repeat(32));
    let run =
        |checksum: &str| runner.step("apply.yml", COMPARE, &[("CHECKSUM", checksum), ("REVIEWERS", "2")]);
    assert_eq!(code(&run(&same)), 0);
    assert!(runner.read("summary").contains("no pull request"));

    runner.write("pulls.json", r#"[{"number": 7}]"#);
    // The pull request shows no plan.
    assert_eq!(code(&run(&same)), 1);
    let body = format!("<!-- flowbind plan -->\n<!-- checksum: {same} -->\n\nthe plan");
    let comments = json!([{"id": 3, "user": {"login": "github-actions[bot]"}, "body": body}]);
    runner.write("comments.json", &comments.to_string());
    assert_eq!(code(&run(&same)), 0);
    assert!(runner.read("summary").contains("This is the plan that was shown in #7."));

    let output = run(&other);
    assert_eq!(code(&output), 1);
    assert!(
        stdout(&output).contains("::error::this is not the plan that was shown in #7"),
        "{}",
        stdout(&output)
    );
    assert!(runner.read("summary").contains("**not** the plan that was shown in #7"));
}

#[test]
fn what_nobody_has_seen_and_nobody_approves_is_not_applied() {
    let runner = Runner::new();
    let output = runner.step("apply.yml", COMPARE, &[("CHECKSUM", &"ab".repeat(32)), ("REVIEWERS", "0")]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("::error::nobody has seen this plan"), "{}", stdout(&output));
}

#[test]
fn apply_needs_an_environment_with_reviewers_or_the_word_that_there_are_none() {
    let runner = Runner::new();
    let run = |unreviewed: &str| runner.step("apply.yml", REVIEWERS, &[("UNREVIEWED", unreviewed)]);
    runner.write("environment.json", &reviewed(2).to_string());
    let output = run("");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!((runner.output("count").as_deref(), stdout(&output).as_str()), (Some("2"), ""));

    let open = json!({"name": "production", "protection_rules": [], "deployment_branch_policy": null});
    for settings in [Some(reviewed(0)), Some(open), None] {
        let path = runner.folder.path().join("environment.json");
        match &settings {
            Some(settings) => runner.write("environment.json", &settings.to_string()),
            // As where it does not exist, or the token may not read it.
            None => std::fs::remove_file(&path).unwrap(),
        }
        for (word, ends, loud) in [("", 1, "::error::"), ("yes", 1, "::error::"), ("allow", 0, "::warning::")]
        {
            runner.write("output", "");
            runner.write("summary", "");
            let output = run(word);
            assert_eq!(code(&output), ends, "{settings:?} {word}: {}", stderr(&output));
            assert_eq!(runner.output("count").as_deref(), Some("0"));
            let text = stdout(&output);
            assert!(
                text.contains(&format!("{loud}the environment production has no required reviewers")),
                "{text}"
            );
            assert_eq!(runner.read("summary").contains("Nobody approves this"), word == "allow");
            let branches = settings.as_ref().is_some_and(|it| !it["deployment_branch_policy"].is_null());
            assert_eq!(text.contains("any branch may use the environment"), !branches, "{text}");
        }
    }
    // What is looked at is what the second job waits for, and before the first has any credentials.
    let document = workflow("apply.yml");
    let steps = document["jobs"]["plan"]["steps"].as_array().unwrap();
    let at = |found: &dyn Fn(&Value) -> bool| steps.iter().position(found).unwrap();
    let looks = at(&|step| step["name"] == REVIEWERS);
    assert_eq!(steps[looks]["env"]["ENVIRONMENT"], document["jobs"]["apply"]["environment"]);
    assert!(looks < at(&|step| step["uses"].as_str().is_some_and(|it| it.starts_with("aws-actions/"))));
    assert_eq!(document["jobs"]["apply"]["needs"], "plan");
    assert_eq!(document["jobs"]["plan"]["permissions"]["actions"], "read");
}

#[test]
fn a_run_by_hand_is_only_of_the_default_branch() {
    let runner = Runner::new();
    for file in ["apply.yml", "drift.yml"] {
        let name = "Only from the default branch";
        for (branch, ends) in [("refs/heads/main", 0), ("refs/heads/mine", 1), ("refs/tags/main", 1)] {
            let output = runner.step(file, name, &[("DEFAULT_BRANCH", "main"), ("GITHUB_REF", branch)]);
            assert_eq!(code(&output), ends, "{file} {branch}: {}", stdout(&output));
        }
        // It comes first in the job that all others need.
        let document = workflow(file);
        let jobs = document["jobs"].as_object().unwrap();
        let first: Vec<_> = jobs.values().filter(|job| job.get("needs").is_none()).collect();
        assert_eq!(first.len(), 1, "{file}");
        assert_eq!(first[0]["steps"][0]["name"], name);
        assert_eq!(first[0]["steps"][0]["if"], "github.event_name == 'workflow_dispatch'");
        assert!(document["on"].get("workflow_dispatch").is_some());
    }
    assert!(workflow("plan.yml")["on"].get("workflow_dispatch").is_none());
}

/// Whether a pattern of `paths:` covers a file: the file itself, or a folder with `/**`.
fn covers(pattern: &Value, file: &str) -> bool {
    let pattern = pattern.as_str().unwrap();
    pattern.strip_suffix("**").map_or(pattern == file, |folder| file.starts_with(folder))
}

#[test]
fn the_pipelines_start_for_everything_that_the_shipped_manifests_are_made_of() {
    for (file, event) in [("plan.yml", "pull_request"), ("apply.yml", "push")] {
        let document = workflow(file);
        let patterns = document["on"][event]["paths"].as_array().unwrap();
        let mut seen = 0;
        for manifest in ["starter", "platform"] {
            let root = shipped(manifest);
            let mut folders = vec![root.clone()];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                        continue;
                    }
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                    // Scenarios are checked; nothing of them is planned or applied.
                    if name.ends_with(".md") || name.starts_with("scenarios/") {
                        continue;
                    }
                    assert!(
                        patterns.iter().any(|pattern| covers(pattern, name)),
                        "{file}: {manifest}/{name}"
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 15, "{seen}");
        // A change of the workflow's own arguments is another plan.
        let own = format!(".github/workflows/flowbind-{file}");
        assert!(patterns.iter().any(|pattern| covers(pattern, &own)), "{file}");
    }
}

/// Runs a job of the GitLab pipeline as the runner does: one shell for what comes before and for the script.
fn gitlab(runner: &Runner, job: &str, environment: &[(&str, &str)]) -> Output {
    let document = yaml(&shipped("pipelines/gitlab-ci.yml"));
    let lines = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
    };
    let script = [lines(&document[".flowbind"]["before_script"]), lines(&document[job]["script"])].concat();
    let here = runner.folder.path();
    let mut command: Command = runner.command(environment);
    for (key, value) in document["variables"].as_object().unwrap() {
        command.env(key, value.as_str().unwrap());
    }
    command.env("TMPDIR", here.join("temporary")).env("CI_PIPELINE_ID", "41").env("AWS_TOKEN", "the-token");
    command.args(["-eo", "pipefail", "-c", &script.join("\n")]).output().unwrap()
}

#[test]
fn the_gitlab_jobs_keep_their_token_in_a_private_file_and_only_while_they_run() {
    let runner = Runner::new();
    let here = runner.folder.path();
    std::fs::create_dir(here.join("temporary")).unwrap();
    executable(&here.join("pip"), "#!/bin/sh\necho \"$@\" >pip.log\n");
    executable(
        &here.join("flowbind"),
        "#!/bin/sh\necho \"$@\" >>calls\n\
         { ls -l \"$AWS_WEB_IDENTITY_TOKEN_FILE\" | cut -c 1-10; cat \"$AWS_WEB_IDENTITY_TOKEN_FILE\"; echo; \
         echo \"$AWS_ROLE_ARN $AWS_ROLE_SESSION_NAME ${AWS_TOKEN-unset}\"; } >seen\n",
    );
    let output = gitlab(&runner, "plan", &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        runner.read("seen"),
        "-rw-------\nthe-token\narn:aws:iam::111122223333:role/flowbind-plan gitlab-41 unset\n"
    );
    let left: Vec<_> = std::fs::read_dir(here.join("temporary")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let installed = runner.read("pip.log");
    assert!(installed.ends_with(&format!(" flowbind=={}\n", env!("CARGO_PKG_VERSION"))), "{installed}");

    // Apply runs on a protected branch alone.
    for protected in ["false", ""] {
        runner.write("calls", "");
        let output =
            gitlab(&runner, "apply", &[("CI_COMMIT_REF_PROTECTED", protected), ("CI_COMMIT_BRANCH", "main")]);
        assert_eq!((code(&output), runner.read("calls").as_str()), (1, ""));
        assert!(stderr(&output).contains("main is not a protected branch"), "{}", stderr(&output));
    }
    let output = gitlab(&runner, "apply", &[("CI_COMMIT_REF_PROTECTED", "true")]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(runner.read("calls"), "apply --plan plan.json flowbind.yaml\n");
}
