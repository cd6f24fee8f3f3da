//! Whatever comes in place of an answer: nothing is done that was not, nothing is missing that is there, and no call is
//! made without end.
//!
//! Every operation of a clean run meets every kind of false answer, once and always. `FLOWBIND_SWEEP=all` takes them
//! all; else each operation meets one of them, another for each operation.

mod deletions;
mod import;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use flowbind::aws::{Options, Session};
use flowbind::backup::Backups;
use flowbind::drift::{self, DriftKind};
use flowbind::emulator::{Settings, Timings};
use flowbind::plan::{ActionId, ApplyReport, Failure, Outcome, Plan, Reach};
use flowbind::reconcile;

use crate::apply::Silent;
use crate::permissions::add_unmanaged;
use crate::permissions_apply::{EVERYTHING, NEW_INSTANCE, change_all, manifests};
use crate::removal;
use crate::world::{World, is_read};

const KINDS: &[&str] = &[
    "html",
    "after-html",
    "empty",
    "after-empty",
    "braces",
    "after-braces",
    "truncated",
    "endless",
    "drop-before",
    "drop-after",
    "500",
    "after-500",
    "throttle",
    "hang",
    "after-hang",
];

/// Which operation meets what, and when. In a sample each operation meets one case: they are dealt in turn, so that
/// each kind is met, too.
fn cases(operations: &BTreeSet<String>) -> Vec<(String, String)> {
    let all = std::env::var("FLOWBIND_SWEEP").is_ok_and(|sweep| sweep == "all");
    // First every kind, then every kind the other way round.
    let selectors = [["", ":nth=1"], [":nth=1", ""]];
    let row = |turn: [&'static str; 2]| KINDS.iter().zip(turn.into_iter().cycle());
    let mut deck: VecDeque<(&str, &str)> =
        selectors.into_iter().flat_map(row).map(|(kind, when)| (*kind, when)).collect();
    let mut cases = Vec::new();
    for operation in operations {
        let fits = |(kind, _): &(&str, &str)| *kind != "endless" || is_list(operation);
        let mut deal = |(kind, when): (&str, &str)| {
            cases.push((operation.clone(), format!("{kind}:{operation}{when}")));
        };
        if all {
            deck.iter().copied().filter(fits).for_each(deal);
        } else if let Some(case) = deck.iter().position(fits).and_then(|at| deck.remove(at)) {
            deck.push_back(case);
            deal(case);
        }
    }
    let met = |kind: &&&str| cases.iter().any(|(_, fault)| fault.starts_with(&format!("{kind}:")));
    let unmet: Vec<_> = KINDS.iter().filter(|kind| !met(kind)).collect();
    assert!(operations.len() < KINDS.len() || unmet.is_empty(), "no operation meets {unmet:?}");
    cases
}

fn quick(faults: &[&str]) -> Settings {
    let moment = Duration::from_millis(1);
    let timings = Timings {
        function_pending: moment,
        function_update: moment,
        role_propagation: moment,
        instance_creation: moment,
    };
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    Settings { timings, faults, ..Settings::default() }
}

/// A session that loses its patience soon.
async fn hasty(url: String, fault: &str) -> Session {
    let attempt = Duration::from_millis(if fault.contains("hang") { 300 } else { 10_000 });
    let options = Options::embedded(url);
    let (visible_within, first_pause) = (Duration::from_secs(5), Duration::from_millis(2));
    Session::open(Options { visible_within, first_pause, attempt, ..options }).await
}

/// The same world with other settings.
async fn fork(world: &World, settings: Settings) -> World {
    let emulator = world.emulator.fork(settings).await.unwrap();
    World { folder: tempfile::tempdir().unwrap(), manifests: world.manifests.clone(), emulator }
}

/// A state of AWS from which a command starts.
struct Start {
    world: World,
    prune: bool,
}

impl Start {
    async fn plan(&self, world: &World, session: &Session) -> Option<Plan> {
        let reach = Reach::asked(self.prune, false);
        reconcile::plan(session, world.manifest(), reach).await.map(Plan::forced).ok()
    }

    /// What a run plans and does that meets a fault, and what is left to do then.
    async fn run(&self, fault: &str) -> Run {
        let faults: Vec<&str> = if fault.is_empty() { Vec::new() } else { vec![fault] };
        let world = fork(&self.world, quick(&faults)).await;
        let session = hasty(world.emulator.url(), fault).await;
        let plan = self.plan(&world, &session).await;
        let mut report = ApplyReport::default();
        if let Some(plan) = &plan {
            let allowed = plan.actions.iter().filter_map(|action| Some(action.guard.as_ref()?.allow.clone()));
            let (allowed, backups) =
                (allowed.collect(), Backups::new(&world.folder.path().join("own"), "run"));
            if let Ok(applied) = reconcile::apply(&session, plan, &allowed, &backups, &Silent).await {
                report = applied;
            }
        }
        let calls = world.calls();
        let clean = fork(&world, quick(&[])).await;
        let left = self.plan(&clean, &hasty(clean.emulator.url(), "").await).await.expect("a clean plan");
        assert_eq!(left.gaps, []);
        Run { plan, report, calls, left }
    }

    /// Meets every case, and holds each run against the clean one.
    async fn sweep(&self) {
        let clean = self.run("").await;
        let wanted: BTreeSet<ActionId> = ids(clean.plan.as_ref().unwrap());
        for (id, outcome) in &clean.report.outcomes {
            assert!(outcome.is_done(), "{}: {outcome:?}", id.address);
        }
        assert_eq!(ids(&clean.left), BTreeSet::new(), "{:#?}", clean.left.actions);
        let operations = clean.calls.keys().cloned().collect();
        for (operation, fault) in cases(&operations) {
            let run = self.run(&fault).await;
            let planned = run.plan.as_ref().map(ids).unwrap_or_default();
            assert!(planned.is_subset(&wanted), "{fault}: false absence: {:?}", planned.difference(&wanted));
            if let Some(plan) = run.plan.as_ref().filter(|_| planned != wanted) {
                assert!(plan.is_incomplete(), "{fault}: nothing says what could not be read");
            }
            let left = ids(&run.left);
            for (id, outcome) in &run.report.outcomes {
                let done = outcome.is_done();
                assert!(!(done && left.contains(id)), "{fault}: {}: false success: {outcome:?}", id.address);
            }
            let most = 16 + 16 * clean.calls[&operation];
            let made = run.calls.get(&operation).copied().unwrap_or_default();
            assert!(
                made <= most,
                "{fault}: {made} calls, where a clean run makes {}",
                clean.calls[&operation]
            );
            if fault.ends_with("nth=1") && !is_lost_for_good(&fault) {
                assert_eq!(
                    left,
                    BTreeSet::new(),
                    "{fault}: one such answer is survived: {:#?}",
                    run.report.outcomes
                );
            }
        }
    }
}

fn is_list(operation: &str) -> bool {
    [":List", ":Search"].iter().any(|verb| operation.contains(verb))
}

/// One list without an end is an error, which nothing repeats.
fn is_lost_for_good(fault: &str) -> bool {
    fault.starts_with("endless")
}

struct Run {
    plan: Option<Plan>,
    report: ApplyReport,
    calls: BTreeMap<String, u64>,
    left: Plan,
}

fn ids(plan: &Plan) -> BTreeSet<ActionId> {
    plan.actions.iter().map(|action| action.id.clone()).collect()
}

/// A world in which everything is declared, and prepared by somebody.
async fn everything(prepare: impl AsyncFnOnce(&World)) -> World {
    let world = of(manifests(EVERYTHING)).await;
    prepare(&world).await;
    world
}

/// A world that holds what manifests expect.
async fn of(manifests: Vec<flowbind::manifest::Manifest>) -> World {
    let address = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0));
    let world = flowbind::sandbox::world(&manifests);
    let emulator = flowbind::emulator::Emulator::start(address, quick(&[]), world).await.unwrap();
    World { folder: tempfile::tempdir().unwrap(), manifests, emulator }
}

#[tokio::test]
async fn what_creates_everything_is_never_deceived() {
    let world = everything(add_unmanaged).await;
    Start { world, prune: false }.sweep().await;
}

#[tokio::test]
async fn what_changes_everything_is_never_deceived() {
    let world = everything(change_all).await;
    Start { world, prune: false }.sweep().await;
}

#[tokio::test]
async fn what_removes_everything_is_never_deceived() {
    let world = removal::with_manifest(removal::applied(quick(&[])).await, &removal::reduced());
    Start { world, prune: true }.sweep().await;
}

#[tokio::test]
async fn what_removes_functions_and_roles_is_never_deceived() {
    deletions::start().await.sweep().await;
}

#[tokio::test]
async fn what_is_in_sync_is_never_planned_and_never_drifts() {
    let world = everything(async |world: &World| {
        let session = world.session().await;
        let plan = world.plan().await;
        crate::apply::all_done(
            &crate::apply::carry_out(&session, &plan, &world.folder.path().join("own")).await,
        );
    })
    .await;
    let start = Start { world, prune: true };
    let clean = start.run("").await;
    let reads = clean.calls.keys().filter(|operation| is_read(operation)).cloned().collect();
    for (operation, fault) in cases(&reads) {
        let world = fork(&start.world, quick(&[&fault])).await;
        let session = hasty(world.emulator.url(), &fault).await;
        if let Some(plan) = start.plan(&world, &session).await {
            assert_eq!(ids(&plan), BTreeSet::new(), "{fault}: {:#?}", plan.actions);
            let survived = fault.ends_with("nth=1") && !is_lost_for_good(&fault);
            let noticed = !plan.gaps.is_empty() || plan.has_errors();
            assert!(noticed != survived, "{fault}: {:?}", plan.gaps);
            for gap in &plan.gaps {
                assert_eq!(gap.operation.to_string(), operation, "{fault}");
            }
        }
        let made = world.calls()[&operation];
        assert!(made <= 16 + 16 * clean.calls[&operation], "{fault}: {made} calls");
        let world = fork(&start.world, quick(&[&fault])).await;
        let session = hasty(world.emulator.url(), &fault).await;
        let (desired, scope) = (
            world.manifest(),
            drift::Scope { reach: Reach::Everything { prune: false }, ..drift::Scope::default() },
        );
        if let Ok(drifted) = reconcile::drift(&session, desired, scope).await {
            let told = drifted.differences.iter().filter(|it| it.kind != DriftKind::CouldNotTell);
            assert_eq!(told.count(), 0, "{fault}: {:#?}", drifted.differences);
        }
    }
}

#[tokio::test]
async fn an_instance_is_created_once_whatever_is_answered() {
    let world = of(manifests(NEW_INSTANCE)).await;
    for kind in KINDS.iter().filter(|kind| **kind != "endless") {
        for selector in ["", ":nth=1"] {
            let fault = format!("{kind}:connect:CreateInstance{selector}");
            let start = Start { world: fork(&world, quick(&[])).await, prune: false };
            let run = start.run(&fault).await;
            let done = run.report.outcomes.iter().all(|(_, outcome)| outcome.is_done());
            assert_eq!(done, run.left.actions.is_empty(), "{fault}: {:#?}", run.report.outcomes);
            assert!(done || selector.is_empty(), "{fault}: {:#?}", run.report.outcomes);
            assert!(run.calls["connect:CreateInstance"] <= 12, "{fault}: {:?}", run.calls);
        }
    }
}

/// A server that accepts connections and never answers costs a command two tries of one call, not two of each.
#[tokio::test]
async fn a_server_that_never_answers_is_given_up_after_one_call() {
    let world = everything(add_unmanaged).await;
    let silent = fork(&world, quick(&["hang:*:*"])).await;
    let session = hasty(silent.emulator.url(), "hang").await;
    assert!(reconcile::plan(&session, silent.manifest(), Reach::Declared).await.is_err());
    assert!(silent.calls().values().sum::<u64>() <= 4, "{:?}", silent.calls());
}

/// A call that is never answered must not outlast the run's time: here a try may take an hour.
#[tokio::test]
async fn a_read_in_flight_ends_with_the_time_of_the_run() {
    let world = everything(add_unmanaged).await;
    for (fault, planned) in [("hang:*:*:from=9", true), ("hang:*:*", false)] {
        let silent = fork(&world, quick(&[fault])).await;
        let options = Options::embedded(silent.emulator.url());
        let hour = Duration::from_secs(3600);
        let timeout = Some(Duration::from_millis(500));
        let session =
            Session::open(Options { attempt: hour, visible_within: hour, timeout, ..options }).await;
        let looks = reconcile::plan(&session, silent.manifest(), Reach::Declared);
        let plan =
            tokio::time::timeout(Duration::from_secs(60), looks).await.expect("a read outlasts the run");
        assert_eq!(plan.is_ok(), planned, "{fault}: {plan:?}");
        let Ok(plan) = plan else { continue };
        assert!(!plan.gaps.is_empty());
        assert!(plan.gaps.iter().all(|gap| gap.cut_off == timeout), "{:#?}", plan.gaps);
        let asked: u64 = silent.calls().values().sum();
        assert_eq!(asked, u64::from(session.calls().values().sum::<u32>()), "none is asked twice");
    }
}

#[tokio::test]
async fn a_run_that_is_out_of_time_begins_no_write_and_says_so() {
    let world = everything(add_unmanaged).await;
    let plan = world.plan().await;
    let clean = fork(&world, quick(&[])).await;
    let options = Options { timeout: Some(Duration::ZERO), ..Options::embedded(clean.emulator.url()) };
    let session = Session::open(options).await;
    let report = crate::apply::carry_out(&session, &plan, &clean.folder.path().join("own")).await;
    assert_eq!(report.outcomes.len(), plan.actions.len());
    for (id, outcome) in &report.outcomes {
        assert!(
            matches!(outcome, Outcome::NotBegun { message } if message.contains("--timeout")),
            "{}: {outcome:?}",
            id.address
        );
    }
    assert_eq!(clean.calls(), BTreeMap::new());
    // What reads is not started either, and is no absence.
    let planned = reconcile::plan(&session, clean.manifest(), Reach::Declared).await;
    assert!(planned.is_err() && clean.calls().is_empty());
}

#[tokio::test]
async fn a_write_that_fails_for_ever_ends_as_unknown_after_a_few_tries() {
    for fault in ["500", "after-500", "html", "hang"] {
        let world = everything(async |_: &World| {}).await;
        let start = Start { world, prune: false };
        for operation in ["connect:CreateContactFlow", "connect:UpdateInstanceAttribute", "iam:CreateRole"] {
            let run = start.run(&format!("{fault}:{operation}")).await;
            let unknown = run.report.outcomes.iter().filter_map(|(_, outcome)| match outcome {
                Outcome::Unknown(Failure { message, .. }) => Some(message),
                _ => None,
            });
            let told = unknown.filter(|message| message.contains(operation)).count();
            assert_eq!(told == 0, fault == "after-500", "{fault} {operation}: {:#?}", run.report.outcomes);
            assert!(run.calls[operation] <= 12, "{fault} {operation}: {}", run.calls[operation]);
        }
    }
}
