//! What the loop needs from outside, in a test: time that passes when nothing is left to do, and somebody who breaks things
//! between the rounds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowbind::aws::{Keep, Progress, Session};
use flowbind::backup::Backups;
use flowbind::manifest::Manifest;
use flowbind::plan::{Action, ActionId, ApplyReport, Outcome, Plan};
use flowbind::reconcile::{
    Ahead, Carrying, Consent, Event, Host, Outside, Round, Rules, Stopped, Wake, Watch, stay,
};
use flowbind::resource::SetName;
use flowbind::watch::{Change, ChangeKind, Decision, Mode, Pacing, Settings};

use crate::world::World;

pub(crate) const INTERVAL: Duration = Duration::from_secs(300);

/// What a round did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    Looked(SetName, Decision),
    Unread(SetName),
    Wrote(SetName, usize),
    Changed(SetName, ChangeKind, String),
    /// A round began at this time.
    Began(SetName, Duration),
}

/// The loop's outside.
pub(crate) struct Keeper<'a, B> {
    pub(crate) folder: PathBuf,
    /// The session of each round, by its set.
    pub(crate) session: Box<dyn Fn(&Manifest) -> &'a Session + 'a>,
    pub(crate) manifests: Mutex<Arc<Vec<Manifest>>>,
    pub(crate) now: Mutex<Duration>,
    /// How many rounds have begun and not ended.
    pub(crate) running: AtomicUsize,
    /// Does something between rounds; false ends the loop.
    pub(crate) between: B,
    pub(crate) heard: Mutex<Vec<Heard>>,
    /// Something happened that could let time pass.
    pub(crate) changed: tokio::sync::Notify,
}

/// A way to wait between rounds: given how many waits there were before.
pub(crate) trait Between {
    async fn between(&self, waits: usize) -> bool;
}

impl<F: AsyncFn(usize) -> bool> Between for F {
    async fn between(&self, waits: usize) -> bool {
        self(waits).await
    }
}

impl<'a, B: Between> Keeper<'a, B> {
    pub(crate) fn new(world: &'a World, session: &'a Session, name: &str, between: B) -> Self {
        Self {
            folder: world.folder.path().join(name),
            session: Box::new(move |_| session),
            manifests: Mutex::new(Arc::new(world.manifests.clone())),
            now: Mutex::default(),
            running: AtomicUsize::new(0),
            between,
            heard: Mutex::default(),
            changed: tokio::sync::Notify::new(),
        }
    }

    /// Makes rounds until the test ends them.
    pub(crate) async fn stay(&self, mode: Mode) -> Vec<Heard> {
        let pacing = Pacing { interval: INTERVAL, jitter: 0.1 };
        let rules = Rules { settings: Settings { mode }, pacing, allowed: &[], once: false };
        stay(rules, self).await;
        self.heard.lock().unwrap().clone()
    }

    fn hear(&self, heard: Heard) {
        self.heard.lock().unwrap().push(heard);
    }
}

pub(crate) struct Quiet(Backups);

struct Silent;

impl Progress for Silent {
    fn started(&self, _: &Action) {}
    fn ended(&self, _: &ActionId, _: &Outcome) {}
}

impl Carrying for Quiet {
    fn keep(&self) -> &dyn Keep {
        &self.0
    }

    fn progress(&self) -> &dyn Progress {
        &Silent
    }
}

impl<B> Watch for Keeper<'_, B> {
    async fn during<T>(&self, _: &[Ahead<'_>], looks: impl Future<Output = T>) -> T {
        looks.await
    }
}

impl<B> Host for Keeper<'_, B> {
    type Failure = String;
    type Carrying<'p>
        = Quiet
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
        Ok(work.await)
    }

    fn is_stopped(&self) -> bool {
        false
    }

    fn writing(&self, _: &[Vec<&Plan>]) {}

    fn begin<'p>(&'p self, round: Round, plan: &'p Plan, _: BTreeMap<ActionId, Duration>) -> Quiet {
        Quiet(Backups::new(&self.folder, &round.name("run", plan)))
    }

    fn ended(&self, _: Quiet, _: &Plan, _: Option<&ApplyReport>) -> Result<(), String> {
        Ok(())
    }

    fn failure(&self, stopped: Stopped) -> String {
        format!("{:?}", stopped.why)
    }
}

impl<B: Between> Outside for Keeper<'_, B> {
    fn manifests(&self) -> Arc<Vec<Manifest>> {
        Arc::clone(&self.manifests.lock().unwrap())
    }

    fn may_begin(&self, _: &SetName) -> bool {
        true
    }

    async fn session(&self, manifest: &Manifest, _: &[Manifest]) -> Session {
        (self.session)(manifest).next_run(BTreeMap::new()).await
    }

    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn chance(&self) -> f64 {
        0.5
    }

    async fn wake(&self, due: Option<Duration>) -> Wake {
        // Time passes when no round is being made.
        while self.running.load(Ordering::SeqCst) > 0 {
            self.changed.notified().await;
        }
        let waits = self.heard.lock().unwrap().len();
        if !self.between.between(waits).await {
            return Wake::End;
        }
        match due {
            Some(due) => *self.now.lock().unwrap() = due,
            None => std::future::pending().await,
        }
        Wake::Due
    }

    fn hears(&self, event: Event<'_>) {
        match event {
            Event::Began(manifest) => {
                self.running.fetch_add(1, Ordering::SeqCst);
                self.hear(Heard::Began(manifest.set.clone(), self.now()));
            }
            Event::Looked { manifest, decision, .. } => {
                self.hear(Heard::Looked(manifest.set.clone(), decision.clone()));
            }
            Event::Unread { manifest, .. } => self.hear(Heard::Unread(manifest.set.clone())),
            Event::Ended { manifest, report, changes, .. } => {
                let set = manifest.set.clone();
                if let Some(report) = report {
                    let done = report.outcomes.iter().filter(|(_, outcome)| outcome.is_done()).count();
                    self.hear(Heard::Wrote(set.clone(), done));
                }
                for Change { kind, address, .. } in changes {
                    self.hear(Heard::Changed(set.clone(), *kind, address.to_string()));
                }
            }
            Event::Next { .. } => {
                self.running.fetch_sub(1, Ordering::SeqCst);
                self.changed.notify_one();
            }
        }
    }
}
