//! What `flowbind event` prints: the event of every binding, as its schema says.

use std::fs;
use std::path::Path;
use std::process::Output;

use boon::{Compiler, Schemas};
use flowbind::flow::{Document, Format};
use flowbind::resource::{Address, FlowType, InstanceArn};
use flowbind::runtime::answer::{self, Breach};
use flowbind::runtime::binding::Bound;
use flowbind::runtime::contact::{Channel, Profile};
use flowbind::runtime::parameters::{Note, fill};
use flowbind::runtime::{binding, contact};
use serde_json::{Value, json};

use crate::help::shell_words;
use crate::world::{code, copy, flowbind, load, real_flows, shipped, stderr, stdout};

const LOOKUP: &str = "flow/main-ivr#Look up caller";
const ORDER: &str = "flow/main-ivr#Check order";

fn run(arguments: &[&str], manifest: &Path) -> Output {
    let folder = tempfile::tempdir().unwrap();
    flowbind(folder.path()).arg("event").args(arguments).arg(manifest).output().unwrap()
}

/// The event, which its schema takes.
fn event(arguments: &[&str], manifest: &Path) -> (Value, String) {
    let output = run(arguments, manifest);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
    let event: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(objection(&event), None, "{event:#}");
    (event, stderr(&output))
}

fn of_demo(arguments: &[&str]) -> (Value, String) {
    event(arguments, &shipped("demo"))
}

fn refused(arguments: &[&str], manifest: &Path) -> (i32, String) {
    let output = run(arguments, manifest);
    assert!(output.stdout.is_empty(), "{}", stdout(&output));
    (code(&output), stderr(&output))
}

fn objection(event: &Value) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let printed = flowbind(folder.path()).args(["schema", "event"]).output().unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:event", serde_json::from_slice(&printed.stdout).unwrap()).unwrap();
    let index = compiler.compile("urn:event", &mut schemas).unwrap();
    schemas.validate(event, index).err().map(|error| format!("{error:#}"))
}

#[test]
fn the_readmes_event_is_the_one_that_its_command_prints() {
    let readme = fs::read_to_string(shipped("").join("../README.md")).unwrap();
    let (_, section) = readme.split_once("## What a function is sent\n").unwrap();
    let (_, rest) = section.split_once("```sh\n").unwrap();
    let (command, rest) = rest.split_once("\n```").unwrap();
    let (_, rest) = rest.split_once("```json\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let words = shell_words(command);
    let words: Vec<&str> = words.into_iter().filter(|word| *word != "\\").collect();
    let [flowbind, event, arguments @ .., manifest] = words.as_slice() else { panic!("{words:?}") };
    assert_eq!((*flowbind, *event, *manifest), ("flowbind", "event", "manifests/demo"));
    let shown: Value = serde_json::from_str(shown).unwrap();
    assert_eq!(of_demo(arguments).0, shown, "{:#}", of_demo(arguments).0);
    assert_eq!(shown["Details"]["Parameters"]["sentAttributeKey"], "sentAttributeValue");
}

#[test]
fn every_binding_of_the_shipped_manifests_has_an_event() {
    let mut seen = 0;
    for (name, targets) in [("demo", &[None][..]), ("platform", &[Some("dev"), Some("prod")])] {
        for target in targets {
            let all = load(&shipped(name));
            let suffix = target.map(|target| format!("-{target}")).unwrap_or_default();
            let manifest = all.iter().find(|manifest| manifest.set.as_str().ends_with(&suffix)).unwrap();
            for bound in binding::all(manifest).unwrap() {
                let address = bound.address.to_string();
                let mut arguments = vec![address.as_str(), "--quiet"];
                arguments.extend(target.iter().flat_map(|target| ["--for", *target]));
                let (event, _) = event(&arguments, &shipped(name));
                let data = &event["Details"]["ContactData"];
                assert_eq!(data["InstanceARN"], bound.instance_arn.to_string(), "{address}");
                let sent = event["Details"]["Parameters"].as_object().unwrap().keys();
                let declared = bound.parameters.unwrap_or_default();
                assert!(sent.eq(declared.keys()), "{address}");
                let queued = ["waiting", "agent-whisper"].iter().any(|flow| address.contains(flow));
                assert_eq!(data["Queue"].is_object(), queued, "{address}");
                seen += 1;
            }
        }
    }
    assert!(seen > 25, "{seen}");
}

#[test]
fn options_and_files_describe_the_contact() {
    let (event, notes) = of_demo(&[
        LOOKUP,
        "--channel",
        "email",
        "--customer",
        "ann@example.com",
        "--system",
        "none",
        "--queue",
        "Care",
        "--attribute",
        "customerId=C-1",
        "--parameter",
        "Id=$.Attributes.customerId",
    ]);
    let data = &event["Details"]["ContactData"];
    assert_eq!(data["CustomerEndpoint"], json!({"Address": "ann@example.com", "Type": "EMAIL_ADDRESS"}));
    assert_eq!((&data["SystemEndpoint"], &data["Queue"]["Name"]), (&Value::Null, &json!("Care")));
    assert_eq!(event["Details"]["Parameters"], json!({"Id": "C-1", "Market": "uk"}));
    assert_eq!(notes, "");

    let folder = tempfile::tempdir().unwrap();
    let yaml = folder.path().join("contact.yaml");
    fs::write(&yaml, "Channel: CHAT\nAttributes: { customerId: C-2 }\nName: Ann\n").unwrap();
    let (of_yaml, _) = of_demo(&[ORDER, "--contact", yaml.to_str().unwrap(), "--attribute", "more=1"]);
    let data = &of_yaml["Details"]["ContactData"];
    assert_eq!(
        (&data["Channel"], &data["InitiationMethod"], &data["Name"]),
        (&json!("CHAT"), &json!("API"), &json!("Ann"))
    );
    assert_eq!(
        (&data["CustomerEndpoint"], &data["Attributes"]),
        (&Value::Null, &json!({"customerId": "C-2", "more": "1"}))
    );
    assert_eq!(of_yaml["Details"]["Parameters"]["CustomerId"], "C-2");

    // An event that was captured describes its contact; options win.
    let captured = folder.path().join("event.json");
    fs::write(&captured, of_yaml.to_string()).unwrap();
    let (again, _) = of_demo(&[ORDER, "--contact", captured.to_str().unwrap(), "--seed", "9"]);
    assert_eq!(again, of_yaml);
    let (task, _) = of_demo(&[ORDER, "--contact", captured.to_str().unwrap(), "--channel", "task"]);
    assert_eq!(task["Details"]["ContactData"]["Channel"], "TASK");

    for (text, says) in [
        ("Atributes: {}", "did you mean `Attributes`?"),
        ("Channel: PIGEON", "unknown variant `PIGEON`"),
        (
            "CustomerEndpoint: { Address: +447700900123, Type: TELEPHONE_NUMBER }",
            "telephone numbers in quotes",
        ),
        ("[1]", "a contact is an object"),
        ("a: [", "line 1"),
    ] {
        fs::write(&yaml, text).unwrap();
        let (code, error) = refused(&[ORDER, "--contact", yaml.to_str().unwrap()], &shipped("demo"));
        assert!(code == 1 && error.contains(says), "{text}: {error}");
    }
    let (code, error) = refused(&[ORDER, "--contact", "none.yaml"], &shipped("demo"));
    assert!(code == 1 && error.contains("none.yaml"), "{error}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed: &str| run(&[LOOKUP, "--seed", seed], &shipped("demo")).stdout;
    assert_eq!(bytes("4"), bytes("4"));
    assert_ne!(bytes("4"), bytes("5"));
    let documented = of_demo(&[LOOKUP, "--fields", "documented"]).0;
    assert!(documented["Details"]["ContactData"].get("SegmentAttributes").is_none());
}

#[test]
fn what_is_empty_made_up_or_odd_is_said() {
    let (event, notes) = of_demo(&[ORDER, "--parameter", "Who=$.External.Name and $.Lex.IntentName"]);
    assert_eq!(event["Details"]["Parameters"], json!({"CustomerId": "", "Who": " and "}));
    for part in
        ["--set '$.External.Name=VALUE'", "`$.Lex.IntentName`", "`$.Attributes.customerId` is not set"]
    {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    let set = ["--set", "$.External.Name=Ann", "--set", "$.External.Nme=Bob"];
    let (event, notes) = of_demo(&[&[LOOKUP, "--parameter", "Who=$.External.Name"], &set[..]].concat());
    assert_eq!(event["Details"]["Parameters"]["Who"], "Ann");
    assert!(notes.contains("no parameter of the block reads `$.External.Nme`"), "{notes}");
    let (_, notes) = of_demo(&[LOOKUP, "--channel", "chat", "--initiation", "callback"]);
    assert!(notes.contains("CALLBACK only for VOICE"), "{notes}");
    let (_, quiet) = of_demo(&[ORDER, "--quiet"]);
    assert_eq!(quiet, "");
}

#[test]
fn an_address_that_means_no_binding_or_several_says_what_was_meant() {
    let demo = shipped("demo");
    for (address, says) in [
        ("flow/main-ivr", "`flow/main-ivr#Check order`"),
        ("flow/main-irv#Look up caller", "did you mean `flow/main-ivr`?"),
        ("flow/main-ivr#Look up calller", "did you mean `Look up caller`?"),
        ("flow/main-ivr#Greet", "has no block `Greet` that invokes a function"),
        ("flow/main-ivr@oregon#Check order", "not assigned to the instance `oregon`"),
        ("function/caller-lookup", "neither a flow nor a module"),
        ("main-ivr", "is not an address"),
    ] {
        let (code, error) = refused(&[address], &demo);
        assert!(code == 64 && error.contains(says), "{address}: {error}");
    }
    // A flow with one binding needs no block.
    assert_eq!(of_demo(&["flow/care-queue"]).0["Details"]["Parameters"]["Topic"], "care");
    let (code, error) = refused(&["module/verify-caller"], &shipped("platform"));
    assert!(code == 64 && error.contains("choose one with --for"), "{error}");
    for (set, says) in [
        ("$.Attributes.x=1", "is part of the contact"),
        ("$.Externl.x=1", "did you mean `External`?"),
        ("name=1", "is not a reference"),
    ] {
        let (code, error) = refused(&[LOOKUP, "--set", set], &demo);
        assert!(code == 64 && error.contains(says), "{set}: {error}");
    }
}

#[test]
fn bindings_are_read_as_the_manifest_makes_them() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), folder.path());
    let edit = |file: &str, from: &str, to: &str| {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    };
    edit("flowbind.yaml", "parameters: { Market: uk }", "parameters: { Market: $.Atributes.market }");
    let (code, error) = refused(&[LOOKUP], folder.path());
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("flow/main-ivr#Look up caller: the parameter `Market`"), "{error}");
    assert!(error.contains("did you mean `Attributes`?"), "{error}");
    // Without parameters of its own the binding leaves the file's alone, which may be nested.
    edit("flowbind.yaml", "          parameters: { Market: $.Atributes.market }", "");
    edit(
        "flows/main-ivr.json",
        "\"Market\": \"uk\"",
        "\"Market\": {\"code\": \"$.Channel\"}, \"Queue\": \"${queue[\\\"Care\\\"].id}\"",
    );
    let (event, notes) = event(&[LOOKUP], folder.path());
    assert_eq!(event["Details"]["Parameters"]["Market"], json!({"code": "VOICE"}));
    assert!(notes.contains("the parameter `Market` is nested"), "{notes}");
    assert!(notes.contains("`${queue[\"Care\"].id}`; it is invented"), "{notes}");
    // Of a flow in the console only Amazon Connect knows the rest.
    edit("flowbind.yaml", "          parameters: { Market: us }", "");
    let (event, notes) = self::event(&["flow/us-desk#Look up caller"], folder.path());
    assert_eq!(event["Details"]["Parameters"], json!({}));
    assert!(notes.contains("only Amazon Connect knows the flow"), "{notes}");
}

#[test]
fn a_flow_on_several_instances_is_taken_on_the_one_that_is_named() {
    let platform = shipped("platform");
    let of = |address: &str| event(&[address, "--for", "prod"], &platform);
    let (first, notes) = of("flow/survey#Store score");
    assert!(
        notes.contains("this event is of `london`; `@frankfurt` in the address chooses another"),
        "{notes}"
    );
    let (other, _) = of("flow/survey@frankfurt#Store score");
    let arn = |event: &Value| event["Details"]["ContactData"]["InstanceARN"].to_string();
    assert_ne!(arn(&first), arn(&other));
    // The values of the instance are in its parameters.
    let market = |address: &str| of(address).0["Details"]["Parameters"]["Market"].clone();
    assert_ne!(
        market("flow/main-ivr@london#Look up caller"),
        market("flow/main-ivr@frankfurt#Look up caller")
    );
}

/// What decides on an answer and on tries is the block's, and the manifest's where that says something.
#[test]
fn a_binding_knows_its_contract_and_its_limit() {
    let manifests = load(&shipped("demo"));
    let of = |address: &str| binding::find(&manifests[0], &Address::parse(address).unwrap()).unwrap();
    let (lookup, desk) = (of(LOOKUP), of("flow/us-desk#Check return"));
    assert_eq!(lookup.contract().keys, ["CallerType", "CustomerId", "Name"]);
    let verdict = |bound: &Bound<'_>, answer: &str| answer::verdict(answer.as_bytes(), &bound.contract());
    assert!(verdict(&lookup, r#"{"CallerType": "vip", "CustomerId": "C-1", "Name": "Ann"}"#).is_good());
    let missing = Breach::MissingKey { key: "CustomerId".to_owned() };
    // The guide's own answer is another one.
    let guide = r#"{"Name": "CustomerName", "Address": "1234 Main Road", "CallerType": "Patient"}"#;
    assert_eq!(verdict(&lookup, guide).breaches, [missing]);
    let nested = r#"{"return": {"status": "open"}}"#;
    assert!(verdict(&desk, nested).is_good() && !verdict(&lookup, nested).is_good());
    assert_eq!(lookup.rules(0).limit.as_secs(), 8);
    assert!(!lookup.has_timeout_branch);
}

#[test]
fn manifests_are_looked_for_here_unless_they_are_named() {
    let output = flowbind(&shipped("demo")).args(["event", LOOKUP]).output().unwrap();
    assert_eq!(output.stdout, run(&[LOOKUP], &shipped("demo")).stdout, "{}", stderr(&output));
}

#[test]
fn blocks_with_one_name_are_addressed_by_their_identifiers() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("demo"), folder.path());
    let path = folder.path().join("flows/care-queue.json");
    let mut flow: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let invokes = |action: &&Value| action["Type"] == "InvokeLambdaFunction";
    let mut copied = flow["Actions"].as_array().unwrap().iter().find(invokes).unwrap().clone();
    let identifier = copied["Identifier"].as_str().unwrap().to_owned();
    copied["Identifier"] = json!("second");
    flow["Actions"].as_array_mut().unwrap().push(copied);
    flow["Metadata"]["ActionMetadata"]["second"] = json!({"name": "Twin"});
    flow["Metadata"]["ActionMetadata"][&identifier] = json!({"name": "Twin"});
    fs::write(&path, flow.to_string()).unwrap();
    let manifest = folder.path().join("flowbind.yaml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("        Journal contact:", &format!("        {identifier}:")))
        .unwrap();
    let (code, error) = refused(&["flow/care-queue"], folder.path());
    assert!(code == 64 && error.contains("`flow/care-queue#second`"), "{error}");
    let (code, error) = refused(&["flow/care-queue#Twin"], folder.path());
    assert!(code == 64 && error.contains("use an identifier") && error.contains("second"), "{error}");
    assert_eq!(event(&["flow/care-queue#second"], folder.path()).0["Name"], "ContactFlowEvent");
}

/// Real flows read nothing that the dialect does not know: a root that is missing there would refuse a good flow.
#[test]
fn every_parameter_of_real_flows_is_filled_in() {
    let Some((_, paths)) = real_flows() else { return };
    let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
    let profile =
        Profile { channel: Channel::Voice, initiation: None, instance, flow: FlowType::ContactFlow, seed: 0 };
    let contact: contact::Contact = profile.contact();
    let (mut parameters, mut of_run) = (0, 0);
    for path in paths {
        let Ok(document) = Document::parse(&String::from_utf8_lossy(&fs::read(&path).unwrap())) else {
            continue;
        };
        if document.format() != Format::Language {
            continue;
        }
        for invocation in document.invocations() {
            let filled = fill(&invocation.parameters, &contact, &[]);
            let filled = filled.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            parameters += filled.parameters.len();
            of_run += filled.notes.iter().filter(|note| matches!(note, Note::OfRun { .. })).count();
        }
    }
    assert!(parameters > 50 && of_run > 5, "{parameters} {of_run}");
}
