//! Mistakes with a hint of their own: where a value comes from, and what was meant.

use super::*;
use crate::manifest::Disk;

const TARGETS: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  variables: { region: { default: eu-west-2 }, wait: { default: 8s } }
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: "${var.region}" }
  targets:
    dev: { vars: { wait: soon } }
    prod: { vars: { region: moon } }
  instances: { i: { alias: x } }
  functions: { crm: { name: crm } }
  flows:
    f:
      instance: i
      name: F
      type: contact-flow
      bindings:
        Look up: { function: crm, timeLimit: "${var.wait}" }
"#;

#[test]
fn a_wrong_value_of_a_target_is_reported_where_the_target_gives_it() {
    let found = lines(load_files(&[("m/a.yaml", TARGETS)], &Inputs::default()));
    let [wait, region] = &found[..] else { panic!("{found:#?}") };
    assert!(wait.starts_with("m/a.yaml:9:26 bad-value: target `dev`, variable `wait`: `soon`"), "{wait}");
    assert!(wait.ends_with("`wait` is used at m/a.yaml:19:46)"), "{wait}");
    assert!(
        region.starts_with("m/a.yaml:10:29 bad-value: target `prod`, variable `region`: `moon`"),
        "{region}"
    );
}

#[test]
fn a_wrong_value_from_the_command_line_is_not_quoted() {
    let vars = vec![("wait".to_owned(), "s3cret".to_owned()), ("region".to_owned(), "moon".to_owned())];
    let inputs = Inputs { vars, ..Inputs::default() };
    let found = lines(load_files(&[("m/a.yaml", TARGETS)], &inputs));
    assert_eq!(found.len(), 2, "{found:#?}");
    for (line, name) in found.iter().zip(["region", "wait"]) {
        assert!(!line.contains("s3cret") && !line.contains("moon"), "{line}");
        assert!(line.contains(&format!("`${{var.{name}}}`")), "{line}");
        assert!(line.ends_with(&format!("(`{name}` has its value from `--var` or `--var-file`)")), "{line}");
    }
}

#[test]
fn a_module_that_is_named_as_a_flow_is_recognised() {
    let found = breaks_flow("${flow.desk.id}", "${module.desk.id}");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].ends_with("(`desk` is a flow: write `${flow.desk.arn}` or `${flow.desk.id}`)"),
        "{found:?}"
    );
}

#[test]
fn an_unknown_token_is_quoted_whole_and_a_long_one_in_part() {
    let found = breaks_flow("${function.crm.arn}", "${Token[\\\"AWS.Region.7\\\"]}");
    assert!(found[0].contains(r#"unknown token `${Token["#), "{found:?}");
    let found = breaks_flow("${function.crm.arn}", &format!("${{bogus.{}}}", "x".repeat(300)));
    assert!(found[0].contains("xxx…`") && found[0].len() < 250, "{found:?}");
}

#[test]
fn one_mistake_is_one_problem() {
    for (good, bad, expected) in [
        ("\n  instances:", "\n  instnces:", "`spec` has no key `instnces` (did you mean `instances`?)"),
        ("\n  functions:", "\n  function:", "`spec` has no key `function` (did you mean `functions`?)"),
        ("name: journal", "nam: journal", "a function has no key `nam` (did you mean `name`?)"),
        (
            "name: journal",
            "name: journal, timeout: 7s",
            "a function has no key `timeout` (it belongs under `source:`)",
        ),
        (
            "region: eu-west-2",
            "region: us-west2",
            "`us-west2` is not an AWS Region (did you mean `us-west-2`?)",
        ),
    ] {
        let found = breaks(good, bad);
        assert_eq!(found.len(), 1, "{bad}: {found:#?}");
        assert!(found[0].ends_with(expected), "{bad}: {found:#?}");
    }
}

#[test]
fn the_token_of_another_tool_is_called_that() {
    for (token, hint) in [
        ("${aws_lambda_function.x.name}", "this looks like Terraform: let it fill in the file first"),
        ("${AWS::Region}", "this looks like AWS CloudFormation (`Fn::Sub`): let it fill in the file first"),
        ("${stage}", "write `${var.stage}` for a variable; write `$${` for a literal `${`"),
    ] {
        let text = GOOD.replacen("name: journal", &format!("name: \"{token}\""), 1);
        let found = lines(load_files(&[("m/a.yaml", &text)], &Inputs::default()));
        assert!(found[0].contains(hint), "{found:#?}");
    }
}

#[test]
fn every_kind_of_tab_gets_the_hint() {
    for text in ["spec:\n\tinstances: {}\n", "spec:\n  a: x\n\t# c\n\t  b: y\n", "spec:\n  a:\n  \tb: y\n"] {
        let found = lines(load_files(&[("m/a.yaml", text)], &Inputs::default()));
        assert!(found.iter().any(|line| line.contains("indent with spaces, not with tabs")), "{found:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_that_leads_nowhere_is_called_that() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("gone.json", folder.path().join("main.json")).unwrap();
    std::os::unix::fs::symlink("gone.yaml", folder.path().join("b.yaml")).unwrap();
    let text = GOOD.replace("../flows/main.json", "main.json");
    std::fs::write(folder.path().join("a.yaml"), text).unwrap();
    let paths = [folder.path().join("a.yaml"), folder.path().join("b.yaml")];
    let found = lines(load(&paths, &Inputs::default(), &Disk));
    assert_eq!(found.len(), 2, "{found:#?}");
    for (line, target) in found.iter().zip(["gone.json", "gone.yaml"]) {
        let link = format!("it is a symbolic link to `{target}`, which does not exist");
        assert!(line.contains(&link) && !line.contains("did you mean"), "{line}");
    }
}

#[test]
fn it_is_known_of_each_line_whether_something_is_hidden_in_it() {
    let text = GOOD
        .replace("crm-${var.stage}", "\"${var.pass}\"")
        .replace("variables:", "variables:\n    pass: { default: hunter two }\n    other: { default: x }");
    let text = text.replace(
        "journal: { name: journal }",
        "journal: { name: journal, source: { environment: { KEY: [hunter two] } } }",
    );
    let Err(Problems { problems, sources }) = load_files(&[("m/a.yaml", &text)], &Inputs::default()) else {
        panic!("it is in order")
    };
    let places: Vec<&Origin> = problems.iter().filter_map(|problem| problem.origin.as_ref()).collect();
    let line =
        |origin: &Origin| sources.get(&origin.file).unwrap().lines().nth(origin.line - 1).unwrap().to_owned();
    let hidden = places.iter().filter(|origin| sources.hides(&origin.file, origin.line)).count();
    assert!(hidden > 0, "{problems:#?}");
    for origin in places {
        assert!(!line(origin).contains("hunter"), "{origin}");
        assert_eq!(sources.hides(&origin.file, origin.line), line(origin).contains("***"), "{origin}");
    }
}

#[test]
fn the_value_of_a_variable_that_an_environment_uses_is_quoted_by_no_other_field() {
    let manifest = |field: &str| {
        format!(
            "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: acme }}\nspec:\n  variables: {{ pw: {{ \
             default: \"9417\" }} }}\n  accounts: {{ main: {{ id: \"111122223333\" }} }}\n  defaults: {{ region: eu-west-2 }}\n  \
             functions:\n    f:\n      name: f\n      source:\n        environment: {{ PW: \"${{var.pw}}\" }}\n        {field}\n"
        )
    };
    // The whole value is quoted, a hint is made of it, and it is a part of what is quoted.
    for field in [
        "timeout: \"${var.pw}\"",
        "memory: \"x${var.pw}\"",
        "publish: \"${var.pw}\"",
        "memory: \"${var.pw}0\"",
    ] {
        let found = lines(load_files(&[("m/a.yaml", &manifest(field))], &Inputs::default()));
        assert!(found.iter().any(|line| line.starts_with("m/a.yaml:13:")), "{field} {found:#?}");
        assert!(found.iter().all(|line| !line.contains("9417")), "{field} {found:#?}");
    }
}

#[test]
fn a_forgotten_spec_and_a_dedented_key_are_one_problem_each() {
    let at = GOOD.find("spec:\n").unwrap();
    let dedented: String =
        GOOD[at + 6..].lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line))).collect();
    let found = lines(load_texts(&format!("{}{dedented}", &GOOD[..at]), FLOW));
    assert_eq!(
        found,
        [
            "m/a.yaml:5:1 unknown-key: `variables`, `accounts`, `defaults`, `instances`, `functions` and `flows` belong below \
             `spec:`, which is missing (write `spec:` on a line above, and indent them by two spaces more)"
        ]
    );
    let found = breaks("      bindings:\n        Journal:", "    bindings:\n        Journal:");
    assert_eq!(
        found,
        [
            "m/a.yaml:39:5 unknown-key: `bindings` is a key of the flow `desk`, but outside it (indent it like `instance` \
          in line 36)"
        ]
    );
}
