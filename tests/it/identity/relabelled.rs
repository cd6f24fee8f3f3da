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
async fn a_name_that_an_orphaned_one_has_is_free_after_a_prune_and_the_plan_says_so() {
    let world = world(Kind::Flow, &[("a", "One", ""), ("b", "Two", "")], Settings::default()).await;
    apply(&world).await;
    let world = declare(world, &manifest(Kind::Flow, &[("b", "One", "")]));
    let taken = |plan: &flowbind::plan::Plan| {
        let problem = plan.problems.iter().find(|problem| problem.code == "name-taken").unwrap();
        format!("{} {}", problem.message, problem.hint.clone().unwrap_or_default())
    };
    let said = taken(&world.plan().await);
    assert!(
        said.contains("if this set created it and no longer declares it, run again after `--prune`"),
        "{said}"
    );
    let said = taken(&crate::removal::pruned(&world).await);
    assert!(
        said.contains("an orphaned flow (") && said.contains("run again after `--prune` has deleted it"),
        "{said}"
    );
    let report = crate::removal::prune(&world).await;
    assert!(
        report.outcomes.iter().any(|(id, outcome)| id.address.to_string() == "flow/a" && outcome.is_done())
    );
    apply(&world).await;
    assert_eq!(names(&live(&world, Kind::Flow).await)["b"], "One");
}
