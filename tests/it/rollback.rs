//! What a run overwrote or deleted is planned back, byte for byte.

use std::collections::BTreeMap;
use std::path::Path;

use flowbind::emulator::Settings;

use crate::world::{World, code, flowbind_at, stderr, stdout};

const LONDON: &str = "eu-west-2";
const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme } }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json, description: Says hello }
"#;

/// Odd layout and line ends: every byte is to come back.
fn saying(text: &str) -> String {
    format!(
        "{{ \"Version\":\"2019-10-30\",\r\n\t\"StartAction\" : \"say\", \"Actions\":[ {{\"Identifier\":\"say\",\"Type\":\"MessageParticipant\",\
         \"Parameters\":{{\"Text\":\"{text}\"}},\"Transitions\":{{\"NextAction\":\"end\",\"Errors\":[{{\"ErrorType\":\"NoMatchingError\",\"NextAction\":\"end\"}}]}}}},\
         {{\"Identifier\":\"end\",\"Type\":\"DisconnectParticipant\",\"Parameters\":{{}},\"Transitions\":{{}}}}  ]}}\n"
    )
}

fn run(world: &World, arguments: &[&str]) -> (i32, String) {
    let output = flowbind_at(world.folder.path(), &world.emulator.url()).args(arguments).output().unwrap();
    (code(&output), format!("{}{}", stdout(&output), stderr(&output)))
}

/// The names of the runs that kept something, oldest first.
fn runs(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join(".flowbind/backup")).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn live(world: &World) -> Option<(String, Vec<(String, String)>)> {
    let connect = world.connect(LONDON);
    let list = connect.list_instances().send().await.unwrap();
    let instance = list.instance_summary_list()[0].id().unwrap().to_owned();
    let flows = connect.list_contact_flows().instance_id(&instance).send().await.unwrap();
    let id = flows.contact_flow_summary_list().first()?.id()?.to_owned();
    let seen =
        connect.describe_contact_flow().instance_id(instance).contact_flow_id(id).send().await.unwrap();
    let flow = seen.contact_flow.unwrap();
    let mut tags: Vec<(String, String)> = flow.tags.unwrap_or_default().into_iter().collect();
    tags.sort();
    Some((flow.content.unwrap(), tags))
}

/// The flows that there are, by name: their ids and contents.
async fn flows(world: &World) -> BTreeMap<String, (String, String)> {
    let connect = world.connect(LONDON);
    let list = connect.list_instances().send().await.unwrap();
    let instance = list.instance_summary_list()[0].id().unwrap();
    let list = connect.list_contact_flows().instance_id(instance).send().await.unwrap();
    let mut flows = BTreeMap::new();
    for summary in list.contact_flow_summary_list() {
        let (id, name) = (summary.id().unwrap(), summary.name().unwrap());
        let seen = connect.describe_contact_flow().instance_id(instance).contact_flow_id(id);
        let content = seen.send().await.unwrap().contact_flow.unwrap().content.unwrap();
        flows.insert(name.to_owned(), (id.to_owned(), content));
    }
    flows
}

/// Takes the names of all runs of the next minutes.
fn take_names(folder: &Path) {
    let now = jiff::Timestamp::now();
    for second in -1..600 {
        let at = now + jiff::SignedDuration::from_secs(second);
        let name = at.strftime("%Y%m%dT%H%M%SZ").to_string();
        std::fs::create_dir_all(folder.join(".flowbind/backup").join(name)).unwrap();
    }
}

/// The run that a command says how to put back.
fn told(text: &str) -> String {
    let rest = text.split_once("To restore the old contents: flowbind rollback ").expect(text).1;
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), MANIFEST).unwrap();
    std::fs::write(folder.path().join("main.json"), saying("one")).unwrap();
    let world = World::in_folder_with(folder, "m.yaml", Settings::default()).await;
    let (ended, text) = run(&world, &["apply", "--auto-approve", "m.yaml"]);
    assert_eq!(ended, 0, "{text}");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overwritten_flow_comes_back_byte_for_byte_and_so_does_what_the_rollback_overwrote() {
    let world = world().await;
    let (one, _) = live(&world).await.unwrap();
    std::fs::write(world.folder.path().join("main.json"), saying("two")).unwrap();
    assert_eq!(run(&world, &["apply", "--auto-approve", "m.yaml"]).0, 0);
    let (two, _) = live(&world).await.unwrap();
    assert_ne!(one, two);
    let kept = runs(world.folder.path());
    assert_eq!(kept.len(), 1);

    let (ended, text) = run(&world, &["rollback", &kept[0]]);
    assert!(
        ended == 4 && text.contains("nothing was written") && text.contains("block `say`"),
        "{ended} {text}"
    );
    for output in ["text", "json"] {
        let (ended, text) = run(&world, &["rollback", &kept[0], "--output", output]);
        let told = text.contains("block `say`") && text.contains("give --auto-approve");
        assert!(ended == 4 && told && !text.contains("flowbind plan"), "{output}: {ended} {text}");
    }
    let (ended, text) = run(&world, &["rollback", &kept[0], "--auto-approve", "m.yaml"]);
    assert!(ended == 0 && text.contains("1 updated"), "{ended} {text}");
    let whole = !text.contains("rollback-contents-only");
    assert!(whole && text.contains("revert it there as well"), "{text}");
    assert_eq!(live(&world).await.unwrap().0, one);
    let (ended, text) = run(&world, &["rollback", &kept[0], "--auto-approve"]);
    assert!(ended == 0 && text.contains("in sync"), "{ended} {text}");

    let again = runs(world.folder.path());
    assert_eq!(again.len(), 2, "a rollback keeps what it overwrites: {again:?}");
    assert_eq!(run(&world, &["rollback", &again[1], "--auto-approve"]).0, 0);
    assert_eq!(live(&world).await.unwrap().0, two);
}

/// A rollback is a write like any other, and callers of a placeholder are hung up on.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_protected_needs_leave_and_a_placeholder_never_comes_back() {
    let world = world().await;
    let (one, _) = live(&world).await.unwrap();
    std::fs::write(world.folder.path().join("main.json"), saying("two")).unwrap();
    assert_eq!(run(&world, &["apply", "--auto-approve", "m.yaml"]).0, 0);
    let (two, _) = live(&world).await.unwrap();
    let kept = runs(world.folder.path()).remove(0);

    let protected = MANIFEST.replace("description:", "protect: true, description:");
    std::fs::write(world.folder.path().join("m.yaml"), protected).unwrap();
    let (ended, text) = run(&world, &["rollback", &kept, "--auto-approve", "m.yaml"]);
    assert!(ended == 4 && text.contains("--allow flow/main"), "{ended} {text}");
    assert_eq!(live(&world).await.unwrap().0, two);

    // The placeholder of an interrupted run, as the next one keeps it.
    let folder = world.folder.path().join(".flowbind/backup").join(&kept);
    let stub = flowbind::flow::stub::stub(flowbind::flow::stub::FlowType::ContactFlow);
    let file = folder.join("flow-main.json");
    let content = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, stub).unwrap();
    let allowed = ["rollback", &kept, "--auto-approve", "--allow", "flow/main", "m.yaml"];
    let (ended, text) = run(&world, &allowed);
    assert!(ended == 0 && text.contains("placeholder-not-restored"), "{ended} {text}");
    assert_eq!(live(&world).await.unwrap().0, two);
    std::fs::write(&file, content).unwrap();
    assert_eq!(run(&world, &allowed).0, 0);
    assert_eq!(live(&world).await.unwrap().0, one);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_name_is_taken_is_told_by_the_name_that_it_has() {
    let world = world().await;
    let (one, _) = live(&world).await.unwrap();
    std::fs::write(world.folder.path().join("main.json"), saying("two")).unwrap();
    take_names(world.folder.path());
    let (ended, text) = run(&world, &["apply", "--auto-approve", "m.yaml"]);
    let name = told(&text);
    assert!(ended == 0 && name.ends_with("Z-2") && text.contains(&format!("/{name}/")), "{ended} {text}");
    let (ended, text) = run(&world, &["rollback", &name, "--auto-approve"]);
    assert_eq!(ended, 0, "{text}");
    assert_ne!(told(&text), name, "a rollback writes nothing into the run that it undoes");
    assert_eq!(live(&world).await.unwrap().0, one);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_overwritten_too_is_kept_beside_what_was_published() {
    let world = world().await;
    let (connect, draft) = (world.connect(LONDON), saying("draft"));
    let list = connect.list_instances().send().await.unwrap();
    let instance = list.instance_summary_list()[0].id().unwrap();
    let flows = connect.list_contact_flows().instance_id(instance).send().await.unwrap();
    let id = flows.contact_flow_summary_list()[0].id().unwrap();
    let update = connect.update_contact_flow_content().instance_id(instance);
    update.contact_flow_id(format!("{id}:$SAVED")).content(&draft).send().await.unwrap();
    std::fs::write(world.folder.path().join("main.json"), saying("two")).unwrap();
    let (ended, text) = run(&world, &["apply", "--auto-approve", "m.yaml"]);
    assert!(ended == 4 && !world.folder.path().join(".flowbind/backup").exists(), "{ended} {text}");

    let (ended, text) = run(&world, &["apply", "--auto-approve", "--allow", "flow/main", "m.yaml"]);
    let name = told(&text);
    let file = format!(".flowbind/backup/{name}/flow-main.draft.json");
    assert!(ended == 0 && text.contains(&format!("newer is kept in {file}")), "{ended} {text}");
    assert_eq!(std::fs::read_to_string(world.folder.path().join(&file)).unwrap(), draft);
    let (ended, text) = run(&world, &["rollback", &name, "--auto-approve"]);
    assert!(ended == 0 && text.contains(&file), "{ended} {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_flow_is_made_again_as_the_sets_own() {
    let world = world().await;
    let before = live(&world).await.unwrap();
    let head = MANIFEST.split("  flows:").next().unwrap();
    std::fs::write(world.folder.path().join("empty.yaml"), head).unwrap();
    let (ended, text) =
        run(&world, &["apply", "--prune", "--auto-approve", "--allow", "flow/main", "empty.yaml"]);
    assert!(ended == 0 && text.contains("1 deleted"), "{ended} {text}");
    assert_eq!(live(&world).await, None);
    let kept = runs(world.folder.path());
    let (ended, text) = run(&world, &["rollback", &kept[0], "empty.yaml"]);
    assert!(ended == 4 && text.contains("instance/support  support, eu-west-2\n"), "{ended} {text}");
    assert!(
        text.contains("restore the old manifest in the repository and run `flowbind apply empty.yaml`."),
        "{text}"
    );
    let (ended, text) = run(&world, &["rollback", &kept[0], "--auto-approve"]);
    assert!(ended == 0 && text.contains("1 created"), "{ended} {text}");
    assert!(text.contains("rollback-contents-only") && text.contains("`flowbind apply PATH...`"), "{text}");
    assert_eq!(live(&world).await.unwrap(), before, "content and tags");
    let (ended, text) = run(&world, &["plan", "--prune", "--detailed-exitcode", "m.yaml"]);
    assert_eq!(ended, 0, "the manifest finds its flow again: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_a_deleted_flow_leads_to_the_one_that_comes_back() {
    let world = world().await;
    let write = |name: &str, text: &str| std::fs::write(world.folder.path().join(name), text).unwrap();
    let two = "    aim: { instance: support, name: Aim, type: contact-flow, content: aim.json }\n";
    write("two.yaml", &format!("{MANIFEST}{two}"));
    write("aim.json", &saying("aim, $${not a token}"));
    write("main.json", &saying("go to ${flow.aim.arn} or ${flow.aim.id}"));
    let (ended, text) = run(&world, &["apply", "--auto-approve", "two.yaml"]);
    assert_eq!(ended, 0, "{text}");
    let before = flows(&world).await;
    write("main.json", &saying("go nowhere"));
    let prune = ["apply", "--prune", "--auto-approve", "--allow", "flow/aim", "--force", "m.yaml"];
    let (ended, text) = run(&world, &prune);
    let name = told(&text);
    assert!(ended == 0 && text.contains("1 updated, 1 deleted"), "{ended} {text}");

    let (ended, text) = run(&world, &["rollback", &name, "--auto-approve"]);
    assert!(ended == 0 && text.contains("1 created, 1 updated"), "{ended} {text}");
    let after = flows(&world).await;
    let (old, new) = (&before["Aim"].0, &after["Aim"].0);
    assert!(old != new && before["Main"].1.matches(old).count() == 2, "{before:?}");
    assert_eq!(after["Aim"].1, before["Aim"].1);
    assert_eq!(after["Main"].1, before["Main"].1.replace(old, new), "every other byte is as it was");
    let (ended, text) = run(&world, &["rollback", &name, "--auto-approve"]);
    assert!(ended == 0 && text.contains("in sync"), "it is found again under its new id: {ended} {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_planned_back_is_told() {
    let world = world().await;
    let (ended, text) = run(&world, &["rollback", "20260102T030405Z"]);
    assert!(ended == 1 && text.contains("nothing was kept in this folder"), "{ended} {text}");
    assert_eq!(run(&world, &["rollback", "../x"]).0, 64);
    let folder = world.folder.path().join(".flowbind/backup/run");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("function-greeter.json"), "{}").unwrap();
    let (ended, text) = run(&world, &["rollback", "run"]);
    assert!(
        ended == 1 && text.contains("function-greeter.json") && text.contains("by hand"),
        "{ended} {text}"
    );
    let (ended, text) = run(&world, &["rollback", "20260102T030405Z"]);
    assert!(ended == 1 && text.contains("the runs there are run"), "{ended} {text}");
}
