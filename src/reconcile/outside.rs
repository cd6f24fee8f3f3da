//! What a process that stays needs from outside, and what it says of its rounds.

use std::sync::Arc;
use std::time::Duration;

use super::chosen::Chosen;
use super::round::Host;
use crate::aws::{ObserveError, Session};
use crate::drift::Drift;
use crate::manifest::Manifest;
use crate::plan::{ApplyReport, Plan};
use crate::resource::SetName;
use crate::watch::{Change, Decision, Known, Pacing, Settings};

/// Why the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The time has come that was waited for.
    Due,
    /// Somebody asked for a round of every set now.
    Now,
    /// It is to end: no new round begins, and no new write.
    End,
}

/// What happens in the rounds of a set.
#[derive(Debug)]
pub enum Event<'e> {
    /// A round begins.
    Began(&'e Manifest),
    /// AWS was looked at, and it is decided what is done.
    Looked {
        /// The manifest.
        manifest: &'e Manifest,
        /// What would be done.
        plan: &'e Plan,
        /// How AWS differs.
        drift: &'e Drift,
        /// What is done.
        decision: &'e Decision,
    },
    /// AWS could not be looked at.
    Unread {
        /// The manifest.
        manifest: &'e Manifest,
        /// Why.
        error: &'e ObserveError,
    },
    /// A round has ended that looked at AWS.
    Ended {
        /// The manifest.
        manifest: &'e Manifest,
        /// The plan.
        plan: &'e Plan,
        /// How AWS differed before it was carried out.
        drift: &'e Drift,
        /// What was decided.
        decision: &'e Decision,
        /// What became of it, where it was carried out.
        report: Option<&'e ApplyReport>,
        /// How the drift changed since the last round.
        changes: &'e [Change],
    },
    /// The next round of a set is due.
    Next {
        /// The set.
        set: &'e SetName,
        /// How long its round took.
        took: Duration,
        /// When the next one is due.
        due: Duration,
        /// How many of its rounds in a row have failed.
        failures: u32,
    },
}

/// Where manifests, time, chance and signals come from, and who hears of what happens.
pub trait Outside: Host {
    /// Reads the manifests anew: the last valid ones where they are invalid now, which it reports itself.
    fn manifests(&self) -> Arc<Vec<Manifest>>;

    /// Whether this process may make rounds of a set now: another one on this machine may be making them.
    fn may_begin(&self, set: &SetName) -> bool;

    /// What an earlier process knew of a set's drift when it ended; nothing where every process begins anew.
    fn known(&self, _: &SetName) -> Known {
        Known::default()
    }

    /// Keeps what is known of a set's drift for a later process.
    fn keep(&self, _: &SetName, _: &Known) {}

    /// Marks what of a drift is ignored; nothing unless somebody says so.
    fn ignore(&self, _: &mut Drift) {}

    /// Opens a session for one round of a set; `all` are the manifests of all sets.
    fn session(&self, manifest: &Manifest, all: &[Manifest]) -> impl Future<Output = Session>;

    /// The time since the process began.
    fn now(&self) -> Duration;

    /// A number from 0 to 1, another each time.
    fn chance(&self) -> f64;

    /// Waits until a time, or for ever, unless a signal comes before. It may be dropped at any time without losing one.
    fn wake(&self, due: Option<Duration>) -> impl Future<Output = Wake>;

    /// Hears of what happens.
    fn hears(&self, event: Event<'_>);
}

/// How rounds are made.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// How sets are treated.
    pub settings: Settings,
    /// How far apart rounds are.
    pub pacing: Pacing,
    /// What was allowed by name.
    pub allowed: &'a [Chosen],
    /// Whether each set has one round only.
    pub once: bool,
}
