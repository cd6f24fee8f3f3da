//! The life of an instance under flowbind, one process after another: made by hand, imported, edited, reviewed, overtaken
//! by somebody else, applied, and changed in the console again.

use aws_sdk_connect::types::ContactFlowType;
use flowbind::plan::stub_of;
use flowbind::resource::FlowType;

use crate::import::{hand, two_instances};
use crate::world::{World, code, flowbind_at, stderr, stdout};
use flowbind::emulator::Settings;

const REGION: &str = "eu-west-2";

/// The end of a process: its code, and all that it said.
fn run(world: &World, arguments: &[&str]) -> (i32, String) {
    let output =
        flowbind_at(world.folder.path(), &world.emulator.url()).args(arguments).output().expect("a process");
    (code(&output), format!("{}{}", stdout(&output), stderr(&output)))
}

/// Runs, and expects an exit code and words.
fn expect(world: &World, arguments: &[&str], ends: i32, says: &[&str]) -> String {
    let (ended, said) = run(world, arguments);
    assert_eq!(ended, ends, "flowbind {}\n{said}", arguments.join(" "));
    for words in says {
        assert!(said.contains(words), "flowbind {}: `{words}` is missing in\n{said}", arguments.join(" "));
    }
    said
}

/// Edits a file of the repository.
fn edit(world: &World, file: &str, from: &str, to: &str) {
    let path = world.folder.path().join(file);
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{from} is not in\n{text}");
    std::fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// Publishes a flow with another text, as somebody does in the designer.
async fn in_the_console(world: &World, name: &str, from: &str, to: &str) {
    let connect = world.connect(REGION);
    let content = hand::content(world, "acme", name).await;
    assert!(content.contains(from), "{from} is not in\n{content}");
    let instances = connect.list_instances().send().await.expect("a list");
    let acme = instances.instance_summary_list().iter().find(|it| it.instance_alias() == Some("acme"));
    let id = acme.and_then(|it| it.id()).expect("an id").to_owned();
    let flows = connect.list_contact_flows().instance_id(&id).send().await.expect("a list");
    let flow = flows.contact_flow_summary_list().iter().find(|flow| flow.name() == Some(name));
    let flow = flow.and_then(|flow| flow.id()).expect("an id").to_owned();
    let update = connect.update_contact_flow_content().instance_id(id).contact_flow_id(flow);
    update.content(content.replacen(from, to, 1)).send().await.expect("published");
}

/// Creates a flow that no manifest knows.
async fn stranger(world: &World) {
    let connect = world.connect(REGION);
    let instances = connect.list_instances().send().await.expect("a list");
    let acme = instances.instance_summary_list().iter().find(|it| it.instance_alias() == Some("acme"));
    let create = connect.create_contact_flow().instance_id(acme.and_then(|it| it.id()).expect("an id"));
    let create = create.name("Trial").r#type(ContactFlowType::ContactFlow);
    create.content(stub_of(FlowType::ContactFlow)).send().await.expect("created");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_made_by_hand_is_taken_over_reviewed_applied_and_watched() {
    let world = two_instances(Settings::default()).await;
    hand::one_flow(&world, "acme").await;
    expect(
        &world,
        &["import", "--region", REGION, "--instance", "acme", "--out", "repo"],
        0,
        &["flowbind plan"],
    );
    expect(&world, &["plan", "--detailed-exitcode", "repo"], 0, &["in sync"]);
    expect(&world, &["drift", "repo"], 0, &[]);

    // A change is reviewed, but AWS is overtaken by somebody else before it is merged.
    edit(&world, "repo/flows/desk.json", "Welcome to", "A warm welcome to");
    expect(&world, &["plan", "--out", "plan.json", "repo"], 0, &["~ flow/desk", "apply --plan plan.json"]);
    in_the_console(&world, "Desk", "Welcome to", "You have reached").await;
    world.emulator.reset();
    let refused = ["changed: flow/desk: ", "nothing was written"];
    expect(&world, &["apply", "--plan", "plan.json", "repo"], 4, &refused);
    let wrote = world.calls().into_keys().find(|name| name.contains(":Update") || name.contains(":Tag"));
    assert_eq!(wrote, None);

    // Reviewed again, it is applied, and the live state is the declared one.
    let diff = ["You have reached", "A warm welcome to"];
    expect(&world, &["plan", "--out", "plan.json", "repo"], 0, &diff);
    expect(&world, &["apply", "--plan", "plan.json", "repo"], 0, &["flow/desk"]);
    assert!(hand::content(&world, "acme", "Desk").await.contains("A warm welcome to"));
    expect(&world, &["plan", "--detailed-exitcode", "repo"], 0, &[]);
    expect(&world, &["drift", "repo"], 0, &[]);

    // Somebody edits the flow in the console.
    in_the_console(&world, "Desk", "A warm welcome to", "You have reached").await;
    let said = [
        "Changed outside  (changed in AWS since flowbind wrote it last, not in the manifest)\n  ~ flow/desk  ",
        "block `text` differs\n",
    ];
    expect(&world, &["drift", "repo"], 2, &said);
    // The repository moves as well, and somebody makes a flow of their own.
    edit(&world, "repo/flows/desk.json", "A warm welcome to", "Good day from");
    stranger(&world).await;
    let said =
        ["changed in AWS since flowbind wrote it last, and the manifest has not been applied since", "Trial"];
    expect(&world, &["drift", "repo"], 2, &said);
    expect(&world, &["apply", "--auto-approve", "repo"], 0, &[]);
    let (ended, said) = run(&world, &["drift", "repo"]);
    assert!(ended == 2 && said.contains("Trial") && !said.contains("flow/desk"), "{said}");
}
