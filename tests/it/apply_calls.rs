//! The calls that an apply makes are those that are forecast from its plan.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use flowbind::backup::Backups;
use flowbind::emulator::{Settings, Timings};
use flowbind::plan::{Plan, Reach, apply_calls};
use flowbind::reconcile;
use flowbind::resource::Address;

use crate::apply::{Silent, all_done};
use crate::world::{World, copy, shipped};

/// Looks that wait: writers of one list share theirs as their writes happen to end, Lambda may still be at work, and a
/// policy that is empty takes a look at the function. Only so many are sure.
const AT_LEAST: [&str; 2] = ["connect:ListLambdaFunctions", "lambda:GetFunction"];

/// Carries a plan out and compares what was called with what was forecast.
pub(crate) async fn carried_out_as_forecast(world: &World, plan: &Plan) {
    let session = world.session().await;
    world.emulator.reset();
    let guards = plan.actions.iter().filter_map(|action| action.guard.as_ref());
    let allowed: BTreeSet<Address> = guards.map(|guard| guard.allow.clone()).collect();
    let backups = Backups::new(&world.folder.path().join("forecast"), plan.set.as_str());
    all_done(&reconcile::apply(&session, plan, &allowed, &backups, &Silent).await.unwrap());
    let mut called = world.calls();
    let mut forecast: BTreeMap<String, u64> = BTreeMap::new();
    for ((_, operation), times) in apply_calls(plan) {
        *forecast.entry(operation.to_string()).or_default() += u64::from(times);
    }
    for operation in AT_LEAST {
        let (sure, made) = (forecast.remove(operation), called.remove(operation));
        assert!(sure <= made, "{operation}: {sure:?} {made:?}");
    }
    assert_eq!(called, forecast);
}

/// An AWS in which a new role can be used at once: how often a function is tried before that is no matter of the plan.
fn roles_at_once() -> Settings {
    let timings = Timings { role_propagation: Duration::ZERO, ..Timings::default() };
    Settings { timings, ..Settings::default() }
}

#[tokio::test]
async fn the_demo_takes_the_calls_that_are_forecast() {
    let world = World::demo().await;
    let plan = world.plan().await;
    carried_out_as_forecast(&world, &plan).await;
}

#[tokio::test]
async fn each_target_of_the_platform_takes_the_calls_that_are_forecast() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("platform"), &folder.path().join("platform"));
    let world = World::at(folder, "platform", roles_at_once()).await;
    for manifest in &world.manifests {
        let session = world.session().await;
        let plan = reconcile::plan(&session, manifest, Reach::Declared).await.unwrap();
        carried_out_as_forecast(&world, &plan).await;
    }
}
