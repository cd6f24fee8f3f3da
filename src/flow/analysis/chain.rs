//! How long a contact may hear nothing while functions run: the worst sums of time limits between two prompts.
//!
//! Pure arithmetic over the graph of a flow and of what it leads to; what is bad about a sum is the rule's to say.
//! Each flow is searched twice: for what is certain (whatever may be a prompt is one, what is not known is little)
//! and, where something is in doubt, for what is possible.
//!
//! Rests on the admin guide's page "Grant Amazon Connect access to your AWS Lambda functions": functions in a
//! sequence may take 20 seconds, and a prompt between them restarts the count.

use super::FlowView;
use crate::flow::facts::Facts;
use crate::flow::finding::PathStep;
use crate::flow::invocation::ACTION;

mod net;
mod region;
mod search;
mod show;
mod silence;
mod world;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use net::{Arc, Net, Node};
use search::{Endless, Search};
use silence::Effect;
use world::{MAX_ROUNDS, World};

/// The longest that functions may take in a sequence, in seconds; the page above.
pub const MAX_SILENT_SECONDS: u64 = 20;

/// Ways on which functions may keep a contact in silence for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The worst sum; none where nothing bounds it.
    pub seconds: Option<u64>,
    /// The seconds of a way that comes to no block twice, or only as often as loops count: the sum itself where there
    /// is one.
    pub least_seconds: Option<u64>,
    /// The sum with each function's own time-out where that is shorter than the block's limit; none where no
    /// time-out is known, or nothing bounds the sum.
    pub own_seconds: Option<u64>,
    /// What the chain takes for granted though it is not known, in words; nothing where it is certain.
    pub doubts: Vec<String>,
    /// The worst way, from the prompt or start before it to the last function.
    pub path: Vec<PathStep>,
    /// The place in `path` from which on the sum is too long; for an endless chain, where the cycle begins.
    pub over: usize,
    /// The places in `path` before which a prompt would break the chain.
    pub prompts: Vec<usize>,
    /// The index of the flow's own block at which to report it.
    pub block: usize,
}

/// What was found about a flow.
#[derive(Debug, Clone, Default)]
pub struct Chains {
    /// The chains that take too long, one for each set of invocations that hang together without a prompt.
    pub chains: Vec<Chain>,
    /// How many nodes and arcs the searches looked at: what their cost grows with.
    pub steps: u64,
}

/// What a search takes for granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belief {
    Certain,
    Possible,
}

/// Finds the chains of a flow that take too long.
pub fn chains(flow: &FlowView<'_>, facts: &Facts) -> Chains {
    let mut found = Chains::default();
    let silent = !flow.document.blocks().iter().any(|block| block.kind == ACTION);
    if silent && facts.callees.is_empty() {
        return found;
    }
    let world = World::of(flow.document, &flow.graph, facts);
    let seconds: Vec<_> = (0..world.ways.len()).map(|node| world.seconds(node)).collect();
    found.steps += (world.ways.len() + world.links.len()) as u64;
    if seconds.iter().all(|seconds| seconds.most == 0) {
        return found;
    }
    let mut covered = vec![false; world.ways.len()];
    judge(&world, Belief::Certain, &mut covered, &mut found);
    let doubtful = |node: usize| {
        world.ways[node].is_some()
            && (world.effect(node) == Effect::Doubtful
                || seconds[node].least != seconds[node].most
                || world.rounds(node) == Some(None))
    };
    if (0..world.ways.len()).any(doubtful) {
        judge(&world, Belief::Possible, &mut covered, &mut found);
    }
    found.chains.sort_by_key(|chain| (chain.block, chain.seconds.is_some()));
    found
}

/// Searches under a belief. Invocations in a region where something was found are covered: an unsure search adds
/// nothing to them.
fn judge(world: &World<'_>, belief: Belief, covered: &mut [bool], found: &mut Chains) {
    let (net, enter, mut search) = network(world, belief);
    let arrived = search.solve(&net, enter, 0);
    let regions = region::regions(&net);
    found.steps += search.steps + net.len() as u64;
    let endless = search.endless();
    let mut place = vec![usize::MAX; world.ways.len()];
    for node in 0..net.len() {
        place[net.node(node).id] = node;
    }
    let mut region_of = vec![usize::MAX; net.len()];
    for (index, region) in regions.iter().enumerate() {
        for node in region {
            region_of[*node] = index;
        }
    }
    let mut cycles: Vec<Vec<&Endless>> = vec![Vec::new(); regions.len()];
    for endless in &endless {
        // All nodes of a cycle that loses time lie between losses, so that they are in one region.
        let region = endless.nodes.first().and_then(|id| region_of.get(place[*id]));
        if let Some(cycles) = region.and_then(|region| cycles.get_mut(*region)) {
            cycles.push(endless);
        }
    }
    for (region, here) in regions.iter().zip(cycles) {
        let ids: Vec<_> = region.iter().map(|node| net.node(*node).id).collect();
        if ids.iter().any(|id| covered[*id]) {
            continue;
        }
        let before = found.chains.len();
        let chains =
            here.iter().filter_map(|endless| show::endless(world, &net, &search, endless, &place, belief));
        found.chains.extend(chains);
        if here.is_empty() {
            // Of equal ways the shortest, so that a way ends with its last loss, or with the loop that repeats it.
            let marks = region.iter().filter_map(|node| arrived[*node]);
            let worst = marks.max_by_key(|mark| {
                let (seconds, length) = search.measure(*mark);
                (seconds, std::cmp::Reverse((length, *mark)))
            });
            let worst = worst.filter(|mark| search.measure(*mark).0 > MAX_SILENT_SECONDS);
            found.chains.extend(worst.and_then(|mark| show::bounded(world, &search.trace(mark), belief)));
        }
        if found.chains.len() > before {
            for id in ids {
                covered[id] = true;
            }
        }
    }
}

/// Creates the network between prompts: without them, and entered behind them and at the start.
fn network(world: &World<'_>, belief: Belief) -> (Net, Vec<Option<search::Way>>, Search) {
    let prompts = |node: usize| match world.effect(node) {
        Effect::Prompt => true,
        Effect::Doubtful => belief == Belief::Certain,
        Effect::Silent => false,
    };
    let cut: Vec<_> = (0..world.ways.len()).map(prompts).collect();
    let mut place = vec![None; cut.len()];
    let mut silent = Vec::new();
    for node in 0..cut.len() {
        if world.ways[node].is_some() && !cut[node] {
            place[node] = Some(silent.len());
            silent.push(node);
        }
    }
    let part = |id: &usize| {
        let seconds = world.seconds(*id);
        let (seconds, unknown) = match belief {
            Belief::Certain => (seconds.least, 1),
            Belief::Possible => (seconds.most, MAX_ROUNDS),
        };
        let rounds = world.rounds(*id).map(|rounds| rounds.unwrap_or(unknown));
        let links = world.ways[*id].iter().flatten();
        let arcs = links.filter_map(|link| {
            let to = place[world.links[*link].to]?;
            let never = world.links[*link].again && rounds == Some(0);
            (!never).then_some(Arc { to, again: world.links[*link].again, id: *link })
        });
        (Node { id: *id, seconds, rounds }, arcs.collect())
    };
    let net = Net::new(silent.iter().map(part));
    let mut search = Search::default();
    let mut enter = vec![None; net.len()];
    for (node, ways) in world.ways.iter().enumerate().filter(|(node, _)| cut[*node]) {
        for link in ways.iter().flatten() {
            if let Some(to) = place[world.links[*link].to].filter(|to| enter[*to].is_none()) {
                enter[to] = Some(search.start(Some(*link)));
            }
            debug_assert_eq!(world.links[*link].from, node);
        }
    }
    let start = world.places.first().and_then(world::Place::start).and_then(|start| place[start]);
    if let Some(to) = start {
        enter[to] = Some(search.start(None));
    }
    (net, enter, search)
}
