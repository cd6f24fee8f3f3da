//! What a command may do at the most: the least IAM policies for the manifests at hand.
//!
//! Pure, and offline: what is needed follows from the manifests, through [`plan::reads`] and the
//! one table of operations, dependent actions included. Shapes of resources and condition keys are those of the
//! Service Authorization Reference for Amazon Connect, AWS Lambda, IAM, Directory Service and CloudWatch Logs. It may
//! not ask AWS anything: an instance that is only known by its alias stays a wildcard, and a note says so.

mod condition;
mod document;
mod grouping;
mod identity;
mod invokes;
mod need;
mod notes;
mod orphaned;
mod reads;
mod target;
#[cfg(test)]
mod tests;
mod writes;

use std::collections::{BTreeMap, BTreeSet};

pub use document::{Document, MAX_CHARACTERS, OneOrMore, Statement};
pub use identity::Identity;
use need::{Need, Needs};
pub use notes::notes;

use crate::manifest::Manifest;
use crate::plan::{self, Reach};

/// The command that a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Command {
    /// `plan` and `drift`: nothing is written.
    Plan,
    /// `apply`, which plans first.
    Apply,
    /// `invoke` of every block.
    Invoke,
}

/// How much of a command a policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The command.
    pub command: Command,
    /// How far it looks. Looking for what is orphaned takes reading every function of the accounts; what is found is
    /// deleted where the command writes.
    pub reach: Reach,
}

/// One managed policy, for one identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Who needs it.
    pub identity: Identity,
    /// Its number among the policies of the identity, from 1.
    pub part: usize,
    /// How many policies the identity needs.
    pub parts: usize,
    /// The policy document.
    pub document: Document,
}

/// A permission that does not fit into any policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{action} on {resource} alone takes more than the {MAX_CHARACTERS} characters of a managed policy")]
pub struct TooLarge {
    action: String,
    resource: String,
}

/// Returns the least policies that let a command work on these manifests, by identity.
///
/// # Errors
///
/// When one permission alone is larger than a policy may be.
pub fn policies(manifests: &[Manifest], scope: Scope) -> Result<Vec<Policy>, TooLarge> {
    let mut all: BTreeMap<Identity, BTreeSet<Need>> = BTreeMap::new();
    for manifest in manifests {
        for (identity, needs) in needs(manifest, scope) {
            all.entry(identity).or_default().extend(needs);
        }
    }
    let mut policies = Vec::new();
    for (identity, needs) in all {
        let documents = document::documents(&grouping::statements(needs))?;
        let parts = documents.len();
        policies.extend(documents.into_iter().enumerate().map(|(at, document)| Policy {
            identity: identity.clone(),
            part: at + 1,
            parts,
            document,
        }));
    }
    Ok(policies)
}

fn needs(manifest: &Manifest, scope: Scope) -> BTreeMap<Identity, BTreeSet<Need>> {
    let mut needs = Needs::new(manifest);
    match scope.command {
        Command::Plan => reads::add(manifest, &plan::drift_reads(manifest), &mut needs),
        Command::Apply => {
            reads::add(manifest, &plan::reads(manifest), &mut needs);
            writes::add(manifest, &mut needs);
        }
        Command::Invoke => {
            invokes::add(manifest, &mut needs);
            return needs.by_identity();
        }
    }
    if scope.reach.sees_orphans() {
        orphaned::add_reads(manifest, &mut needs);
        if scope.command == Command::Apply {
            orphaned::add_writes(manifest, &mut needs);
        }
    }
    needs.by_identity()
}
