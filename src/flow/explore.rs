//! Every way through flows: which branches a contact can take at all, and what can go wrong on the way.
//!
//! It walks with the [engine](super::engine), so that it follows the same rules as a simulation. What a flow cannot know
//! (what a function answers, what the customer enters, which attributes the contact brings) is decided where it is first
//! read, and stays so for the rest of the way: a value that is compared twice is the same both times.
//!
//! Two walks are made. The precise one decides with values that tell the conditions of the flows apart,
//! and every way it finds can be walked: it gives the [findings](Finding) and the scenarios. The wide one
//! takes every branch that an unknown value could take: what it does not reach is [unreachable](Explored::unreachable),
//! whatever the contact and the answers are. What lies between is not decided, and counted.
//!
//! The wide walk ends where a contact is transferred to another flow, which has a start of its own.
//!
//! Each flow begins with a contact of each channel, with a queue and without one. What another flow has set before a
//! transfer (attributes, hooks) counts where the transfer is walked, and is unknown in a flow's own start.

mod cover;
mod cycle;
mod findings;
mod holes;
mod key;
mod node;
mod stepper;
mod values;
mod walk;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use cover::{Cover, Shows, cover, shown};
pub use findings::{Finding, Problem};

use super::engine::{Answer, Assumptions, Branch, Key, Place, Program, outcomes};
use node::Mode;
use walk::Walked;

/// One block on a way: what was answered to it, and the branch that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// The block.
    pub at: Place,
    /// The answer; none where the block asks nothing.
    pub answer: Option<Answer>,
    /// The branch.
    pub branch: Branch,
    /// Where the contact came back from a module: the block that invoked it, and the branch taken there.
    pub back: Option<(Place, Branch)>,
}

impl Passed {
    /// Returns the branches that are taken here.
    pub fn branches(&self) -> impl Iterator<Item = (Place, Branch)> + '_ {
        std::iter::once((self.at.clone(), self.branch)).chain(self.back.clone())
    }
}

/// What was decided about the contact on a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The reference that reads it, by its steps.
    pub steps: Vec<String>,
    /// The value; none where it is not set.
    pub value: Option<String>,
    /// Whether branches are decided by it. Otherwise any value does.
    pub decides: bool,
}

/// A way through flows that can be walked again.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The flow in which it begins.
    pub start: Key,
    /// The contact's data, in the form in which functions are sent it.
    pub contact: Value,
    /// What of it was decided on the way.
    pub chosen: Vec<Chosen>,
    /// The blocks, in order.
    pub passed: Vec<Passed>,
}

/// What is known of the ways through flows.
#[derive(Debug)]
pub struct Explored {
    /// The branches that the precise walk takes, each with the shortest way over it.
    pub taken: BTreeMap<(Place, Branch), Way>,
    /// The branches that no contact takes.
    pub unreachable: BTreeSet<(Place, Branch)>,
    /// The branches of which neither is known.
    pub undecided: BTreeSet<(Place, Branch)>,
    /// What can go wrong, each kind at each block once.
    pub findings: Vec<Finding>,
    /// How many states were looked at.
    pub states: usize,
    /// Whether all states were looked at; otherwise nothing is called unreachable.
    pub complete: bool,
    /// The precise walk.
    walked: Walked,
}

/// Explores flows from the start of each of `starts`.
pub fn explore(program: &Program, starts: &[Key], assumptions: &Assumptions) -> Explored {
    let precise = walk::walk(program, starts, assumptions, Mode::Precise);
    let wide = walk::walk(program, starts, assumptions, Mode::Wide);
    let complete = wide.complete;
    let (mut unreachable, mut undecided) = (BTreeSet::new(), BTreeSet::new());
    for branch in branches(program, starts, &wide) {
        if precise.taken.contains_key(&branch) {
            continue;
        }
        match complete && !wide.taken.contains_key(&branch) && !may_fail(program, &wide, &branch) {
            true => unreachable.insert(branch),
            false => undecided.insert(branch),
        };
    }
    let findings = findings::findings(program, &precise);
    let taken = precise.taken.iter().map(|(branch, node)| (branch.clone(), precise.way(*node)));
    let states = precise.states() + wide.states();
    let taken = taken.collect();
    Explored { taken, unreachable, undecided, findings, states, complete, walked: precise }
}

/// Whether it is the branch for any failure of a block that contacts come to: Amazon Connect may fail there, whatever the
/// flow says.
fn may_fail(program: &Program, wide: &Walked, (place, branch): &(Place, Branch)) -> bool {
    let Branch::Error(at) = branch else { return false };
    let error = program.block(place).and_then(|block| block.transitions.errors.get(*at));
    let is_any = error.is_some_and(|error| error.label == "NoMatchingError");
    // The branches of a place stand together, from the first kind of branch on.
    let first = wide.taken.range((place.clone(), Branch::Next)..).next();
    is_any && first.is_some_and(|((taken, _), _)| taken == place)
}

/// All branches of the flows that a walk begins in or comes to.
fn branches(program: &Program, starts: &[Key], wide: &Walked) -> BTreeSet<(Place, Branch)> {
    let mut flows: BTreeSet<&Key> = starts.iter().collect();
    flows.extend(wide.taken.keys().map(|(place, _)| &place.flow));
    let mut found = BTreeSet::new();
    for key in flows {
        let Some(code) = program.flows.get(key) else { continue };
        for block in code.document.blocks() {
            let place = Place { flow: key.clone(), block: block.index };
            let branches = outcomes(code, block).into_iter().filter(|branch| *branch != Branch::Missing);
            found.extend(branches.map(|branch| (place.clone(), branch)));
        }
    }
    found
}

#[cfg(test)]
mod tests;
