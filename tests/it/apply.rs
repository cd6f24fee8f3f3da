//! What was applied is in sync, and stays so.

use std::collections::BTreeSet;
use std::path::Path;

use flowbind::aws::{Progress, Session};
use flowbind::backup::Backups;
use flowbind::plan::{Action, ActionId, ApplyReport, Outcome, Plan};
use flowbind::reconcile;

use crate::world::World;

/// Hears nothing.
pub(crate) struct Silent;

impl Progress for Silent {
    fn started(&self, _: &Action) {}
    fn ended(&self, _: &ActionId, _: &Outcome) {}
}

pub(crate) async fn carry_out(session: &Session, plan: &Plan, folder: &Path) -> ApplyReport {
    let backups = Backups::new(folder, "run");
    reconcile::apply(session, plan, &BTreeSet::new(), &backups, &Silent)
        .await
        .expect("an apply that may begin")
}

/// Applies until nothing is left to do, so many times at most; each run may fail.
pub(crate) async fn converges(world: &World, runs: usize, what: &str) {
    for run in 0..runs {
        let session = world.session().await;
        let plan = world.plan().await;
        if plan.actions.is_empty() && plan.gaps.is_empty() {
            return;
        }
        if reconcile::may_begin(&plan).is_ok() {
            carry_out(&session, &plan, &world.folder.path().join(format!("run{run}"))).await;
        }
    }
    let plan = world.plan().await;
    assert!(plan.actions.is_empty(), "{what}: {:?} {:?}", plan.actions, plan.problems);
}

pub(crate) fn all_done(report: &ApplyReport) {
    for (id, outcome) in &report.outcomes {
        assert_eq!(*outcome, Outcome::Applied, "{}", id.address);
    }
}

#[tokio::test]
async fn the_demo_is_applied_and_then_in_sync() {
    let world = World::demo().await;
    let session = world.session().await;
    let plan = world.plan().await;
    assert!(plan.problems.is_empty(), "{:#?}", plan.problems);
    assert!(plan.actions.len() > 10);
    all_done(&carry_out(&session, &plan, &world.folder.path().join("own")).await);
    let again = world.plan().await;
    assert!(again.actions.is_empty() && again.problems.is_empty() && again.gaps.is_empty(), "{again:#?}");
}

#[tokio::test]
async fn a_plan_that_was_carried_out_meanwhile_ends_in_the_same_state() {
    let world = World::demo().await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("one")).await);
    let report = carry_out(&session, &plan, &world.folder.path().join("two")).await;
    for (id, outcome) in &report.outcomes {
        assert!(matches!(outcome, Outcome::Applied | Outcome::AlreadySo), "{}: {outcome:?}", id.address);
    }
    assert!(world.plan().await.actions.is_empty());
}

#[tokio::test]
async fn two_runs_at_once_end_in_the_declared_state() {
    let world = World::demo().await;
    let (one, two) = (world.session().await, world.session().await);
    let plan = world.plan().await;
    let (folder_one, folder_two) = (world.folder.path().join("one"), world.folder.path().join("two"));
    let (first, second) =
        tokio::join!(carry_out(&one, &plan, &folder_one), carry_out(&two, &plan, &folder_two));
    for (id, outcome) in first.outcomes.iter().chain(&second.outcomes) {
        assert!(matches!(outcome, Outcome::Applied | Outcome::AlreadySo), "{}: {outcome:?}", id.address);
    }
    assert!(world.plan().await.actions.is_empty());
}

#[tokio::test]
async fn the_overwritten_flow_is_kept_byte_for_byte() {
    let world = World::demo().await;
    let session = world.session().await;
    let plan = world.plan().await;
    let before = plan.actions.iter().find_map(|action| match action.write() {
        flowbind::plan::Write::Flow(spec) => spec.before.as_ref().map(ToString::to_string),
        _ => None,
    });
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    assert_eq!(report.backups.len(), 1, "only the bound flow existed before");
    assert_eq!(std::fs::read_to_string(&report.backups[0]).ok(), before);
}
