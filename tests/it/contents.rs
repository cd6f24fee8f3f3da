//! Flows and modules: what they name, how they are called, who may write to them, and who is editing.

use aws_sdk_connect::types::ContactFlowType;
use flowbind::plan::Plan;
use flowbind::resource::Severity;

use crate::apply::{all_done, carry_out};
use crate::world::{World, code, flowbind, load, stderr, stdout};

const HEAD: &str = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: contents }\nspec:\n  \
    accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n";

/// A flow that goes to another one and ends.
fn going_to(target: &str) -> String {
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"go","Actions":[
  {{"Identifier":"go","Type":"TransferToFlow","Parameters":{{"ContactFlowId":"{target}"}},
    "Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}],"Conditions":[]}}}},
  {{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{{}},"Transitions":{{}}}}]}}"#
    )
}

const MODULE: &str = r#"{"Version":"2019-10-30","StartAction":"say","Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]},"Actions":[
  {"Identifier":"say","Type":"MessageParticipant","Parameters":{"Text":"Hello"},
    "Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}],"Conditions":[]}},
  {"Identifier":"end","Type":"EndFlowModuleExecution","Parameters":{},"Transitions":{}}]}"#;

async fn world(manifest: &str, files: &[(&str, String)]) -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), format!("{HEAD}{manifest}")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    World::in_folder(folder, "m.yaml").await
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.actions
        .iter()
        .map(|action| format!("{} {:?}: {}", action.id.address, action.id.step, action.reason))
        .collect()
}

async fn apply(world: &World, run: &str) {
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join(run)).await);
    let again = world.plan().await;
    assert!(
        again.actions.is_empty() && again.problems.is_empty(),
        "{:?} {:?}",
        lines(&again),
        again.problems
    );
}

async fn instance(world: &World) -> String {
    let list = world.connect("eu-west-2").list_instances().send().await.unwrap();
    list.instance_summary_list()[0].id().unwrap().to_owned()
}

async fn id_of(world: &World, name: &str) -> String {
    let list = world
        .connect("eu-west-2")
        .list_contact_flows()
        .instance_id(instance(world).await)
        .send()
        .await
        .unwrap();
    list.contact_flow_summary_list()
        .iter()
        .find(|flow| flow.name() == Some(name))
        .unwrap()
        .id()
        .unwrap()
        .to_owned()
}

const RING: &str = "  instances: { support: { alias: acme } }\n  flows:\n    \
    one: { instance: support, name: One, type: contact-flow, content: one.json }\n    \
    two: { instance: support, name: Two, type: contact-flow, content: two.json }\n";

#[tokio::test]
async fn flows_that_name_each_other_are_made_by_way_of_stubs() {
    let files = [("one.json", going_to("${flow.two.arn}")), ("two.json", going_to("${flow.one.id}"))];
    let world = world(RING, &files).await;
    let plan = world.plan().await;
    assert_eq!((plan.counts().create, plan.counts().update), (2, 0), "{:?}", lines(&plan));
    apply(&world, "own").await;
    let two = id_of(&world, "Two").await;
    let describe = world.connect("eu-west-2").describe_contact_flow().instance_id(instance(&world).await);
    let one = describe.contact_flow_id(id_of(&world, "One").await).send().await.unwrap();
    assert!(one.contact_flow().unwrap().content().unwrap().contains(&format!("contact-flow/{two}")));
}

#[tokio::test]
async fn a_module_is_made_before_the_flow_that_calls_it() {
    let manifest = "  instances: { support: { alias: acme } }\n  \
        modules: { hello: { instance: support, name: Hello, content: hello.json, description: Greets } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, content: main.json } }\n";
    let call =
        going_to("x").replace("TransferToFlow", "InvokeFlowModule").replace("ContactFlowId", "FlowModuleId");
    let files =
        [("hello.json", MODULE.to_owned()), ("main.json", call.replace("\"x\"", "\"${module.hello.id}\""))];
    let world = world(manifest, &files).await;
    apply(&world, "own").await;
    let modules = world.connect("eu-west-2").list_contact_flow_modules().instance_id(instance(&world).await);
    let modules = modules.send().await.unwrap();
    assert_eq!(modules.contact_flow_modules_summary_list()[0].name(), Some("Hello"));
}

#[tokio::test]
async fn a_changed_name_renames_the_flow_and_makes_no_second_one() {
    let manifest = "  instances: { support: { alias: acme } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, content: main.json } }\n";
    let files = [("main.json", going_to("arn:x"))];
    let mut world = world(manifest, &files).await;
    apply(&world, "own").await;
    let before = id_of(&world, "Main").await;
    let renamed = manifest.replace("name: Main", "name: Front door, description: The first");
    std::fs::write(world.folder.path().join("m.yaml"), format!("{HEAD}{renamed}")).unwrap();
    world.manifests = load(&world.folder.path().join("m.yaml"));
    let plan = world.plan().await;
    assert_eq!(lines(&plan), ["flow/main Metadata: it is called `Main`, its description differs"]);
    apply(&world, "again").await;
    assert_eq!(id_of(&world, "Front door").await, before);
}

#[tokio::test]
async fn a_namesake_is_written_to_only_when_it_is_adopted() {
    let manifest = "  instances: { support: { alias: acme } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, content: main.json } }\n";
    let mut world = world(manifest, &[("main.json", going_to("arn:x"))]).await;
    let create =
        world.connect("eu-west-2").create_contact_flow().instance_id(instance(&world).await).name("Main");
    create.r#type(ContactFlowType::ContactFlow).content(going_to("arn:theirs")).send().await.unwrap();
    let plan = world.plan().await;
    assert!(plan.actions.is_empty());
    let problem = &plan.problems[0];
    assert_eq!((problem.code.as_str(), problem.severity), ("not-owned", Severity::Held));
    let adopting = manifest.replace("name: Main", "name: Main, adopt: true");
    std::fs::write(world.folder.path().join("m.yaml"), format!("{HEAD}{adopting}")).unwrap();
    world.manifests = load(&world.folder.path().join("m.yaml"));
    apply(&world, "own").await;
    let describe = world.connect("eu-west-2").describe_contact_flow().instance_id(instance(&world).await);
    let live = describe.contact_flow_id(id_of(&world, "Main").await).send().await.unwrap();
    let tags = live.contact_flow().unwrap().tags().cloned().unwrap_or_default();
    let mut tags: Vec<&String> = tags.keys().collect();
    tags.sort();
    assert_eq!(tags, ["flowbind/adopted", "flowbind/applied"], "what is adopted is not owned");
}

#[tokio::test]
async fn a_block_in_a_flow_of_another_set_is_bound_only_when_the_flow_is_adopted() {
    let here = "  instances: { support: { alias: acme } }\n  functions: { crm: { name: crm } }\n";
    let flow = "{ instance: support, name: Main, type: contact-flow";
    let manifest = format!("{here}  flows: {{ main: {flow}, content: main.json }} }}\n");
    let content = crate::removal::flow("${function.crm.arn}", None);
    let mut world = world(&manifest, &[("main.json", content)]).await;
    apply(&world, "own").await;
    let other = HEAD.replace("name: contents", "name: guest");
    let binds = "bindings: { call: { function: crm, timeLimit: 5s } }";
    let with = |world: &mut World, adopt: &str| {
        let text = format!("{other}{here}  flows: {{ desk: {flow}, {adopt}{binds} }} }}\n");
        std::fs::write(world.folder.path().join("m.yaml"), text).unwrap();
        world.manifests = load(&world.folder.path().join("m.yaml"));
    };
    with(&mut world, "");
    let plan = world.plan().await;
    assert!(!lines(&plan).iter().any(|line| line.starts_with("flow/")), "{:?}", lines(&plan));
    let problem = &plan.problems[0];
    assert_eq!((problem.code.as_str(), problem.severity), ("not-owned", Severity::Held));
    assert!(problem.message.contains("it belongs to `contents/main`"), "{}", problem.message);
    assert_eq!(plan.withheld.len(), 1, "the difference is told all the same");
    with(&mut world, "adopt: true, ");
    apply(&world, "adopted").await;
}

#[tokio::test]
async fn a_newer_draft_holds_the_flow_back_until_it_is_allowed() {
    let manifest = "  instances: { support: { alias: acme } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, content: main.json } }\n";
    let world = world(manifest, &[("main.json", going_to("arn:x"))]).await;
    apply(&world, "own").await;
    let id = id_of(&world, "Main").await;
    let (connect, instance) = (world.connect("eu-west-2"), instance(&world).await);
    let saved =
        connect.update_contact_flow_content().instance_id(&instance).contact_flow_id(format!("{id}:$SAVED"));
    saved.content(going_to("arn:draft")).send().await.unwrap();
    let plan = world.plan().await;
    assert!(plan.actions.is_empty());
    assert_eq!(plan.problems[0].code.as_str(), "flow-being-edited");

    // The manifest changes meanwhile.
    std::fs::write(world.folder.path().join("main.json"), going_to("arn:new")).unwrap();
    let run = |allow: &[&str]| {
        let mut command = crate::world::flowbind_at(world.folder.path(), &world.emulator.url());
        command.args(["apply", "--auto-approve", "m.yaml"]).args(allow);
        command
    };
    let (refused, allowed) = tokio::task::spawn_blocking({
        let (mut first, mut second) = (run(&[]), run(&["--allow", "flow/main"]));
        move || (first.output().unwrap(), second.output().unwrap())
    })
    .await
    .unwrap();
    assert_eq!(code(&refused), 4, "{}", stdout(&refused));
    assert!(stdout(&refused).contains("--allow flow/main"));
    assert_eq!(code(&allowed), 0, "{}{}", stdout(&allowed), stderr(&allowed));
}

#[tokio::test]
async fn settings_are_set_and_switching_calls_off_needs_a_word() {
    let manifest = "  instances: { support: { alias: acme, attributes: { contactflow-logs: true } } }\n";
    let mut world = world(manifest, &[]).await;
    assert_eq!(lines(&world.plan().await), ["instance/support Write: contactflow-logs is false"]);
    apply(&world, "own").await;
    let off = manifest.replace("contactflow-logs: true", "contactflow-logs: true, inbound-calls: false");
    std::fs::write(world.folder.path().join("m.yaml"), format!("{HEAD}{off}")).unwrap();
    world.manifests = load(&world.folder.path().join("m.yaml"));
    let plan = world.plan().await;
    assert_eq!(plan.actions[0].guard.as_ref().map(|guard| guard.code), Some("calls-off"));
}

#[tokio::test]
async fn what_a_file_names_is_looked_up_on_the_instance() {
    let manifest = "  instances: { support: { alias: acme } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, content: main.json } }\n";
    let file = going_to("${queue[\\\"Support\\\"].arn}");
    let world = world(manifest, &[("main.json", file)]).await;
    apply(&world, "own").await;
    std::fs::write(world.folder.path().join("main.json"), going_to("${queue[\\\"Suport\\\"].arn}")).unwrap();
    let world = World { manifests: load(&world.folder.path().join("m.yaml")), ..world };
    let plan = world.plan().await;
    assert!(
        plan.problems[0].message.contains("no queue named `Suport`: did you mean `Support`?"),
        "{:?}",
        plan.problems
    );
}

#[test]
fn an_instance_is_made_and_what_belongs_to_it_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "  instances: { support: { alias: new-one, create: { identity: connect-managed, inbound: true, outbound: false } } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, content: main.json } }\n";
    std::fs::write(folder.path().join("m.yaml"), format!("{HEAD}{manifest}")).unwrap();
    std::fs::write(folder.path().join("main.json"), going_to("arn:x")).unwrap();
    let apply =
        flowbind(folder.path()).args(["apply", "--sandbox", "--auto-approve", "m.yaml"]).output().unwrap();
    assert_eq!(code(&apply), 0, "{}{}", stdout(&apply), stderr(&apply));
    let plan = flowbind(folder.path())
        .args(["plan", "--sandbox", "--detailed-exitcode", "m.yaml"])
        .output()
        .unwrap();
    assert_eq!(code(&plan), 0, "{}", stdout(&plan));
    assert!(
        stdout(&plan).contains("2 resources agree") || stdout(&plan).contains("1 resource agrees"),
        "{}",
        stdout(&plan)
    );
}

#[tokio::test]
async fn a_module_that_was_deleted_is_made_again_and_its_caller_follows() {
    let manifest = "  instances: { support: { alias: acme } }\n  \
        modules: { hello: { instance: support, name: Hello, content: hello.json } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, content: main.json } }\n";
    let call = going_to("${module.hello.id}").replace("TransferToFlow", "InvokeFlowModule");
    let call = call.replace("ContactFlowId", "FlowModuleId");
    let world = world(manifest, &[("hello.json", MODULE.to_owned()), ("main.json", call)]).await;
    apply(&world, "own").await;
    let (connect, instance) = (world.connect("eu-west-2"), instance(&world).await);
    let modules = connect.list_contact_flow_modules().instance_id(&instance).send().await.unwrap();
    let id = modules.contact_flow_modules_summary_list()[0].id().unwrap();
    connect
        .delete_contact_flow_module()
        .instance_id(&instance)
        .contact_flow_module_id(id)
        .send()
        .await
        .unwrap();
    let plan = world.plan().await;
    let named: Vec<String> = plan.actions.iter().map(|action| action.id.address.to_string()).collect();
    assert_eq!(named, ["module/hello", "flow/main"], "{:?}", lines(&plan));
    assert!(plan.actions[0].reason.contains("no module named `Hello`"));
    apply(&world, "again").await;
}

#[tokio::test]
async fn a_flow_that_is_only_to_be_saved_stays_a_draft() {
    let manifest = "  instances: { support: { alias: acme } }\n  \
        flows: { main: { instance: support, name: Main, type: contact-flow, status: saved, content: main.json } }\n";
    let world = world(manifest, &[("main.json", going_to("arn:x"))]).await;
    apply(&world, "own").await;
    let list = world
        .connect("eu-west-2")
        .list_contact_flows()
        .instance_id(instance(&world).await)
        .send()
        .await
        .unwrap();
    let status = list.contact_flow_summary_list()[0].contact_flow_status().map(|status| status.as_str());
    assert_eq!(status, Some("SAVED"));
    std::fs::write(world.folder.path().join("main.json"), going_to("arn:y")).unwrap();
    let world = World { manifests: load(&world.folder.path().join("m.yaml")), ..world };
    apply(&world, "again").await;
}

#[tokio::test]
async fn a_reached_quota_is_final_and_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), format!("{HEAD}{RING}")).unwrap();
    std::fs::write(folder.path().join("one.json"), going_to("arn:x")).unwrap();
    std::fs::write(folder.path().join("two.json"), going_to("arn:y")).unwrap();
    let quotas = ["flows-per-instance=1".parse().unwrap()].into_iter().collect();
    let settings = flowbind::emulator::Settings { quotas, ..Default::default() };
    let world = World::in_folder_with(folder, "m.yaml", settings).await;
    let session = world.session().await;
    let plan = world.plan().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    let failed = report.outcomes.iter().find_map(|(_, outcome)| match outcome {
        flowbind::plan::Outcome::Failed(flowbind::plan::Failure { message, hint, .. }) => {
            Some((message.clone(), hint.clone()))
        }
        _ => None,
    });
    let (message, hint) = failed.expect("one of the two flows fails");
    assert!(
        message.contains("LimitExceededException") && hint.unwrap().contains("Service Quotas"),
        "{message}"
    );
    assert_eq!(
        world.calls()["connect:CreateContactFlow"],
        2,
        "a reached quota is no throttle: it is not tried again"
    );
}

#[tokio::test]
async fn an_instance_that_cannot_be_made_is_told_with_its_reason() {
    let manifest = "  instances: { support: { alias: new-one, create: { identity: connect-managed, inbound: true, outbound: true } } }\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), format!("{HEAD}{manifest}")).unwrap();
    let faults = vec!["creation-failed".parse().unwrap()];
    let settings = flowbind::emulator::Settings { faults, ..Default::default() };
    let world = World::in_folder_with(folder, "m.yaml", settings).await;
    let session = world.session().await;
    let plan = world.plan().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    let flowbind::plan::Outcome::Failed(flowbind::plan::Failure { message, .. }) = &report.outcomes[0].1
    else {
        panic!("{report:?}")
    };
    assert!(message.contains("the instance could not be created: "), "{message}");
    assert!(!message.contains("gives no reason"), "{message}");
    // Nobody waits for it: it never becomes usable.
    let plan = world.plan().await;
    let problem =
        plan.problems.iter().find(|problem| problem.code.as_str() == "instance-creation-failed").unwrap();
    assert!(problem.message.contains("could not be created (CREATION_FAILED"), "{problem:?}");
    let hint = problem.hint.as_ref().unwrap();
    assert!(hint.contains("delete instance `") && hint.contains("24 h") && !hint.contains("wait"), "{hint}");
    assert!(plan.actions.is_empty() && plan.is_held(), "{:?}", plan.actions);
}

#[tokio::test]
async fn another_identity_management_is_reported_as_what_cannot_be_changed() {
    let manifest = "  instances: { support: { alias: new-one, create: { identity: connect-managed, inbound: true, outbound: true } } }\n";
    let world = World::new(&format!("{HEAD}{manifest}")).await;
    let session = world.session().await;
    carry_out(&session, &world.plan().await, &world.folder.path().join("own")).await;
    let differs = |plan: &flowbind::plan::Plan| {
        let mut problems = plan.problems.iter();
        problems
            .find(|problem| problem.code.as_str() == "instance-identity-differs")
            .map(|it| it.message.clone())
    };
    assert_eq!(differs(&world.plan().await), None);
    let text = format!("{HEAD}{manifest}").replace("connect-managed", "saml");
    std::fs::write(world.folder.path().join("m.yaml"), text).unwrap();
    let world = World { manifests: load(&world.folder.path().join("m.yaml")), ..world };
    let message = differs(&world.plan().await).expect("a warning");
    assert!(message.contains("CONNECT_MANAGED, and the manifest says SAML"), "{message}");
}
