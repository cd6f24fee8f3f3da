//! The order of writing: each action after those it needs, independent ones side by side, and an end in which every
//! action of the plan has an outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::apply::{Keep, Progress, Runner, lock};
use super::ending::Ending;
use super::session::Session;
use crate::plan::{Action, ActionId, ApplyReport, Outcome, Plan, order_fault};
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
    let runner = Runner::new(session, keep);
    let mut schedule =
        Schedule { waiting: plan.actions.iter().collect(), ended: BTreeMap::new(), allowed, progress };
    let (mut running, mut begun) = (FuturesUnordered::new(), BTreeSet::new());
    let mut until = None;
    loop {
        if let Some(ending) = session.ends() {
            schedule.interrupt(ending);
            until.get_or_insert_with(|| Instant::now() + GRACE);
        }
        for action in schedule.ready() {
            progress.started(action);
            begun.insert(action.id.clone());
            let runner = &runner;
            running.push(async move { (action, runner.run(action).await) });
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            Some((action, outcome)) = running.next() => {
                begun.remove(&action.id);
                schedule.end(&action.id, outcome);
            }
            () = session.until_ends(), if until.is_none() => {}
            () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => break,
        }
    }
    drop(running);
    for id in begun {
        let outcome = match session.ends().filter(|_| !session.budget.has_sent(&id.address.to_string())) {
            Some(ending) => ending.not_begun(),
            None => abandoned(),
        };
        schedule.end(&id, outcome);
    }
    schedule.strand(plan);
    let Schedule { mut ended, .. } = schedule;
    let outcomes = plan.actions.iter().filter_map(|a| Some((a.id.clone(), ended.remove(&a.id)?))).collect();
    ApplyReport { outcomes, backups: lock(&runner.backups).clone() }
}

fn abandoned() -> Outcome {
    Outcome::Unknown {
        message: format!(
            "the run was to end, and {} s later the write had not ended: AWS may have carried it out",
            GRACE.as_secs()
        ),
        hint: Some("run the same command again: it reads what AWS holds first.".to_owned()),
    }
}

/// Which actions wait, and how the others ended.
struct Schedule<'a> {
    waiting: Vec<&'a Action>,
    ended: BTreeMap<ActionId, Outcome>,
    allowed: &'a BTreeSet<Address>,
    progress: &'a dyn Progress,
}

enum Verdict {
    Go,
    Wait,
    Not(Outcome),
}

impl<'a> Schedule<'a> {
    fn end(&mut self, id: &ActionId, outcome: Outcome) {
        self.progress.ended(id, &outcome);
        self.ended.insert(id.clone(), outcome);
    }

    /// Takes the actions that may begin now, and ends those that will never.
    fn ready(&mut self) -> Vec<&'a Action> {
        let mut go = Vec::new();
        loop {
            let before = self.ended.len();
            for action in std::mem::take(&mut self.waiting) {
                match verdict(action, &self.ended, self.allowed) {
                    Verdict::Wait => self.waiting.push(action),
                    Verdict::Not(outcome) => self.end(&action.id, outcome),
                    Verdict::Go => go.push(action),
                }
            }
            if self.ended.len() == before {
                return go;
            }
        }
    }

    /// Ends everything that has not begun: the run is to end.
    fn interrupt(&mut self, ending: Ending) {
        self.give_up(&|_| ending.not_begun());
    }

    /// Ends what could never begin. Nothing waits any more here, unless the plan's order is wrong.
    fn strand(&mut self, plan: &Plan) {
        let why = order_fault(&plan.actions);
        self.give_up(&|action| {
            let needs: Vec<String> = action.after.iter().map(|id| id.address.to_string()).collect();
            let why = why.clone().unwrap_or_else(|| format!("it waits for {}", needs.join(", ")));
            let message = format!("internal error: it never became ready ({why}); please report it");
            Outcome::NotBegun { message }
        });
    }

    fn give_up(&mut self, outcome: &dyn Fn(&Action) -> Outcome) {
        for action in std::mem::take(&mut self.waiting) {
            self.end(&action.id, outcome(action));
        }
    }
}

fn verdict(action: &Action, ended: &BTreeMap<ActionId, Outcome>, allowed: &BTreeSet<Address>) -> Verdict {
    if let Some(guard) = &action.guard
        && let Some(missing) = guard.missing(allowed)
    {
        return Verdict::Not(Outcome::Refused { message: guard.message.clone(), allow: missing.clone() });
    }
    let mut all = true;
    for needed in &action.after {
        match ended.get(needed) {
            Some(Outcome::Applied | Outcome::AlreadySo) => {}
            // Why that was not tried is why this is not.
            Some(Outcome::NotBegun { message }) => {
                return Verdict::Not(Outcome::NotBegun { message: message.clone() });
            }
            Some(_) => return Verdict::Not(Outcome::Skipped { because_of: needed.clone() }),
            None => all = false,
        }
    }
    if all { Verdict::Go } else { Verdict::Wait }
}
