//! What is answered for functions whose code cannot run: their example, which says that no code ran, or what is missing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use flowbind::emulator::{Settings, World, WorldExample, WorldFunction};
use flowbind::manifest::{self, Inputs};
use serde_json::json;

use super::{Lambda, has, log, seed, settings};
use crate::world::ACCOUNT;

#[tokio::test]
async fn what_has_no_code_here_says_so_or_gives_its_example() {
    let mut world = seed();
    for name in ["bare", "canned"] {
        let (account, region) = (ACCOUNT.to_owned(), super::REGION.to_owned());
        world.functions.push(WorldFunction {
            account,
            region,
            name: name.to_owned(),
            ..WorldFunction::default()
        });
    }
    world.examples.push(example("canned"));
    let why = |settings: Settings, world: World, name: &'static str| async move {
        let address = ([127, 0, 0, 1], 0).into();
        let emulator = flowbind::emulator::Emulator::start(address, settings, world).await.unwrap();
        let config = crate::world::config_at(&emulator.url(), ACCOUNT, super::REGION);
        let sent = aws_sdk_lambda::Client::new(&config).invoke().function_name(name).send().await;
        sent.map(|output| super::json(&output)).map_err(|error| {
            (error.code().unwrap().to_owned(), error.message().unwrap_or_default().to_owned())
        })
    };
    for functions in [None, settings().functions] {
        let settings = Settings { functions, ..settings() };
        assert_eq!(why(settings, world.clone(), "canned").await, Ok(json!({ "Name": "Ann" })));
    }
    let off = Settings { functions: None, ..settings() };
    let (code, message) = why(off, world.clone(), "bare").await.unwrap_err();
    assert!(code == "InvalidRuntimeException" && message.contains("--run-functions"), "{code}: {message}");
    let remote = Settings { allow_remote: true, ..settings() };
    let (_, message) = why(remote, world.clone(), "bare").await.unwrap_err();
    assert!(message.contains("that other machines reach"), "{message}");
    let (_, message) = why(settings(), world, "bare").await.unwrap_err();
    assert!(message.contains("does not have the code of `bare`"), "{message}");
    assert!(message.contains("declare `response.example`"), "{message}");
}

fn example(function: &str) -> WorldExample {
    WorldExample {
        account: ACCOUNT.to_owned(),
        region: super::REGION.to_owned(),
        function: function.to_owned(),
        answer: r#"{"Name":"Ann"}"#.to_owned(),
    }
}

#[tokio::test]
async fn what_cannot_run_on_this_machine_says_so_or_gives_its_example() {
    let nowhere = || {
        let mut settings = settings();
        settings.functions.as_mut().unwrap().search_path = "/nowhere".into();
        settings
    };
    let world = World { examples: vec![example("canned"), example("other-language")], ..seed() };
    let lambda = Lambda::with_world(nowhere(), world).await;
    let code = [("index.js", "exports.handler = async () => 1;")];
    lambda.create("canned", "nodejs22.x", "index.handler", &code).await;
    lambda.create("bare", "nodejs22.x", "index.handler", &code).await;
    lambda.create("other-language", "java21", "example.Handler", &code).await;
    for (name, why) in [("canned", "no `node` in the PATH"), ("other-language", "has the runtime java21")] {
        let output = lambda.call(name, "{}").await;
        assert_eq!(super::json(&output), json!({ "Name": "Ann" }), "{name}");
        assert_eq!(output.function_error(), None);
        let log = log(&output);
        assert!(log.contains("no code ran") && log.contains(why), "{log}");
        assert!(!log.contains("REPORT"), "{log}");
    }
    let invoke = lambda.client.invoke().function_name("bare");
    let error = invoke.send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidRuntimeException"));
    let message = error.message().unwrap();
    assert!(message.contains("no `node`") && message.contains("Install Node.js"), "{message}");
    assert!(message.contains("declare `response.example`"), "{message}");
    // The examples go with the content.
    let fork = lambda.emulator.fork(nowhere()).await.unwrap();
    let config = crate::world::config_at(&fork.url(), ACCOUNT, super::REGION);
    let sent = aws_sdk_lambda::Client::new(&config).invoke().function_name("canned").send().await.unwrap();
    assert_eq!(super::json(&sent), json!({ "Name": "Ann" }));
}

#[tokio::test]
async fn an_interpreter_that_only_root_can_run_is_none() {
    if !super::containment::is_root() || !has("node") {
        return;
    }
    let path = std::env::var_os("PATH").unwrap();
    let node = std::env::split_paths(&path).map(|folder| folder.join("node")).find(|node| node.is_file());
    // Nobody else gets into this folder.
    let folder = tempfile::tempdir().unwrap();
    let script = format!("#!/bin/sh\nexec {} \"$@\"\n", node.unwrap().display());
    std::fs::write(folder.path().join("node"), script).unwrap();
    for (path, mode) in [(folder.path().join("node"), 0o755), (folder.path().to_owned(), 0o700)] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(path, mode).unwrap();
    }
    let mut settings = settings();
    settings.functions.as_mut().unwrap().search_path = folder.path().into();
    let lambda = Lambda::with(settings).await;
    let code = [("index.js", "exports.handler = async () => process.getuid();")];
    lambda.create("f", "nodejs22.x", "index.handler", &code).await;
    let error = lambda.client.invoke().function_name("f").send().await.unwrap_err();
    let message = error.message().unwrap();
    assert!(message.contains("can be run by root only"), "{message}");
}

#[tokio::test]
async fn a_header_says_that_no_code_ran() {
    let world = World { examples: vec![example("canned")], ..seed() };
    let lambda = Lambda::with_world(settings(), world).await;
    let code = [("bootstrap", "#!/bin/sh\nexit 3\n")];
    for (name, runtime) in [("canned", "java21"), ("runs", "provided.al2023")] {
        lambda.create(name, runtime, "any", &code).await;
        let path = format!("/2015-03-31/functions/{name}/invocations");
        let sent = super::raw(lambda.emulator.address(), "POST", &path).await;
        assert_eq!(sent.contains("x-flowbind-example: no code ran"), name == "canned", "{sent}");
    }
}

#[test]
fn a_manifest_gives_the_examples_of_functions_with_and_without_source() {
    let text = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme-support, functions: [lookup, own, silent] } }
  functions:
    lookup:
      name: caller-lookup
      response: { type: string-map, example: { Name: Ann, Id: 007 } }
    own:
      name: own
      source: { code: own.zip, runtime: nodejs22.x, handler: index.handler, role: "arn:aws:iam::111122223333:role/own" }
      response: { type: json, example: { Calls: [1, null] } }
    silent: { name: silent, response: { type: string-map, keys: [Name] } }
"#;
    let files = BTreeMap::from([
        (PathBuf::from("acme.yaml"), text.as_bytes().to_vec()),
        (PathBuf::from("own.zip"), super::zip(&[("index.js", "exports.handler = async () => 1;")])),
    ]);
    let load = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        manifest::load(&[PathBuf::from("acme.yaml")], &Inputs::default(), files)
    };
    let world = flowbind::sandbox::world(&load(&files).unwrap().manifests);
    let answers: Vec<(&str, &str)> =
        world.examples.iter().map(|example| (example.function.as_str(), example.answer.as_str())).collect();
    assert_eq!(
        answers,
        [("caller-lookup", r#"{"Name":"Ann","Id":"007"}"#), ("own", r#"{"Calls":[1,null]}"#)]
    );
    // It is an object, or the manifest is refused.
    for other in ["[Ann]", "Ann", "null"] {
        let text = text.replace("{ Name: Ann, Id: 007 }", other);
        let mut files = files.clone();
        files.insert(PathBuf::from("acme.yaml"), text.into_bytes());
        let refused = format!("{:?}", load(&files).unwrap_err());
        assert!(refused.contains("example"), "{other}: {refused}");
    }
}
