//! What holds for every schedule, and some that are computed by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::buckets::{ARRIVAL, Buckets};
use super::chains::call;
use super::pace::Pace;
use super::task::{Again, Schedule, Shared, Step, Task};
use crate::operations::{Operation, PACED_SHARE, Service, Shares};
use crate::resource::{AccountId, Place, Region};

const LATENCY: Duration = Duration::from_millis(100);
const FLOWS: Operation = Operation::DescribeContactFlow;

fn place(region: &str) -> Place {
    Place { account: AccountId::parse("111122223333").unwrap(), region: Region::parse(region).unwrap() }
}

/// Calls at once in one Region.
fn calls(operation: Operation, times: u32) -> Step {
    Step::Calls(vec![call(&place("eu-west-2"), operation, times)])
}

fn task(steps: Vec<Step>, after: &[usize]) -> Task {
    Task { steps, after: after.to_vec() }
}

fn schedule(tasks: Vec<Task>) -> Schedule {
    Schedule { tasks, shared: Vec::new() }
}

fn with_latency(paced: bool) -> Pace {
    Pace::new(Buckets::full(paced), Duration::ZERO, LATENCY)
}

fn assert_near(time: Duration, seconds: f64) {
    assert!((time.as_secs_f64() - seconds).abs() < 0.001, "{time:?} is not {seconds} s");
}

/// The time of one call to Amazon Connect when the bucket is empty.
const EACH: f64 = 1.0 / (2.0 * PACED_SHARE);

#[test]
fn a_burst_takes_no_time_and_what_comes_on_top_takes_its_rate() {
    let at_once = |n| schedule(vec![task(vec![calls(FLOWS, n)], &[])]);
    assert_eq!(at_once(5).time(&mut Pace::full()), Duration::ZERO);
    assert_near(at_once(25).time(&mut Pace::full()), 0.06 + 20.0 * EACH);
}

#[test]
fn regions_and_operations_have_buckets_of_their_own_and_the_control_plane_of_lambda_has_one() {
    let there = Step::Calls(vec![call(&place("us-west-2"), FLOWS, 25)]);
    let both = schedule(vec![task(vec![calls(FLOWS, 25)], &[]), task(vec![there], &[])]);
    assert_near(both.time(&mut Pace::full()), 0.06 + 20.0 * EACH);
    let modules = calls(Operation::DescribeContactFlowModule, 25);
    let both = schedule(vec![task(vec![calls(FLOWS, 25)], &[]), task(vec![modules], &[])]);
    assert_near(both.time(&mut Pace::full()), 0.06 + 20.0 * EACH);
    let lambda = [Operation::AddPermission, Operation::GetAlias].map(|o| task(vec![calls(o, 15)], &[]));
    assert_near(schedule(lambda.into()).time(&mut Pace::full()), 0.06 + 15.0 / (15.0 * PACED_SHARE));
}

#[test]
fn what_waits_for_another_begins_when_that_is_answered() {
    // Nothing of a bucket comes back while calls wait for it: 14 calls, 5 of them a burst.
    let stages = [task(vec![calls(FLOWS, 7)], &[]), task(vec![calls(FLOWS, 7)], &[0])];
    let ends = schedule(stages.into()).ends(&mut with_latency(true));
    assert_near(ends[0], 0.06 + 2.0 * EACH + 0.1);
    assert_near(ends[1], 0.06 + 9.0 * EACH + 0.1);
    // A chain over buckets of their own costs what its answers take.
    let chain = [Operation::ListInstances, Operation::DescribeInstance, Operation::ListContactFlows, FLOWS];
    let chain = schedule(vec![task(chain.map(|operation| calls(operation, 1)).into(), &[])]);
    assert_near(chain.time(&mut with_latency(true)), 0.4);
    let paused = schedule(vec![task(vec![calls(FLOWS, 1), Step::Pause(LATENCY), calls(FLOWS, 1)], &[])]);
    assert_near(paused.time(&mut with_latency(true)), 0.3);
}

#[test]
fn calls_that_are_not_paced_take_their_answers_alone() {
    let stages = [task(vec![calls(FLOWS, 700)], &[]), task(vec![calls(FLOWS, 700)], &[0])];
    assert_near(schedule(stages.into()).time(&mut with_latency(false)), 0.2);
}

#[test]
fn what_is_done_once_is_waited_for_by_all() {
    let shared = vec![Shared { steps: vec![calls(FLOWS, 7)], again: Again::After(Duration::from_secs(60)) }];
    let mut tasks: Vec<Task> = (0..3).map(|_| task(vec![Step::Shared(0)], &[])).collect();
    tasks.push(task(vec![calls(Operation::GetPolicy, 1), Step::Shared(0)], &[2]));
    let schedule = Schedule { tasks, shared };
    let once = 0.06 + 2.0 * EACH + 0.1;
    let ends = schedule.ends(&mut with_latency(true));
    ends[..3].iter().for_each(|end| assert_near(*end, once));
    assert_near(ends[3], once + 0.1);
    assert_eq!(schedule.at_least(), 8);
}

#[test]
fn what_was_done_long_ago_is_done_again_by_who_comes_then() {
    let shared = vec![Shared { steps: vec![calls(FLOWS, 1)], again: Again::After(Duration::from_secs(10)) }];
    let late = |seconds| {
        task(vec![Step::Pause(Duration::from_secs(seconds)), Step::Shared(0), Step::Shared(0)], &[])
    };
    let tasks = vec![task(vec![Step::Shared(0)], &[]), late(9), late(11)];
    let ends = Schedule { tasks, shared }.ends(&mut with_latency(true));
    assert_near(ends[0], 0.1);
    assert_near(ends[1], 9.0);
    assert_near(ends[2], 11.1);
}

#[test]
fn what_shows_is_looked_at_once_for_all_and_before_for_who_is_waited_for() {
    let shared = || vec![Shared { steps: vec![calls(FLOWS, 1)], again: Again::Wave }];
    let write = || task(vec![calls(Operation::AssociateLambdaFunction, 1), Step::Shared(0)], &[]);
    let mut tasks: Vec<Task> = (0..7).map(|_| write()).collect();
    let last = 0.06 + 2.0 * EACH;
    let ends = Schedule { tasks: tasks.clone(), shared: shared() }.ends(&mut with_latency(true));
    ends.iter().for_each(|end| assert_near(*end, last + 0.2));
    // The last two are written first, since others wait for them.
    tasks.extend([task(vec![], &[5]), task(vec![], &[6])]);
    let ends = Schedule { tasks, shared: shared() }.ends(&mut with_latency(true));
    assert_near(ends[5], 0.2);
    // It comes after the first look has begun, and needs the next one.
    assert_near(ends[6], 0.3);
    ends[..5].iter().for_each(|end| assert_near(*end, last + 0.2));
}

#[test]
fn one_schedule_after_another_finds_the_buckets_as_they_are() {
    let seven = schedule(vec![task(vec![calls(FLOWS, 7)], &[])]);
    let mut pace = Pace::full();
    assert_near(seven.time(&mut pace), 0.06 + 2.0 * EACH);
    assert_near(seven.time(&mut pace), 7.0 * EACH);
    assert_near(seven.time(&mut pace.rested()), 0.06 + 2.0 * EACH);
}

#[test]
fn tasks_that_wait_for_each_other_end_never_and_stop_nobody() {
    let tasks = vec![task(vec![], &[1]), task(vec![], &[0]), task(vec![calls(FLOWS, 6)], &[])];
    let ends = schedule(tasks).ends(&mut Pace::full());
    assert_eq!(ends[..2], [Duration::ZERO, Duration::ZERO]);
    assert_near(ends[2], 0.06 + EACH);
}

#[test]
fn the_floor_of_stages_is_what_their_buckets_need_one_after_the_other() {
    // Twenty tasks, then twenty more that wait for all of them, then twenty of the first operation again.
    let (first, second): (Vec<usize>, Vec<usize>) = ((0..20).collect(), (20..40).collect());
    let stage = |operation, after: &[usize]| {
        let after = after.to_vec();
        (0..20).map(move |_| task(vec![calls(operation, 1)], &after)).collect::<Vec<_>>()
    };
    let list = Operation::ListLambdaFunctions;
    let stages = [stage(FLOWS, &[]), stage(list, &first), stage(FLOWS, &second)].concat();
    let staged = schedule(stages);
    assert_near(staged.floor(&with_latency(true)), 45.0 * EACH + 0.3);
    assert_near(staged.time(&mut with_latency(true)), 3.0 * 0.06 + 45.0 * EACH + 0.3);
    // What is left of the buckets counts.
    let mut pace = with_latency(true);
    schedule(vec![task(vec![calls(FLOWS, 9)], &[])]).time(&mut pace);
    let one = schedule(vec![task(vec![calls(FLOWS, 2)], &[])]);
    assert_near(one.floor(&pace), 2.0 * EACH);
}

const OPERATIONS: [Operation; 5] = [
    FLOWS,
    Operation::ListLambdaFunctions,
    Operation::GetPolicy,
    Operation::AddPermission,
    Operation::GetAlias,
];

fn step() -> impl Strategy<Value = Step> {
    let one = (0..OPERATIONS.len(), prop::bool::ANY, 0..9_u32);
    prop_oneof![
        4 => prop::collection::vec(one, 1..3).prop_map(|calls| {
            let calls = calls.into_iter().map(|(operation, here, times)| {
                call(&place(if here { "eu-west-2" } else { "us-west-2" }), OPERATIONS[operation], times)
            });
            Step::Calls(calls.collect())
        }),
        1 => (0..500_u64).prop_map(|ms| Step::Pause(Duration::from_millis(ms))),
    ]
}

/// Tasks that wait for earlier ones.
fn tasks() -> impl Strategy<Value = Vec<Task>> {
    let one = (prop::collection::vec(step(), 0..4), prop::collection::btree_set(0..20_usize, 0..3));
    prop::collection::vec(one, 1..20).prop_map(|tasks| {
        let tasks = tasks.into_iter().enumerate().map(|(n, (steps, after))| {
            let after = after.into_iter().filter(|needed| *needed < n).collect();
            Task { steps, after }
        });
        tasks.collect()
    })
}

/// How many calls each bucket gets, with one of their operations.
fn by_bucket(schedule: &Schedule) -> BTreeMap<(Place, Service, Option<Operation>), (u32, Operation)> {
    let mut buckets = BTreeMap::new();
    for call in schedule.calls() {
        let facts = call.operation.facts();
        let own = (facts.shares == Shares::Nothing).then_some(call.operation);
        let key = (call.place.clone().unwrap(), facts.service, own);
        buckets.entry(key).or_insert((0, call.operation)).0 += call.times;
    }
    buckets
}

/// What a task takes at the least, and what it waits for besides buckets.
fn alone(task: &Task) -> Duration {
    let each = task.steps.iter().map(|step| match step {
        Step::Calls(calls) if calls.iter().all(|call| call.times == 0) => Duration::ZERO,
        Step::Calls(_) => LATENCY,
        Step::Pause(pause) => *pause,
        Step::Shared(_) => Duration::ZERO,
    });
    each.sum()
}

const CLOSE: Duration = Duration::from_micros(10);

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(11), ..ProptestConfig::default() })]

    #[test]
    fn no_schedule_beats_its_slowest_bucket_nor_its_longest_chain(tasks in tasks()) {
        let schedule = schedule(tasks);
        let ends = schedule.ends(&mut with_latency(true));
        let time = ends.iter().max().copied().unwrap_or_default();
        for (calls, operation) in by_bucket(&schedule).into_values() {
            let facts = operation.facts();
            let least = f64::from(calls.saturating_sub(facts.burst)) / (facts.rate * PACED_SHARE);
            prop_assert!(time + CLOSE >= Duration::from_secs_f64(least), "{operation}: {time:?}, {least}");
        }
        for (task, end) in schedule.tasks.iter().zip(&ends) {
            let begins = task.after.iter().map(|n| ends[*n]).max().unwrap_or_default();
            prop_assert!(*end >= begins + alone(task), "{task:?} ends at {end:?}, begins at {begins:?}");
        }
    }

    #[test]
    fn no_schedule_takes_longer_than_everything_one_after_the_other(tasks in tasks()) {
        let schedule = schedule(tasks);
        let time = schedule.time(&mut with_latency(true));
        let buckets = by_bucket(&schedule).into_values().map(|(calls, operation)| {
            let each = Duration::from_secs_f64(1.0 / (operation.facts().rate * PACED_SHARE)) + ARRIVAL;
            each * calls
        });
        let most: Duration = buckets.sum::<Duration>() + schedule.tasks.iter().map(alone).sum::<Duration>();
        prop_assert!(time <= most + CLOSE, "{time:?}, {most:?}");
    }

    #[test]
    fn one_more_step_never_makes_a_chain_shorter(steps in prop::collection::vec(step(), 1..8)) {
        let mut before = Duration::ZERO;
        for n in 1..=steps.len() {
            let time = schedule(vec![task(steps[..n].to_vec(), &[])]).time(&mut with_latency(true));
            prop_assert!(time >= before, "{n} steps: {time:?}, fewer: {before:?}");
            before = time;
        }
    }

    #[test]
    fn the_same_calls_take_the_same_time(tasks in tasks()) {
        let schedule = schedule(tasks);
        prop_assert_eq!(schedule.ends(&mut with_latency(true)), schedule.ends(&mut with_latency(true)));
    }

    #[test]
    fn no_order_of_calls_beats_the_floor(
        mut tasks in tasks(), sharing in prop::collection::vec(prop::option::of(0..4_usize), 20),
        shared in step(), again in prop::bool::ANY,
    ) {
        let again = if again { Again::Wave } else { Again::After(Duration::from_secs(5)) };
        for (task, at) in tasks.iter_mut().zip(sharing) {
            if let Some(at) = at {
                task.steps.insert(at.min(task.steps.len()), Step::Shared(0));
            }
        }
        let shared = vec![Shared { steps: vec![shared], again }];
        let schedule = Schedule { tasks, shared };
        let mut pace = with_latency(true);
        for _ in 0..2 {
            let floor = schedule.floor(&pace);
            let time = schedule.time(&mut pace);
            prop_assert!(floor <= time + CLOSE, "{floor:?} is over {time:?}");
        }
    }
}
