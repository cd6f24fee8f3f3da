//! What the loop of a process that stays needs of a command line: manifests, time, chance, signals, and a voice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::asks::Asks;
use super::board::{Shared, seconds};
use super::inputs::{InForce, Reread};
use super::locks::{Locks, Taken};
use super::notify::Notifier;
use super::voice::{Voice, time};
use crate::aws::{Keep, ObserveError, Progress, Session};
use crate::backup::Backups;
use crate::cli::args::Output;
use crate::cli::run::connect::{Connection, roles};
use crate::cli::run::writing::OWN_FOLDER;
use crate::cli::terminal::exit::Exit;
use crate::cli::verbs::apply::run_name;
use crate::disk;
use crate::drift::{Drift, Verdict};
use crate::manifest::Manifest;
use crate::plan::{Action, ActionId, ApplyReport, Outcome, Plan};
use crate::reconcile::{Ahead, Carrying, Consent, Event, Host, Outside, Round, Stopped, Wake, Watch};
use crate::report::{self, WatchLine, Weight};
use crate::resource::SetName;
use crate::watch::{Change, ChangeKind, Decision, Known, Shown};

/// The command line, as the loop sees it.
pub(super) struct Process<'a> {
    pub(super) inputs: InForce<'a>,
    pub(super) connection: &'a Connection,
    /// The session of the last round: the next one has its clients and credentials.
    pub(super) last: tokio::sync::Mutex<Session>,
    pub(super) asks: &'a Asks,
    pub(super) locks: Locks,
    pub(super) voice: Voice<'a>,
    pub(super) board: Shared,
    pub(super) notifier: Option<Notifier>,
    /// Where what is known of drift is kept for the next process; nowhere without notifications.
    pub(super) kept: Option<PathBuf>,
    /// Whether sets are written.
    pub(super) applies: bool,
    /// Whether each set has one round only: then its whole drift is said.
    pub(super) once: bool,
    pub(super) began: Instant,
    /// How the heaviest round has ended so far.
    pub(super) worst: Mutex<Exit>,
    /// Whether it was said that there are no locks here.
    pub(super) unlocked: AtomicBool,
}

/// What a plan is carried out with.
pub(super) struct Writes<'a> {
    backups: Backups,
    lines: Lines<'a>,
}

/// Writes a line for each write that ends.
struct Lines<'a> {
    set: SetName,
    voice: Voice<'a>,
}

impl Progress for Lines<'_> {
    fn started(&self, action: &Action) {
        tracing::debug!(address = %action.id.address, "may be written now");
    }

    fn ended(&self, id: &ActionId, outcome: &Outcome) {
        self.voice.say(&report::write_line(&self.set, id, outcome));
    }
}

impl Carrying for Writes<'_> {
    fn keep(&self) -> &dyn Keep {
        &self.backups
    }

    fn progress(&self) -> &dyn Progress {
        &self.lines
    }
}

impl Process<'_> {
    fn ends_with(&self, exit: Exit) {
        let mut worst = self.worst.lock().unwrap_or_else(PoisonError::into_inner);
        *worst = worst.heavier(exit);
    }

    /// How a round ended, as the exit code of a process that makes only one.
    fn note_end(&self, plan: &Plan, report: Option<&ApplyReport>, differs: bool) {
        let one = match report {
            Some(report) => Exit::of_reports(&[(plan.clone(), report.clone())]),
            None if plan.is_incomplete() => Exit::Incomplete,
            // An apply that has nothing to write has done all that it can.
            None if differs && !self.applies => Exit::Differences,
            None => Exit::Done,
        };
        self.ends_with(one);
    }

    fn hears_unread(&self, manifest: &Manifest, error: &ObserveError) {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        self.board.board().unread(&manifest.set, text.clone(), seconds(SystemTime::now()));
        self.voice.say(&WatchLine::new(Weight::Error, "failed", Some(&manifest.set), text));
        self.ends_with(match error {
            ObserveError::WrongAccount { .. } => Exit::Refused,
            ObserveError::Identity { .. } => Exit::Error,
        });
    }
}

/// The most bytes of what is kept of a set's drift.
const MAX_KEPT: u64 = 64 << 20;

/// Where what is known of a set's drift is kept.
fn kept(folder: &Path, set: &SetName) -> PathBuf {
    folder.join(format!("{set}.json"))
}

impl Watch for Process<'_> {
    async fn during<T>(&self, _: &[Ahead<'_>], looks: impl Future<Output = T>) -> T {
        looks.await
    }
}

impl Host for Process<'_> {
    type Failure = String;
    type Carrying<'p>
        = Writes<'p>
    where
        Self: 'p;

    fn planned(&self, _: Round, _: &[Plan]) -> Result<(), String> {
        Ok(())
    }

    async fn approve(&self, _: Round, _: &[Plan]) -> Result<Consent, String> {
        Ok(Consent::Given)
    }

    fn still_approved(&self, _: Round, _: &[Plan], _: &[Plan]) -> Result<(), String> {
        Ok(())
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, String> {
        tokio::select! {
            biased;
            () = self.asks.ended() => Err("the process is ending".to_owned()),
            done = work => Ok(done),
        }
    }

    fn is_stopped(&self) -> bool {
        self.asks.is_ending()
    }

    fn writing(&self, _: &[Vec<&Plan>]) {}

    fn begin<'p>(&'p self, round: Round, plan: &'p Plan, _: BTreeMap<ActionId, Duration>) -> Writes<'p> {
        let name = round.name(&run_name(SystemTime::now()), plan);
        let lines = Lines { set: plan.set.clone(), voice: self.voice };
        Writes { backups: Backups::new(Path::new(OWN_FOLDER), &name), lines }
    }

    fn ended(&self, carried: Writes<'_>, plan: &Plan, report: Option<&ApplyReport>) -> Result<(), String> {
        if let Some(report) = report {
            self.voice.say(&report::applied_line(plan, report));
        }
        if let Some(run) = carried.backups.run_to_plan_back() {
            let text = format!("what was overwritten is kept as run {run}: see `flowbind rollback`");
            let line = WatchLine::new(Weight::Info, "kept", Some(&plan.set), text).field("run", run);
            self.voice.say(&line);
        }
        Ok(())
    }

    fn failure(&self, stopped: Stopped) -> String {
        format!("{:?}", stopped.why)
    }
}

impl Outside for Process<'_> {
    fn manifests(&self) -> Arc<Vec<Manifest>> {
        let read = self.inputs.read();
        let errors = if let Reread::Invalid(errors) = read { errors } else { 0 };
        self.board.manifests(self.inputs.manifests(), errors);
        match read {
            Reread::Same => {}
            Reread::Changed => {
                self.voice.say(&WatchLine::new(
                    Weight::Info,
                    "manifests",
                    None,
                    "the manifests have changed",
                ));
            }
            Reread::Invalid(errors) => {
                let text = format!(
                    "the manifests have {}: the last valid ones stay in force",
                    report::count(errors, "error")
                );
                let line = WatchLine::new(Weight::Error, "invalid", None, text).field("errors", errors);
                self.voice.say(&line);
            }
        }
        self.inputs.manifests()
    }

    fn may_begin(&self, set: &SetName) -> bool {
        match self.locks.take(set) {
            Taken::Own => true,
            Taken::Other => {
                let text = "another process has its lock; no round of it is made here";
                self.voice.say(&WatchLine::new(Weight::Warning, "locked", Some(set), text));
                self.ends_with(Exit::Refused);
                false
            }
            Taken::Without(error) => {
                if !self.unlocked.swap(true, Ordering::Relaxed) {
                    let text =
                        format!("there is no lock file, so a second process is not kept away: {error}");
                    self.voice.say(&WatchLine::new(Weight::Warning, "unlocked", None, text));
                }
                true
            }
        }
    }

    fn ignore(&self, drift: &mut Drift) {
        self.inputs.ignore(drift, SystemTime::now());
    }

    fn known(&self, set: &SetName) -> Known {
        let read = |folder: &PathBuf| disk::read_text(&kept(folder, set), MAX_KEPT).ok();
        let text = self.kept.as_ref().and_then(read);
        let value = text.and_then(|text| serde_json::from_str(&text).ok());
        value.as_ref().and_then(Known::from_json).unwrap_or_default()
    }

    fn keep(&self, set: &SetName, known: &Known) {
        let Some(folder) = &self.kept else { return };
        let text = format!("{:#}\n", known.to_json());
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| disk::replace(&kept(folder, set), text.as_bytes(), disk::Access::Usual));
        if let Err(error) = written {
            tracing::warn!(%set, %error, "a later process will report the same drift again");
        }
    }

    async fn session(&self, _: &Manifest, all: &[Manifest]) -> Session {
        let mut last = self.last.lock().await;
        let next = last.next_run(roles(all)).await;
        *last = next.beside();
        next
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn chance(&self) -> f64 {
        let mut bytes = [0; 4];
        // Without randomness there is no jitter.
        match getrandom::fill(&mut bytes) {
            Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
            Err(_) => 0.5,
        }
    }

    async fn wake(&self, due: Option<Duration>) -> Wake {
        let time = async {
            match due.and_then(|due| self.began.checked_add(due)) {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.asks.ended() => {
                self.connection.session.stop().request();
                Wake::End
            }
            () = self.asks.asked() => Wake::Now,
            () = time => Wake::Due,
        }
    }

    fn hears(&self, event: Event<'_>) {
        match event {
            Event::Began(manifest) => tracing::debug!(set = %manifest.set, "a round begins"),
            Event::Looked { plan, drift, decision, .. } => {
                report::unread_lines(plan).iter().for_each(|line| self.voice.say(line));
                self.voice.say(&report::looked_line(plan, drift, decision));
                if let Decision::Refuse(why) = decision {
                    self.ends_with(Exit::of_watch_refusal(why));
                }
            }
            Event::Unread { manifest, error } => self.hears_unread(manifest, error),
            Event::Ended { manifest, plan, drift, decision, report, changes } => {
                let at = seconds(SystemTime::now());
                let shown = Shown::new((plan, drift), decision, report, at);
                self.board.board().looked(manifest, shown);
                let text = self.voice.output == Output::Text;
                let line = |change: &Change| report::change_line(&manifest.set, change);
                let say = |line: WatchLine| self.voice.say(&line);
                // People have read of each write already.
                let told = |change: &&Change| !(text && change.kind == ChangeKind::Fixed);
                match self.once {
                    true => Known::default().learn(drift, report).iter().filter(told).map(line).for_each(say),
                    false => changes.iter().filter(told).map(line).for_each(say),
                }
                if let Some(notifier) = &self.notifier {
                    notifier.send(&manifest.set, &time(SystemTime::now()), changes);
                }
                self.note_end(plan, report, drift.verdict() != Verdict::InSync);
            }
            Event::Next { set, took, due, failures } => {
                let wait = due.saturating_sub(self.began.elapsed());
                let next = seconds(SystemTime::now()).saturating_add(wait.as_secs());
                self.board.board().next(set, took, next, failures);
                tracing::debug!(%set, ?took, ?wait, failures, "a round has ended");
            }
        }
    }
}
