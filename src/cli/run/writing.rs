//! Plans on their way to AWS: shown, approved and carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::anyhow;

use crate::aws::{Keep, Progress};
use crate::backup::Backups;
use crate::cli::args::{Output, retype};
use crate::cli::inputs::chosen;
use crate::cli::run::approval::{Approval, check_answered};
use crate::cli::run::connect::{Shown, no_plans};
use crate::cli::run::fresh;
use crate::cli::run::interrupt::Interrupt;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::live::{LiveLine, Share};
use crate::cli::terminal::note::{Level, Note};
use crate::cli::terminal::progress::Console;
use crate::cli::terminal::question::{question, rollback_question};
use crate::cli::terminal::{Terminal, progress};
use crate::manifest::Sources;
use crate::plan::{ActionId, ApplyReport, Extent, Pace, Plan, apply_schedule};
use crate::reconcile::{
    self, Ahead, Carrying, Consent, Host, NotBegun, Reconciler, Round, Stopped, Watch, Why,
};
use crate::report::{self, Found, PlanView};
use crate::resource::{said_of, set_prefix};

/// Where flowbind keeps its own files, below the working folder.
pub(in crate::cli) const OWN_FOLDER: &str = ".flowbind";

/// What is said of a run that fails before its first write.
const NOTHING: &str = "nothing was written";
/// What is said of a run that fails in a later round.
const NOTHING_MORE: &str = "nothing more was written";

/// What to type for a review before anything is written.
pub(in crate::cli) struct Review {
    /// The command that saves the plan.
    pub(in crate::cli) plan: String,
    /// The command that applies what it has saved.
    pub(in crate::cli) apply: String,
}

/// How plans are shown, approved and carried out.
pub(in crate::cli) struct Writing<'a> {
    pub(in crate::cli) output: Output,
    pub(in crate::cli) approval: Approval,
    /// Where problems are shown in.
    pub(in crate::cli) sources: &'a Sources,
    /// The command that plans a run's backups back.
    pub(in crate::cli) rollback: &'a dyn Fn(&str) -> String,
    /// The sets whose contents are rolled back; none where manifests are applied.
    pub(in crate::cli) rolls_back: Option<BTreeSet<String>>,
    /// How it can be saved and reviewed first, where `flowbind plan` knows what is written here.
    pub(in crate::cli) review: Option<Review>,
    /// Names the run by its time.
    pub(in crate::cli) run: String,
    pub(in crate::cli) reconciler: &'a Reconciler<'a>,
    pub(in crate::cli) shown: Shown<'a>,
    pub(in crate::cli) terminal: &'a Terminal,
    pub(in crate::cli) interrupt: &'a Interrupt,
    /// Where sets show how far they are.
    pub(in crate::cli) live: LiveLine,
    /// What the plans of the last look have found.
    pub(in crate::cli) found: Mutex<Found>,
}

/// What is said of a failure: whether anything was written before it.
fn not(begun: bool) -> &'static str {
    if begun { NOTHING_MORE } else { NOTHING }
}

/// What is said of a failure before a round's first write.
fn not_in(round: Round) -> &'static str {
    not(round.number > 1)
}

/// What a plan is carried out with: where its backups go, and what shows how it goes on.
pub(in crate::cli) struct OnTerminal<'a> {
    backups: Backups,
    console: Console<'a>,
    several: bool,
}

impl Carrying for OnTerminal<'_> {
    fn keep(&self) -> &dyn Keep {
        &self.backups
    }

    fn progress(&self) -> &dyn Progress {
        &self.console
    }
}

impl Watch for Writing<'_> {
    async fn during<T>(&self, ahead: &[Ahead<'_>], looks: impl Future<Output = T>) -> T {
        self.shown.during(ahead, looks).await
    }
}

impl Host for Writing<'_> {
    type Failure = Failure;
    type Carrying<'p>
        = OnTerminal<'p>
    where
        Self: 'p;

    fn planned(&self, round: Round, plans: &[Plan]) -> Result<(), Failure> {
        let (terminal, work) = (self.terminal, self.reconciler);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Found::of_plans(plans);
        if round.number == 1 {
            chosen::warn_of_unknown(work.allowed, work.goal.manifests(), plans, terminal);
        }
        for plan in plans {
            fresh::show(plan, round.several, self.sources, terminal);
            if self.output == Output::Text {
                let plan = plan.lifted(&work.allowed_in(plan));
                terminal.result(&report::plan_text(
                    &PlanView::of(&plan),
                    round.several,
                    &terminal.layout(),
                ))?;
            }
        }
        self.approval.check(plans, terminal)
    }

    async fn approve(&self, round: Round, plans: &[Plan]) -> Result<Consent, Failure> {
        if self.approval.is_evidence() {
            self.whole(plans)?;
        }
        let overwrites = |plan: &&Plan| plan.overwrites(&self.reconciler.allowed_in(plan));
        plans.iter().filter(overwrites).try_for_each(|plan| can_keep(&self.backups(round, plan), round))?;
        self.announce(plans);
        self.ask(round, plans).await
    }

    fn still_approved(&self, round: Round, asked: &[Plan], fresh: &[Plan]) -> Result<(), Failure> {
        check_answered(asked, fresh, not_in(round), self.terminal)
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        self.interrupt.or(work).await
    }

    fn is_stopped(&self) -> bool {
        self.interrupt.is_signalled()
    }

    fn writing(&self, lanes: &[Vec<&Plan>]) {
        self.interrupt.writing(self.reconciler.session);
        if !self.terminal.draws() {
            return;
        }
        let share = |plan: &Plan, pace: &mut Pace| {
            let left = apply_schedule(&plan.carried_out(&self.reconciler.allowed_in(plan))).time(pace);
            let all: BTreeSet<_> = plan.actions.iter().map(|action| &action.id.address).collect();
            (plan.set.clone(), Share { done: 0, all: all.len(), left })
        };
        let lanes = lanes.iter().map(|lane| {
            let mut pace = self.reconciler.session.pace();
            lane.iter().map(|plan| share(plan, &mut pace)).collect()
        });
        self.live.begin(lanes.collect(), self.terminal);
    }

    fn begin<'p>(
        &'p self,
        round: Round,
        plan: &'p Plan,
        ends: BTreeMap<ActionId, Duration>,
    ) -> OnTerminal<'p> {
        let text = self.output == Output::Text;
        let console = Console::writing((self.terminal, &self.live), plan, ends, text, round.several);
        OnTerminal { backups: self.backups(round, plan), console, several: round.several }
    }

    fn ended(
        &self,
        carried: OnTerminal<'_>,
        plan: &Plan,
        report: Option<&ApplyReport>,
    ) -> Result<(), Failure> {
        let OnTerminal { backups, console, several } = carried;
        let mut written = console.end();
        let Some(report) = report else { return Ok(written?) };
        if self.output == Output::Text {
            let layout = self.terminal.layout();
            written = written.and(self.terminal.result(&report::apply_text(plan, report, several, &layout)));
        }
        if let Some(run) = backups.run_to_plan_back() {
            self.terminal.say(&format!("To restore the old contents: {}", (self.rollback)(&run)));
        }
        Ok(written?)
    }

    fn failure(&self, Stopped { begun, why }: Stopped) -> Failure {
        let within = |error, could_not: &str| {
            no_plans(error, self.terminal).within(format!("{could_not}; {}", not(begun)))
        };
        match why {
            Why::Look(error) => no_plans(error, self.terminal),
            Why::LookForMore(error) => {
                within(error, "the resources of the new instance could not be planned")
            }
            Why::LookAgain(error) => within(error, "AWS could not be read again after the approval"),
            Why::NotBegun(why) => not_begun(&why, not(begun)),
            Why::StoppedBefore => Failure::interrupted(),
        }
    }
}

impl Writing<'_> {
    /// What the plans of the last look have found.
    pub(in crate::cli) fn found(&self) -> Found {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The folder of backups: one for each set.
    fn backups(&self, round: Round, plan: &Plan) -> Backups {
        Backups::new(Path::new(OWN_FOLDER), &round.name(&self.run, plan))
    }

    /// Says what carrying the plans out takes. Where somebody is asked first, AWS is read again before the first write,
    /// for all of them.
    fn announce(&self, plans: &[Plan]) {
        let asks = self.asks(plans).is_some();
        let pace = self.reconciler.session.pace();
        let mut pace = if asks { pace.rested() } else { pace };
        let looks = if asks { self.reconciler.goal.forecast_again(plans) } else { Vec::new() };
        let looks: Vec<(u32, Duration)> =
            looks.iter().map(|look| (look.at_least, look.time(&mut pace))).collect();
        for (n, plan) in plans.iter().enumerate() {
            let carried_out = plan.carried_out(&self.reconciler.allowed_in(plan));
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
        let (mut options, mut details) = (BTreeSet::new(), Vec::new());
        for plan in plans {
            let allowed = self.reconciler.allowed_in(plan);
            let set = set_prefix(&plan.set, plans.len() > 1);
            for action in &plan.actions {
                let Some(guard) = action.guard.as_ref().filter(|guard| guard.missing(&allowed).is_some())
                else {
                    continue;
                };
                let address = format!("{set}{}", action.id.address);
                let (parts, said) = said_of(&action.id.address.to_string(), &guard.message);
                let message = format!("{address}{parts}{said}");
                details.push(message.clone());
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
        Err(Failure::new(Exit::Refused, error).details(details).hint(hint))
    }

    /// The question, where somebody has to be asked.
    fn asks(&self, plans: &[Plan]) -> Option<String> {
        if !matches!(self.approval, Approval::Ask) {
            return None;
        }
        let extents: Vec<(&Plan, Extent)> =
            plans.iter().map(|plan| (plan, plan.extent(&self.reconciler.allowed_in(plan)))).collect();
        let columns = self.terminal.columns();
        match (&self.rolls_back, plans) {
            (Some(sets), [plan]) => rollback_question(
                &plan.carried_out(&self.reconciler.allowed_in(plan)),
                &extents[0].1,
                sets,
                columns,
            ),
            _ => question(&extents, columns),
        }
    }

    /// Asks, where somebody has to be asked.
    async fn ask(&self, round: Round, plans: &[Plan]) -> Result<Consent, Failure> {
        let terminal = self.terminal;
        let Some(question) = self.asks(plans) else { return Ok(Consent::Given) };
        // With JSON on stdout nobody has seen the plan yet.
        if self.output == Output::Json {
            for plan in plans {
                let plan = plan.lifted(&self.reconciler.allowed_in(plan));
                let text = report::plan_text(&PlanView::of(&plan), plans.len() > 1, &terminal.notes_layout());
                terminal.note(&Note::new(Level::Info, text.trim_end()).laid_out(text.trim_end()));
            }
        }
        if let Some(why) = terminal.cannot_ask() {
            let error = anyhow!("cannot ask for approval: {why}; {}", not_in(round));
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
        self.reconciler.session.postpone(asked.elapsed());
        if answer == "yes" {
            Ok(Consent::Asked)
        } else {
            let failure = Failure::new(Exit::Refused, anyhow!("not approved: {}", not_in(round)));
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
}

/// Nothing is overwritten where nothing can be kept.
fn can_keep(backups: &Backups, round: Round) -> Result<(), Failure> {
    backups.probe().map_err(|error| {
        let folder = backups.all_runs().display();
        let error = anyhow!("backups cannot be written to {folder} ({error}); {}", not_in(round));
        Failure::new(Exit::Error, error)
            .hint("make the folder writable, or run in a folder where flowbind may write.".to_owned())
    })
}

/// Nothing at all is done unless every set may begin; `not` says what was not done.
pub(in crate::cli) fn begin(plans: &[Plan], not: &str) -> Result<(), Failure> {
    reconcile::all_may_begin(plans).map_err(|why| not_begun(&why, not))
}

fn not_begun(why: &NotBegun, not: &str) -> Failure {
    let (error, hint) = match why {
        NotBegun::Errors => (
            anyhow!("the plan has errors; {not}"),
            "fix them and run again, or give --only ADDRESS for resources that they do not affect.",
        ),
        NotBegun::NeedsForce(much) => {
            (anyhow!("{much}; {not}"), "read the plan, then give --force if that is what you want.")
        }
        NotBegun::MayNotRead => (
            anyhow!("the caller lacks permission to read some of the resources in this manifest; {not}"),
            "allow the calls that were denied, then run again.",
        ),
        NotBegun::Order(why) => {
            (anyhow!("internal error: the order of this plan is wrong ({why}); {not}"), "please report it.")
        }
    };
    Failure::new(Exit::of_refusal(why), error).hint(hint.to_owned())
}
