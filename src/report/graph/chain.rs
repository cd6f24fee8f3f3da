//! The way that a finding shows, block by block, with the time that a contact has waited since the last prompt.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::Document;
use crate::flow::chain::MAX_SILENT_SECONDS;
use crate::flow::finding::{Finding, PathStep};

/// The code of the finding whose way is drawn with its sums.
pub(super) const TOO_LONG: &str = "lambda-chain-too-long";

/// A block's part in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum {
    /// The seconds that the block adds, those of a module that it calls among them.
    pub(super) own: u64,
    /// The seconds since the last prompt when the block is through.
    pub(super) total: u64,
    /// How often the contact came round, where this is about the rounds of a loop.
    pub(super) rounds: Option<u32>,
}

impl Sum {
    pub(super) const fn is_over(self) -> bool {
        self.total > MAX_SILENT_SECONDS
    }
}

/// The ways of findings through a flow.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// Pairs of blocks, by their indices.
    pub(super) arrows: BTreeSet<(usize, usize)>,
    /// The sums of each block, in the order in which a contact meets them.
    pub(super) sums: BTreeMap<usize, Vec<Sum>>,
}

/// Finds the ways of all findings of chains that are too long.
pub(super) fn ways(document: &Document, findings: &[Finding]) -> Ways {
    let mut ways = Ways::default();
    for finding in findings.iter().filter(|finding| finding.code == TOO_LONG) {
        let mut at = None;
        let mut before = 0;
        // The last step of each of the flow's own blocks, with those in other flows and modules behind it.
        for (place, step) in finding.path.iter().enumerate() {
            let own = block(document, step);
            if let (Some(from), Some(to)) = (at, own) {
                ways.arrows.insert((from, to));
            }
            at = own.or(at);
            let goes_on = finding.path.get(place + 1).is_some_and(|next| block(document, next).is_none());
            let (Some(at), Some(total), false) = (at, step.seconds, goes_on) else { continue };
            let sum = Sum { own: total.saturating_sub(before), total, rounds: step.rounds };
            before = total;
            let sums = ways.sums.entry(at).or_default();
            if sum.own > 0 && !sums.contains(&sum) {
                sums.push(sum);
            }
        }
    }
    ways
}

/// Finds the block of a step; a step in another flow or module has none here.
fn block(document: &Document, step: &PathStep) -> Option<usize> {
    if step.callee.is_some() {
        return None;
    }
    let index = step.pointer.rsplit('/').next()?.parse::<usize>().ok()?;
    document.blocks().get(index).filter(|block| block.pointer == step.pointer).map(|block| block.index)
}
