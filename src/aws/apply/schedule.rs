//! The order of writing: each action after those it needs, independent ones side by side, and an end in which every
//! action of the plan has an outcome.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::ended::not_begun;
use super::visibility::Visibility;
use super::{Keep, Progress, Runner, lock};
use crate::aws::session::{Ending, Session};
use crate::plan::{Action, ActionId, ApplyReport, Failure, Outcome, Plan, Queue, order_fault};
use crate::resource::Address;

/// How long writes in flight may go on after the run was asked to end.
pub const GRACE: Duration = Duration::from_secs(60);

/// Carries a plan out, until it is done, the session's [`stop`](Session::stop) is requested or its time is over.
pub async fn apply(
    session: &Session,
    plan: &Plan,
    allowed: &BTreeSet<Address>,
    keep: &dyn Keep,
    progress: &dyn Progress,
) -> ApplyReport {
    let queue = queued(&plan.actions);
    let runner = Runner::new(session, Visibility::expecting(&plan.actions, &queue), keep);
    let mut schedule = Schedule::new(&plan.actions, queue, allowed, &runner, progress);
    let (mut running, mut begun) = (FuturesUnordered::new(), BTreeSet::new());
    let mut until = None;
    loop {
        if let Some(ending) = session.ends() {
            schedule.interrupt(ending);
            until.get_or_insert_with(|| Instant::now() + GRACE);
        }
        for n in schedule.queue.take() {
            let (action, runner) = (&plan.actions[n], &runner);
            progress.started(action);
            begun.insert(n);
            running.push(async move { (n, runner.run(action).await) });
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            Some((n, outcome)) = running.next() => {
                begun.remove(&n);
                schedule.end(n, outcome);
            }
            () = session.until_ends(), if until.is_none() => {}
            () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => break,
        }
    }
    drop(running);
    for n in begun {
        let subject = plan.actions[n].id.address.to_string();
        let outcome = match session.ends().filter(|_| !session.budget.has_sent(&subject)) {
            Some(ending) => not_begun(ending),
            None => abandoned(),
        };
        schedule.end(n, outcome);
    }
    schedule.strand();
    let outcomes = plan.actions.iter().zip(schedule.ended);
    let outcomes = outcomes.filter_map(|(action, outcome)| Some((action.id.clone(), outcome?))).collect();
    ApplyReport { outcomes, backups: lock(&runner.backups).clone() }
}

/// Queues actions, each by its number.
fn queued(actions: &[Action]) -> Queue {
    let numbers: BTreeMap<&ActionId, usize> =
        actions.iter().enumerate().map(|(n, action)| (&action.id, n)).collect();
    // What is not in the plan never ends.
    let number = |id: &ActionId| numbers.get(id).copied().unwrap_or(usize::MAX);
    let after: Vec<BTreeSet<usize>> =
        actions.iter().map(|action| action.after.iter().map(number).collect()).collect();
    Queue::new(&after)
}

fn abandoned() -> Outcome {
    Outcome::Unknown(Failure::new(
        format!(
            "the run was ending, and {} s later the write had not finished: AWS may have carried it out",
            GRACE.as_secs()
        ),
        "run the same command again: it reads AWS first.",
    ))
}

/// Which actions wait, and how the others ended; all by their numbers.
struct Schedule<'a> {
    actions: &'a [Action],
    queue: Queue,
    ended: Vec<Option<Outcome>>,
    runner: &'a Runner<'a>,
    progress: &'a dyn Progress,
}

impl<'a> Schedule<'a> {
    /// Begins with all actions queued, and ends those that are refused.
    fn new(
        actions: &'a [Action],
        queue: Queue,
        allowed: &BTreeSet<Address>,
        runner: &'a Runner<'a>,
        progress: &'a dyn Progress,
    ) -> Self {
        let mut schedule = Self { actions, queue, ended: vec![None; actions.len()], runner, progress };
        for (n, action) in actions.iter().enumerate() {
            if let Some(guard) = &action.guard
                && let Some(missing) = guard.missing(allowed)
                && schedule.queue.give_up(n)
            {
                let refused = Outcome::Refused { message: guard.message.clone(), allow: missing.clone() };
                schedule.end(n, refused);
            }
        }
        schedule
    }

    /// Ends an action, and those that wait for it if it is not done.
    fn end(&mut self, n: usize, outcome: Outcome) {
        let mut ends = VecDeque::from([(n, outcome)]);
        while let Some((n, outcome)) = ends.pop_front() {
            let action = &self.actions[n];
            self.progress.ended(&action.id, &outcome);
            self.runner.visibility.over(action);
            match &outcome {
                Outcome::Applied | Outcome::AlreadySo => self.queue.done(n),
                other => {
                    let because = match other {
                        // Why that was not tried is why this is not.
                        Outcome::NotBegun { message } => Outcome::NotBegun { message: message.clone() },
                        _ => Outcome::Skipped { because_of: action.id.clone() },
                    };
                    ends.extend(self.queue.failed(n).into_iter().map(|waiter| (waiter, because.clone())));
                }
            }
            self.ended[n] = Some(outcome);
        }
    }

    /// Ends everything that has not started: the run is to end.
    fn interrupt(&mut self, ending: Ending) {
        for n in self.queue.give_up_all() {
            self.end(n, not_begun(ending));
        }
    }

    /// Ends what could never begin. Nothing waits any more here, unless the plan's order is wrong.
    fn strand(&mut self) {
        let left = self.queue.give_up_all();
        if left.is_empty() {
            return;
        }
        let why = order_fault(self.actions);
        for n in left {
            let needs: Vec<String> = self.actions[n].after.iter().map(|id| id.address.to_string()).collect();
            let why = why.clone().unwrap_or_else(|| format!("it waits for {}", needs.join(", ")));
            let message = format!("internal error: it never became ready ({why}); please report it");
            self.end(n, Outcome::NotBegun { message });
        }
    }
}
