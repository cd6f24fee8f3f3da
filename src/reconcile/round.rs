//! The rounds of a run: look and plan, decide, carry out, and look again where that made more possible.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;

use super::chosen::Chosen;
use super::goal::{Goal, LookError, Watch};
use super::lanes::lanes;
use super::{all_may_begin, apply};
use crate::aws::{Keep, Progress, Session};
use crate::plan::{ActionId, ApplyReport, NotBegun, Plan, apply_ends};
use crate::resource::Address;

/// A plan, and what became of it.
pub type Done = (Plan, ApplyReport);

/// Makes AWS agree with a goal. A run is [`Reconciler::run`]; who holds the turns himself, such as a process that stays,
/// takes [`Reconciler::plans`] and [`Reconciler::round`].
#[derive(Debug, Clone, Copy)]
pub struct Reconciler<'a> {
    /// The way to AWS.
    pub session: &'a Session,
    /// What the plans are made of.
    pub goal: Goal<'a>,
    /// What was allowed by name.
    pub allowed: &'a [Chosen],
}

/// One round of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Its number, from 1: each later one plans what the one before it has made possible.
    pub number: usize,
    /// Whether there are several sets.
    pub several: bool,
}

impl Round {
    /// Names what a run keeps in this round: for each set its own where there are several.
    pub fn name(self, run: &str, plan: &Plan) -> String {
        let round = if self.number > 1 { format!("{run}-{}", self.number) } else { run.to_owned() };
        if self.several { format!("{round}-{}", plan.set) } else { round }
    }
}

/// How plans were approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Beforehand: what was just planned is written.
    Given,
    /// Somebody was asked, however long that took: AWS is looked at again, and what they said yes to is written, or
    /// nothing.
    Asked,
}

/// Why a run ended early.
#[derive(Debug)]
pub struct Stopped {
    /// Whether something was carried out before.
    pub begun: bool,
    /// Why.
    pub why: Why,
}

/// What ended a run early.
#[derive(Debug)]
pub enum Why {
    /// The first look gave no plans.
    Look(LookError),
    /// What belongs to a new instance could not be planned.
    LookForMore(LookError),
    /// AWS could not be looked at again after somebody was asked.
    LookAgain(LookError),
    /// A plan may not begin.
    NotBegun(NotBegun),
    /// The run was stopped before anything was written.
    StoppedBefore,
}

/// What a run left when it ended.
#[derive(Debug)]
pub struct Ended<F> {
    /// Whether what was written makes another round possible.
    pub again: bool,
    /// Why it ended early, if it did.
    pub failure: Option<F>,
}

/// What a plan is carried out with.
pub trait Carrying {
    /// Keeps what is overwritten or deleted.
    fn keep(&self) -> &dyn Keep;
    /// Hears how it goes on.
    fn progress(&self) -> &dyn Progress;
}

/// Who a run is made for: decides, hears of what happens, and keeps contents.
pub trait Host: Watch {
    /// Why a run ends early.
    type Failure;
    /// What a plan is carried out with.
    type Carrying<'p>: Carrying
    where
        Self: 'p;

    /// Hears of fresh plans, and refuses those that are not what was reviewed.
    ///
    /// # Errors
    ///
    /// When they are refused.
    fn planned(&self, round: Round, plans: &[Plan]) -> Result<(), Self::Failure>;

    /// Decides about plans that may begin.
    fn approve(&self, round: Round, plans: &[Plan]) -> impl Future<Output = Result<Consent, Self::Failure>>;

    /// Refuses plans of a second look that are not what was approved.
    ///
    /// # Errors
    ///
    /// When they are refused.
    fn still_approved(&self, round: Round, asked: &[Plan], fresh: &[Plan]) -> Result<(), Self::Failure>;

    /// Waits for something that writes nothing, unless the run is stopped before.
    fn unless_stopped<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, Self::Failure>>;

    /// Whether the run was stopped.
    fn is_stopped(&self) -> bool;

    /// Hears that the writes begin: the plans of a lane one after another, the lanes side by side.
    fn writing(&self, lanes: &[Vec<&Plan>]);

    /// Returns what a plan is carried out with; `ends` is when each action is forecast to end. Plans that have no account in
    /// common are carried out side by side: others begin before this one has ended.
    fn begin<'p>(
        &'p self,
        round: Round,
        plan: &'p Plan,
        ends: BTreeMap<ActionId, Duration>,
    ) -> Self::Carrying<'p>;

    /// Hears what became of a plan; none if it was not begun.
    ///
    /// # Errors
    ///
    /// When that could not be reported. It stops no write.
    fn ended(
        &self,
        carried: Self::Carrying<'_>,
        plan: &Plan,
        report: Option<&ApplyReport>,
    ) -> Result<(), Self::Failure>;

    /// Creates a failure of what ended the run early.
    fn failure(&self, stopped: Stopped) -> Self::Failure;
}

impl Reconciler<'_> {
    /// What belongs to a new instance is planned when the instance exists: that takes a second round, and never a third.
    pub const MOST_ROUNDS: usize = 2;

    /// What was allowed by name in a plan's set.
    pub fn allowed_in(&self, plan: &Plan) -> BTreeSet<Address> {
        Chosen::in_set(self.allowed, self.goal.manifests(), plan)
    }

    /// Looks at AWS and plans every set.
    ///
    /// # Errors
    ///
    /// When a caller cannot be identified, or an address was chosen that is nowhere.
    pub async fn plans(&self, watch: &impl Watch) -> Result<Vec<Plan>, LookError> {
        self.goal.plans(self.session, watch).await
    }

    /// Makes as many rounds as are needed, at most so many. What was done is added to `done`, however it ends.
    pub async fn run<H: Host>(&self, rounds: usize, host: &H, done: &mut Vec<Done>) -> Ended<H::Failure> {
        let mut again = false;
        for number in 1..=rounds.min(Self::MOST_ROUNDS) {
            let before = done.len();
            let failure = self.round(number, host, done).await.err();
            let new = done.get(before..).unwrap_or_default();
            // A round that was not started leaves what the one before it has left.
            if !new.is_empty() {
                again = Self::needs_another(new);
            }
            if !again || failure.is_some() {
                return Ended { again, failure };
            }
        }
        Ended { again, failure: None }
    }

    /// Whether what a round did makes another one possible: an instance was made, and its resources are not planned yet.
    pub fn needs_another(done: &[Done]) -> bool {
        done.iter().any(|(plan, report)| report.made_instance(plan))
    }

    /// Looks, plans, lets the host decide, and carries that out. What was done is added to `done`, however it ends.
    ///
    /// # Errors
    ///
    /// When the host refuses, a plan may not begin, or something could not be reported.
    pub async fn round<H: Host>(
        &self,
        number: usize,
        host: &H,
        done: &mut Vec<Done>,
    ) -> Result<(), H::Failure> {
        let begun = !done.is_empty();
        let stopped = |why| host.failure(Stopped { begun, why });
        let plans = match number {
            1 => self.plans(host).await.map_err(|error| stopped(Why::Look(error)))?,
            _ => {
                let plans = host.unless_stopped(self.plans(host)).await?;
                plans.map_err(|error| stopped(Why::LookForMore(error)))?
            }
        };
        let round = Round { number, several: plans.len() > 1 };
        host.planned(round, &plans)?;
        // Nothing at all is done unless every set may begin.
        let may_begin = |plans: &[Plan]| all_may_begin(plans).map_err(|why| stopped(Why::NotBegun(why)));
        may_begin(&plans)?;
        let plans = match host.approve(round, &plans).await? {
            Consent::Given => plans,
            Consent::Asked => {
                let fresh = host.unless_stopped(self.plans(host)).await?;
                let fresh = fresh.map_err(|error| stopped(Why::LookAgain(error)))?;
                host.still_approved(round, &plans, &fresh)?;
                may_begin(&fresh)?;
                fresh
            }
        };
        self.carry_out(round, plans, host, done).await
    }

    /// Carries plans out that were decided on, those side by side that have no account in common. What was done is added
    /// to `done`, however it ends.
    ///
    /// # Errors
    ///
    /// When a plan may not begin, the host was stopped before anything was written, or something could not be reported.
    pub async fn carry_out<H: Host>(
        &self,
        round: Round,
        plans: Vec<Plan>,
        host: &H,
        done: &mut Vec<Done>,
    ) -> Result<(), H::Failure> {
        let lanes = lanes(&plans, self.goal.manifests());
        let planned: Vec<Vec<&Plan>> =
            lanes.iter().map(|lane| lane.iter().map(|number| &plans[*number]).collect()).collect();
        host.writing(&planned);
        let carried = join_all(lanes.iter().map(|lane| self.lane(round, &plans, lane, host))).await;
        let mut carried: Vec<Carried<'_, H>> = carried.into_iter().flatten().collect();
        carried.sort_by_key(|one| one.number);
        let nothing = |report: &ApplyReport| report.wrote_nothing();
        let unwritten = round.number == 1
            && host.is_stopped()
            && carried.iter().all(|one| one.report.as_ref().is_ok_and(nothing));
        let (mut reported, mut reports) = (Ok(()), BTreeMap::new());
        for Carried { number, report, heard } in carried {
            // A result that cannot be reported stops no write: what was done is reported as far as it can be.
            reported = reported.and(match heard {
                Heard::Already(reported) => reported,
                Heard::NotYet(carrying) => {
                    let shown = report.as_ref().ok().filter(|_| !unwritten);
                    host.ended(carrying, &plans[number], shown)
                }
            });
            reports.insert(number, report);
        }
        if unwritten {
            return Err(host.failure(Stopped { begun: false, why: Why::StoppedBefore }));
        }
        let mut refused = None;
        for (number, plan) in plans.into_iter().enumerate() {
            match reports.remove(&number) {
                Some(Ok(report)) => done.push((plan, report)),
                Some(Err(why)) => refused = refused.or(Some(why)),
                None => {}
            }
        }
        match refused {
            Some(why) => Err(host.failure(Stopped { begun: !done.is_empty(), why: Why::NotBegun(why) })),
            None => reported,
        }
    }

    /// Carries plans out one after another, until one may not begin.
    async fn lane<'p, H: Host>(
        &self,
        round: Round,
        plans: &'p [Plan],
        lane: &[usize],
        host: &'p H,
    ) -> Vec<Carried<'p, H>> {
        let mut carried = Vec::with_capacity(lane.len());
        for &number in lane {
            let (plan, session) = (&plans[number], self.session.beside());
            let allowed = self.allowed_in(plan);
            let ends = apply_ends(&plan.carried_out(&allowed), &mut session.pace());
            let carrying = host.begin(round, plan, ends);
            let report = apply(&session, plan, &allowed, carrying.keep(), carrying.progress()).await;
            // Whether a run that was stopped has written anything is known when all have ended.
            let heard = match &report {
                Ok(report) if !host.is_stopped() => Heard::Already(host.ended(carrying, plan, Some(report))),
                _ => Heard::NotYet(carrying),
            };
            let refused = report.is_err();
            carried.push(Carried { number, report, heard });
            if refused {
                break;
            }
        }
        carried
    }
}

/// What became of the plan of this number.
struct Carried<'p, H: Host + 'p> {
    number: usize,
    report: Result<ApplyReport, NotBegun>,
    heard: Heard<'p, H>,
}

/// Whether the host has heard of it.
enum Heard<'p, H: Host + 'p> {
    Already(Result<(), H::Failure>),
    NotYet(H::Carrying<'p>),
}
