//! What a process that stays says: each event as a line for people and as one of `flowbind.watch/v1`.

mod notice;
mod words;

use serde_json::{Map, Value, json};

use super::Failed;
use crate::drift::{Drift, Verdict};
use crate::plan::{ActionId, ApplyReport, Outcome, Plan};
use crate::resource::SetName;
use crate::watch::{Change, ChangeKind, Decision};

pub use notice::{Audience, NOTICE_FORMAT, notice_body};
pub use words::{decision_text, drift_sums, duration_text};

/// The version of the lines for machines. A field may be added within a version, none is renamed or removed.
pub const WATCH_FORMAT: &str = "flowbind.watch/v1";

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// All is as it should be, or became so.
    Info,
    /// Somebody may want to look.
    Warning,
    /// Something does not work.
    Error,
}

impl Weight {
    /// Returns its name, as the log has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// One event, for people and for machines.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchLine {
    /// How much it matters.
    pub weight: Weight,
    /// The event's stable name.
    pub event: &'static str,
    /// The set that it is about.
    pub set: Option<SetName>,
    /// What happened, in a sentence without the set.
    pub text: String,
    /// What else machines are given.
    pub fields: Map<String, Value>,
}

impl WatchLine {
    /// Creates a line without fields.
    pub fn new(weight: Weight, event: &'static str, set: Option<&SetName>, text: impl Into<String>) -> Self {
        Self { weight, event, set: set.cloned(), text: text.into(), fields: Map::new() }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Writes it for people, after the time of day.
    pub fn text(&self, time: &str) -> String {
        let set = self.set.as_ref().map(|set| format!("{set}: ")).unwrap_or_default();
        let word = match self.weight {
            Weight::Info => String::new(),
            Weight::Warning => format!("{} ", super::yellow("warning:")),
            Weight::Error => format!("{} ", super::red("error:")),
        };
        format!("{time} {set}{word}{}\n", self.text)
    }

    /// Writes it as a line of `flowbind.watch/v1`.
    pub fn json(&self, time: &str) -> String {
        let mut line = Map::new();
        line.insert("format".to_owned(), WATCH_FORMAT.into());
        line.insert("time".to_owned(), time.into());
        line.insert("level".to_owned(), self.weight.name().into());
        line.insert("event".to_owned(), self.event.into());
        if let Some(set) = &self.set {
            line.insert("set".to_owned(), set.as_str().into());
        }
        line.insert("message".to_owned(), super::visible::one_line(&self.text).into());
        line.extend(self.fields.clone());
        format!("{}\n", super::visible::line(&line))
    }
}

/// Says what a look showed and what is done about it.
pub fn looked_line(plan: &Plan, drift: &Drift, decision: &Decision) -> WatchLine {
    let weight = match (decision, drift.verdict()) {
        (Decision::Refuse(_), _) => Weight::Error,
        (_, Verdict::Incomplete) => Weight::Warning,
        (_, Verdict::Differs | Verdict::InSync) => Weight::Info,
    };
    let counts = drift.counts();
    let kinds: Map<String, Value> =
        counts.iter().map(|(kind, count)| (kind.name().to_owned(), json!(count))).collect();
    let planned = plan.counts();
    let text = format!("{}; {}", drift_sums(drift), decision_text(decision, plan));
    WatchLine::new(weight, "looked", Some(&plan.set), text)
        .field("manifest", plan.manifest.as_str())
        .field("decision", words::decision_name(decision))
        .field("in_sync", drift.in_sync)
        .field("drift", kinds)
        .field(
            "planned",
            json!({ "create": planned.create, "update": planned.update, "delete": planned.delete }),
        )
        .field("unread", plan.gaps.len())
}

/// Says what could not be read, each by itself.
pub fn unread_lines(plan: &Plan) -> Vec<WatchLine> {
    let line = |gap: &crate::snapshot::Gap| {
        let text = format!("{} could not be read: {}: {}", gap.address, gap.operation, gap.message);
        WatchLine::new(Weight::Warning, "unread", Some(&plan.set), text)
            .field("address", gap.address.to_string())
            .field("operation", gap.operation.to_string())
    };
    plan.gaps.iter().map(line).collect()
}

/// Says how the drift changed.
pub fn change_line(set: &SetName, change: &Change) -> WatchLine {
    let Change { kind, address, differences } = change;
    let messages: Vec<&str> = differences.iter().map(|seen| seen.message.as_str()).collect();
    let what = messages.join("; ");
    let text = match kind {
        ChangeKind::Appeared => format!("{address}: {what}"),
        ChangeKind::Changed => format!("{address} differs otherwise now: {what}"),
        ChangeKind::Fixed => format!("{address} was fixed: {what}"),
        ChangeKind::Gone => format!("{address} agrees with the manifest again"),
    };
    let weight = match kind {
        ChangeKind::Appeared | ChangeKind::Changed => Weight::Warning,
        ChangeKind::Fixed | ChangeKind::Gone => Weight::Info,
    };
    let seen: Vec<Value> = differences
        .iter()
        .map(|seen| json!({ "kind": seen.kind, "moved": seen.moved, "message": seen.message }))
        .collect();
    WatchLine::new(weight, "drift", Some(set), text)
        .field("change", kind.name())
        .field("address", address.to_string())
        .field("differences", seen)
}

/// Says how one write ended.
pub fn write_line(set: &SetName, id: &ActionId, outcome: &Outcome) -> WatchLine {
    let (message, fields) = super::outcome_event(set, false, id, outcome);
    let weight = match outcome {
        Outcome::Applied | Outcome::AlreadySo => Weight::Info,
        Outcome::Skipped { .. } | Outcome::NotBegun { .. } | Outcome::Moved { .. } => Weight::Warning,
        Outcome::Refused { .. } => Weight::Warning,
        Outcome::Failed(_) | Outcome::Unknown(_) => Weight::Error,
    };
    let line = WatchLine::new(weight, "write", Some(set), message);
    WatchLine { fields, ..line }
}

/// Says what a round wrote, as a whole.
pub fn applied_line(plan: &Plan, report: &ApplyReport) -> WatchLine {
    let done = report.outcomes.iter().filter(|(_, outcome)| outcome.is_done()).count();
    let all = report.outcomes.len();
    let weight = if done == all { Weight::Info } else { Weight::Warning };
    let text = format!("{done} of {} done", super::count(all, "write"));
    WatchLine::new(weight, "applied", Some(&plan.set), text).field("done", done).field("writes", all)
}

/// Says that no round was made, and why: the last line of the stream, as that of a process that ends well.
///
/// # Errors
///
/// A field that JSON cannot hold.
pub fn failed_line(failed: &Failed) -> serde_json::Result<WatchLine> {
    let Failed { command: _, found, error } = failed;
    let text = [std::slice::from_ref(&error.message), &error.caused_by].concat().join(": ");
    let line = WatchLine::new(Weight::Error, "ended", None, text);
    Ok(line
        .field("problems", serde_json::to_value(&found.problems)?)
        .field("error", serde_json::to_value(error)?))
}
