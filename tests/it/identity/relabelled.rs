//! One edit that swaps names and changes a logical name: names only change hands, so that it is the same object.

use flowbind::emulator::Settings;
use flowbind::resource::Kind;

use super::unfinished::cut;
use super::{One, apply, by_word, declare, lines, live, manifest, names, put, saying, world};
use crate::apply::{all_done, carry_out};
use crate::world::World;

/// Before, after, the new logical name and the one that it had.
type Edit = (&'static [One<'static>], &'static [One<'static>], &'static str, &'static str);

const EDITS: [Edit; 3] = [
    (&[("a", "One", ""), ("b", "Two", "")], &[("b", "One", ""), ("c", "Two", "")], "c", "a"),
    (
        &[("a", "One", ""), ("b", "Two", ""), ("d", "Three", "")],
        &[("b", "Three", ""), ("c", "Two", ""), ("d", "One", "")],
        "c",
        "a",
    ),
    (
        &[("a", "One", ""), ("d", "Two", "")],
        &[("a", "Two", ", description: Greets"), ("c", "One", "")],
        "c",
        "d",
    ),
];

async fn edited(kind: Kind, (before, after, new, old): Edit, says: &str) -> World {
    let world = world(kind, before, Settings::default()).await;
    apply(&world).await;
    put(&world, new, &saying(kind, if says.is_empty() { old } else { says }));
    declare(world, &manifest(kind, after))
}

#[tokio::test]
async fn a_swap_with_another_logical_name_goes_through_in_one_apply_killed_anywhere_too() {
    for kind in [Kind::Flow, Kind::Module] {
        for (edit, says) in EDITS.into_iter().flat_map(|edit| [(edit, ""), (edit, "edited")]) {
            let (before, after, new, old) = edit;
            let world = edited(kind, edit, says).await;
            let writes = world.plan().await.actions.len();
            for killed in 0..writes {
                let world = edited(kind, edit, says).await;
                let first = live(&world, kind).await;
                let plan = world.plan().await;
                assert!(plan.actions.iter().all(|action| action.guard.is_none()), "{:?}", lines(&plan));
                let part = cut(&plan, killed);
                all_done(&carry_out(&world.session().await, &part, &world.folder.path().join("own")).await);
                apply(&world).await;
                let seen = live(&world, kind).await;
                assert_eq!(seen.len(), before.len(), "{kind} {killed}: {seen:?}");
                // Whoever said it before says it still, or says what the new logical name says now.
                let word = |word: &str| {
                    if word == old && !says.is_empty() { says.to_owned() } else { word.to_owned() }
                };
                for (old_word, id) in by_word(&first) {
                    let label = if old_word == old { new } else { old_word.as_str() };
                    assert_eq!(by_word(&seen)[&word(&old_word)], id, "{kind} {killed}: {:?}", lines(&plan));
                    assert_eq!(seen[&id].2["flowbind/set"], format!("acme/{label}"), "{kind} {killed}");
                    let name = after.iter().find(|one| one.0 == label).unwrap().1;
                    assert_eq!(names(&seen)[&word(&old_word)], name, "{kind} {killed}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_name_that_an_orphaned_one_has_is_taken_in_the_run_that_prunes_and_the_plan_says_so() {
    for kind in [Kind::Flow, Kind::Module] {
        let world = world(kind, &[("a", "One", ""), ("b", "Two", "")], Settings::default()).await;
        apply(&world).await;
        let before = live(&world, kind).await;
        put(&world, "b", &saying(kind, "b, edited"));
        let world = declare(world, &manifest(kind, &[("b", "One", "")]));
        let plan = world.plan().await;
        let problem = plan.problems.iter().find(|problem| problem.code.as_str() == "name-taken").unwrap();
        let id = by_word(&before)["a"].clone();
        let said = format!(
            "{kind}/b cannot get the name `One`: it belongs to an orphaned {kind} ({id}) of this set"
        );
        assert_eq!(problem.message, said);
        assert!(problem.hint.as_ref().unwrap().contains("flowbind apply --prune"), "{problem:?}");
        let plan = crate::removal::pruned(&world).await;
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
        all_done(&crate::removal::prune(&world).await);
        let seen = live(&world, kind).await;
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(by_word(&seen)["b, edited"], by_word(&before)["b"]);
        assert_eq!(names(&seen)["b, edited"], "One");
        assert!(crate::removal::pruned(&world).await.actions.is_empty());
    }
}

/// The orphaned one is led to until the one that gets its name is written, and what is behind that in a chain waits too.
#[tokio::test]
async fn a_name_that_an_orphaned_one_has_is_taken_although_what_takes_it_led_there() {
    let world =
        world(Kind::Flow, &[("a", "One", ""), ("b", "Two", ""), ("c", "Three", "")], Settings::default());
    let world = world.await;
    put(&world, "b", &super::going_to("b", "${flow.a.arn}"));
    put(&world, "c", &super::going_to("c", "${flow.a.arn}"));
    let text = std::fs::read_to_string(world.folder.path().join("m.yaml")).unwrap();
    let world = declare(world, &text);
    apply(&world).await;
    let before = live(&world, Kind::Flow).await;
    for label in ["b", "c"] {
        put(&world, label, &saying(Kind::Flow, &format!("{label}, edited")));
    }
    let world = declare(world, &manifest(Kind::Flow, &[("b", "One", ""), ("c", "Two", ", state: archived")]));
    let plan = crate::removal::pruned(&world).await;
    assert!(plan.problems.is_empty(), "{:?}", plan.problems);
    all_done(&crate::removal::prune(&world).await);
    let seen = live(&world, Kind::Flow).await;
    assert_eq!((names(&seen)["b, edited"].as_str(), names(&seen)["c, edited"].as_str()), ("One", "Two"));
    for label in ["b", "c"] {
        assert_eq!(by_word(&seen)[&format!("{label}, edited")], by_word(&before)[label]);
    }
    assert!(crate::removal::pruned(&world).await.actions.is_empty());
}

/// What somebody else leads to is not deleted: then its name is not free, and the plan says why.
#[tokio::test]
async fn a_name_that_an_orphaned_one_keeps_is_not_taken_and_nothing_is_lost() {
    let world =
        world(Kind::Flow, &[("a", "One", ""), ("b", "Two", ""), ("c", "Three", "")], Settings::default());
    let world = world.await;
    apply(&world).await;
    let before = live(&world, Kind::Flow).await;
    let arn = format!(
        "arn:aws:connect:eu-west-2:111122223333:instance/{}/contact-flow/{}",
        super::instance(&world).await,
        by_word(&before)["a"]
    );
    let text = super::going_to("theirs", &arn);
    let create = world.connect("eu-west-2").create_contact_flow().instance_id(super::instance(&world).await);
    let create = create.name("Theirs").r#type(aws_sdk_connect::types::ContactFlowType::ContactFlow);
    create.content(text).send().await.unwrap();
    let world = declare(world, &manifest(Kind::Flow, &[("b", "One", ""), ("c", "Two", "")]));
    let plan = crate::removal::pruned(&world).await;
    assert!(plan.actions.is_empty(), "{:?}", lines(&plan));
    let mut codes: Vec<&str> = plan.problems.iter().map(|problem| problem.code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["flow-held", "name-taken", "still-referred"], "{:?}", plan.problems);
    assert_eq!(plan.withheld.len(), 2);
}

/// A flow of theirs that has the temporary name is no obstacle.
#[tokio::test]
async fn a_temporary_name_that_a_stranger_has_is_not_taken() {
    let world = world(Kind::Flow, &[("a", "One", ""), ("b", "Two", "")], Settings::default()).await;
    apply(&world).await;
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Two", ""), ("b", "One", "")]));
    let plan = world.plan().await;
    let aside = plan.actions.iter().find(|action| action.id.step == flowbind::plan::Step::Aside).unwrap();
    let spec = aside.write().metadata().unwrap();
    super::by_hand(&world, spec.name.as_ref().unwrap(), "theirs").await;
    // Between look and write it is theirs, and the report says so.
    let report = carry_out(&world.session().await, &plan, &world.folder.path().join("own")).await;
    let moved = |outcome: &flowbind::plan::Outcome| match outcome {
        flowbind::plan::Outcome::Moved { message } => Some(message.clone()),
        _ => None,
    };
    let said = report.outcomes.iter().find_map(|(_, outcome)| moved(outcome)).expect("somebody has it");
    assert!(said.contains("was created by someone since the plan was made"), "{said}");
    apply(&world).await;
    let called = names(&live(&world, Kind::Flow).await);
    assert_eq!((called["a"].as_str(), called["b"].as_str()), ("Two", "One"));
    assert_eq!(called["theirs"], *spec.name.as_ref().unwrap());
}
