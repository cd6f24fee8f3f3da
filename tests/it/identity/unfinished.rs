//! Flows that name each other: nobody is led to one that is not whole, and an interrupted run is finished.

use flowbind::emulator::Settings;
use flowbind::plan::{Outcome, Plan, Step};
use flowbind::resource::Kind;

use super::{apply, by_word, declare, going_to, lines, live, manifest, names, put, world};
use crate::apply::{all_done, carry_out};
use crate::world::World;

/// Two new flows that name each other, and one that was there before and names the first.
fn platform(world: World) -> World {
    put(&world, "a", &going_to("a", "${flow.b.arn}"));
    put(&world, "b", &going_to("b", "${flow.a.arn}"));
    let all = [("a", "One", ", protect: true"), ("b", "Two", ", protect: true"), ("c", "Entry", "")];
    put(&world, "c", &going_to("c, edited", "${flow.a.arn}"));
    declare(world, &manifest(Kind::Flow, &all))
}

#[tokio::test]
async fn a_protected_platform_that_was_interrupted_is_finished_without_a_word_more() {
    // Every write of the run is its last one, once.
    for last in 0..5 {
        let world = world(Kind::Flow, &[("c", "Entry", "")], Settings::default()).await;
        apply(&world).await;
        let world = platform(world);
        let plan = world.plan().await;
        assert_eq!(plan.actions.len(), 5, "{:?}", lines(&plan));
        assert!(plan.actions.iter().all(|action| action.guard.is_none()), "creating needs no word");
        let part = cut(&plan, last);
        all_done(&carry_out(&world.session().await, &part, &world.folder.path().join("own")).await);
        // Nobody is led to a stub: the one that callers know names them only when both are whole.
        let seen = live(&world, Kind::Flow).await;
        let (entry, stubs) =
            (names(&seen).contains_key("c, edited"), seen.values().filter(|s| s.1 == "-").count());
        assert!(!entry || stubs == 0, "{seen:?}");
        let plan = world.plan().await;
        assert!(plan.actions.iter().all(|action| action.guard.is_none()), "{last}: {:?}", plan.actions);
        apply(&world).await;
        let seen = live(&world, Kind::Flow).await;
        let said: Vec<String> = by_word(&seen).into_keys().collect();
        assert_eq!(said, ["a", "b", "c, edited"], "{last}");
    }
}

/// The first actions of a plan, in an order in which they may be carried out.
pub(super) fn cut(plan: &Plan, count: usize) -> Plan {
    let mut first: Vec<flowbind::plan::Action> = Vec::new();
    while first.len() < count {
        let done = |id: &flowbind::plan::ActionId| first.iter().any(|action| action.id == *id);
        let next = plan.actions.iter().find(|action| !done(&action.id) && action.after.iter().all(done));
        let next = next.unwrap().clone();
        first.push(next);
    }
    Plan { actions: first, ..plan.clone() }
}

#[tokio::test]
async fn an_existing_flow_of_a_circle_needs_no_stub_and_waits_for_the_new_one() {
    let world = world(Kind::Flow, &[("a", "One", "")], Settings::default()).await;
    apply(&world).await;
    put(&world, "a", &going_to("a", "${flow.b.arn}"));
    put(&world, "b", &going_to("b", "${flow.a.arn}"));
    let world = declare(world, &manifest(Kind::Flow, &[("a", "One", ""), ("b", "Two", "")]));
    let plan = world.plan().await;
    let steps: Vec<(String, Step, usize)> =
        plan.actions.iter().map(|a| (a.id.address.to_string(), a.id.step, a.after.len())).collect();
    let wanted = [("flow/a".to_owned(), Step::Write, 1), ("flow/b".to_owned(), Step::Write, 0)];
    assert_eq!(steps, wanted);
    apply(&world).await;
}

/// Two runs of one set that both plan to create the flows of a circle, with other words: the second one finds them filled,
/// and nothing of the first is overwritten.
#[tokio::test]
async fn what_another_run_of_the_set_has_filled_meanwhile_is_left_as_it_is() {
    let world = world(Kind::Flow, &[("c", "Entry", "")], Settings::default()).await;
    apply(&world).await;
    let first = platform(world);
    let plan = first.plan().await;
    put(&first, "a", &going_to("other", "${flow.b.arn}"));
    let text = std::fs::read_to_string(first.folder.path().join("m.yaml")).unwrap();
    let second = declare(first, &text);
    let other = second.plan().await;
    all_done(&carry_out(&second.session().await, &plan, &second.folder.path().join("one")).await);
    let before = live(&second, Kind::Flow).await;
    let report = carry_out(&second.session().await, &other, &second.folder.path().join("two")).await;
    assert!(
        report.outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Moved { .. })),
        "{report:?}"
    );
    assert_eq!(live(&second, Kind::Flow).await, before);
}

/// A flow that was only to be saved, and is to be published from now on, is protected like any other.
#[tokio::test]
async fn a_saved_flow_that_is_protected_is_published_only_when_that_is_allowed() {
    let saved = [("a", "One", ", protect: true, status: saved")];
    let world = world(Kind::Flow, &saved, Settings::default()).await;
    apply(&world).await;
    let world = declare(world, &manifest(Kind::Flow, &[("a", "One", ", protect: true")]));
    let plan = world.plan().await;
    assert!(plan.actions.iter().any(|action| action.guard.is_some()), "{:?}", lines(&plan));
}
