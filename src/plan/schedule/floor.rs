//! The least time that buckets and answers allow for a schedule, whoever carries it out and in whatever order: what the
//! time of a run is measured against.
//!
//! Two things bound every order. A chain of tasks takes its answers and pauses. And the calls of one bucket take what the
//! bucket needs for so many of them, after the first of them can begin and before what follows them has ended; when
//! something can begin at the earliest, and what follows at the least, are such bounds themselves. The floor is the
//! largest of all these. No order has to reach it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::buckets::{Buckets, Key, Limit, key};
use super::pace::Pace;
use super::queue::Queue;
use super::task::{Again, Call, Schedule, Step};

/// So many limits of what follows are tried for each bucket; any of them gives a bound.
const LIMITS: usize = 64;

/// Calls to one bucket: when they can begin at the earliest, how many they are, and what follows at the least.
type Bound = (Duration, u32, Duration);

/// Calls of one step of a task.
#[derive(Debug, Clone, Copy)]
struct Item {
    bucket: usize,
    times: u32,
    /// What the task takes at the least before the calls, and from when they have their tokens until it ends.
    before: Duration,
    after: Duration,
}

/// A task without its order.
#[derive(Debug, Clone, Default)]
struct Task {
    items: Vec<Item>,
    /// What is shared, and when in the task it is.
    shares: Vec<(usize, Duration)>,
    length: Duration,
}

impl Schedule {
    /// The least time that the buckets and the answers allow, in whatever order the calls are made; never more than
    /// [`time`](Self::time), which is that of the order in which they are made.
    pub fn floor(&self, pace: &Pace) -> Duration {
        floor(self, &pace.buckets, pace.now, pace.latency)
    }
}

/// Returns the floor of a schedule that begins with such buckets, where each call is answered after a latency.
pub(in crate::plan) fn floor(
    schedule: &Schedule,
    buckets: &Buckets,
    now: Duration,
    latency: Duration,
) -> Duration {
    let mut limits = Limits { buckets, now, latency, numbers: BTreeMap::new(), limits: Vec::new() };
    let tasks: Vec<Task> = schedule.tasks.iter().map(|task| limits.task(&task.steps, schedule)).collect();
    let after: Vec<BTreeSet<usize>> =
        schedule.tasks.iter().map(|task| task.after.iter().copied().collect()).collect();
    let order = in_order(&after);
    let mut waiters = vec![BTreeSet::new(); tasks.len()];
    for n in &order {
        for needed in &after[*n] {
            waiters[*needed].insert(*n);
        }
    }
    let heads = ends(
        &tasks,
        &after,
        order.iter().copied(),
        |items| limits.least(items, false),
        |item| (item.before, item.after),
    );
    let tails = ends(
        &tasks,
        &waiters,
        order.iter().rev().copied(),
        |items| limits.least(items, true),
        |item| (item.after, item.before),
    );
    let chains = order.iter().map(|n| heads[*n] + tasks[*n].length + tails[*n]).max().unwrap_or_default();
    let mut all: BTreeMap<usize, Vec<Bound>> = BTreeMap::new();
    for n in &order {
        for item in &tasks[*n].items {
            let bound = (heads[*n] + item.before, item.times, item.after + tails[*n]);
            all.entry(item.bucket).or_default().push(bound);
        }
    }
    for (shared, it) in schedule.shared.iter().enumerate() {
        let users = order.iter().flat_map(|n| tasks[*n].shares.iter().map(move |(of, at)| (*n, *of, *at)));
        let users: Vec<(usize, Duration)> =
            users.filter(|(_, of, _)| *of == shared).map(|(n, _, at)| (n, at)).collect();
        let Some(head) = users.iter().map(|(n, at)| heads[*n] + *at).min() else { continue };
        for item in limits.task(&it.steps, schedule).items {
            all.entry(item.bucket).or_default().push((head + item.before, item.times, item.after));
        }
    }
    chains.max(limits.least(all, false))
}

/// The tasks in an order in which each comes after those that it waits for; without those that never begin.
fn in_order(after: &[BTreeSet<usize>]) -> Vec<usize> {
    let (mut queue, mut order) = (Queue::new(after), Vec::with_capacity(after.len()));
    loop {
        let ready = queue.take();
        if ready.is_empty() {
            return order;
        }
        ready.iter().for_each(|n| queue.done(*n));
        order.extend(ready);
    }
}

/// When all has ended at the earliest that comes before each task.
fn ends(
    tasks: &[Task],
    before: &[BTreeSet<usize>],
    order: impl Iterator<Item = usize>,
    least: impl Fn(BTreeMap<usize, Vec<Bound>>) -> Duration,
    sides: impl Fn(&Item) -> (Duration, Duration),
) -> Vec<Duration> {
    let mut heads = vec![Duration::ZERO; tasks.len()];
    let mut all: Vec<Vec<u64>> = vec![Vec::new(); tasks.len()];
    for n in order {
        let mut earlier = vec![0; tasks.len().div_ceil(64)];
        let mut chain = Duration::ZERO;
        for needed in &before[n] {
            chain = chain.max(heads[*needed] + tasks[*needed].length);
            earlier.iter_mut().zip(&all[*needed]).for_each(|(word, other)| *word |= other);
            earlier[needed / 64] |= 1_u64 << (needed % 64);
        }
        let mut bounds: BTreeMap<usize, Vec<Bound>> = BTreeMap::new();
        for task in numbers(&earlier) {
            for item in &tasks[task].items {
                let (before, after) = sides(item);
                bounds.entry(item.bucket).or_default().push((heads[task] + before, item.times, after));
            }
        }
        heads[n] = chain.max(least(bounds));
        all[n] = earlier;
    }
    heads
}

/// The numbers of the bits that are set.
fn numbers(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(at, word)| {
        (0..64).filter(move |bit| word & (1_u64 << bit) != 0).map(move |bit| at * 64 + bit)
    })
}

/// The buckets by numbers.
struct Limits<'a> {
    buckets: &'a Buckets,
    now: Duration,
    latency: Duration,
    numbers: BTreeMap<Key, usize>,
    limits: Vec<Option<Limit>>,
}

impl Limits<'_> {
    fn bucket(&mut self, call: &Call) -> usize {
        let next = self.limits.len();
        let number = *self.numbers.entry(key(call.place.as_ref(), call.operation)).or_insert(next);
        if number == next {
            self.limits.push(self.buckets.limit(call.place.as_ref(), call.operation, self.now));
        }
        number
    }

    fn task(&mut self, steps: &[Step], schedule: &Schedule) -> Task {
        let mut task = Task::default();
        for step in steps {
            let lasts = self.lasts(step, schedule);
            match step {
                Step::Calls(calls) => {
                    for call in calls.iter().filter(|call| call.times > 0) {
                        let bucket = self.bucket(call);
                        let (before, after) = (task.length, Duration::ZERO);
                        task.items.push(Item { bucket, times: call.times, before, after });
                    }
                }
                Step::Shared(of) => task.shares.push((*of, task.length)),
                Step::Pause(_) => {}
            }
            task.length += lasts;
        }
        let length = task.length;
        task.items.iter_mut().for_each(|item| item.after = length - item.before);
        task
    }

    /// What a step takes at the least. What was shared long enough ago takes nothing.
    fn lasts(&self, step: &Step, schedule: &Schedule) -> Duration {
        match step {
            Step::Calls(calls) if calls.iter().all(|call| call.times == 0) => Duration::ZERO,
            Step::Calls(_) => self.latency,
            Step::Pause(pause) => *pause,
            Step::Shared(of) => match &schedule.shared[*of] {
                shared if shared.again == Again::Wave => {
                    let own = shared.steps.iter().filter(|step| !matches!(step, Step::Shared(_)));
                    own.map(|step| self.lasts(step, schedule)).sum()
                }
                _ => Duration::ZERO,
            },
        }
    }

    /// When calls have ended at the earliest, with what follows them. With `turned` heads and tails are the other way
    /// round, and the buckets may be full.
    fn least(&self, bounds: BTreeMap<usize, Vec<Bound>>, turned: bool) -> Duration {
        let each = bounds.into_iter().filter_map(|(bucket, bounds)| {
            let limit = self.limits[bucket]?;
            Some(if turned {
                let turn = bounds.into_iter().map(|(tail, times, head)| (head, times, tail));
                within(&Limit { tokens: limit.burst, ..limit }, turn.collect())
            } else {
                within(&limit, bounds)
            })
        });
        each.max().unwrap_or_default()
    }
}

/// The bound of one bucket: over all calls that begin no earlier than one moment and of which no less follows than some
/// time, the moment, what the bucket needs for so many, and the time.
fn within(limit: &Limit, mut bounds: Vec<Bound>) -> Duration {
    bounds.sort_unstable_by_key(|(head, _, _)| std::cmp::Reverse(*head));
    let tails: Vec<Duration> =
        bounds.iter().map(|(_, _, tail)| *tail).collect::<BTreeSet<_>>().into_iter().collect();
    let mut floor = Duration::ZERO;
    for tail in tails.iter().step_by(tails.len().div_ceil(LIMITS).max(1)) {
        let mut calls = 0.0;
        for (head, times, _) in bounds.iter().filter(|(_, _, of)| of >= tail) {
            calls += f64::from(*times);
            let there = (limit.tokens + head.as_secs_f64() * limit.rate).min(limit.burst);
            let waits = ((calls - there) / limit.rate).max(0.0);
            floor = floor.max(*head + Duration::from_secs_f64(waits) + *tail);
        }
    }
    floor
}
