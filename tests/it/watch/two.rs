//! Two processes watch one set, and no lock keeps them apart.

use std::sync::Mutex;

use flowbind::emulator::Settings;
use flowbind::watch::{Decision, Mode};

use super::keeper::{Heard, Keeper};
use super::vandal::{Chance, break_one, plant, world};
use crate::states::{canonical, foreign};

/// From this round of the first one on nobody breaks anything.
const CALM: usize = 120;
/// How many rounds each of the two makes from then on, however fast the other one is.
const QUIET: usize = 80;

#[tokio::test(flavor = "multi_thread")]
async fn two_watchers_end_in_the_declared_state_and_fall_silent() {
    let world = world(Settings::default()).await;
    plant(&world).await;
    let theirs = foreign(&world.emulator.content());
    let (one, other) = (world.session().await, world.session().await);
    let chance = Chance::new(11);
    let (first, second) = (Mutex::new(0), Mutex::new(0));
    let calm = || *first.lock().unwrap() >= CALM;
    let vandal = async |_: usize| {
        let round = {
            let mut rounds = first.lock().unwrap();
            *rounds += 1;
            *rounds
        };
        if round < CALM && round % 4 == 0 {
            break_one(&world, &chance).await;
        }
        round < CALM + QUIET
    };
    let beside = async |_: usize| {
        let mut rounds = second.lock().unwrap();
        *rounds += usize::from(calm());
        *rounds < QUIET
    };
    let a = Keeper::new(&world, &one, "one", vandal);
    let b = Keeper::new(&world, &other, "two", beside);
    let (a, b) = tokio::join!(a.stay(Mode::Apply), b.stay(Mode::Apply));
    let plan = world.plan().await;
    assert!(plan.actions.is_empty() && plan.withheld.is_empty(), "{plan:#?}");
    assert_eq!(foreign(&world.emulator.content()), theirs, "statements and flows of others");
    // From the last break on there are rounds in which one still fixes it, then none writes any more.
    let silent = |heard: &[Heard]| {
        heard.iter().rev().take(80).all(|heard| match heard {
            Heard::Looked(_, decision) => *decision == Decision::Nothing,
            Heard::Wrote(..) | Heard::Unread(_) | Heard::Changed(..) => false,
            Heard::Began(..) => true,
        })
    };
    assert!(silent(&a) && silent(&b), "{a:?}\n{b:?}");
    let once = canonical(&world.emulator.content());
    let statements = once.keys().filter(|path| path.contains("flowbind_")).count();
    assert_eq!(statements, 4, "each grant once: {once:#?}");
}
