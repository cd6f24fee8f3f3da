//! A manifest with everything that the first one has not: targets, roles, code, modules, several instances.

use super::super::super::model::{CreateInstance, Identity, NamedKind, Role, RoleRef, Source, State, Status};
use super::*;

pub(super) const WHOLE: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  variables:
    stage: { default: test }
    token: { description: no default }
  targets:
    dev: { vars: { token: "t-${var.stage}" } }
    prod: { vars: { stage: prod, token: s3cret }, region: us-gov-west-1, account: live }
  accounts:
    main: { id: 111122223333 }
    live: { id: 444455556666, assumeRole: arn:aws-us-gov:iam::444455556666:role/x/deploy, externalId: a-b }
  defaults: { account: main, region: eu-west-2 }
  instances:
    one:
      alias: acme-${var.stage}
      attributes: { contactflow-logs: true, early-media: false }
      create: { identity: saml, inbound: true, outbound: false }
      protect: true
    two: { id: 0f1e, adopt: true }
  functions:
    greeter:
      name: greeter-${var.stage}
      adopt: true
      source:
        runtime: nodejs22.x
        handler: index.handler
        code: ../code/greeter
        role:
          name: greeter-role
          managedPolicies: [AWSLambdaBasicExecutionRole, AWSXRayDaemonWriteAccess]
          inlinePolicies:
            table:
              Version: 2012-10-17
              Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: "*" }]
        timeout: 7s
        memory: 256
        environment: { TABLE: customers, TOKEN: "${var.token}" }
        description: greets
        publish: live
    other: { name: other, account: main, region: eu-west-2 }
  modules:
    auth:
      instances: [one, two]
      name: Auth
      content: ../flows/auth.json
      description: asks
      state: active
      bindings:
        Ask: { function: greeter }
    shared: { instances: [one, two], name: Shared, content: ../flows/shared.json }
  flows:
    main:
      instances: [one, two]
      name: Main
      type: contact-flow
      content: ../flows/main.json
      status: saved
      adopt: true
      protect: true
    old: { instance: one, name: Old, type: customer-queue, state: archived }
"#;

const MAIN: &str = r#"{ "Version": "2019-10-30", "StartAction": "a", "Actions": [
  { "Identifier": "a", "Type": "InvokeFlowModule", "Parameters": { "FlowModuleId": "${module.auth.id}" }, "Transitions": {} },
  { "Identifier": "b", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": "${queue[\"Support\"].arn}" }, "Transitions": {} },
  { "Identifier": "c", "Type": "CheckHoursOfOperation", "Parameters": { "HoursOfOperationId": "${hours[\"Main\"].id}" }, "Transitions": {} },
  { "Identifier": "d", "Type": "MessageParticipant", "Parameters": { "PromptId": "${prompt[\"Beep.wav\"].arn}", "Text": "$${x}" }, "Transitions": {} }
] }"#;
const AUTH: &str = r#"{ "Version": "2019-10-30", "StartAction": "a", "Actions": [
  { "Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": { "LambdaFunctionARN": "${function.greeter.arn}" }, "Transitions": {} },
  { "Identifier": "b", "Type": "InvokeFlowModule", "Parameters": { "FlowModuleId": "${module.shared.id}" }, "Transitions": {} }
], "Metadata": { "ActionMetadata": { "a": { "name": "Ask" } } } }"#;
const SHARED: &str = r#"{ "Version": "2019-10-30", "StartAction": "a", "Actions": [
  { "Identifier": "a", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": "${queue[\"Other\"].id}" }, "Transitions": {} }
] }"#;

pub(super) fn load_whole(manifest: &str, shared: &str, inputs: &Inputs) -> Result<Loaded, Problems> {
    let files = [
        ("m/a.yaml", manifest),
        ("flows/main.json", MAIN),
        ("flows/auth.json", AUTH),
        ("flows/shared.json", shared),
        ("code/greeter/index.mjs", "export const handler = async () => ({});\n"),
    ];
    load_files(&files, inputs)
}

/// Returns the sets for these targets.
pub(super) fn sets(manifest: &str, targets: &[&str]) -> Result<Vec<Manifest>, Vec<String>> {
    let targets = targets.iter().map(|target| (*target).to_owned()).collect();
    let loaded = load_whole(manifest, SHARED, &Inputs { targets, ..Inputs::default() });
    match loaded {
        Ok(loaded) => Ok(loaded.manifests),
        Err(problems) => Err(lines(Err(problems))),
    }
}

fn dev() -> Manifest {
    sets(WHOLE, &["dev"]).unwrap().remove(0)
}

/// Breaks the manifest of one target by replacing a text, and gives what is reported.
pub(super) fn spoils(from: &str, to: &str) -> Vec<String> {
    assert!(WHOLE.contains(from), "{from}");
    sets(&WHOLE.replacen(from, to, 1), &["dev"]).map(|_| Vec::new()).unwrap_or_else(|problems| problems)
}

/// Breaks the file of the module `shared`, and gives what is reported.
pub(super) fn spoils_shared(to: &str) -> Vec<String> {
    let from = r#"${queue[\"Other\"].id}"#;
    let inputs = Inputs { targets: vec!["dev".to_owned()], ..Inputs::default() };
    lines(load_whole(WHOLE, &SHARED.replace(from, to), &inputs))
}

#[test]
fn instances_keep_their_attributes_and_how_they_are_made() {
    let manifest = dev();
    let (one, two) = (&manifest.instances[&label("one")], &manifest.instances[&label("two")]);
    let attributes: Vec<_> = one.attributes.iter().map(|(name, on)| (name.as_str(), *on)).collect();
    assert_eq!(attributes, [("CONTACTFLOW_LOGS", true), ("EARLY_MEDIA", false)]);
    assert_eq!(one.create, Some(CreateInstance { identity: Identity::Saml, inbound: true, outbound: false }));
    assert_eq!((one.adopt, one.protect, two.adopt, two.protect), (false, true, true, false));
    assert_eq!((&two.create, two.attributes.len()), (&None, 0));
    let text = WHOLE.replace("identity: saml", "identity: existing-directory, directory: d-9067f3a1b2");
    let made = sets(&text, &["dev"]).unwrap().remove(0).instances.remove(&label("one")).unwrap();
    let identity = Identity::ExistingDirectory { directory: "d-9067f3a1b2".to_owned() };
    assert_eq!(made.create.unwrap().identity, identity);
}

#[test]
fn a_function_keeps_how_it_is_made() {
    let manifest = dev();
    let greeter = &manifest.functions[&label("greeter")];
    assert_eq!(greeter.target.qualifier.as_deref(), Some("live"));
    assert!(greeter.adopt && !greeter.protect);
    let Source { runtime, handler, code, role, timeout, memory, environment, description, publish } =
        greeter.source.as_ref().unwrap();
    assert_eq!((runtime.as_str(), handler.as_str()), ("nodejs22.x", "index.handler"));
    assert_eq!((timeout, memory), (&Some(7), &Some(256)));
    assert_eq!((description.as_deref(), publish.as_deref()), (Some("greets"), Some("live")));
    assert_eq!((code.path.as_str(), code.digest.len()), ("code/greeter", 44));
    let policy = r#"{"Statement":[{"Action":"dynamodb:GetItem","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#;
    let expected = Role {
        name: "greeter-role".to_owned(),
        managed_policies: vec![
            "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess".to_owned(),
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole".to_owned(),
        ],
        inline: BTreeMap::from([("table".to_owned(), policy.to_owned())]),
    };
    assert_eq!(role, &RoleRef::Managed(expected));
    let environment = environment.as_ref().unwrap();
    assert_eq!((environment["TABLE"].expose(), environment["TOKEN"].expose()), ("customers", "t-test"));
    assert!(!format!("{manifest:?}").contains("t-test"));
    assert_eq!(manifest.functions[&label("other")].source, None);
}

#[test]
fn flows_and_modules_keep_what_is_said_of_them() {
    let manifest = dev();
    let auth = &manifest.modules[&label("auth")];
    assert_eq!((auth.kind, auth.name.as_str()), (FlowType::Module, "Auth"));
    assert_eq!(auth.instances, [label("one"), label("two")]);
    assert_eq!((auth.description.as_deref(), auth.state), (Some("asks"), Some(State::Active)));
    assert_eq!(auth.bindings["Ask"].function, label("greeter"));
    let main = &manifest.flows[&label("main")];
    assert_eq!((main.status, main.adopt, main.protect), (Some(Status::Saved), true, true));
    let old = &manifest.flows[&label("old")];
    assert_eq!((old.state, &old.content, old.bindings.len()), (Some(State::Archived), &None, 0));
}

#[test]
fn what_is_looked_up_by_name_is_listed_for_each_instance() {
    let text =
        WHOLE.replace("shared: { instances: [one, two]", "shared: { instances: [one, two], adopt: true");
    let manifest = sets(&text, &["dev"]).unwrap().remove(0);
    let named = |instance| manifest.named(&label(instance)).into_iter().collect::<Vec<_>>();
    let expected = [
        (NamedKind::Queue, "Other".to_owned()),
        (NamedKind::Queue, "Support".to_owned()),
        (NamedKind::Prompt, "Beep.wav".to_owned()),
        (NamedKind::Hours, "Main".to_owned()),
    ];
    assert_eq!(named("one"), expected);
    assert_eq!(named("nobody"), []);
}

#[test]
fn the_digest_covers_all_of_it_and_no_value_in_the_clear() {
    let first = dev().digest;
    let digest = |from: &str, to: &str| {
        assert!(WHOLE.contains(from), "{from}");
        sets(&WHOLE.replacen(from, to, 1), &["dev"]).unwrap().remove(0).digest
    };
    for (from, to) in [
        ("token: \"t-", "token: \"u-"),
        ("TABLE: customers", "TABLE: orders"),
        ("TABLE: customers, ", ""),
        ("timeout: 7s", "timeout: 8s"),
        ("memory: 256", "memory: 512"),
        ("Action: dynamodb:GetItem", "Action: dynamodb:PutItem"),
        (", AWSXRayDaemonWriteAccess", ""),
        ("early-media: false", "early-media: true"),
        ("identity: saml", "identity: connect-managed"),
        ("inbound: true", "inbound: false"),
        ("state: active", "state: archived"),
        ("status: saved", "status: published"),
        ("description: asks", "description: ask"),
        ("protect: true\n    two", "protect: false\n    two"),
        ("adopt: true\n      protect: true\n    old", "adopt: false\n      protect: true\n    old"),
        ("role/x/deploy", "role/x/other"),
        ("externalId: a-b", "externalId: a-c"),
        ("publish: live", "publish: next"),
        (
            "modules:\n    auth:\n      instances: [one, two]",
            "modules:\n    auth:\n      instances: [two, one]",
        ),
    ] {
        assert_ne!(digest(from, to), first, "{from}");
    }
    assert_eq!(digest("memory: 256", "memory: '256'"), first);
    assert_eq!(
        digest("[AWSLambdaBasicExecutionRole, AWSXRay", "[AWSLambdaBasicExecutionRole, AWSXRay"),
        first
    );
}
