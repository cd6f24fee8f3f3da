//! Instances that a set creates: cut short at any write, the same command finishes them without asking.

use std::process::{Child, Output, Stdio};

use flowbind::emulator::{Emulator, Settings};

use crate::ends::end;
use crate::world::{World, code, flowbind_at, is_read, stderr, stdout};

const APPLY: [&str; 3] = ["apply", "--auto-approve", "m.yaml"];

/// A protected instance with settings that a new one does not have, one of which cuts callers off.
const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: new }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    desk:
      alias: new-desk
      create: { identity: connect-managed, inbound: true, outbound: true }
      attributes: { inbound-calls: false, contactflow-logs: true, multi-party-conference: true }
      protect: true
"#;

fn spawn(world: &World, emulator: &Emulator, arguments: &[&str]) -> Child {
    let mut command = flowbind_at(world.folder.path(), &emulator.url());
    command.env("FLOWBIND_PACED", "false").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

async fn run(world: &World, emulator: &Emulator, arguments: &[&str]) -> Output {
    end(spawn(world, emulator, arguments)).await
}

/// The applied tag of the one instance, and its settings that the manifest declares.
async fn state(world: &World, emulator: &Emulator) -> (Option<String>, Vec<String>) {
    let config = crate::world::config_at(&emulator.url(), crate::world::ACCOUNT, "eu-west-2");
    let connect = aws_sdk_connect::Client::new(&config);
    let list = connect.list_instances().send().await.unwrap();
    assert_eq!(list.instance_summary_list().len(), 1, "{:?}", world.manifests[0].instances);
    let id = list.instance_summary_list()[0].id().unwrap();
    let seen = connect.describe_instance().instance_id(id).send().await.unwrap();
    let tags = seen.instance().and_then(|instance| instance.tags());
    let tag = tags.and_then(|tags| tags.get("flowbind/applied")).cloned();
    let mut settings = Vec::new();
    for name in ["INBOUND_CALLS", "CONTACTFLOW_LOGS", "MULTI_PARTY_CONFERENCE"] {
        let describe = connect.describe_instance_attribute().instance_id(id).attribute_type(name.into());
        let answer = describe.send().await.unwrap();
        settings.push(answer.attribute().unwrap().value().unwrap().to_owned());
    }
    (tag, settings)
}

async fn is_whole(world: &World, emulator: &Emulator, what: &str) {
    let (tag, settings) = state(world, emulator).await;
    assert_eq!(tag.as_deref(), Some("created"), "{what}");
    assert_eq!(settings, ["false", "true", "true"], "{what}");
    let plan = run(world, emulator, &["plan", "--detailed-exitcode", "m.yaml"]).await;
    assert_eq!(code(&plan), 0, "{what}: {}{}", stdout(&plan), stderr(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_instance_is_created_with_its_settings_in_one_run_and_protected_from_then_on() {
    let world = World::new(MANIFEST).await;
    let done = run(&world, &world.emulator, &APPLY).await;
    assert_eq!(code(&done), 0, "{}{}", stdout(&done), stderr(&done));
    is_whole(&world, &world.emulator, "undisturbed").await;
    let path = world.folder.path().join("m.yaml");
    std::fs::write(&path, MANIFEST.replace("multi-party-conference: true", "early-media: false")).unwrap();
    let refused = run(&world, &world.emulator, &APPLY).await;
    assert_eq!(code(&refused), 4, "{}{}", stdout(&refused), stderr(&refused));
    assert!(stdout(&refused).contains("--allow instance/desk"), "{}", stdout(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_was_killed_at_any_write_is_finished_by_the_same_command() {
    let undisturbed = World::new(MANIFEST).await;
    run(&undisturbed, &undisturbed.emulator, &APPLY).await;
    let writes: u64 =
        undisturbed.calls().iter().filter(|(name, _)| !is_read(name)).map(|(_, times)| times).sum();
    assert_eq!(writes, 5, "creation, three settings, the tag: {:?}", undisturbed.calls());
    for (nth, when) in (1..=writes).flat_map(|nth| [(nth, "before"), (nth, "after")]) {
        let fault = format!("freeze-{when}:*:*:nth={nth}").parse().unwrap();
        let world = World::with(MANIFEST, Settings { faults: vec![fault], ..Settings::default() }).await;
        let mut child = spawn(&world, &world.emulator, &APPLY);
        let at = world.emulator.frozen().await;
        child.kill().unwrap();
        child.wait().unwrap();
        let forked = world.emulator.fork(Settings::default()).await.unwrap();
        let what = format!("{when} write {nth} ({at})");
        let again = run(&world, &forked, &APPLY).await;
        assert_eq!(code(&again), 0, "{what}: {}{}", stdout(&again), stderr(&again));
        is_whole(&world, &forked, &what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_says_nothing_of_its_creation_is_protected_and_the_plan_says_how_to_finish_it() {
    let world = World::new(MANIFEST).await;
    // As a version made it that did not mark the end of a creation.
    let create = world.connect("eu-west-2").create_instance().instance_alias("new-desk");
    let create = create.identity_management_type("CONNECT_MANAGED".into()).tags("flowbind/set", "new/desk");
    create.inbound_calls_enabled(true).outbound_calls_enabled(true).send().await.unwrap();
    let waited = run(&world, &world.emulator, &APPLY).await;
    assert_eq!(code(&waited), 4, "{}{}", stdout(&waited), stderr(&waited));
    let said = stdout(&waited);
    assert!(said.contains("if a run was interrupted while it created the instance"), "{said}");
    let allowed = [&APPLY[..], &["--allow", "instance/desk"]].concat();
    let done = run(&world, &world.emulator, &allowed).await;
    assert_eq!(code(&done), 0, "{}{}", stdout(&done), stderr(&done));
}
