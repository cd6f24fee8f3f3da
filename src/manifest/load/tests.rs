//! Whole manifests: the good case, and each thing that can be wrong with it.

use super::super::model::{Associate, Grants, InstanceLookup, Invocation, ResponseType};
use super::*;
use crate::resource::{FlowType, Label};

mod flow_files;
mod hints;
mod hostile;
mod mistakes;
mod modules;
mod platform;
mod project;
mod references;
mod rivals;
mod shapes;
mod sources;
mod targets;
mod whole;

const GOOD: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata:
  name: acme
spec:
  variables:
    stage: { default: dev, description: which environment }
  accounts:
    main: { id: 011122223333 }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support:
      alias: acme-${var.stage}
      functions: [journal]
      values: { bot: "b-${var.stage}" }
  functions:
    crm:
      name: crm-${var.stage}
      qualifier: live
      response: { type: string-map, keys: [Name], example: { Name: 007 } }
    journal: { name: journal }
  flows:
    main:
      instance: support
      name: Main IVR
      type: contact-flow
      content: ../flows/main.json
      bindings:
        Lookup caller:
          function: crm
          timeLimit: 8s
          invocation: sync
          responseType: string-map
          parameters: { zip: 007, key: $.Attributes.x, lit: "$${x}" }
    desk:
      instance: support
      name: Desk
      type: customer-queue
      bindings:
        Journal: { function: journal, timeLimit: 60s, invocation: async }
"#;

const FLOW: &str = r#"{
  "Version": "2019-10-30",
  "StartAction": "7f",
  "Metadata": { "ActionMetadata": { "7f": { "name": "Lookup caller" } } },
  "Actions": [
    { "Identifier": "7f", "Type": "InvokeLambdaFunction",
      "Parameters": { "LambdaFunctionARN": "${function.crm.arn}", "InvocationTimeLimitSeconds": "8" },
      "Transitions": { "NextAction": "end", "Errors": [{ "NextAction": "end", "ErrorType": "NoMatchingError" }] } },
    { "Identifier": "say-${var.stage}", "Type": "MessageParticipant",
      "Parameters": { "Text": "${value.bot} ${flow.desk.id} ${instance.arn} $${x} ${var.stage}" },
      "Transitions": {} },
    { "Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} }
  ]
}
"#;

/// Loads files with one manifest in `m/a.yaml`.
fn load_files(files: &[(&str, &str)], inputs: &Inputs) -> Result<Loaded, Problems> {
    let files: BTreeMap<PathBuf, Vec<u8>> =
        files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
    load(&[PathBuf::from("m/a.yaml")], inputs, &files)
}

fn load_texts(manifest: &str, flow: &str) -> Result<Loaded, Problems> {
    load_files(&[("m/a.yaml", manifest), ("flows/main.json", flow)], &Inputs::default())
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

/// Writes problems on a line each.
fn lines(result: Result<Loaded, Problems>) -> Vec<String> {
    let problems = match result {
        Ok(loaded) => loaded.warnings,
        Err(Problems { problems, .. }) => problems,
    };
    let line = |problem: Problem| {
        let at = problem.origin.map(|origin| format!("{origin} ")).unwrap_or_default();
        let hint = problem.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{at}{}: {}{hint}", problem.code, problem.message)
    };
    problems.into_iter().map(line).collect()
}

fn good() -> Manifest {
    let loaded = load_texts(GOOD, FLOW);
    let Ok(mut loaded) = loaded else { panic!("{:#?}", lines(loaded)) };
    assert!(loaded.warnings.is_empty());
    loaded.manifests.remove(0)
}

/// Breaks the manifest by replacing a text, and gives what is reported.
fn breaks(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from}");
    lines(load_texts(&GOOD.replacen(from, to, 1), FLOW))
}

/// Breaks the flow file by replacing a text, and gives what is reported.
fn breaks_flow(from: &str, to: &str) -> Vec<String> {
    assert!(FLOW.contains(from), "{from}");
    lines(load_texts(GOOD, &FLOW.replacen(from, to, 1)))
}

/// The part of the manifest that says what it wants.
fn wants() -> &'static str {
    &GOOD[GOOD.find("  instances:\n").unwrap()..]
}

#[test]
fn a_good_manifest_is_read_into_the_model() {
    let manifest = good();
    let support = &manifest.instances[&label("support")];
    assert_eq!(support.lookup, InstanceLookup::Alias("acme-dev".into()));
    assert_eq!(support.place.to_string(), "account 011122223333, eu-west-2");
    assert_eq!(support.functions, [label("journal")]);
    assert_eq!(support.values["bot"], "b-dev");
    assert_eq!(support.origin.to_string(), "m/a.yaml:12:5");
    let crm = &manifest.functions[&label("crm")];
    assert_eq!(crm.target.arn().to_string(), "arn:aws:lambda:eu-west-2:011122223333:function:crm-dev:live");
    assert_eq!((crm.grants, crm.associate), (Grants::Own, Associate::Unqualified));
    let response = crm.response.as_ref().unwrap();
    assert_eq!(
        (response.kind, response.keys.as_slice()),
        (ResponseType::StringMap, &["Name".to_owned()][..])
    );
    assert_eq!(response.example.as_deref(), Some(r#"{"Name":"007"}"#));
    let main = &manifest.flows[&label("main")];
    assert_eq!(
        (main.name.as_str(), main.kind, &main.instances[..]),
        ("Main IVR", FlowType::ContactFlow, &[label("support")][..])
    );
    assert_eq!(main.content.as_ref().unwrap().path, "flows/main.json");
    let binding = &main.bindings["Lookup caller"];
    assert_eq!((&binding.function, binding.time_limit), (&label("crm"), Some(8)));
    assert_eq!(binding.invocation, Some(Invocation::Sync));
    assert_eq!(binding.response_type, Some(ResponseType::StringMap));
    let parameters: Vec<_> =
        binding.parameters.as_ref().unwrap().iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(parameters, ["key=$.Attributes.x", "lit=${x}", "zip=007"]);
    let desk = &manifest.flows[&label("desk")];
    assert_eq!(desk.content, None);
    let journal = &desk.bindings["Journal"];
    assert_eq!((journal.time_limit, journal.invocation), (Some(60), Some(Invocation::Async)));
    assert_eq!((journal.response_type, &journal.parameters), (None, &None));
    assert_eq!(manifest.accounts.values().next().unwrap().id.as_str(), "011122223333");
}

#[test]
fn the_text_of_a_flow_keeps_every_token_but_the_variables() {
    let manifest = good();
    let text = &manifest.flows.values().find_map(|flow| flow.content.as_ref()).unwrap().text;
    let expected = FLOW.replace("say-${var.stage}", "say-dev").replace("$${x} ${var.stage}", "$${x} dev");
    assert_eq!(text.as_str(), expected);
}

#[test]
fn the_digest_is_that_of_the_meaning() {
    let first = good().digest;
    assert_eq!(first.len(), 64);
    let digest = |manifest: &str, flow: &str| load_texts(manifest, flow).unwrap().manifests[0].digest.clone();
    let moved =
        format!("# a comment\n\n{}", GOOD.replace("description: which environment", "description: x"));
    assert_eq!(digest(&moved, FLOW), first);
    for (from, to) in [
        ("timeLimit: 8s", "timeLimit: 7s"),
        ("zip: 007", "zip: 7"),
        ("default: dev", "default: tst"),
        ("name: Desk", "name: Desk 2"),
        ("bot: \"b", "bot: \"c"),
        ("qualifier: live", "qualifier: test"),
    ] {
        assert_ne!(digest(&GOOD.replace(from, to), FLOW), first, "{from}");
    }
    assert_ne!(digest(GOOD, &FLOW.replace("\"8\"", "\"7\"")), first);
}

#[test]
fn variables_come_from_the_command_line_before_files_before_defaults() {
    let vars = "stage: tst\nother: 1\n";
    let files =
        [("m/a.yaml", GOOD), ("flows/main.json", FLOW), ("vars.yaml", vars), ("more.yml", "stage: '1.10'")];
    let name = |vars: &[&str], var_files: &[&str]| {
        let pairs = vars.iter().map(|value| ("stage".to_owned(), (*value).to_owned())).collect();
        let inputs = Inputs {
            vars: pairs,
            var_files: var_files.iter().map(PathBuf::from).collect(),
            ..Inputs::default()
        };
        let manifest = load_files(&files, &inputs).unwrap().manifests.remove(0);
        manifest.functions.values().next().unwrap().target.name.clone()
    };
    assert_eq!(name(&[], &[]), "crm-dev");
    assert_eq!(name(&[], &["vars.yaml"]), "crm-tst");
    assert_eq!(name(&["a", "prod"], &["vars.yaml"]), "crm-prod");
    let inputs = Inputs {
        vars: vec![("stgae".into(), "x".into())],
        var_files: vec!["none.yaml".into()],
        ..Inputs::default()
    };
    assert_eq!(
        lines(load_files(&files, &inputs)),
        [
            "unreadable: `none.yaml`: there is no such file",
            "unknown-variable: `--var stgae=…`: no variable is named `stgae` (did you mean `stage`?)",
        ]
    );
    let inputs = Inputs { var_files: vec!["more.yml".into()], ..Inputs::default() };
    let problems = lines(load_files(&files, &inputs));
    assert!(
        problems.iter().any(|line| line.contains("`crm-${var.stage}` is not a function name")),
        "{problems:?}"
    );
}

#[test]
fn a_folder_is_its_yaml_files_and_several_documents_are_several_sets() {
    let renamed = |name: &str| {
        let alias = format!("alias: {name}-");
        GOOD.replace("name: acme\n", &format!("name: {name}\n")).replace("alias: acme-", &alias)
    };
    let second = renamed("other");
    let both = format!("{GOOD}---\n{second}");
    let files: BTreeMap<PathBuf, Vec<u8>> = [
        ("m/a.yaml", both.as_str()),
        ("m/b.yml", &renamed("third")),
        ("m/README.md", "no"),
        ("m/flows/x.yaml", "no"),
        ("flows/main.json", FLOW),
    ]
    .into_iter()
    .map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()))
    .collect();
    let sets = |paths: &[&str]| {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let loaded = load(&paths, &Inputs::default(), &files);
        loaded.map(|loaded| loaded.manifests.iter().map(|m| m.set.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(sets(&["./m/"]).unwrap(), ["acme", "other", "third"]);
    assert_eq!(sets(&["m/b.yml", "m", "m/a.yaml"]).unwrap(), ["third", "acme", "other"]);
    assert_eq!(sets(&[]).unwrap_err().problems[0].message, "no manifest was given");
    assert_eq!(
        sets(&["flows"]).unwrap_err().problems[0].message,
        "the folder `flows` contains no `*.yaml` or `*.yml`"
    );
    for (path, close) in [
        ("nope", None),
        ("m/c/d.yaml", None),
        ("M", Some("did you mean `m`?")),
        ("m/a.yml", Some("did you mean `m/a.yaml`?")),
    ] {
        let problem = sets(&[path]).unwrap_err().problems.remove(0);
        assert_eq!(problem.message, format!("`{path}`: there is no such file or folder"));
        assert_eq!(problem.hint.as_deref(), close);
    }
}

#[test]
fn a_block_is_bound_by_the_name_that_its_variables_give_it() {
    let flow = FLOW.replace("\"name\": \"Lookup caller\"", "\"name\": \"Lookup ${var.stage}\"");
    let manifest = GOOD.replace("Lookup caller:", "Lookup dev:");
    assert_eq!(lines(load_texts(&manifest, &flow)), Vec::<String>::new());
}

#[test]
fn the_answer_of_the_api_is_a_flow_file_too() {
    let wrapped = serde_json::json!({ "ContactFlow": { "Name": "Main", "Content": FLOW } }).to_string();
    let manifest = load_texts(GOOD, &wrapped).unwrap().manifests.remove(0);
    assert_eq!(manifest.digest, good().digest);
    let broken = serde_json::json!({ "ContactFlow": { "Content": FLOW.replace("crm.arn", "cmr.arn") } });
    assert_eq!(
        lines(load_texts(GOOD, &serde_json::to_string_pretty(&broken).unwrap())),
        ["flows/main.json:3:298 unknown-function: no function is named `cmr` (did you mean `crm`?)"]
    );
}

#[test]
fn several_flows_may_share_a_file_and_its_problems_are_told_once() {
    let manifest = GOOD.replace(
        "      bindings:\n        Journal:",
        "      content: ../flows/main.json\n      bindings:\n        Lookup caller:",
    );
    assert_eq!(lines(load_texts(&manifest, FLOW)), Vec::<String>::new());
    let flow = FLOW.replace("function.crm", "function.cmr");
    assert_eq!(lines(load_texts(&manifest, &flow)).len(), 1);
}
