//! What an instance holds becomes files whose plan is empty, and a second instance is planned from the same files.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Output;

use flowbind::emulator::{self, Emulator, Settings, WorldAccount, WorldFunction, WorldInstance, WorldNamed};

use crate::world::{ACCOUNT, World, code, flowbind, flowbind_at, shipped, stderr, stdout};

pub(crate) mod hand;
mod real;

const REGION: &str = "eu-west-2";

fn lambda(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

/// Two instances without flows, and functions, queues, prompts and hours for both.
pub(crate) async fn two_instances(settings: Settings) -> World {
    let (account, region) = (ACCOUNT.to_owned(), REGION.to_owned());
    let instance = |alias: &str| WorldInstance {
        account: account.clone(),
        region: region.clone(),
        alias: Some(alias.to_owned()),
        ..WorldInstance::default()
    };
    let function = |name: &str| WorldFunction {
        account: account.clone(),
        region: region.clone(),
        name: name.to_owned(),
        aliases: vec!["live".to_owned()],
        timeout: 3,
    };
    let named = |instance: &str, name: &str| WorldNamed {
        account: account.clone(),
        region: region.clone(),
        instance: instance.to_owned(),
        name: name.to_owned(),
    };
    let both = |name: &str| vec![named("acme", name), named("other", name)];
    let seed = emulator::World {
        accounts: vec![WorldAccount { id: account.clone() }],
        instances: vec![instance("acme"), instance("other")],
        functions: ["crm", "greeter", "idle", "gone"].map(function).into(),
        queues: both("Support: \"A\""),
        prompts: both("Beep.wav"),
        hours: both("Main"),
        ..emulator::World::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let emulator = Emulator::start(address, settings, seed).await.unwrap();
    World { folder: tempfile::tempdir().unwrap(), manifests: Vec::new(), emulator }
}

fn run(world: &World, arguments: &[&str]) -> Output {
    flowbind_at(world.folder.path(), &world.emulator.url()).args(arguments).output().unwrap()
}

fn import(world: &World, more: &[&str]) -> Output {
    let mut arguments = vec!["import", "--region", REGION, "--instance", "acme"];
    arguments.extend(more);
    run(world, &arguments)
}

fn read(world: &World, path: &str) -> String {
    std::fs::read_to_string(world.folder.path().join(path)).unwrap()
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_made_instance_is_imported_and_its_plan_is_empty() {
    let world = two_instances(Settings::default()).await;
    hand::furnish(&world, "acme").await;
    hand::break_function(&world, "acme").await;
    drop(world.emulator.stats());
    let got = import(&world, &["--out", "got"]);
    assert_eq!(code(&got), 0, "{}{}", stdout(&got), stderr(&got));
    assert!(
        stderr(&got)
            .contains("fails today: function gone:live: it is not in the instance's list of functions")
    );
    assert!(stderr(&got).contains("note: flow \"Edited\": someone is editing it"), "{}", stderr(&got));
    assert!(stdout(&got).contains("8 flows, 1 module and 3 functions in 10 files"), "{}", stdout(&got));

    let validate = run(&world, &["validate", "got"]);
    assert_eq!((code(&validate), stderr(&validate).as_str()), (0, ""), "{}", stdout(&validate));
    let plan = run(&world, &["plan", "--detailed-exitcode", "got"]);
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
    let flows = read(&world, "got/flows/main-ivr.json") + &read(&world, "got/flows/desk.json");
    for token in [
        "${function.crm.arn}",
        "${flow.desk.arn}",
        "${flow.main-ivr.id}",
        "${module.auth.arn}",
        "${queue[\\\"Support: \\\\\\\"A\\\\\\\"\\\"].arn}",
        "${prompt[\\\"Beep.wav\\\"].arn}",
        "${hours[\\\"Main\\\"].id}",
        "${instance.arn}",
        "$${literal}",
    ] {
        assert!(flows.contains(token), "{token} is not in\n{flows}");
    }
    assert!(!flows.contains(ACCOUNT), "nothing of this instance is left in\n{flows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_of_the_same_shape_is_made_from_the_same_files() {
    let world = two_instances(Settings::default()).await;
    hand::furnish(&world, "acme").await;
    hand::associate(&world, "other").await;
    let got = import(&world, &[]);
    assert_eq!(code(&got), 0, "{}", stderr(&got));
    let plan = run(&world, &["plan", "--output", "json", "--var", "alias=other", "."]);
    let document: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
    let actions = document["actions"].as_array().unwrap();
    assert!(actions.len() >= 9, "{}", stdout(&plan));
    for action in actions {
        let address = action["address"].as_str().unwrap();
        let kind = address.split('/').next();
        assert!(kind == Some("flow") || kind == Some("module"), "{address}");
        // Archiving follows the creation.
        assert!(action["action"] == "create" || address == "flow/archived", "{action}");
    }
    let apply = run(&world, &["apply", "--auto-approve", "--var", "alias=other", "."]);
    assert_eq!(code(&apply), 0, "{}{}", stdout(&apply), stderr(&apply));
    for alias in ["acme", "other"] {
        let variable = format!("alias={alias}");
        let plan = run(&world, &["plan", "--detailed-exitcode", "--prune", "--var", &variable, "."]);
        assert_eq!(code(&plan), 0, "{alias}: {}{}", stdout(&plan), stderr(&plan));
    }
    // What was edited is written: the flows are adopted.
    let edited = read(&world, "flows/desk.json").replace("Welcome", "Good day");
    std::fs::write(world.folder.path().join("flows/desk.json"), edited).unwrap();
    let apply = run(&world, &["apply", "--auto-approve", "."]);
    assert_eq!(code(&apply), 0, "{}{}", stdout(&apply), stderr(&apply));
    let live = hand::content(&world, "acme", "Desk").await;
    assert!(live.contains("Good day to arn:aws:connect:") && live.contains(" ${literal} "), "{live}");
}

#[tokio::test(flavor = "multi_thread")]
async fn import_reads_everything_once_and_writes_nothing() {
    let world = two_instances(Settings::default()).await;
    hand::furnish(&world, "acme").await;
    let before = world.calls();
    assert_eq!(code(&import(&world, &[])), 0);
    let after = world.calls();
    let mut made: Vec<String> = Vec::new();
    for (operation, times) in &after {
        let times = times - before.get(operation).copied().unwrap_or_default();
        if times > 0 {
            made.push(format!("{operation} {times}"));
        }
    }
    // 6 published flows with their drafts, 1 that is only a draft, 1 module; 4 functions.
    insta::assert_snapshot!(made.join("\n"), @r"
    connect:DescribeContactFlow 13
    connect:DescribeContactFlowModule 2
    connect:ListContactFlowModules 1
    connect:ListContactFlows 1
    connect:ListHoursOfOperations 1
    connect:ListInstanceAttributes 2
    connect:ListInstances 1
    connect:ListLambdaFunctions 1
    connect:ListPrompts 1
    connect:ListQueues 1
    lambda:GetPolicy 4
    sts:GetCallerIdentity 1
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_when_something_cannot_be_read() {
    let faults = vec!["deny:connect:ListPrompts".parse().unwrap()];
    let world = two_instances(Settings { faults, ..Settings::default() }).await;
    let got = import(&world, &["--out", "got"]);
    assert_eq!(code(&got), 3, "{}", stderr(&got));
    let told = stderr(&got);
    assert!(told.contains("connect:ListPrompts") && told.contains("nothing was written"), "{told}");
    assert!(is_empty(&world.folder.path().join("got")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_overwritten() {
    let world = two_instances(Settings::default()).await;
    hand::furnish(&world, "acme").await;
    let folder = world.folder.path();
    std::fs::create_dir_all(folder.join("got/flows")).unwrap();
    std::fs::write(folder.join("got/flows/desk.json"), "mine").unwrap();
    let got = import(&world, &["--out", "got"]);
    assert_eq!(code(&got), 4, "{}", stderr(&got));
    assert!(stderr(&got).contains("flows/desk.json") && stderr(&got).contains("--out"), "{}", stderr(&got));
    assert_eq!(read(&world, "got/flows/desk.json"), "mine");
    assert!(!folder.join("got/flowbind.yaml").exists() && !folder.join("got/modules").exists());
    assert_eq!(code(&import(&world, &[])), 0);
    let again = import(&world, &[]);
    assert_eq!(code(&again), 4, "{}", stderr(&again));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_instance_is_told_with_what_to_do() {
    let world = two_instances(Settings::default()).await;
    let missing = run(&world, &["import", "--region", REGION, "--instance", "acmee"]);
    assert_eq!(code(&missing), 1);
    assert!(stderr(&missing).contains("no instance with the alias `acmee`"), "{}", stderr(&missing));
    assert!(stderr(&missing).contains("did you mean `acme`?"), "{}", stderr(&missing));
    let wrong = run(&world, &["import", "--region", REGION, "--instance", "arn:aws:connect:acme"]);
    assert_eq!(code(&wrong), 64);
    assert!(stderr(&wrong).contains("is written like `arn:aws:connect:"), "{}", stderr(&wrong));
    let nowhere = run(&world, &["import", "--instance", "acme"]);
    assert_eq!(code(&nowhere), 64, "{}", stderr(&nowhere));
    assert!(stderr(&nowhere).contains("--region"), "{}", stderr(&nowhere));
    let arn = format!("arn:aws:connect:{REGION}:222233334444:instance/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    let theirs = run(&world, &["import", "--instance", &arn]);
    assert_eq!(code(&theirs), 4, "{}", stderr(&theirs));
    let list = world.connect(REGION).list_instances().send().await.unwrap();
    for summary in list.instance_summary_list() {
        for (name, out) in [(summary.id().unwrap(), "by-id"), (summary.arn().unwrap(), "by-arn")] {
            let out = format!("{out}-{}", summary.instance_alias().unwrap());
            let got = run(&world, &["import", "--region", REGION, "--instance", name, "--out", &out]);
            assert_eq!(code(&got), 0, "{}", stderr(&got));
        }
    }
}

#[test]
fn a_sandbox_is_imported_as_aws_is() {
    let folder = tempfile::tempdir().unwrap();
    crate::world::copy(&shipped("starter"), &folder.path().join("starter"));
    let run = |arguments: &[&str]| flowbind(folder.path()).args(arguments).output().unwrap();
    let import =
        ["import", "--sandbox", "--region", REGION, "--instance", "my-contact-centre", "--out", "got"];
    let nothing = run(&import);
    assert_eq!(code(&nothing), 1, "{}", stderr(&nothing));
    assert!(stderr(&nothing).contains("there is no sandbox"), "{}", stderr(&nothing));
    assert_eq!(code(&run(&["apply", "--sandbox", "--auto-approve", "starter"])), 0);
    let got = run(&import);
    assert_eq!(code(&got), 0, "{}{}", stdout(&got), stderr(&got));
    assert!(stdout(&got).contains("flowbind plan --sandbox got"), "{}", stdout(&got));
    let plan = run(&["plan", "--sandbox", "--detailed-exitcode", "got"]);
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
}
