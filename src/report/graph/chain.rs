//! The way that a finding shows, block by block, with the time that a contact has waited since the last prompt.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::finding::Finding;
use crate::flow::graph::{Edge, EdgeKind, Graph};
use crate::flow::{Document, InvocationKind};

/// The code of the finding whose way is drawn with its sums.
pub(super) const TOO_LONG: &str = "lambda-chain-too-long";

/// The seconds that functions may take between two prompts; administrator guide, "Invoke AWS Lambda functions".
const MOST: u32 = 20;

/// What a block that does not say gets: the longest time limit of a synchronous invocation.
const LONGEST: u32 = 8;

/// A block's part in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum {
    /// The seconds of the block itself.
    pub(super) own: u32,
    /// The seconds since the last prompt, those of the block among them.
    pub(super) total: u32,
}

impl Sum {
    pub(super) const fn is_over(self) -> bool {
        self.total > MOST
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
pub(super) fn ways(document: &Document, graph: &Graph, findings: &[Finding]) -> Ways {
    let mut ways = Ways::default();
    let chains = findings.iter().filter(|finding| finding.code == TOO_LONG && !finding.path.is_empty());
    for finding in chains {
        let blocks = follow(document, graph, finding);
        ways.arrows.extend(blocks.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))));
        let mut total = 0;
        for block in blocks {
            let Some(own) = seconds(document, block) else {
                total = 0;
                continue;
            };
            total += own;
            if own > 0 {
                let sums = ways.sums.entry(block).or_default();
                let sum = Sum { own, total };
                if !sums.contains(&sum) {
                    sums.push(sum);
                }
            }
        }
    }
    ways
}

/// Gives the seconds that a block adds; none where it starts the count anew.
fn seconds(document: &Document, block: usize) -> Option<u32> {
    let block = document.blocks().get(block)?;
    match block.kind.as_str() {
        "MessageParticipant"
        | "MessageParticipantIteratively"
        | "GetParticipantInput"
        | "ConnectParticipantWithLexBot" => None,
        _ => Some(document.invocation(block).map_or(0, |invocation| {
            let limit = invocation.time_limit.as_ref().and_then(|limit| limit.seconds());
            match invocation.kind {
                InvocationKind::Sync => limit.unwrap_or(LONGEST),
                InvocationKind::Async => 0,
            }
        })),
    }
}

/// Finds the blocks of a finding's way. Steps through other flows have no block here and are left out.
fn follow(document: &Document, graph: &Graph, finding: &Finding) -> Vec<usize> {
    let mut blocks: Vec<usize> = Vec::new();
    for step in &finding.path {
        let from =
            |edge: &Edge| document.blocks().get(edge.from).is_some_and(|block| block.name == step.block);
        let by = |edge: &Edge| match &edge.kind {
            EdgeKind::Next => step.by == "next",
            EdgeKind::Condition(label) | EdgeKind::Error(label) => *label == step.by,
        };
        let found = graph.edges().iter().filter(|edge| from(edge) && by(edge));
        let line = |edge: &&Edge| edge.target.position.line == step.line;
        let follows = |edge: &&Edge| blocks.last() == Some(&edge.from);
        let Some(edge) = found.max_by_key(|edge| (line(edge), follows(edge))) else { continue };
        if blocks.last() != Some(&edge.from) {
            blocks.push(edge.from);
        }
        blocks.extend(edge.to);
    }
    let last = finding.block.as_ref().and_then(|name| document.find(name).ok());
    if let Some(last) = last.filter(|last| blocks.last() != Some(&last.index)) {
        let leads = |at: &usize| graph.edges_from(*at).iter().any(|edge| edge.to == Some(last.index));
        if blocks.last().is_some_and(leads) {
            blocks.push(last.index);
        }
    }
    blocks
}
