//! Plans on their way to AWS: shown, approved and carried out.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use futures_util::future::LocalBoxFuture;

use super::approval::{Approval, check_answered};
use super::args::Output;
use super::chosen::Chosen;
use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::interrupt::Interrupt;
use super::note::{Level, Note};
use super::progress::Console;
use super::question::{question, rollback_question};
use super::terminal::Terminal;
use super::{plan as plan_verb, progress, retype};
use crate::backup::Backups;
use crate::manifest::{Manifest, Sources};
use crate::plan::{ApplyReport, Extent, Forecast, Plan, apply_ends, apply_schedule};
use crate::reconcile::{self, NotBegun};
use crate::report::{self, PlanView};
use crate::resource::Address;

/// Where flowbind keeps its own files, below the working folder.
pub(super) const OWN_FOLDER: &str = ".flowbind";

/// What is said of a run that fails before its first write.
const NOTHING: &str = "nothing was written";
/// What is said of a run that fails in a later round.
const NOTHING_MORE: &str = "nothing more was written";

/// A plan, and what became of it.
pub(super) type Reported = (Plan, ApplyReport);

/// Looks at AWS and plans what is written.
pub(super) type Look<'a> = dyn Fn() -> LocalBoxFuture<'a, Result<Vec<Plan>, Failure>> + 'a;

/// What to type for a review before anything is written.
pub(super) struct Review {
    /// The command that saves the plan.
    pub(super) plan: String,
    /// The command that applies what it has saved.
    pub(super) apply: String,
}

/// How plans are shown, approved and carried out.
pub(super) struct Writing<'a> {
    pub(super) output: Output,
    pub(super) approval: Approval,
    /// What was allowed by name, in all sets or in one.
    pub(super) allowed: Vec<Chosen>,
    /// The manifests that the plans are made of; none where a run is planned back.
    pub(super) manifests: &'a [Manifest],
    /// The command that plans a run's backups back.
    pub(super) rollback: &'a dyn Fn(&str) -> String,
    /// The sets whose contents are rolled back; none where manifests are applied.
    pub(super) rolls_back: Option<BTreeSet<String>>,
    /// How it can be saved and reviewed first, where `flowbind plan` knows what is written here.
    pub(super) review: Option<Review>,
    /// Looks and plans anew.
    pub(super) look: &'a Look<'a>,
    /// The calls of looking anew, for each plan; none where they are not forecast.
    pub(super) again: &'a dyn Fn(&[Plan]) -> Vec<Forecast>,
    /// Names the run's backups.
    pub(super) name: String,
    /// The round, from 1: each later one plans what the one before it has made possible.
    pub(super) round: usize,
    pub(super) connection: &'a Connection,
    pub(super) terminal: &'a Terminal,
    pub(super) interrupt: &'a Interrupt,
}

impl Writing<'_> {
    /// Names the folder of backups: one for each set.
    fn backup(&self, several: bool, plan: &Plan) -> String {
        if several { format!("{}-{}", self.name, plan.set) } else { self.name.clone() }
    }

    /// What was allowed by name in a plan's set.
    fn allowed_in(&self, plan: &Plan) -> BTreeSet<Address> {
        Chosen::in_set(&self.allowed, self.manifests, plan)
    }

    /// Says what was allowed and is in no plan.
    pub(super) fn warn_of_allowed(&self, plans: &[Plan]) {
        Chosen::warn_of_unknown(&self.allowed, self.manifests, plans, self.terminal);
    }

    /// What is said of a failure before this round's first write.
    fn not(&self) -> &'static str {
        if self.round > 1 { NOTHING_MORE } else { NOTHING }
    }

    /// Looks and plans, then writes that.
    pub(super) async fn round(&self, sources: &Sources, reports: &mut Vec<Reported>) -> Result<(), Failure> {
        let plans = if self.round > 1 {
            self.looked("the resources of the new instance could not be planned").await?
        } else {
            (self.look)().await?
        };
        if self.round == 1 {
            self.warn_of_allowed(&plans);
        }
        self.write(plans, sources, reports).await
    }

    /// Shows plans, asks, and carries them out. What was done is added to `reports`, however it ends.
    pub(super) async fn write(
        &self,
        plans: Vec<Plan>,
        sources: &Sources,
        reports: &mut Vec<Reported>,
    ) -> Result<(), Failure> {
        let (terminal, text) = (self.terminal, self.output == Output::Text);
        for plan in &plans {
            plan_verb::show(plan, sources, terminal);
            if text {
                let plan = plan.lifted(&self.allowed_in(plan));
                terminal.result(&report::plan_text(
                    &PlanView::of(&plan),
                    plans.len() > 1,
                    &terminal.layout(),
                ))?;
            }
        }
        self.approval.check(&plans, terminal)?;
        begin(&plans, self.not())?;
        if self.approval.is_evidence() {
            self.whole(&plans)?;
        }
        let several = plans.len() > 1;
        let backups = |plan: &Plan| Backups::new(Path::new(OWN_FOLDER), &self.backup(several, plan));
        let overwrites = |plan: &&Plan| plan.overwrites(&self.allowed_in(plan));
        plans.iter().filter(overwrites).try_for_each(|plan| self.can_keep(&backups(plan)))?;
        self.announce(&plans);
        let plans = if self.approve(&plans).await? { self.unchanged(plans).await? } else { plans };
        let session = &self.connection.session;
        self.interrupt.writing(session);
        let mut written = Ok(());
        for plan in plans {
            let (backups, allowed) = (backups(&plan), self.allowed_in(&plan));
            let ends = apply_ends(&plan.carried_out(&allowed), &mut session.pace());
            let console = Console::writing(terminal, &plan, ends, text, several);
            let report = reconcile::apply(session, &plan, &allowed, &backups, &console).await;
            // A result that cannot be written stops no write: what was done is reported as far as it can be.
            written = written.and(console.end());
            let report = report
                .map_err(|why| not_begun(&why, if reports.is_empty() { self.not() } else { NOTHING_MORE }))?;
            let nothing = report.wrote_nothing() && reports.iter().all(|(_, done)| done.outcomes.is_empty());
            if nothing && self.round == 1 && self.interrupt.is_signalled() {
                return Err(Failure::interrupted());
            }
            if text {
                written =
                    written.and(terminal.result(&report::apply_text(&plan, &report, &terminal.layout())));
            }
            if let Some(run) = backups.run_to_plan_back() {
                terminal.say(&format!("To restore the old contents: {}", (self.rollback)(&run)));
            }
            reports.push((plan, report));
        }
        written.map_err(Failure::from)
    }

    /// Says what carrying the plans out takes. Where somebody is asked first, AWS is read again before the first write,
    /// for all of them.
    fn announce(&self, plans: &[Plan]) {
        let asks = self.asks(plans).is_some();
        let pace = self.connection.session.pace();
        let mut pace = if asks { pace.rested() } else { pace };
        let looks = if asks { (self.again)(plans) } else { Vec::new() };
        let looks: Vec<(u32, Duration)> =
            looks.iter().map(|look| (look.at_least, look.time(&mut pace))).collect();
        for (n, plan) in plans.iter().enumerate() {
            let carried_out = plan.carried_out(&self.allowed_in(plan));
            let schedule = apply_schedule(&carried_out);
            let (reads, reading) = looks.get(n).copied().unwrap_or_default();
            let (writes, writing) = (schedule.at_least(), schedule.time(&mut pace));
            if writes > 0 {
                let all = report::count(writes.saturating_add(reads) as usize, "call");
                let time = progress::about(reading + writing);
                let again = match reads {
                    0 => String::new(),
                    reads => format!(" ({reads} of them to read AWS again)"),
                };
                let waits = progress::unforeseen(&carried_out);
                let set = &plan.set;
                let takes = format!("applying this takes at least {all}{again}{time}{waits}");
                self.terminal.say(&format!("{set}: {takes}."));
            }
        }
    }

    /// Refuses a reviewed plan of which a part is protected: it is written whole, or not at all.
    fn whole(&self, plans: &[Plan]) -> Result<(), Failure> {
        let mut options = BTreeSet::new();
        for plan in plans {
            let allowed = self.allowed_in(plan);
            let set = if plans.len() > 1 { format!("{}:", plan.set) } else { String::new() };
            for action in &plan.actions {
                let Some(guard) = action.guard.as_ref().filter(|guard| guard.missing(&allowed).is_some())
                else {
                    continue;
                };
                let address = format!("{set}{}", action.id.address);
                let message = format!("{address}: {}", guard.message);
                self.terminal.note(&Note::error("protected:", message).field("address", address));
                options.extend(retype::allow(plan, plans.len() > 1, guard));
            }
        }
        if options.is_empty() {
            return Ok(());
        }
        let options: Vec<String> = options.into_iter().collect();
        let error =
            anyhow!("a reviewed plan is applied whole, and part of it is protected; nothing was written");
        let hint = format!("to apply that part too, run again with {}.", options.join(" "));
        Err(Failure::new(Exit::Refused, error).hint(hint))
    }

    /// Looks and plans, unless a signal comes; a failure is told with what could not be done.
    pub(super) async fn looked(&self, could_not: &str) -> Result<Vec<Plan>, Failure> {
        let plans = self.interrupt.or(async { (self.look)().await }).await?;
        plans.map_err(|failure| failure.within(format!("{could_not}; {}", self.not())))
    }

    /// Looks again after somebody was asked, however long that took: what they said yes to is written, or nothing.
    async fn unchanged(&self, asked: Vec<Plan>) -> Result<Vec<Plan>, Failure> {
        let fresh = self.looked("AWS could not be read again after the approval").await?;
        check_answered(&asked, &fresh, self.not(), self.terminal)?;
        begin(&fresh, self.not())?;
        Ok(fresh)
    }

    /// The question, where somebody has to be asked.
    fn asks(&self, plans: &[Plan]) -> Option<String> {
        if !matches!(self.approval, Approval::Ask) {
            return None;
        }
        let extents: Vec<(&Plan, Extent)> =
            plans.iter().map(|plan| (plan, plan.extent(&self.allowed_in(plan)))).collect();
        let columns = self.terminal.columns();
        match (&self.rolls_back, plans) {
            (Some(sets), [plan]) => {
                rollback_question(&plan.carried_out(&self.allowed_in(plan)), &extents[0].1, sets, columns)
            }
            _ => question(&extents, columns),
        }
    }

    /// Asks, where somebody has to be asked; says whether somebody was.
    async fn approve(&self, plans: &[Plan]) -> Result<bool, Failure> {
        let terminal = self.terminal;
        let Some(question) = self.asks(plans) else { return Ok(false) };
        // With JSON on stdout nobody has seen the plan yet.
        if self.output == Output::Json {
            for plan in plans {
                let plan = plan.lifted(&self.allowed_in(plan));
                let text = report::plan_text(&PlanView::of(&plan), plans.len() > 1, &terminal.notes_layout());
                terminal.note(&Note::new(Level::Info, text.trim_end()).laid_out(text.trim_end()));
            }
        }
        if let Some(stream) = terminal.cannot_ask() {
            let is = if stream.starts_with("neither") { "is" } else { "is not" };
            let error = anyhow!("cannot ask for approval: {stream} {is} a terminal; {}", self.not());
            let hint = match &self.review {
                Some(Review { plan, apply }) => {
                    format!("review it with `{plan}`, then `{apply}`; or give --auto-approve.")
                }
                None => "look at the plan above; if it is what you want, give --auto-approve.".to_owned(),
            };
            return Err(Failure::new(Exit::Refused, error).hint(hint));
        }
        let asked = std::time::Instant::now();
        let answer = self.interrupt.or(terminal.ask(&question)).await??;
        let answer = answer.ok_or_else(Failure::interrupted)?;
        // A person's time is not the run's.
        self.connection.session.postpone(asked.elapsed());
        if answer == "yes" {
            Ok(true)
        } else {
            let failure = Failure::new(Exit::Refused, anyhow!("not approved: {}", self.not()));
            // Who types that means yes, or is not sure: it is asked again by running again.
            let nearly = ["y", "ye", "yes"].contains(&answer.to_lowercase().as_str());
            let keep =
                self.review.as_ref().map(|review| format!("to keep the plan for a review: {}", review.plan));
            let hint = if nearly {
                Some("run again, and answer with the whole word `yes`.".to_owned())
            } else {
                keep
            };
            Err(failure.hint(hint))
        }
    }
    /// Nothing is overwritten where nothing can be kept.
    fn can_keep(&self, backups: &Backups) -> Result<(), Failure> {
        backups.probe().map_err(|error| {
            let folder = backups.all_runs().display();
            let error = anyhow!("backups cannot be written to {folder} ({error}); {}", self.not());
            Failure::new(Exit::Error, error)
                .hint("make the folder writable, or run in a folder where flowbind may write.".to_owned())
        })
    }
}

/// Nothing at all is done unless every set may begin; `not` says what was not done.
pub(super) fn begin(plans: &[Plan], not: &str) -> Result<(), Failure> {
    plans.iter().try_for_each(reconcile::may_begin).map_err(|why| not_begun(&why, not))
}

fn not_begun(why: &NotBegun, not: &str) -> Failure {
    let (error, hint) = match why {
        NotBegun::Errors => (
            anyhow!("fix the errors above first; {not}"),
            "fix them and run again, or give --only ADDRESS for resources that they do not affect.",
        ),
        NotBegun::NeedsForce(much) => {
            (anyhow!("{much}; {not}"), "read the plan, then give --force if that is what you want.")
        }
        NotBegun::MayNotRead => (
            anyhow!("the caller lacks permission to read some of the resources in this manifest; {not}"),
            "allow the calls that failed above, then run again.",
        ),
        NotBegun::Order(why) => {
            (anyhow!("internal error: the order of this plan is wrong ({why}); {not}"), "please report it.")
        }
    };
    Failure::new(Exit::of_refusal(why), error).hint(hint.to_owned())
}
