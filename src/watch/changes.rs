//! What changed in a set's drift since the last round: each change is reported once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::drift::{Drift, DriftKind, Moved};
use crate::plan::ApplyReport;
use crate::resource::Address;

/// The version of what a process keeps for the next one.
const KNOWN_FORMAT: &str = "flowbind.known-drift/v1";

/// The drift of a set as it was last reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known(BTreeMap<Address, BTreeSet<Seen>>);

/// One difference, as far as it is compared from round to round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// How it differs.
    pub kind: DriftKind,
    /// Which side changed.
    pub moved: Moved,
    /// What differs, in one sentence.
    pub message: String,
}

/// What happened to a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It was not there before.
    Appeared,
    /// It was there, and is another one now.
    Changed,
    /// It appeared, or was there, and this round has fixed it.
    Fixed,
    /// It is gone.
    Gone,
}

impl ChangeKind {
    /// Returns its stable name, as events have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Changed => "changed",
            Self::Fixed => "fixed",
            Self::Gone => "gone",
        }
    }
}

/// One change in a set's drift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// What differs, or did.
    pub address: Address,
    /// How: as it is now, or for what is gone as it was.
    pub differences: Vec<Seen>,
}

impl Known {
    /// Writes it, for a process that goes on where this one ended.
    pub fn to_json(&self) -> Value {
        let seen = |seen: &Seen| json!([seen.kind, seen.moved, seen.message]);
        let all = self.0.iter().map(|(address, all)| {
            let all: Vec<Value> = all.iter().map(seen).collect();
            (address.to_string(), Value::from(all))
        });
        json!({ "format": KNOWN_FORMAT, "drift": all.collect::<Map<_, _>>() })
    }

    /// Reads what [`Known::to_json`] has written; none where it is something else.
    pub fn from_json(value: &Value) -> Option<Self> {
        if value["format"] != KNOWN_FORMAT {
            return None;
        }
        let mut known = BTreeMap::new();
        for (address, all) in value["drift"].as_object()? {
            let all: Option<BTreeSet<Seen>> = all.as_array()?.iter().map(seen_of).collect();
            known.insert(Address::parse(address).ok()?, all?);
        }
        Some(Self(known))
    }

    /// Compares a fresh drift with what is known, and remembers it. What this round has written is fixed; what could not be
    /// read stays as it was known, and while anything could not be read nothing counts as gone.
    pub fn learn(&mut self, drift: &Drift, report: Option<&ApplyReport>) -> Vec<Change> {
        let mut fresh: BTreeMap<Address, BTreeSet<Seen>> = BTreeMap::new();
        let mut unclear = BTreeSet::new();
        for difference in drift.counted() {
            let address = difference.address.clone();
            if difference.kind == DriftKind::CouldNotTell {
                unclear.insert(address);
                continue;
            }
            let (kind, moved, message) = (difference.kind, difference.moved, difference.sentence());
            fresh.entry(address).or_default().insert(Seen { kind, moved, message });
        }
        let fixed = fixed(report);
        let mut changes = Vec::new();
        let mut add = |kind, address: &Address, seen: &BTreeSet<Seen>| {
            let differences = seen.iter().cloned().collect();
            changes.push(Change { kind, address: address.clone(), differences });
        };
        for (address, seen) in &fresh {
            match self.0.get(address) {
                _ if fixed.contains(address) => add(ChangeKind::Fixed, address, seen),
                None => add(ChangeKind::Appeared, address, seen),
                Some(before) if before != seen => add(ChangeKind::Changed, address, seen),
                Some(_) => {}
            }
        }
        let whole = drift.gaps.is_empty() && unclear.is_empty();
        let known = std::mem::take(&mut self.0);
        for (address, seen) in known {
            if fresh.contains_key(&address) {
                continue;
            }
            if whole {
                add(ChangeKind::Gone, &address, &seen);
            } else {
                self.0.insert(address, seen);
            }
        }
        fresh.retain(|address, _| !fixed.contains(address));
        self.0.extend(fresh);
        changes.sort_by(|a, b| (a.kind, &a.address).cmp(&(b.kind, &b.address)));
        changes
    }
}

fn seen_of(value: &Value) -> Option<Seen> {
    let kind = DriftKind::ALL.into_iter().find(|kind| value[0] == kind.name())?;
    let moved = [Moved::Aws, Moved::Repository, Moved::Both, Moved::Unknown];
    let moved = moved.into_iter().find(|moved| json!(moved) == value[1])?;
    Some(Seen { kind, moved, message: value[2].as_str()?.to_owned() })
}

/// What a round has written whole.
fn fixed(report: Option<&ApplyReport>) -> BTreeSet<Address> {
    let Some(report) = report else { return BTreeSet::new() };
    let (done, open): (Vec<_>, Vec<_>) = report.outcomes.iter().partition(|(_, outcome)| outcome.is_done());
    let open: BTreeSet<&Address> = open.iter().map(|(id, _)| &id.address).collect();
    let done = done.iter().map(|(id, _)| &id.address).filter(|address| !open.contains(*address));
    done.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::Difference;
    use crate::operations::Operation;
    use crate::plan::{ActionId, Failure, Outcome, Step};
    use crate::resource::{Kind, Label, SetName};
    use crate::snapshot::Gap;

    fn address(name: &str) -> Address {
        Address::new(Kind::Flow, &Label::parse(name).unwrap())
    }

    fn drift(differences: &[(&str, DriftKind, &str)]) -> Drift {
        let one = |(name, kind, message): &(&str, DriftKind, &str)| Difference {
            kind: *kind,
            address: address(name),
            moved: Moved::Unknown,
            message: (*message).to_owned(),
            detail: None,
            hint: None,
            origin: None,
            by_kind: false,
            ignored: None,
        };
        Drift {
            set: SetName::parse("acme").unwrap(),
            manifest: String::new(),
            differences: differences.iter().map(one).collect(),
            findings: Vec::new(),
            gaps: Vec::new(),
            in_sync: 0,
            audited: false,
        }
    }

    fn incomplete(drift: Drift) -> Drift {
        let gap = Gap {
            address: Address::new(Kind::Instance, &Label::parse("support").unwrap()),
            operation: Operation::DescribeInstance,
            message: "no".to_owned(),
            hint: None,
            denied: false,
            cut_off: None,
        };
        Drift { gaps: vec![gap], ..drift }
    }

    fn told(known: &mut Known, drift: &Drift, report: Option<&ApplyReport>) -> Vec<(ChangeKind, String)> {
        let changes = known.learn(drift, report);
        changes.into_iter().map(|change| (change.kind, change.address.name.to_string())).collect()
    }

    fn changed(message: &'static str) -> (&'static str, DriftKind, &'static str) {
        ("a", DriftKind::Changed, message)
    }

    #[test]
    fn each_change_is_reported_once() {
        let mut known = Known::default();
        let mut hears = |drift: &Drift| told(&mut known, drift, None);
        let both = drift(&[changed("x"), ("b", DriftKind::Missing, "x")]);
        let a = || "a".to_owned();
        assert_eq!(hears(&both), [(ChangeKind::Appeared, a()), (ChangeKind::Appeared, "b".to_owned())]);
        assert_eq!(hears(&both), []);
        assert_eq!(
            hears(&drift(&[changed("y")])),
            [(ChangeKind::Changed, a()), (ChangeKind::Gone, "b".to_owned())]
        );
        assert_eq!(hears(&drift(&[])), [(ChangeKind::Gone, a())]);
        assert_eq!(hears(&drift(&[])), []);
    }

    #[test]
    fn what_is_kept_is_read_again_as_it_was_and_nothing_else_is() {
        let mut known = Known::default();
        let drift = drift(&[changed("x \" y"), ("b", DriftKind::LeftOver, "é")]);
        told(&mut known, &drift, None);
        let kept = known.to_json();
        let mut again = Known::from_json(&serde_json::from_str(&kept.to_string()).unwrap()).unwrap();
        assert_eq!(again, known);
        assert_eq!(told(&mut again, &drift, None), []);
        for other in ["{}", r#"{"format":"flowbind.known-drift/v1","drift":{"x":[]}}"#, "null"] {
            assert_eq!(Known::from_json(&serde_json::from_str(other).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_gone() {
        let mut known = Known::default();
        told(&mut known, &drift(&[changed("x")]), None);
        assert_eq!(told(&mut known, &incomplete(drift(&[])), None), []);
        assert_eq!(told(&mut known, &drift(&[("a", DriftKind::CouldNotTell, "no")]), None), []);
        assert_eq!(told(&mut known, &drift(&[changed("x")]), None), [], "it is as it was");
        assert_eq!(told(&mut known, &drift(&[]), None), [(ChangeKind::Gone, "a".to_owned())]);
    }

    #[test]
    fn what_the_round_wrote_is_fixed_and_not_gone_afterwards() {
        let report = |outcomes: &[(Step, Outcome)]| ApplyReport {
            outcomes: outcomes
                .iter()
                .map(|(step, outcome)| (ActionId { address: address("a"), step: *step }, outcome.clone()))
                .collect(),
            backups: Vec::new(),
        };
        let failed = Outcome::Failed(Failure::new("no", "again"));
        let half = report(&[(Step::Write, Outcome::Applied), (Step::Tag, failed)]);
        let whole = report(&[(Step::Write, Outcome::Applied), (Step::Tag, Outcome::AlreadySo)]);
        let mut known = Known::default();
        let differs = drift(&[changed("x")]);
        assert_eq!(
            told(&mut known, &differs, Some(&half)),
            [(ChangeKind::Appeared, "a".to_owned())],
            "half of it failed"
        );
        assert_eq!(told(&mut known, &differs, Some(&whole)), [(ChangeKind::Fixed, "a".to_owned())]);
        assert_eq!(told(&mut known, &drift(&[]), None), []);
    }
}
