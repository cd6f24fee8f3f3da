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

/// Three flows, which then exchange their names, say other words and get another logical name.
fn before_and_after(folder: &std::path::Path, after: bool) {
    let head = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  \
        accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n  \
        instances: { support: { alias: acme } }\n  flows:\n";
    let [one, two, label] = if after { ["Two", "One", "sea"] } else { ["One", "Two", "c"] };
    let three = if after { "Four" } else { "Three" };
    let flow = |label: &str, name: &str, file: &str| {
        format!(
            "    {label}: {{ instance: support, name: {name}, type: contact-flow, description: {name}, content: {file}.json }}\n"
        )
    };
    let flows = [flow("a", one, "a"), flow("b", two, "b"), flow(label, three, "c")].concat();
    std::fs::write(folder.join("m.yaml"), format!("{head}{flows}")).unwrap();
    for label in ["a", "b", "c"] {
        let word = format!("{label}{}", if after { " edited" } else { "" });
        std::fs::write(folder.join(format!("{label}.json")), crate::races::says(&word)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_that_rename_and_edit_end_alike() {
    for gap in [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 30, 45] {
        let folder = tempfile::tempdir().unwrap();
        before_and_after(folder.path(), false);
        let world = World::in_folder(folder, "m.yaml").await;
        crate::apply::all_done(&run(&world, "before", Duration::ZERO).await);
        before_and_after(world.folder.path(), true);
        let manifests = crate::world::load(&world.folder.path().join("m.yaml"));
        let world = World { manifests, ..world };
        // Both have planned the same.
        let (one, two) = (world.plan().await, world.plan().await);
        let carry = async |plan: flowbind::plan::Plan, name: &str, after: u64| {
            let session = world.session().await;
            tokio::time::sleep(Duration::from_millis(after)).await;
            crate::apply::carry_out(&session, &plan, &world.folder.path().join(name)).await
        };
        let (one, two) = tokio::join!(carry(one, "one", 0), carry(two, "two", gap));
        for (id, outcome) in one.outcomes.iter().chain(&two.outcomes) {
            let all = (&one.outcomes, &two.outcomes);
            assert!(outcome.is_done(), "{gap} ms: {} {:?} {outcome:?} {all:#?}", id.address, id.step);
        }
        let plan = world.plan().await;
        assert!(plan.actions.is_empty() && plan.problems.is_empty(), "{gap} ms: {:?}", plan.actions);
    }
}
