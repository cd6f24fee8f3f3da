//! Many rounds: each break is fixed, nothing of anybody else's is touched, the counters are true, and a steady round makes
//! no call too many.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use flowbind::aws::{Options, Session};
use flowbind::drift::Scope;
use flowbind::emulator::Settings;
use flowbind::plan::Reach;
use flowbind::reconcile::{self, Ahead, Watch};
use flowbind::watch::{ChangeKind, Decision, Mode};

use super::keeper::{Heard, INTERVAL, Keeper};
use super::vandal::{Chance, break_one, plant, world};
use crate::states::foreign;
use crate::world::{World, is_read};

/// How many rounds may pass until a break is fixed while calls fail at random.
const PATIENCE: usize = 12;

/// The calls that the embedded AWS has counted, by operation, and those that a session has made.
fn calls(world: &World, session: &Session) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let mut made: BTreeMap<String, u64> = BTreeMap::new();
    for ((operation, _), count) in session.answers() {
        *made.entry(operation.to_string()).or_default() += count;
    }
    (world.calls(), made)
}

/// Whether AWS is as declared, by a look that nothing disturbs.
async fn agrees(world: &World) -> bool {
    let calm = world.emulator.fork(Settings::default()).await.unwrap();
    let session = Session::open(Options::embedded(calm.url())).await;
    let plan = reconcile::plan(&session, world.manifest(), Reach::Declared).await.unwrap();
    plan.actions.is_empty() && plan.gaps.is_empty() && plan.withheld.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_break_is_fixed_while_calls_fail_at_random_and_nothing_else_is_touched() {
    // What is thrown away here by chance fails in each run alike.
    let faults = ["throttle:*:*:p=0.06", "500:*:*:p=0.03", "drop-after:*:*:p=0.02"];
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let calm = world(Settings::default()).await;
    plant(&calm).await;
    let stormy = calm.emulator.fork(Settings { faults, seed: 7, ..Settings::default() }).await.unwrap();
    let world = World { emulator: stormy, ..calm };
    let theirs = foreign(&world.emulator.content());
    assert!(theirs.len() >= 3, "{theirs:?}");
    let session = world.session().await;
    let (chance, waited, broken) = (Chance::new(3), Mutex::new(0), Mutex::new(Vec::new()));
    let between = async |_: usize| {
        if !agrees(&world).await {
            let mut waited = waited.lock().unwrap();
            *waited += 1;
            assert!(*waited < PATIENCE, "not fixed: {:?}", broken.lock().unwrap().last());
            return true;
        }
        *waited.lock().unwrap() = 0;
        assert_eq!(foreign(&world.emulator.content()), theirs);
        let (counted, made) = calls(&world, &session);
        // The vandal's calls are counted as well, until the counters are reset.
        assert!(
            made.iter().all(|(operation, count)| counted.get(operation) >= Some(count)),
            "{counted:?} {made:?}"
        );
        if broken.lock().unwrap().len() == 25 {
            return false;
        }
        let done = break_one(&world, &chance).await;
        broken.lock().unwrap().extend(done);
        true
    };
    let heard = Keeper::new(&world, &session, "own", between).stay(Mode::Apply).await;
    assert_eq!(broken.lock().unwrap().len(), 25);
    assert!(heard.iter().any(|heard| matches!(heard, Heard::Changed(_, ChangeKind::Fixed, _))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counted_answers_are_those_that_the_embedded_aws_has_given() {
    let faults = ["throttle:*:*:p=0.1", "500:*:*:p=0.05", "drop-before:*:*:p=0.03"];
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let world = world(Settings { faults, ..Settings::default() }).await;
    let session = world.session().await;
    let rounds = Mutex::new(0);
    let between = async |_: usize| {
        let mut rounds = rounds.lock().unwrap();
        *rounds += 1;
        let (counted, made) = calls(&world, &session);
        assert_eq!(counted, made, "after {rounds} rounds");
        *rounds < 20
    };
    Keeper::new(&world, &session, "own", between).stay(Mode::Apply).await;
    let answers = session.answers();
    let with =
        |code: u16| answers.iter().filter(|((_, own), _)| *own == code).map(|(_, count)| count).sum::<u64>();
    assert!(with(429) > 0 && with(500) > 0 && with(0) > 0 && with(200) > 0, "{answers:?}");
}

/// Forecasts the calls of looks.
#[derive(Default)]
struct Forecasts(Mutex<BTreeMap<String, u64>>);

impl Watch for Forecasts {
    async fn during<T>(&self, ahead: &[Ahead<'_>], looks: impl Future<Output = T>) -> T {
        for one in ahead {
            let calls = one.forecast.calls.iter();
            self.0.lock().unwrap().extend(calls.map(|(name, count)| (name.to_string(), u64::from(*count))));
        }
        looks.await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steady_round_makes_the_calls_of_one_drift_and_none_for_its_plan() {
    let world = world(Settings::default()).await;
    let session = world.session().await;
    let rounds = Mutex::new(0);
    let steady = Mutex::new(BTreeMap::new());
    let between = async |_: usize| {
        let mut rounds = rounds.lock().unwrap();
        *rounds += 1;
        *steady.lock().unwrap() = world.calls();
        world.emulator.reset();
        *rounds < 4
    };
    let heard = Keeper::new(&world, &session, "own", between).stay(Mode::Apply).await;
    assert!(matches!(&heard[..], [.., Heard::Looked(_, Decision::Nothing)]), "{heard:?}");
    let (scope, ahead) =
        (Scope { manifests: &world.manifests, reach: Reach::Declared }, Forecasts::default());
    reconcile::drifts(&world.session().await, scope, &ahead).await.unwrap();
    let steady = steady.into_inner().unwrap();
    assert_eq!(steady, world.calls());
    assert_eq!(steady, ahead.0.into_inner().unwrap(), "as it was forecast");
    assert!(steady.keys().all(|operation| is_read(operation)), "{steady:?}");
    // A = 2 and 2 associations on 2 instances, 2 functions, F = 2 and 1 flows with their drafts.
    for (operation, count) in [
        ("sts:GetCallerIdentity", 1),
        ("connect:ListInstances", 1),
        ("connect:ListLambdaFunctions", 2),
        ("connect:ListContactFlows", 2),
        ("connect:DescribeContactFlow", 6),
    ] {
        assert_eq!(steady.get(operation), Some(&count), "{operation} in {steady:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_without_apply_writes_nothing_and_reports_each_change_once() {
    let world = world(Settings::default()).await;
    let session = world.session().await;
    let rounds = Mutex::new(0);
    let between = async |_: usize| {
        let mut rounds = rounds.lock().unwrap();
        *rounds += 1;
        *rounds < 6
    };
    let heard = Keeper::new(&world, &session, "own", between).stay(Mode::Observe).await;
    assert!(world.calls().keys().all(|operation| is_read(operation)), "{:?}", world.calls());
    let looks = heard.iter().filter(|heard| matches!(heard, Heard::Looked(_, Decision::Tell))).count();
    assert_eq!(looks, 6);
    let mut changes: Vec<&Heard> = heard.iter().filter(|heard| matches!(heard, Heard::Changed(..))).collect();
    let all = changes.len();
    changes.dedup();
    assert_eq!(all, changes.len());
    assert!(changes.iter().all(|heard| matches!(heard, Heard::Changed(_, ChangeKind::Appeared, _))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_goes_on_failing_is_made_less_often_and_everything_else_as_before() {
    let rounds = 40;
    let calls = async |fault: Option<&str>| -> BTreeMap<String, u64> {
        let faults = fault.into_iter().map(|fault| fault.parse().unwrap()).collect();
        let world = world(Settings { faults, ..Settings::default() }).await;
        let session = world.session().await;
        let made = Mutex::new(0);
        let between = async |_: usize| {
            let mut made = made.lock().unwrap();
            *made += 1;
            *made < rounds
        };
        Keeper::new(&world, &session, "own", between).stay(Mode::Observe).await;
        world.calls()
    };
    let (healthy, failing) = (calls(None).await, calls(Some("500:connect:ListContactFlowModules")).await);
    let modules = "connect:ListContactFlowModules";
    assert_eq!(healthy[modules], 2 * rounds, "once a round for each instance");
    assert!(failing[modules] <= healthy[modules], "tries and all: {}", failing[modules]);
    assert!(failing[modules] >= 2 * 4, "{}", failing[modules]);
    for (operation, count) in healthy.iter().filter(|(operation, _)| !operation.contains("Module")) {
        assert_eq!(failing.get(operation), Some(count), "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_fails_backs_off_alone_and_is_never_looked_at_more_often_than_another() {
    let folder = tempfile::tempdir().unwrap();
    let other =
        super::vandal::MANIFEST.replace("name: acme }", "name: dead }").replace("alias: acme", "alias: dead");
    let sets = folder.path().join("sets");
    std::fs::create_dir(&sets).unwrap();
    super::vandal::files(&sets);
    std::fs::remove_file(sets.join("m.yaml")).unwrap();
    for (name, text) in [("a.yaml", super::vandal::MANIFEST.to_owned()), ("b.yaml", other)] {
        std::fs::write(sets.join(name), text).unwrap();
    }
    let world = World::in_folder(folder, "sets").await;
    let session = world.session().await;
    // Nobody listens there, and no test that asks for any free port is given this one.
    let nowhere = "127.0.0.1:1";
    let dead =
        Options { first_pause: Duration::from_millis(1), ..Options::embedded(format!("http://{nowhere}")) };
    let dead = Session::open(dead).await;
    let between = async |heard: usize| heard < 200;
    let mut keeper = Keeper::new(&world, &session, "own", between);
    keeper.session = Box::new(|manifest| if manifest.set.as_str() == "dead" { &dead } else { &session });
    let heard = keeper.stay(Mode::Observe).await;
    let began = |wanted: &str| -> Vec<Duration> {
        let times = heard.iter().filter_map(|heard| match heard {
            Heard::Began(set, at) if set.as_str() == wanted => Some(*at),
            _ => None,
        });
        times.collect()
    };
    let (healthy, failing) = (began("acme"), began("dead"));
    let pauses =
        |times: &[Duration]| -> Vec<Duration> { times.windows(2).map(|two| two[1] - two[0]).collect() };
    assert!(healthy.len() > 60, "{heard:?}");
    assert!(pauses(&healthy).iter().all(|pause| *pause == INTERVAL), "{:?}", pauses(&healthy));
    let slow = pauses(&failing);
    assert!(slow.is_sorted() && slow[0] >= INTERVAL, "{slow:?}");
    assert!(*slow.last().unwrap() > INTERVAL * 8, "{slow:?}");
    assert!(heard.iter().any(|heard| matches!(heard, Heard::Unread(set) if set.as_str() == "dead")));
}
