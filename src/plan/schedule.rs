//! How long calls take that wait for each other and for their buckets: every forecast of a time comes from here.
//!
//! It is a simulation, without a clock: whoever becomes ready takes a token in that order, as the pacer of real calls
//! does, and a call that has its token is answered after the pace's latency. What AWS itself needs to carry something
//! out, retries and waits for what does not show yet come on top.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use super::buckets::Buckets;
use crate::operations::Operation;
use crate::resource::Place;

/// What calls have to wait for, as things are now.
#[derive(Debug, Clone)]
pub struct Pace {
    buckets: Buckets,
    now: Duration,
    latency: Duration,
}

impl Pace {
    /// Goes on from buckets that calls were taken from until now; each call is answered after a latency.
    pub fn new(buckets: Buckets, now: Duration, latency: Duration) -> Self {
        Self { buckets, now, latency }
    }

    /// Starts from full buckets, and counts answers as immediate.
    pub fn full() -> Self {
        Self::new(Buckets::full(true), Duration::ZERO, Duration::ZERO)
    }

    /// The same, after a time in which all buckets have filled.
    #[must_use]
    pub fn rested(mut self) -> Self {
        self.buckets.fill();
        self
    }

    /// Takes tokens for calls that are made at once, and says when the last of them is answered.
    fn answer(&mut self, calls: &[Call], at: Duration) -> Duration {
        let mut last = at;
        for call in calls {
            for _ in 0..call.times {
                last = last.max(at + self.buckets.take(call.place.as_ref(), call.operation, at));
            }
        }
        if calls.iter().any(|call| call.times > 0) { last + self.latency } else { last }
    }
}

/// Calls of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// Where they go, if that is known.
    pub(super) place: Option<Place>,
    pub(super) operation: Operation,
    pub(super) times: u32,
    /// How many of them are made in any case, as long as nothing fails.
    pub(super) sure: u32,
}

/// What a task does next, when the step before has ended.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Calls that are made at once; it ends when all of them are answered.
    Calls(Vec<Call>),
    /// A wait that has to do with no bucket.
    Pause(Duration),
    /// Something that several tasks wait for, by its number.
    Shared(usize),
}

/// Something that several tasks wait for.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) steps: Vec<Step>,
    pub(super) again: Again,
}

/// Whether something shared is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Who comes after it has begun needs it again; such tasks share the next time.
    Always,
    /// Who comes so long after it has ended needs it again, or as long after as it took if that is longer.
    After(Duration),
}

/// Steps, one after the other, which begin when other tasks have ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Task {
    pub(super) steps: Vec<Step>,
    /// The numbers of the other tasks.
    pub(super) after: Vec<usize>,
}

/// Calls, and which of them wait for which others.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    pub(super) tasks: Vec<Task>,
    pub(super) shared: Vec<Shared>,
}

impl Schedule {
    /// All calls, each shared one once.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        let steps = self.tasks.iter().map(|task| &task.steps).chain(self.shared.iter().map(|it| &it.steps));
        let calls = steps.flatten().filter_map(|step| match step {
            Step::Calls(calls) => Some(calls),
            Step::Pause(_) | Step::Shared(_) => None,
        });
        calls.flatten()
    }

    /// The calls that are made in any case, as long as nothing fails.
    pub fn at_least(&self) -> u32 {
        self.calls().fold(0, |sum, call| sum.saturating_add(call.sure))
    }

    /// The time until the last call is answered. The pace is left as it is then.
    pub fn time(&self, pace: &mut Pace) -> Duration {
        self.ends(pace).into_iter().max().unwrap_or_default()
    }

    /// The time until each task ends, in the order of the tasks; none for one that waits for itself. The pace is left as
    /// it is when the last one has ended.
    pub(super) fn ends(&self, pace: &mut Pace) -> Vec<Duration> {
        let began = pace.now;
        let mut run = Run::new(self, pace);
        run.until_the_end();
        let ends: Vec<Option<Duration>> = run.ends;
        pace.now = ends.iter().flatten().copied().max().unwrap_or(began);
        ends.into_iter().map(|end| end.map_or(Duration::ZERO, |end| end - began)).collect()
    }
}

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Task(usize),
    Shared(usize),
}

/// A step that begins: when, in which order among those of the same moment, whose it is and its number.
type Event = Reverse<(Duration, u64, Who, usize)>;

/// What becomes of something shared.
#[derive(Debug, Clone, Default)]
struct Sharing {
    running: bool,
    /// When it began last, and when it ended.
    began: Duration,
    ended: Option<Duration>,
    /// Who goes on when it ends, each at this step.
    served: Vec<(Who, usize)>,
    /// Who waits for the next time.
    waiting: Vec<(Who, usize)>,
}

/// One simulation.
struct Run<'a> {
    schedule: &'a Schedule,
    pace: &'a mut Pace,
    events: BinaryHeap<Event>,
    order: u64,
    /// How many tasks each task still waits for, and who waits for it.
    open: Vec<usize>,
    waiters: BTreeMap<usize, Vec<usize>>,
    sharing: Vec<Sharing>,
    ends: Vec<Option<Duration>>,
}

impl<'a> Run<'a> {
    fn new(schedule: &'a Schedule, pace: &'a mut Pace) -> Self {
        let tasks = schedule.tasks.len();
        let mut waiters: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (n, task) in schedule.tasks.iter().enumerate() {
            task.after.iter().for_each(|needed| waiters.entry(*needed).or_default().push(n));
        }
        Self {
            schedule,
            pace,
            events: BinaryHeap::new(),
            order: 0,
            open: schedule.tasks.iter().map(|task| task.after.len()).collect(),
            waiters,
            sharing: vec![Sharing::default(); schedule.shared.len()],
            ends: vec![None; tasks],
        }
    }

    fn until_the_end(&mut self) {
        let now = self.pace.now;
        for n in 0..self.open.len() {
            if self.open[n] == 0 {
                self.push(now, Who::Task(n), 0);
            }
        }
        while let Some(Reverse((now, _, who, step))) = self.events.pop() {
            let steps = match who {
                Who::Task(n) => &self.schedule.tasks[n].steps,
                Who::Shared(n) => &self.schedule.shared[n].steps,
            };
            match steps.get(step) {
                Some(Step::Calls(calls)) => {
                    let end = self.pace.answer(calls, now);
                    self.push(end, who, step + 1);
                }
                Some(Step::Pause(pause)) => self.push(now + *pause, who, step + 1),
                Some(Step::Shared(n)) => self.share(*n, (who, step + 1), now),
                None => self.end(who, now),
            }
        }
    }

    fn push(&mut self, at: Duration, who: Who, step: usize) {
        self.order += 1;
        self.events.push(Reverse((at, self.order, who, step)));
    }

    fn share(&mut self, n: usize, next: (Who, usize), now: Duration) {
        let again = self.schedule.shared[n].again;
        let sharing = &mut self.sharing[n];
        let lasts = |lasts: Duration, ended: Duration| lasts.max(ended.saturating_sub(sharing.began)) + ended;
        let fresh = match (again, sharing.ended) {
            (Again::After(after), Some(ended)) => now <= lasts(after, ended),
            _ => false,
        };
        if fresh && !sharing.running {
            self.push(now, next.0, next.1);
        } else if sharing.running && again == Again::Always {
            sharing.waiting.push(next);
        } else {
            let begins = !sharing.running;
            sharing.running = true;
            sharing.served.push(next);
            if begins {
                sharing.began = now;
                self.push(now, Who::Shared(n), 0);
            }
        }
    }

    fn end(&mut self, who: Who, now: Duration) {
        match who {
            Who::Task(n) => {
                self.ends[n] = Some(now);
                for waiter in self.waiters.remove(&n).unwrap_or_default() {
                    self.open[waiter] -= 1;
                    if self.open[waiter] == 0 {
                        self.push(now, Who::Task(waiter), 0);
                    }
                }
            }
            Who::Shared(n) => {
                let sharing = &mut self.sharing[n];
                let served = std::mem::take(&mut sharing.served);
                sharing.served = std::mem::take(&mut sharing.waiting);
                sharing.running = !sharing.served.is_empty();
                sharing.ended = Some(now);
                if sharing.running {
                    sharing.began = now;
                    self.push(now, Who::Shared(n), 0);
                }
                served.into_iter().for_each(|(who, step)| self.push(now, who, step));
            }
        }
    }
}
