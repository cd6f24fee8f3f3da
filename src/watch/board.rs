//! What is known of every set at the moment: what monitoring is given, and the page for people.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::decide::Decision;
use crate::drift::{Drift, DriftKind, Verdict};
use crate::manifest::Manifest;
use crate::plan::{ApplyReport, Outcome, Plan};
use crate::resource::{Address, Kind, Label, SetName};

/// The upper bounds of the durations of rounds that are counted apart, in seconds.
pub const BUCKETS: [f64; 10] = [0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0, 1800.0];

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoundResult {
    /// AWS agrees, or agrees now.
    InSync,
    /// Something differs still.
    Differs,
    /// Something could not be read.
    Incomplete,
    /// Something was not written, since that was refused or failed.
    Failed,
    /// AWS could not be looked at.
    Unread,
}

impl RoundResult {
    /// Every result.
    pub const ALL: [Self; 5] = [Self::InSync, Self::Differs, Self::Incomplete, Self::Failed, Self::Unread];

    /// Returns its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InSync => "in-sync",
            Self::Differs => "differs",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Unread => "unread",
        }
    }

    /// Whether the set was looked at whole and nothing failed.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::InSync | Self::Differs)
    }
}

/// How a write ended, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WriteResult {
    /// It was carried out, or was so already.
    Done,
    /// It failed.
    Failed,
    /// Whether it was carried out is unknown.
    Unknown,
    /// It was not tried: refused, skipped, or what it was planned on has changed.
    NotTried,
}

impl WriteResult {
    /// Returns its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotTried => "not-tried",
        }
    }

    const fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Applied | Outcome::AlreadySo => Self::Done,
            Outcome::Failed(_) => Self::Failed,
            Outcome::Unknown(_) => Self::Unknown,
            Outcome::Refused { .. }
            | Outcome::Skipped { .. }
            | Outcome::Moved { .. }
            | Outcome::NotBegun { .. } => Self::NotTried,
        }
    }
}

/// What is known of all sets. Times are seconds since 1970.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// The sets.
    pub sets: BTreeMap<SetName, Card>,
    /// So many errors in the manifests on disk: those in force are older.
    pub invalid: usize,
    /// How often manifests were found invalid.
    pub rejections: u64,
}

/// What is known of a set.
#[derive(Debug, Clone, Default)]
pub struct Card {
    /// What its last look showed.
    pub last: Option<Arc<Shown>>,
    /// How its last round ended.
    pub result: Option<RoundResult>,
    /// Why AWS could not be looked at in the last round.
    pub error: Option<String>,
    /// When its last round ended.
    pub ended: Option<u64>,
    /// When a round last looked at it whole and nothing failed.
    pub success: Option<u64>,
    /// When its next round is due.
    pub next: Option<u64>,
    /// How many rounds in a row have failed.
    pub failures: u32,
    /// Rounds, by how they ended.
    pub rounds: BTreeMap<RoundResult, u64>,
    /// Writes, by how they ended.
    pub writes: BTreeMap<WriteResult, u64>,
    /// How long rounds took.
    pub durations: Durations,
}

/// What a look showed, and what was decided.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What would have been done, or was.
    pub plan: Plan,
    /// How AWS differed.
    pub drift: Drift,
    /// What was decided.
    pub decision: Decision,
    /// The plan's writes, as they ended.
    pub report: Option<ApplyReport>,
    /// The differences that are left, by instance and kind.
    pub left: BTreeMap<(Option<Label>, DriftKind), usize>,
    /// When.
    pub at: u64,
}

impl Shown {
    /// Takes down a look and what became of it; the board counts what is left.
    pub fn new(
        (plan, drift): (&Plan, &Drift),
        decision: &Decision,
        report: Option<&ApplyReport>,
        at: u64,
    ) -> Self {
        let (plan, drift, decision) = (plan.clone(), drift.clone(), decision.clone());
        Self { plan, drift, decision, report: report.cloned(), left: BTreeMap::new(), at }
    }
}

/// Counts durations by [`BUCKETS`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Durations {
    /// How many are in each bucket, and above all of them.
    pub counts: [u64; BUCKETS.len() + 1],
    /// All together, in seconds.
    pub sum: f64,
}

impl Durations {
    fn add(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = BUCKETS.iter().position(|bound| seconds <= *bound).unwrap_or(BUCKETS.len());
        self.counts[bucket] += 1;
        self.sum += seconds;
    }
}

impl Board {
    /// Keeps only the sets that manifests name.
    pub fn keep(&mut self, manifests: &[Manifest]) {
        self.sets.retain(|set, _| manifests.iter().any(|manifest| manifest.set == *set));
        for manifest in manifests {
            self.sets.entry(manifest.set.clone()).or_default();
        }
    }

    /// Takes down a round that has looked at AWS.
    pub fn looked(&mut self, manifest: &Manifest, shown: Shown) {
        let card = self.sets.entry(manifest.set.clone()).or_default();
        let left = left(manifest, &shown.drift, shown.report.as_ref());
        let result = result(&shown, left.values().sum());
        card.end(result, shown.at);
        card.error = None;
        if let Some(report) = &shown.report {
            for (_, outcome) in &report.outcomes {
                *card.writes.entry(WriteResult::of(outcome)).or_default() += 1;
            }
        }
        card.last = Some(Arc::new(Shown { left, ..shown }));
    }

    /// Takes down a round that could not look at AWS.
    pub fn unread(&mut self, set: &SetName, error: String, at: u64) {
        let card = self.sets.entry(set.clone()).or_default();
        card.error = Some(error);
        card.end(RoundResult::Unread, at);
    }

    /// Takes down how long a round took, and when the next one is due.
    pub fn next(&mut self, set: &SetName, took: Duration, next: u64, failures: u32) {
        let Some(card) = self.sets.get_mut(set) else { return };
        card.durations.add(took);
        (card.next, card.failures) = (Some(next), failures);
    }

    /// Whether every set has had a round.
    pub fn is_ready(&self) -> bool {
        self.sets.values().all(|card| card.result.is_some())
    }
}

impl Card {
    fn end(&mut self, result: RoundResult, at: u64) {
        self.result = Some(result);
        self.ended = Some(at);
        *self.rounds.entry(result).or_default() += 1;
        if result.is_success() {
            self.success = Some(at);
        }
    }
}

/// How a round ended, with so many differences left.
fn result(shown: &Shown, left: usize) -> RoundResult {
    let failed = |report: &ApplyReport| report.outcomes.iter().any(|(_, outcome)| !outcome.is_done());
    if matches!(shown.decision, Decision::Refuse(_)) || shown.report.as_ref().is_some_and(failed) {
        RoundResult::Failed
    } else if shown.drift.verdict() == Verdict::Incomplete {
        RoundResult::Incomplete
    } else if left > 0 || shown.drift.findings.iter().any(|finding| finding.ignored.is_none()) {
        RoundResult::Differs
    } else {
        RoundResult::InSync
    }
}

/// Counts the differences that a round has left, by instance and kind.
fn left(
    manifest: &Manifest,
    drift: &Drift,
    report: Option<&ApplyReport>,
) -> BTreeMap<(Option<Label>, DriftKind), usize> {
    let done = |address: &Address| {
        let of = report.into_iter().flat_map(|report| &report.outcomes);
        let mut of = of.filter(|(id, _)| id.address == *address).peekable();
        of.peek().is_some() && of.all(|(_, outcome)| outcome.is_done())
    };
    let mut counts = BTreeMap::new();
    for difference in drift.counted().filter(|difference| !done(&difference.address)) {
        *counts.entry((instance_of(manifest, &difference.address), difference.kind)).or_default() += 1;
    }
    counts
}

/// The instance that an address belongs to; none for what belongs to none, or to several.
fn instance_of(manifest: &Manifest, address: &Address) -> Option<Label> {
    let named = address.instance.as_ref().or(address.at.as_ref());
    let alone = || match address.kind {
        Kind::Instance => Some(&address.name),
        Kind::Flow | Kind::Module => match manifest.content(address.kind, &address.name) {
            Some(flow) => match flow.instances.as_slice() {
                [one] => Some(one),
                _ => None,
            },
            None => only(manifest),
        },
        Kind::Role | Kind::Function | Kind::Association | Kind::Grant => None,
    };
    named.or_else(alone).cloned()
}

/// The set's instance, where it has one alone.
fn only(manifest: &Manifest) -> Option<&Label> {
    let mut instances = manifest.instances.keys();
    instances.next().filter(|_| instances.next().is_none())
}
