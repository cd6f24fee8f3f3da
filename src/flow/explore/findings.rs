//! What can go wrong on a way.

use std::collections::BTreeMap;

use super::Way;
use super::cycle::cycles;
use super::node::Node;
use super::walk::Walked;
use crate::flow::channel::Channel;
use crate::flow::engine::{Cause, End, Lost, Outcome, Place, Program};

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The contact is disconnected and has heard nothing.
    HangUpUnheard,
    /// A transfer to a queue fails since none is set.
    NoQueue,
    /// The contact goes round without an input, a loop or a wait.
    Cycle,
    /// A function fails, and the contact leaves without a word after that.
    FailureUnheard,
    /// No branch leads on, and the contact is lost.
    Lost,
    /// The longest time in which the contact hears nothing.
    LongestSilence,
}

/// Something that can go wrong, and the shortest way to it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What.
    pub problem: Problem,
    /// The block where it shows.
    pub at: Place,
    /// How long, in milliseconds, where it is a silence.
    pub silence_ms: Option<u64>,
    /// How to come there.
    pub way: Way,
    /// The node of the walk that shows it.
    pub(super) node: usize,
}

/// A silence that is shorter is none, in milliseconds.
const SILENCE_MS: u64 = 1_000;

pub(super) fn findings(program: &Program, walked: &Walked) -> Vec<Finding> {
    let mut first: BTreeMap<(Problem, Place), usize> = BTreeMap::new();
    let mut longest: Option<(u64, usize)> = None;
    for (at, node) in walked.nodes.iter().enumerate() {
        if hears(node) && node.state.longest_silence_ms > longest.map_or(SILENCE_MS, |(silence, _)| silence) {
            longest = Some((node.state.longest_silence_ms, at));
        }
        for (problem, place) in of_node(program, node) {
            first.entry((problem, place)).or_insert(at);
        }
    }
    for node in cycles(walked) {
        if let Some(place) = walked.nodes.get(node).and_then(|node| Some(node.passed.as_ref()?.at.clone())) {
            first.entry((Problem::Cycle, place)).or_insert(node);
        }
    }
    let found = first.into_iter().map(|((problem, at), node)| Finding {
        problem,
        at,
        silence_ms: None,
        way: walked.way(node),
        node,
    });
    let silence = longest.and_then(|(silence, node)| {
        let at = walked.nodes.get(node)?.passed.as_ref()?.at.clone();
        let way = walked.way(node);
        Some(Finding { problem: Problem::LongestSilence, at, silence_ms: Some(silence), way, node })
    });
    found.chain(silence).collect()
}

/// Whether somebody hears what is said.
fn hears(node: &Node) -> bool {
    matches!(node.state.channel(), Channel::Voice | Channel::Chat)
}

fn of_node(program: &Program, node: &Node) -> Vec<(Problem, Place)> {
    let Some(passed) = &node.passed else { return Vec::new() };
    let (here, mut found) = (passed.at.clone(), Vec::new());
    let is_transfer = program.block(&here).is_some_and(|block| block.kind == "TransferContactToQueue");
    if is_transfer && matches!(node.outcome, Some(Outcome::Failed { cause: Cause::NoQueue, .. })) {
        found.push((Problem::NoQueue, here.clone()));
    }
    match &node.state.end {
        Some(End::Disconnected) if hears(node) && !node.spoken_to => {
            found.push((Problem::HangUpUnheard, here.clone()));
        }
        // That any block may fail is for the rules of `lint`.
        Some(End::Lost(_))
            if matches!(node.outcome, Some(Outcome::Failed { cause: Cause::Answered, .. })) => {}
        Some(End::Lost(Lost::NoBranch(_) | Lost::NoBlock { .. })) => {
            found.push((Problem::Lost, here.clone()))
        }
        _ => {}
    }
    let leaves = matches!(node.state.end, Some(End::Disconnected | End::Lost(_)));
    if let Some(function) = node.failed.as_ref().filter(|_| leaves && hears(node)) {
        found.push((Problem::FailureUnheard, function.clone()));
    }
    found
}
