//! A run at AWS's rates that is to end while most of its writes wait for their turns: they are not made.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use flowbind::aws::{Options, Session};
use flowbind::backup::Backups;
use flowbind::plan::{ApplyReport, Outcome, Plan};
use flowbind::reconcile;

use crate::apply::{Silent, all_done, carry_out};
use crate::races::says;
use crate::world::{World, load};

/// A manifest of flows that need nothing of each other.
fn manifest(flows: usize) -> String {
    let mut text = String::from(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: paced }\nspec:\n  \
         accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n  \
         instances:\n    support: { alias: acme }\n  flows:\n",
    );
    for n in 0..flows {
        let flow = format!("{{ instance: support, name: Flow {n:02}, type: contact-flow, content: f.json }}");
        writeln!(text, "    f{n:02}: {flow}").unwrap();
    }
    text
}

async fn world(flows: usize) -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), manifest(flows)).unwrap();
    std::fs::write(folder.path().join("f.json"), says("one")).unwrap();
    World::in_folder(folder, "m.yaml").await
}

/// A session at AWS's rates: two requests a second for each operation, five at once.
async fn paced(world: &World, timeout: Option<Duration>) -> Session {
    let options = Options::embedded(world.emulator.url());
    Session::open(Options { paced: true, timeout, ..options }).await
}

fn count(world: &World, operation: &str) -> u64 {
    world.calls().get(operation).copied().unwrap_or_default()
}

async fn apply(world: &World, session: &Session, plan: &Plan) -> ApplyReport {
    let backups = Backups::new(world.folder.path(), "run");
    reconcile::apply(session, plan, &BTreeSet::new(), &backups, &Silent).await.unwrap()
}

/// Every action is done or has not started; gives how many are done.
fn done(report: &ApplyReport, why: &str) -> u64 {
    for (id, outcome) in &report.outcomes {
        match outcome {
            Outcome::Applied => {}
            Outcome::NotBegun { message } => assert!(message.contains(why), "{message}"),
            other => panic!("{}: {other:?}", id.address),
        }
    }
    let done = report.outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Applied).count();
    u64::try_from(done).unwrap()
}

/// The requests of an operation that can be under way at once: those of a full bucket, and one that came due since.
const UNDER_WAY: u64 = 6;

/// Interrupts an apply of so many flows when AWS has seen three requests of the operation.
async fn interrupted(world: &World, flows: usize, operation: &str) {
    let plan = world.plan().await;
    assert_eq!(plan.actions.len(), flows, "{:?}", plan.problems);
    let session = paced(world, None).await;
    world.emulator.reset();
    let stops = async {
        while count(world, operation) < 3 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        session.stop().request();
        count(world, operation)
    };
    let (report, seen) = tokio::join!(apply(world, &session, &plan), stops);
    assert_eq!(report.outcomes.len(), flows);
    let (done, sent) = (done(&report, "the run was interrupted before"), count(world, operation));
    assert_eq!(done, sent, "what was sent is done, and all else has not started");
    assert!(sent <= seen + UNDER_WAY, "{seen} at the signal, {sent} in the end");
}

#[tokio::test]
async fn after_a_signal_no_creation_is_sent_that_waited_for_its_turn() {
    let world = world(30).await;
    interrupted(&world, 30, "connect:CreateContactFlow").await;
}

#[tokio::test]
async fn after_a_signal_no_update_is_sent_that_waited_for_its_turn() {
    let world = world(16).await;
    let plan = world.plan().await;
    all_done(&carry_out(&world.session().await, &plan, &world.folder.path().join("first")).await);
    std::fs::write(world.folder.path().join("f.json"), says("two")).unwrap();
    let world = World { manifests: load(&world.folder.path().join("m.yaml")), ..world };
    interrupted(&world, 16, "connect:UpdateContactFlowContent").await;
}

#[tokio::test]
async fn when_the_time_is_over_no_write_is_sent_that_waited_for_its_turn() {
    let world = world(30).await;
    let plan = world.plan().await;
    world.emulator.reset();
    let session = paced(&world, Some(Duration::from_secs(2))).await;
    let report = apply(&world, &session, &plan).await;
    let done = done(&report, "the time limit of 2 s (--timeout) was reached before");
    assert!(done < 30, "{done}");
    assert_eq!(done, count(&world, "connect:CreateContactFlow"), "every flow that was made is reported");
}
