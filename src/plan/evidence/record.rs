//! What a plan leaves behind for later: enough to tell whether a fresh plan is the same, and if not, what moved.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::checksum::VERSION;
use crate::plan::model::{ABSENT, Plan, Step, Verb};
use crate::resource::{Address, Kind, sha256};

/// What one set's plan would do, by digests, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The set.
    pub set: String,
    /// The manifest's digest.
    pub manifest: String,
    /// The actions, in the plan's order.
    pub actions: Vec<ActionEvidence>,
    /// What the plan rests on: see [`fingerprints`](crate::plan::fingerprints).
    pub fingerprints: BTreeMap<String, String>,
}

/// One action, by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActionEvidence {
    /// The resource.
    #[cfg_attr(test, schemars(with = "String"))]
    pub address: Address,
    /// Which of the writes to it.
    pub step: Step,
    /// What becomes of the resource.
    pub action: Verb,
    /// The digest of everything that it would write .
    pub digest: String,
}

/// What is not any more as it was when a plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The address, as in a plan.
    pub address: String,
    /// What happened to it, in words.
    pub what: String,
}

/// Hashes plans: 64 hex digits, over the actions in full and what they rest on. The same manifests and the same AWS
/// give the same ones.
pub fn checksum(plans: &[Plan]) -> String {
    let evidence: Vec<Evidence> = plans.iter().map(Evidence::of).collect();
    checksum_of(&evidence)
}

/// The same for what plans left behind.
pub fn checksum_of(evidence: &[Evidence]) -> String {
    let sets: Vec<Value> = evidence
        .iter()
        .map(|Evidence { set, manifest, actions, fingerprints }| {
            let actions: Vec<Value> = actions
                .iter()
                .map(|ActionEvidence { address, step, action, digest }| {
                    json!([address, step, action, digest])
                })
                .collect();
            json!([set, manifest, actions, fingerprints])
        })
        .collect();
    sha256(json!([VERSION, sets]).to_string())
}

impl Evidence {
    /// Takes down what a plan would do and rests on.
    pub fn of(plan: &Plan) -> Self {
        let actions = plan.actions.iter().map(|action| ActionEvidence {
            address: action.id.address.clone(),
            step: action.id.step,
            action: action.write().verb(),
            digest: action.digest(),
        });
        Self {
            set: plan.set.to_string(),
            manifest: plan.manifest.clone(),
            actions: actions.collect(),
            fingerprints: plan.fingerprints.clone(),
        }
    }

    /// Whether a fresh plan would write exactly the same, whatever else may have moved.
    pub fn same_outcome(&self, fresh: &Self) -> bool {
        self.set == fresh.set && self.manifest == fresh.manifest && self.actions == fresh.actions
    }

    /// Returns what moved, one line an address: what was looked at first, then what the fresh plan does otherwise.
    pub fn moved(&self, fresh: &Self) -> Vec<Moved> {
        let (before, after) = (self.by_address(), fresh.by_address());
        let keys = self.fingerprints.keys().chain(fresh.fingerprints.keys()).map(String::as_str);
        let addresses: BTreeSet<&str> =
            keys.chain(before.keys().map(String::as_str)).chain(after.keys().map(String::as_str)).collect();
        let moved = addresses.into_iter().filter_map(|address| {
            let print = |evidence: &Self| evidence.fingerprints.get(address).cloned();
            let seen = seen(address, print(self).as_deref(), print(fresh).as_deref());
            let written = written(before.get(address), after.get(address));
            let words: Vec<String> = seen.into_iter().chain(written).collect();
            (!words.is_empty()).then(|| Moved { address: address.to_owned(), what: words.join("; ") })
        });
        moved.collect()
    }

    fn by_address(&self) -> BTreeMap<String, Vec<&ActionEvidence>> {
        let mut all: BTreeMap<String, Vec<&ActionEvidence>> = BTreeMap::new();
        for action in &self.actions {
            all.entry(action.address.to_string()).or_default().push(action);
        }
        all
    }
}

/// What happened to something that was looked at.
fn seen(address: &str, before: Option<&str>, after: Option<&str>) -> Option<String> {
    if before == after {
        return None;
    }
    // Names that are looked up stand among the addresses, and are none.
    let kind = Address::parse(address).ok().map(|address| address.kind);
    let grant = kind == Some(Kind::Grant);
    Some(match (before, after) {
        (Some(ABSENT), Some(_)) if grant => "its function did not exist and exists now".to_owned(),
        (Some(_), Some(ABSENT)) if grant => "its function existed and is gone".to_owned(),
        (Some(ABSENT), Some(_)) => "it did not exist and exists now".to_owned(),
        (Some(_), Some(ABSENT)) => "it existed and is gone".to_owned(),
        (Some(_), Some(_)) => match kind {
            Some(Kind::Grant) => "the function's policy changed".to_owned(),
            Some(Kind::Flow | Kind::Module) => "its content, name, state or tags changed".to_owned(),
            Some(Kind::Instance) => "it, or a setting that the manifest declares, changed".to_owned(),
            _ => "it changed".to_owned(),
        },
        (None, _) => "it was not read when the plan was made".to_owned(),
        (Some(_), None) => "it was not read this time".to_owned(),
    })
}

/// What a fresh plan does otherwise at an address.
fn written(before: Option<&Vec<&ActionEvidence>>, after: Option<&Vec<&ActionEvidence>>) -> Option<String> {
    if before == after {
        return None;
    }
    let words = |actions: &[&ActionEvidence]| actions.last().map_or("write", |last| last.action.word());
    Some(match (before, after) {
        (None, Some(after)) => format!("the plan did not {} it, but would now", words(after)),
        (Some(before), None) => format!("the plan was to {} it, but would not now", words(before)),
        (Some(before), Some(after)) if words(before) != words(after) => {
            format!("the plan was to {} it, but would {} it now", words(before), words(after))
        }
        _ => "what the plan would write or overwrite has changed".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(address: &str, action: Verb, digest: &str) -> ActionEvidence {
        let (address, digest) = (Address::parse(address).unwrap(), digest.to_owned());
        ActionEvidence { address, step: Step::Write, action, digest }
    }

    fn evidence(actions: &[(&str, Verb, &str)], prints: &[(&str, &str)]) -> Evidence {
        Evidence {
            set: "acme".to_owned(),
            manifest: "m".to_owned(),
            actions: actions.iter().map(|(at, what, digest)| action(at, *what, digest)).collect(),
            fingerprints: prints.iter().map(|(at, print)| ((*at).to_owned(), (*print).to_owned())).collect(),
        }
    }

    #[test]
    fn what_moved_is_named_with_what_happened_to_it() {
        let before = evidence(
            &[("flow/a", Verb::Create, "1"), ("flow/b", Verb::Update, "1"), ("flow/c", Verb::Update, "1")],
            &[
                ("association/s/f", ABSENT),
                ("grant/s/f", "1"),
                ("flow/c", "1"),
                ("instance/s", "1"),
                ("flow/u", "1"),
            ],
        );
        let after = evidence(
            &[("flow/a", Verb::Update, "2"), ("flow/c", Verb::Update, "2"), ("role/r", Verb::Delete, "1")],
            &[("association/s/f", "1"), ("grant/s/f", ABSENT), ("flow/c", "2"), ("instance/s", "1")],
        );
        assert!(!before.same_outcome(&after));
        let lines: Vec<String> =
            before.moved(&after).iter().map(|moved| format!("{}: {}", moved.address, moved.what)).collect();
        assert_eq!(
            lines,
            [
                "association/s/f: it did not exist and exists now",
                "flow/a: the plan was to create it, but would update it now",
                "flow/b: the plan was to update it, but would not now",
                "flow/c: its content, name, state or tags changed; what the plan would write or overwrite has changed",
                "flow/u: it was not read this time",
                "grant/s/f: its function existed and is gone",
                "role/r: the plan did not delete it, but would now",
            ]
        );
        assert_eq!(before.moved(&before), []);
    }

    #[test]
    fn the_outcome_is_the_same_when_only_what_was_looked_at_moved_and_the_checksum_is_not() {
        let before = evidence(&[("flow/a", Verb::Create, "1")], &[("grant/s/f", "1")]);
        let after = evidence(&[("flow/a", Verb::Create, "1")], &[("grant/s/f", "2")]);
        assert!(before.same_outcome(&after) && before.moved(&after).len() == 1);
        let one = |evidence: &Evidence| checksum_of(std::slice::from_ref(evidence));
        assert_ne!(one(&before), one(&after));
        let other = Evidence { manifest: "n".to_owned(), ..before.clone() };
        assert!(!before.same_outcome(&other));
        assert_ne!(one(&before), one(&other));
        assert_ne!(one(&before), checksum_of(&[before.clone(), before.clone()]));
    }
}
