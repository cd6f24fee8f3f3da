//! How long calls take that wait for each other and for their buckets: every forecast of a time comes from here.
//!
//! It is a simulation, without a clock: whoever becomes ready takes a token in that order, as the pacer of real calls
//! does, and a call that has its token is answered after the pace's latency. What AWS itself needs to carry something
//! out, retries and waits for what does not show yet come on top.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use super::pace::Pace;
use super::queue::Queue;
use super::task::{Again, Schedule, Step};
use super::wave::Wave;

impl Schedule {
    /// The time until the last call is answered. The pace is left as it is then.
    pub fn time(&self, pace: &mut Pace) -> Duration {
        self.ends(pace).into_iter().max().unwrap_or_default()
    }

    /// The time until each task ends, in the order of the tasks; none for one that waits for itself. The pace is left as
    /// it is when the last one has ended.
    pub(in crate::plan) fn ends(&self, pace: &mut Pace) -> Vec<Duration> {
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
    /// The tasks that it shows, and where those go on that it is not due for.
    wave: Wave<usize>,
    early: BTreeMap<usize, (Who, usize)>,
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
    queue: Queue,
    sharing: Vec<Sharing>,
    ends: Vec<Option<Duration>>,
}

impl<'a> Run<'a> {
    fn new(schedule: &'a Schedule, pace: &'a mut Pace) -> Self {
        let after: Vec<BTreeSet<usize>> =
            schedule.tasks.iter().map(|task| task.after.iter().copied().collect()).collect();
        let queue = Queue::new(&after);
        let mut sharing = vec![Sharing::default(); schedule.shared.len()];
        for (n, task) in schedule.tasks.iter().enumerate() {
            for step in &task.steps {
                if let Step::Shared(of) = step {
                    sharing[*of].wave.expect(n, queue.waiters(n).iter().copied());
                }
            }
        }
        Self {
            schedule,
            pace,
            events: BinaryHeap::new(),
            order: 0,
            queue,
            sharing,
            ends: vec![None; schedule.tasks.len()],
        }
    }

    fn until_the_end(&mut self) {
        self.begin(self.pace.now);
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

    /// Begins the tasks that may begin.
    fn begin(&mut self, now: Duration) {
        for n in self.queue.take() {
            self.push(now, Who::Task(n), 0);
        }
    }

    fn push(&mut self, at: Duration, who: Who, step: usize) {
        self.order += 1;
        self.events.push(Reverse((at, self.order, who, step)));
    }

    fn share(&mut self, n: usize, next: (Who, usize), now: Duration) {
        let sharing = &mut self.sharing[n];
        match (self.schedule.shared[n].again, next.0) {
            (Again::After(after), _) => {
                let lasts = |ended: Duration| after.max(ended.saturating_sub(sharing.began)) + ended;
                if !sharing.running && sharing.ended.is_some_and(|ended| now <= lasts(ended)) {
                    return self.push(now, next.0, next.1);
                }
                sharing.served.push(next);
            }
            (Again::Wave, Who::Task(task)) => {
                sharing.wave.written(task);
                sharing.early.insert(task, next);
                let due: Vec<_> =
                    sharing.wave.due().iter().filter_map(|task| sharing.early.remove(task)).collect();
                // Who comes after it has begun needs the next one.
                let list = if sharing.running { &mut sharing.waiting } else { &mut sharing.served };
                list.extend(due);
            }
            // Nothing shared waits for a wave.
            (Again::Wave, Who::Shared(_)) => sharing.served.push(next),
        }
        if !sharing.running && !sharing.served.is_empty() {
            sharing.running = true;
            sharing.began = now;
            self.push(now, Who::Shared(n), 0);
        }
    }

    fn end(&mut self, who: Who, now: Duration) {
        match who {
            Who::Task(n) => {
                self.ends[n] = Some(now);
                self.queue.done(n);
                self.begin(now);
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
