//! `import` meets every false answer: what it writes is the whole instance, or it writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use flowbind::aws::{LiveError, Wanted, observe_instance, observe_policies};
use flowbind::import::{MANIFEST, functions_to_read, import};
use flowbind::resource::Region;

use super::{cases, fork, hasty, is_lost_for_good, quick};
use crate::import::{hand, two_instances};
use crate::world::{World, is_read};

/// What an import found, or why it did not, and the calls that it made.
struct Run {
    files: Result<BTreeMap<String, String>, LiveError>,
    calls: BTreeMap<String, u64>,
}

async fn run(world: &World, wanted: &Wanted, fault: &str) -> Run {
    let faults: Vec<&str> = if fault.is_empty() { Vec::new() } else { vec![fault] };
    let world = fork(world, quick(&faults)).await;
    let session = hasty(world.emulator.url(), fault).await;
    let region = Region::parse("eu-west-2").unwrap();
    let files = async {
        let live = observe_instance(&session, wanted, &region).await?;
        let policies = observe_policies(&session, &functions_to_read(&live)).await?;
        Ok(import(&live, &policies, None).files)
    };
    Run { files: files.await, calls: world.calls() }
}

/// The calls that failed, as operations.
fn failed(error: &LiveError) -> BTreeSet<String> {
    match error {
        LiveError::Identity(fault) => [fault.operation.to_string()].into(),
        LiveError::Unread(faults) => faults.iter().map(|fault| fault.operation.to_string()).collect(),
        LiveError::Missing { .. } | LiveError::NotActive { .. } | LiveError::WrongAccount { .. } => {
            BTreeSet::new()
        }
    }
}

/// The files as they are where the settings could not be read, which only comments name.
fn without_comments(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut files = files.clone();
    let manifest = files.get_mut(MANIFEST).unwrap();
    let kept = manifest.lines().filter(|line| !line.trim_start().starts_with('#'));
    *manifest = kept.collect::<Vec<_>>().join("\n");
    files
}

/// Meets every case with one way to name the instance.
async fn sweep(world: &World, wanted: Wanted) {
    let clean = run(world, &wanted, "").await;
    let files = clean.files.unwrap();
    assert!(clean.calls.keys().all(|operation| is_read(operation)), "{:?}", clean.calls);
    for (operation, fault) in cases(&clean.calls.keys().cloned().collect()) {
        let met = run(world, &wanted, &fault).await;
        let made = met.calls[&operation];
        assert!(made <= 16 + 16 * clean.calls[&operation], "{fault}: {made} calls");
        let survived = fault.ends_with("nth=1") && !is_lost_for_good(&fault);
        match met.files {
            Ok(found) if operation == "connect:ListInstanceAttributes" && !survived => {
                assert!(found[MANIFEST].contains("could not be read (connect:ListInstanceAttributes)"));
                assert_eq!(without_comments(&found), without_comments(&files), "{fault}");
            }
            Ok(found) => {
                assert!(survived, "{fault}: nothing says what could not be read");
                assert_eq!(found, files, "{fault}");
            }
            Err(error) => {
                assert!(!survived, "{fault}: one such answer is survived: {error:?}");
                assert_eq!(failed(&error), [operation].into(), "{fault}: false absence: {error:?}");
            }
        }
    }
}

async fn furnished() -> World {
    let world = two_instances(quick(&[])).await;
    hand::furnish(&world, "acme").await;
    hand::break_function(&world, "acme").await;
    world
}

#[tokio::test]
async fn an_instance_is_imported_whole_or_not_at_all() {
    sweep(&furnished().await, Wanted::Alias("acme".to_owned())).await;
}

#[tokio::test]
async fn an_instance_that_is_named_by_its_id_is_imported_whole_or_not_at_all() {
    let world = furnished().await;
    let list = world.connect("eu-west-2").list_instances().send().await.unwrap();
    let acme = list.instance_summary_list().iter().find(|found| found.instance_alias() == Some("acme"));
    sweep(&world, Wanted::Id(acme.unwrap().id().unwrap().to_owned())).await;
}
