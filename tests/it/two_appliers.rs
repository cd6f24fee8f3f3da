//! Two runs of one set at once, from nothing: both succeed, and everything is there once.

use std::collections::BTreeSet;
use std::time::Duration;

use flowbind::backup::Backups;
use flowbind::emulator::Settings;
use flowbind::plan::ApplyReport;
use flowbind::reconcile;
use flowbind::resource::Address;
use serde_json::Value;

use crate::apply::Silent;
use crate::marks::bindings;
use crate::world::{World, copy, shipped};

/// One run from its look to its end.
async fn run(world: &World, name: &str, after: Duration) -> ApplyReport {
    tokio::time::sleep(after).await;
    let (session, plan) = (world.session().await, world.plan().await);
    let backups = Backups::new(&world.folder.path().join(name), "run");
    // What one run is making is protected for the other.
    let guards = plan.actions.iter().filter_map(|action| action.guard.as_ref());
    let allowed: BTreeSet<Address> = guards.map(|guard| guard.allow.clone()).collect();
    reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await.unwrap()
}

/// The names of all flows and modules of all instances.
fn flows(world: &World) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        let Value::Object(object) = value else {
            value.as_array().into_iter().flatten().for_each(|value| collect(value, found));
            return;
        };
        for (key, value) in object {
            match value {
                Value::Object(all) if key == "flows" || key == "modules" => {
                    found.extend(all.values().map(|flow| flow["name"].to_string()));
                }
                other => collect(other, found),
            }
        }
    }
    let mut found = Vec::new();
    collect(&world.emulator.content(), &mut found);
    found.sort();
    found
}

/// Lets two runs meet, the second some milliseconds after the first.
async fn meet(folder: &str, delay: Duration, gaps: &[u64]) {
    let start = async || {
        let temporary = tempfile::tempdir().unwrap();
        copy(&shipped(folder), &temporary.path().join(folder));
        let settings = Settings { consistency_delay: delay, ..Settings::default() };
        World::in_folder_with(temporary, folder, settings).await
    };
    let alone = start().await;
    run(&alone, "alone", Duration::ZERO).await;
    let (wanted, names) = (bindings(&alone), flows(&alone));
    for gap in gaps {
        let world = start().await;
        let (one, two) =
            tokio::join!(run(&world, "one", Duration::ZERO), run(&world, "two", Duration::from_millis(*gap)));
        for (id, outcome) in one.outcomes.iter().chain(&two.outcomes) {
            assert!(outcome.is_done(), "{folder}, {delay:?}, {gap} ms: {} {outcome:?}", id.address);
        }
        assert_eq!(bindings(&world), wanted, "{folder}, {delay:?}, {gap} ms");
        assert_eq!(flows(&world), names, "{folder}, {delay:?}, {gap} ms");
        tokio::time::sleep(delay).await;
        let plan = world.plan().await;
        assert!(
            plan.actions.is_empty() && plan.gaps.is_empty(),
            "{folder}, {delay:?}, {gap} ms: {:?}",
            plan.actions
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_from_nothing_end_alike() {
    meet("demo", Duration::ZERO, &[0, 2, 5, 10, 20, 40]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_from_nothing_end_alike_where_reads_lag() {
    meet("demo", Duration::from_millis(400), &[0, 50, 200, 450, 700, 1000]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_that_make_functions_end_alike_where_reads_lag() {
    meet("platform", Duration::from_millis(400), &[0, 300]).await;
}
