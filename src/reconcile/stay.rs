//! A process that stays: one round after another for each set, until it is asked to end.
//!
//! Each set has rounds of its own, so that a set whose account is slow or fails delays no other. Manifests, time, chance and
//! signals come from [`Outside`], and so does whoever hears of what happens: a command line and another host share this loop.
//! It deletes nothing, and nothing is right only because one process makes the rounds: two of them end in the declared state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::goal::{Goal, Wish};
use super::look::{self, Looked};
use super::outside::{Event, Outside, Rules, Wake};
use super::round::{Done, Reconciler, Round};
use crate::aws::Session;
use crate::manifest::Manifest;
use crate::operations::Operation;
use crate::plan::{self, ApplyReport, Plan};
use crate::resource::{AccountId, Place, SetName};
use crate::watch::{Backoff, Decision, Known, Last, decide};

/// So many sets are looked at side by side, at the most: what was seen of each is held until its plan is made.
const MOST_AT_ONCE: usize = 32;

/// What is known of a set between its rounds.
#[derive(Debug, Default)]
struct Standing {
    /// When its next round is due.
    due: Duration,
    /// The manifest's digest at its last round.
    digest: String,
    failures: u32,
    /// Whether a round is being made, and whether somebody asked for another one meanwhile.
    runs: bool,
    again: bool,
    memory: Memory,
    /// What concerns other sets: what its last plan claims, and the policies that it may add to.
    claims: Option<Plan>,
}

/// What one round hands to the next.
#[derive(Debug, Default)]
struct Memory {
    known: Known,
    last: Last,
    backoff: Backoff<(Place, Operation)>,
}

/// How a set's round ended.
struct Over {
    set: SetName,
    began: Duration,
    memory: Memory,
    claims: Option<Plan>,
    failed: bool,
}

/// Makes rounds until it is asked to end, or with [`Rules::once`] until each set had one.
pub async fn stay<O: Outside>(rules: Rules<'_>, outside: &O) {
    let mut stay = Stay { rules, outside, sets: BTreeMap::new(), reload: Duration::ZERO };
    let writers = Writers::default();
    let mut running: FuturesUnordered<LocalBoxFuture<'_, Over>> = FuturesUnordered::new();
    let mut now = true;
    loop {
        stay.begin(&mut now, &writers, &mut running);
        if rules.once && running.is_empty() {
            return;
        }
        let due = stay.due(running.len());
        tokio::select! {
            biased;
            wake = outside.wake(due) => match wake {
                Wake::Due => {}
                Wake::Now => now = true,
                Wake::End => break,
            },
            Some(over) = running.next(), if !running.is_empty() => stay.over(over),
        }
    }
    // Rounds that only read end by themselves; those that write finish what is in flight.
    while let Some(over) = running.next().await {
        stay.over(over);
    }
}

struct Stay<'a, O> {
    rules: Rules<'a>,
    outside: &'a O,
    sets: BTreeMap<SetName, Standing>,
    /// When the manifests are read again, where no set is due before.
    reload: Duration,
}

/// The rounds that are being made.
type Running<'a> = FuturesUnordered<LocalBoxFuture<'a, Over>>;

impl<'a, O: Outside> Stay<'a, O> {
    /// Begins the rounds that are due; with `now` one of every set that has none.
    fn begin(&mut self, now: &mut bool, writers: &Writers, running: &mut Running<'a>) {
        let time = self.outside.now();
        let waits = |standing: &Standing| !standing.runs && standing.due <= time;
        let full = running.len() >= MOST_AT_ONCE;
        if full || !(*now || self.reload <= time || self.sets.values().any(waits)) {
            return;
        }
        let asked = std::mem::take(now);
        self.reload = time + self.pause(0);
        let manifests = self.outside.manifests();
        let named: BTreeSet<&SetName> = manifests.iter().map(|manifest| &manifest.set).collect();
        // A set that no manifest names any more is not looked at; what it made stays as it is.
        self.sets.retain(|set, standing| standing.runs || named.contains(set));
        for (at, manifest) in manifests.iter().enumerate() {
            let outside = self.outside;
            let known = || Memory { known: outside.known(&manifest.set), ..Memory::default() };
            let new = || Standing { memory: known(), ..Standing::default() };
            let standing = self.sets.entry(manifest.set.clone()).or_insert_with(new);
            if standing.digest != manifest.digest {
                (standing.failures, standing.due) = (0, time);
            } else if asked {
                standing.due = time;
            }
            // What a round that is under way has read may be older than the request.
            standing.again |= asked && standing.runs;
            if standing.runs || standing.due > time || running.len() >= MOST_AT_ONCE {
                continue;
            }
            standing.digest.clone_from(&manifest.digest);
            if !self.outside.may_begin(&manifest.set) {
                standing.due = self.reload;
                continue;
            }
            standing.runs = true;
            self.outside.hears(Event::Began(manifest));
            let mut memory = std::mem::take(&mut standing.memory);
            if asked {
                memory.backoff.clear();
            }
            let others = self.others(&manifest.set);
            let (rules, outside, writers) = (self.rules, self.outside, writers.clone());
            let round = SetRound { rules, outside, writers, manifests: Arc::clone(&manifests), at };
            running.push(Box::pin(round.make(time, memory, others)));
        }
    }

    /// What other sets claim, by their last plans.
    fn others(&self, set: &SetName) -> Others {
        let others = self.sets.iter().filter(|(name, _)| *name != set);
        others.filter_map(|(name, standing)| Some((name.clone(), standing.claims.clone()?))).collect()
    }

    fn pause(&self, failures: u32) -> Duration {
        self.rules.pacing.pause(failures, self.outside.chance())
    }

    /// When something is to be done next, while so many rounds are being made; none where only one of those can end first.
    fn due(&self, running: usize) -> Option<Duration> {
        if running >= MOST_AT_ONCE || self.rules.once {
            return None;
        }
        let due = self.sets.values().filter(|standing| !standing.runs).map(|standing| standing.due);
        Some(due.min().unwrap_or(self.reload))
    }

    /// Takes down how a round ended.
    fn over(&mut self, over: Over) {
        let Over { set, began, memory, claims, failed } = over;
        let now = self.outside.now();
        let failures = match (self.sets.get(&set), failed) {
            (Some(standing), true) => standing.failures.saturating_add(1),
            _ => 0,
        };
        let due = if self.rules.once { Duration::MAX } else { now + self.pause(failures) };
        self.outside.hears(Event::Next { set: &set, took: now.saturating_sub(began), due, failures });
        let Some(standing) = self.sets.get_mut(&set) else { return };
        let due = if std::mem::take(&mut standing.again) { now } else { due };
        standing.claims = claims.or(standing.claims.take());
        (standing.runs, standing.memory, standing.failures, standing.due) = (false, memory, failures, due);
    }
}

/// One round of one set.
struct SetRound<'a, O> {
    rules: Rules<'a>,
    outside: &'a O,
    writers: Writers,
    manifests: Arc<Vec<Manifest>>,
    /// The set's manifest among them.
    at: usize,
}

impl<O: Outside> SetRound<'_, O> {
    async fn make(self, began: Duration, mut memory: Memory, others: Others) -> Over {
        let manifest = &self.manifests[self.at];
        let set = manifest.set.clone();
        let session = self.outside.session(manifest, &self.manifests).await;
        let resting = memory.backoff.resting(began);
        let rested: BTreeSet<_> = resting.keys().cloned().collect();
        session.rest(resting);
        let looked = tokio::select! {
            biased;
            () = session.stop().requested() => None,
            looked = look::look(&session, manifest, &self.manifests) => Some(looked),
        };
        let pause = |rounds| self.rules.pacing.pause(rounds, 0.5);
        memory.backoff.learn(session.failing_reads(), &rested, self.outside.now(), pause);
        let Looked { plan, mut drift } = match looked {
            // It was asked to end, and has written nothing.
            None => return Over { set, began, memory, claims: None, failed: false },
            Some(Err(error)) => {
                self.outside.hears(Event::Unread { manifest, error: &error });
                return Over { set, began, memory, claims: None, failed: true };
            }
            Some(Ok(looked)) => looked,
        };
        self.outside.ignore(&mut drift);
        let plan = beside(plan, others, &self.manifests);
        let decision = decide(self.rules.settings, &memory.last, &plan);
        self.outside.hears(Event::Looked { manifest, plan: &plan, drift: &drift, decision: &decision });
        let claims = Some(claims(&plan));
        let (plan, report) = match decision {
            Decision::Apply { .. } => self.carry_out(&session, plan).await,
            Decision::Nothing | Decision::Tell | Decision::Refuse(_) => (plan, None),
        };
        let changes = memory.known.learn(&drift, report.as_ref());
        if !changes.is_empty() {
            self.outside.keep(&set, &memory.known);
        }
        memory.last = Last::of(&plan, &decision, report.as_ref());
        let (plan, drift, report, changes) = (&plan, &drift, report.as_ref(), changes.as_slice());
        let decision = &decision;
        self.outside.hears(Event::Ended { manifest, plan, drift, decision, report, changes });
        Over { set, began, memory, claims, failed: false }
    }

    /// Carries a plan out, while no other set is written in one of its accounts: rates and quotas are an account's.
    async fn carry_out(&self, session: &Session, plan: Plan) -> (Plan, Option<ApplyReport>) {
        let accounts = plan.actions.iter().map(|action| action.write().place().account.clone());
        let _turn = self.writers.turn(accounts.collect()).await;
        let wish = Wish::default();
        let goal = Goal::Declared { manifests: &self.manifests, wish: &wish };
        let reconciler = Reconciler { session, goal, allowed: self.rules.allowed };
        let round = Round { number: 1, several: true };
        let mut done: Vec<Done> = Vec::new();
        // What it could not report, or was stopped before, is what the report says.
        let ended = reconciler.carry_out(round, vec![plan.clone()], self.outside, &mut done).await;
        drop(ended);
        match done.pop() {
            Some((plan, report)) => (plan, Some(report)),
            None => (plan, None),
        }
    }
}

/// What other sets claim, by their last plans.
type Others = BTreeMap<SetName, Plan>;

/// Settles what concerns several sets: of two that want different things the first in the order of manifests has its way,
/// whichever is looked at.
fn beside(plan: Plan, mut others: Others, manifests: &[Manifest]) -> Plan {
    let set = plan.set.clone();
    others.insert(set.clone(), plan);
    let in_order = manifests.iter().filter_map(|manifest| others.remove(&manifest.set));
    let mut plans: Vec<Plan> = in_order.collect();
    plan::settle_rivals(&mut plans);
    plan::check_policy_sizes(&mut plans);
    let own = plans.iter().position(|plan| plan.set == set);
    // The plan was made of one of these manifests.
    own.map_or_else(|| Plan::empty(set), |own| plans.swap_remove(own))
}

/// What of a plan concerns other sets.
fn claims(plan: &Plan) -> Plan {
    Plan { claims: plan.claims.clone(), ..Plan::empty(plan.set.clone()) }
}

/// One turn to write for each account.
#[derive(Debug, Clone, Default)]
struct Writers(Arc<std::sync::Mutex<BTreeMap<AccountId, Arc<Mutex<()>>>>>);

impl Writers {
    /// Waits for the turn in all these accounts, in their order, so that no two wait for each other.
    async fn turn(&self, accounts: BTreeSet<AccountId>) -> Vec<OwnedMutexGuard<()>> {
        let mut turns = Vec::with_capacity(accounts.len());
        for account in accounts {
            let lock = {
                let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                Arc::clone(all.entry(account).or_default())
            };
            turns.push(lock.lock_owned().await);
        }
        turns
    }
}
