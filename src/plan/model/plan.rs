//! A plan: what would be done to make AWS agree with a manifest.

use std::collections::BTreeMap;

use super::action::{Action, Withheld};
use super::outline::Outline;
use super::policy::PolicySeen;
use super::undeclared::Undeclared;
use crate::manifest::{Claim, Manifest};
use crate::resource::{Address, FunctionRef, Problem, SetName, Severity};
use crate::snapshot::Gap;

/// Stands for something that is surely not there.
pub const ABSENT: &str = "absent";

/// What a plan is to bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// AWS is to agree with a manifest.
    Declared,
    /// Contents that a run overwrote or deleted are to be restored: it belongs to no set.
    Restored,
}

/// What would be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it is to bring about.
    pub purpose: Purpose,
    /// The set that it is for.
    pub set: SetName,
    /// The manifest's digest.
    pub manifest: String,
    /// The actions, in the order of kinds and addresses; `after` gives the order of writing.
    pub actions: Vec<Action>,
    /// What is wrong between the manifest and AWS.
    pub problems: Vec<Problem>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Differences that are seen and not written; problems say why.
    pub withheld: Vec<Withheld>,
    /// How many resources agree already.
    pub in_sync: usize,
    /// The policies that it may add to: see [`check_policy_sizes`](crate::plan::check_policy_sizes).
    pub policies: BTreeMap<FunctionRef, PolicySeen>,
    /// What the set would write if it differed, in sync or not: see [`settle_rivals`](crate::plan::settle_rivals).
    pub claims: Vec<Claim>,
    /// What it rests on, by address: see [`fingerprints`](crate::plan::fingerprints).
    pub fingerprints: BTreeMap<String, String>,
    /// Set where it is a part of what would be done ([`Plan::only`]).
    pub partial: Option<Partial>,
    /// Set where so much would be deleted that nothing at all is written unless somebody insists: says how much.
    pub force: Option<String>,
    /// What the look showed beside the declared resources, where nothing is deleted.
    pub undeclared: Undeclared,
    /// What its actions belong to, in the manifest's words.
    pub outline: Outline,
}

/// What a plan is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// The addresses that were asked for, in order.
    pub only: Vec<Address>,
    /// How many other changes are left out.
    pub left_out: usize,
}

impl Plan {
    /// A plan of a set that says nothing yet.
    pub(crate) fn empty(set: SetName) -> Self {
        Self {
            purpose: Purpose::Declared,
            set,
            manifest: String::new(),
            actions: Vec::new(),
            problems: Vec::new(),
            gaps: Vec::new(),
            withheld: Vec::new(),
            in_sync: 0,
            policies: BTreeMap::new(),
            claims: Vec::new(),
            fingerprints: BTreeMap::new(),
            partial: None,
            force: None,
            undeclared: Undeclared::default(),
            outline: Outline::default(),
        }
    }

    /// The manifest that it was made of; none where it restores what a run kept, whatever the sets are called.
    pub fn manifest_in<'m>(&self, manifests: &'m [Manifest]) -> Option<&'m Manifest> {
        manifests.iter().find(|manifest| manifest.set == self.set && self.purpose == Purpose::Declared)
    }

    /// Whether something has to be fixed before anything may be written.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Whether what it says is less than the whole truth.
    pub fn is_incomplete(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// Whether it plans a run's backups back: it belongs to no set.
    pub fn is_rollback(&self) -> bool {
        self.purpose == Purpose::Restored
    }

    /// Whether something that the manifest declares is left undone, because it must not be written as things are.
    pub fn is_held(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Held)
    }
}
