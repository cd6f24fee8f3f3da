//! Random manifests, live states and edits: `apply` and then nothing is left to plan, nobody else's objects change, and
//! no flow's content ever lands on another flow.
//!
//! A hundred cases; `FLOWBIND_LAWS=2000` tries so many. A case that failed once is a test of its own below.

mod lives;
mod sets;

use std::collections::{BTreeMap, BTreeSet};

use flowbind::aws::Session;
use flowbind::backup::Backups;
use flowbind::plan::{Outcome, Plan, Reach, checksum};
use flowbind::reconcile;
use flowbind::resource::{Address, Severity};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value;

use crate::apply::Silent;
use crate::states::difference;
use crate::world::{World, load};
use lives::{Damage, Plant, damage, damages, plant, plants};
use sets::{Edit, Set, edits, set};

/// The name of the set of all cases.
pub(crate) const SET: &str = "acme";

/// One life: what was there, what is declared, what happens to it, and how the manifest is edited then.
#[derive(Debug, Clone)]
struct Life {
    plants: Vec<Plant>,
    set: Set,
    damages: Vec<(usize, Damage)>,
    edits: Vec<Edit>,
    prune: bool,
}

fn life() -> impl Strategy<Value = Life> {
    (plants(), set(), damages(), edits(), any::<bool>())
        .prop_map(|(plants, set, damages, edits, prune)| Life { plants, set, damages, edits, prune })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn whatever_is_live_and_however_the_manifest_is_edited_apply_ends_in_the_declared_state() {
    let cases = std::env::var("FLOWBIND_LAWS").map_or(100, |number| number.parse().expect("a number"));
    // The same cases in every run, unless more are asked for: those are others each time.
    let more = std::env::var_os("FLOWBIND_LAWS").is_some();
    let rng_seed = if more { RngSeed::Random } else { RngSeed::Fixed(1) };
    let config =
        Config { cases, rng_seed, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let runtime = runtime();
    let ended = TestRunner::new(config).run(&life(), |life| {
        let wrong = runtime.block_on(lived(&life));
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    });
    if let Err(error) = ended {
        panic!("{error}");
    }
}

/// Lives a life, and says what was wrong.
async fn lived(life: &Life) -> Vec<String> {
    let world = life.set.world().await;
    let planted = plant(&world, &life.plants).await;
    let foreign = |world: &World| objects(&world.emulator.content(), |id, _| planted.contains(id));
    let before = foreign(&world);
    let mut wrong = Vec::new();
    wrong.extend(applied(&world, false).await.into_iter().map(|it| format!("first: {it}")));
    damage(&world, &life.damages).await;
    let edited = life.set.edited(&life.edits);
    let mut owned = owned(&world.emulator.content());
    succeeded(&world.emulator.content(), &edited, &mut owned);
    let world = with(world, &edited, 0);
    wrong.extend(permuted(&world, &edited).await);
    wrong.extend(applied(&world, life.prune).await.into_iter().map(|it| format!("edited: {it}")));
    wrong.extend(strayed(&owned, &world.emulator.content()));
    let adopted = |name: &str| life.set.adopts(name) || edited.adopts(name);
    let kept = |objects: BTreeMap<String, Value>| -> BTreeMap<String, String> {
        let others = objects.into_iter().filter(|(_, it)| !adopted(it["name"].as_str().unwrap_or_default()));
        others.map(|(id, it)| (id, it.to_string())).collect()
    };
    wrong.extend(difference("something foreign changed", &kept(before), &kept(foreign(&world))));
    wrong
}

/// The same world under another manifest.
fn with(world: World, set: &Set, order: usize) -> World {
    set.write(world.folder.path(), order);
    let manifests = load(&world.folder.path().join("m.yaml"));
    World { manifests, ..world }
}

/// All instances.
fn instances(content: &Value) -> impl Iterator<Item = &Value> {
    let regions =
        content["regions"].as_object().into_iter().flatten().flat_map(|(_, it)| it.as_object().unwrap());
    regions.flat_map(|(_, region)| region["instances"].as_object().unwrap().values())
}

/// The flows and modules of all instances that are asked for, by id.
fn objects(content: &Value, wanted: impl Fn(&str, &Value) -> bool) -> BTreeMap<String, Value> {
    instances(content).flat_map(|instance| objects_of(instance, &wanted)).collect()
}

fn objects_of(instance: &Value, wanted: impl Fn(&str, &Value) -> bool) -> Vec<(String, Value)> {
    let kinds = ["flows", "modules"].map(|kind| instance[kind].as_object().unwrap());
    let all = kinds.into_iter().flatten().filter(|(id, object)| wanted(id, object));
    all.map(|(id, object)| (id.clone(), object.clone())).collect()
}

/// Which content each object of the set's holds, by id: what is marked as the set's and was not overwritten by others.
fn owned(content: &Value) -> BTreeMap<String, String> {
    let mine = |_: &str, object: &Value| {
        let tag = object["tags"]["flowbind/set"].as_str().unwrap_or_default();
        tag.strip_prefix(SET).is_some_and(|rest| rest.starts_with('/'))
    };
    let objects = objects(content, mine).into_iter();
    objects.filter_map(|(id, object)| Some((id, marker(&object)?))).collect()
}

/// Notes the successors: where an object's logical name is declared no more, what is declared under its real name and has
/// no object of its own on that instance, made or adopted, is that object under another logical name, whatever the edit was
/// meant to be. Nothing live could tell otherwise.
fn succeeded(content: &Value, edited: &Set, owned: &mut BTreeMap<String, String>) {
    let under = |object: &Value, tag: &str| {
        let tag = object["tags"][tag].as_str()?;
        Some(tag.strip_prefix(SET)?.strip_prefix('/')?.to_owned())
    };
    let label = |object: &Value| under(object, "flowbind/set");
    let is_module = |object: &Value| object["kind"] == "";
    for instance in instances(content) {
        let at = instance["alias"].as_str().unwrap();
        let objects = objects_of(instance, |_, object| label(object).is_some());
        let adopted = objects_of(instance, |_, object| under(object, "flowbind/adopted").is_some());
        let adopted =
            adopted.iter().map(|(_, object)| (is_module(object), under(object, "flowbind/adopted")));
        let made = objects.iter().map(|(_, object)| (is_module(object), label(object)));
        let taken: BTreeSet<_> = made.chain(adopted).collect();
        for (id, object) in &objects {
            let (module, name) = (is_module(object), object["name"].as_str().unwrap());
            let orphaned = label(object).is_some_and(|label| !edited.declares(module, &label));
            if let Some((what, label)) = edited.named(at, module, name).filter(|_| orphaned)
                && !taken.contains(&(module, Some(label.to_owned())))
                && owned.contains_key(id)
            {
                owned.insert(id.clone(), what.to_string());
            }
        }
    }
}

/// The thing whose text an object holds.
fn marker(object: &Value) -> Option<String> {
    let text = object["published"]["text"].as_str()?;
    let from = text.find("text of ")?;
    text[from..].split_whitespace().nth(2).map(str::to_owned)
}

/// Contents that are on other objects than before.
fn strayed(before: &BTreeMap<String, String>, content: &Value) -> Vec<String> {
    let now = objects(content, |id, _| before.contains_key(id));
    let strayed = now.iter().filter_map(|(id, object)| {
        let now = marker(object)?;
        (now != before[id]).then(|| format!("the content of {now} is on {}: {object}", before[id]))
    });
    strayed.collect()
}

/// Plans, with deletions or without.
async fn planned(session: &Session, world: &World, prune: bool) -> Plan {
    let reach = Reach::asked(prune, false);
    reconcile::plan(session, world.manifest(), reach).await.unwrap().forced()
}

/// A plan for the same manifest in another order is the same.
async fn permuted(world: &World, set: &Set) -> Option<String> {
    let session = world.session().await;
    let plan = planned(&session, world, false).await;
    set.write(world.folder.path(), 5);
    let manifests = load(&world.folder.path().join("m.yaml"));
    let other = reconcile::plan(&session, &manifests[0], Reach::Declared).await.unwrap();
    set.write(world.folder.path(), 0);
    let told = |plan: &Plan| {
        let problems: BTreeSet<String> = plan
            .problems
            .iter()
            .map(|p| format!("{} {:?} {} {:?}", p.code, p.address, p.message, p.hint))
            .collect();
        format!("{:#?}\n{problems:#?}\n{:#?}", plan.actions, plan.withheld)
    };
    let same = checksum(std::slice::from_ref(&plan)) == checksum(std::slice::from_ref(&other))
        && told(&plan) == told(&other);
    (!same).then(|| format!("another order, another plan:\n{}\n{}", told(&plan), told(&other)))
}

/// Applies with what its guards ask for, and says what does not agree with the contract.
async fn applied(world: &World, prune: bool) -> Vec<String> {
    let session = world.session().await;
    let plan = planned(&session, world, prune).await;
    let allowed: BTreeSet<Address> =
        plan.actions.iter().filter_map(|action| Some(action.guard.as_ref()?.allow.clone())).collect();
    let run = if prune { "pruned" } else { "run" };
    let backups = Backups::new(&world.folder.path().join("own"), run);
    let report = match reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await {
        Ok(report) => report,
        // Errors are the reason, and are shown.
        Err(_) if plan.has_errors() => return Vec::new(),
        Err(why) => return vec![format!("does not begin: {why:?}")],
    };
    let done = |outcome: &Outcome| matches!(outcome, Outcome::Applied | Outcome::AlreadySo);
    let bad = report.outcomes.iter().filter(|(_, outcome)| !done(outcome));
    let mut wrong: Vec<_> =
        bad.map(|(id, outcome)| format!("{:?} of {}: {outcome:?}", id.step, id.address)).collect();
    if report.outcomes.len() != plan.actions.len() {
        wrong.push(format!("{} of {} actions are reported", report.outcomes.len(), plan.actions.len()));
    }
    // Why something is left undone was shown; what was in its way may be gone by now.
    let shown: BTreeSet<_> = plan.withheld.iter().map(|withheld| withheld.address.clone()).collect();
    let held = plan.problems.iter().filter(|problem| problem.severity == Severity::Held);
    let shown: BTreeSet<Address> = held.filter_map(|problem| problem.address.clone()).chain(shown).collect();
    let session = world.session().await;
    let plan = planned(&session, world, prune).await;
    let unexplained = plan.actions.iter().filter(|action| !shown.contains(&action.id.address));
    wrong.extend(unexplained.map(|action| {
        format!("still planned: {:?} of {}: {}", action.id.step, action.id.address, action.reason)
    }));
    if plan.problems.is_empty() && !plan.withheld.is_empty() {
        wrong.push(format!("withheld without a reason: {:?}", plan.withheld));
    }
    if !plan.gaps.is_empty() {
        wrong.push(format!("gaps: {:?}", plan.gaps));
    }
    wrong
}

/// Lives through edits of so many flows that nobody else touches, each of which has to get through whole.
fn edited(flows: usize, edits: &[Edit]) {
    let life = Life {
        plants: Vec::new(),
        set: Set::of_flows(flows),
        damages: Vec::new(),
        edits: edits.to_vec(),
        prune: false,
    };
    runtime().block_on(async {
        assert_eq!(lived(&life).await, [""; 0]);
        // And no reason is needed.
        let world = life.set.world().await;
        assert_eq!(applied(&world, false).await, [""; 0]);
        let world = with(world, &life.set.edited(edits), 0);
        assert_eq!(applied(&world, false).await, [""; 0]);
        let session = world.session().await;
        let plan = planned(&session, &world, true).await;
        assert!(
            plan.problems.is_empty() && plan.actions.is_empty(),
            "{:#?}{:#?}",
            plan.problems,
            plan.actions
        );
    });
}

#[test]
fn a_name_that_is_passed_on_takes_no_content_with_it() {
    edited(2, &[Edit::PassOn(0, 1)]);
}

#[test]
fn a_name_that_is_passed_on_and_on_takes_no_content_with_it() {
    edited(3, &[Edit::PassOn(0, 1), Edit::PassOn(1, 2)]);
    edited(3, &[Edit::PassOn(0, 1), Edit::PassOn(1, 2), Edit::PassOn(2, 0)]);
}

/// Its successor is declared on one of its two instances alone: on the other it has none.
#[test]
fn under_a_name_that_is_passed_on_to_another_instance_nothing_changes() {
    let edits = vec![Edit::Relabel(2), Edit::PassOn(0, 1)];
    let set = Set::of_modules(2);
    let life = Life { plants: Vec::new(), set, damages: Vec::new(), edits, prune: false };
    runtime().block_on(async { assert_eq!(lived(&life).await, [""; 0]) });
}

#[test]
fn names_that_are_swapped_take_no_content_with_them() {
    edited(2, &[Edit::Swap(0, 1)]);
    edited(2, &[Edit::Swap(0, 1), Edit::Text(0), Edit::Text(1)]);
}

#[test]
fn a_ring_of_three_names_goes_round() {
    edited(3, &[Edit::Swap(0, 1), Edit::Swap(1, 2)]);
}

/// A name of others is in the way of the first; then it takes the second's, whose logical name changes with it.
#[test]
fn under_a_name_whose_logical_name_is_gone_is_the_flow_of_that_name() {
    let plants = vec![Plant::theirs(0)];
    let edits = vec![Edit::Relabel(1), Edit::Swap(1, 0)];
    let life = Life { plants, set: Set::of_flows(2), damages: Vec::new(), edits, prune: false };
    runtime().block_on(async { assert_eq!(lived(&life).await, [""; 0]) });
}

/// The one that was adopted has an object of its own, so that the other one is not its successor.
#[test]
fn a_name_that_is_swapped_with_an_adopted_flow_takes_no_content_with_it() {
    let plants = vec![Plant::theirs(3)];
    let edits = vec![Edit::Swap(2, 3), Edit::Relabel(2)];
    let set = Set::of_flows(4).adopting(3);
    let life = Life { plants, set, damages: Vec::new(), edits, prune: false };
    runtime().block_on(async { assert_eq!(lived(&life).await, [""; 0]) });
}

#[test]
fn a_flow_under_another_logical_name_is_the_same_flow() {
    edited(2, &[Edit::Relabel(0), Edit::Text(0), Edit::Rename(1)]);
}
