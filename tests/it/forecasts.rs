//! What is announced is not more than what is done.

use std::process::Output;

use flowbind::plan::Reach;

use crate::world::{World, copy, flowbind_at, shipped, stderr, stdout};

fn run(world: &World, arguments: &[&str]) -> Output {
    flowbind_at(world.folder.path(), &world.emulator.url())
        .args(["--quiet"])
        .args(arguments)
        .env("FLOWBIND_PACED", "false")
        .output()
        .unwrap()
}

/// The calls that a command announces for each set, and those that it makes.
fn announced(world: &World, arguments: &[&str]) -> (u64, u64) {
    world.emulator.reset();
    let output = flowbind_at(world.folder.path(), &world.emulator.url())
        .args(arguments)
        .env("FLOWBIND_PACED", "false")
        .output()
        .unwrap();
    let text = stderr(&output);
    let numbers = text
        .lines()
        .filter_map(|line| line.split_once("at least ")?.1.split(' ').next()?.parse::<u64>().ok());
    let sum: u64 = numbers.sum();
    assert!(sum > 0, "{arguments:?}: {text}{}", stdout(&output));
    (sum, world.calls().values().sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_announces_no_more_calls_than_are_made_whatever_exists() {
    for folder in ["demo", "platform", "starter"] {
        let temporary = tempfile::tempdir().unwrap();
        copy(&shipped(""), temporary.path());
        let world = World::in_folder(temporary, folder).await;
        let target: &[&str] = if folder == "platform" { &["--for", "dev"] } else { &[] };
        let commands: [&[&str]; 6] = [
            &["plan", folder],
            &["plan", "--audit", folder],
            &["plan", "--prune", folder],
            &["plan", "--audit", "--prune", folder],
            &["drift", folder],
            &["drift", "--audit", folder],
        ];
        for applied in [false, true] {
            for arguments in commands {
                let arguments = &[arguments, target].concat();
                let (announced, made) = announced(&world, arguments);
                assert!(announced <= made, "{folder}, {applied}: {arguments:?}: {announced} of {made}");
            }
            if !applied {
                let output = run(&world, &[&["apply", "--auto-approve", folder], target].concat());
                assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
            }
        }
    }
}

/// The calls that an apply announces for its reads and writes, and those that it makes.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_announces_no_more_calls_than_are_made() {
    for folder in ["demo", "platform", "starter"] {
        let temporary = tempfile::tempdir().unwrap();
        copy(&shipped(""), temporary.path());
        let world = World::in_folder(temporary, folder).await;
        let target: &[&str] = if folder == "platform" { &["--for", "dev"] } else { &[] };
        // From nothing, with nothing to do, and a removal of almost all.
        let mut announcements = Vec::new();
        for (round, options) in [&[][..], &[], &["--prune", "--force"]].into_iter().enumerate() {
            if round == 2 {
                strip(&world.folder.path().join(folder));
            }
            let apply = [&["apply", "--auto-approve", folder], target, options].concat();
            let (announced, made) = announced(&world, &apply);
            assert!(announced <= made, "{folder}, {round}: {announced} of {made}");
            announcements.push((announced, made));
        }
        let (first, made) = announcements[0];
        assert!(first * 3 > made * 2, "{folder}: {first} of {made} is no forecast");
    }
}

/// The calls that a rollback announces for its look and its writes, and those that it makes.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_announces_its_reads_and_no_more_calls_than_are_made() {
    let (world, run) = crate::ends::overwritten().await;
    for (round, least) in [(1, 2), (2, 2)] {
        let (announced, made) = announced(&world, &["rollback", &run, "--auto-approve"]);
        assert!(announced <= made && announced >= least, "{round}: {announced} of {made}");
    }
}

/// Takes the flows out of a manifest, so that what was made for them is orphaned.
fn strip(folder: &std::path::Path) {
    let path = folder.join("flowbind.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once("\n  flows:").unwrap();
    std::fs::write(path, format!("{head}\n")).unwrap();
}

#[tokio::test]
async fn what_is_sure_is_a_part_of_what_is_forecast() {
    for folder in ["demo", "platform", "starter"] {
        for manifest in crate::world::load(&shipped(folder)) {
            for reads in [Reach::Declared.of_plan(&manifest), Reach::Declared.of_drift(&manifest)] {
                let forecast = reads.forecast(&manifest);
                let all: u32 = forecast.calls.values().sum();
                assert!(forecast.at_least > 0 && forecast.at_least <= all, "{folder}: {forecast:?}");
            }
        }
    }
}
