//! From a way through the network to the steps that a person follows in the flow.

use super::net::{Arc, Net};
use super::search::{Endless, Piece, Search};
use super::silence::Effect;
use super::world::{MAX_ROUNDS, World};
use super::{Belief, Chain, MAX_SILENT_SECONDS};
use crate::flow::finding::{PathStep, Taken};
use crate::flow::graph::components::strong;

/// A path in the making.
struct Path<'w, 'a> {
    world: &'w World<'a>,
    steps: Vec<PathStep>,
    /// The node of each step.
    nodes: Vec<usize>,
    /// For each step the seconds so far, if every function is held to its own time-out.
    own: Vec<u64>,
    timed: bool,
    /// The seconds since the last prompt that was put in.
    since: u64,
    prompts: Vec<usize>,
}

impl<'w, 'a> Path<'w, 'a> {
    fn new(world: &'w World<'a>) -> Self {
        Self {
            world,
            steps: Vec::new(),
            nodes: Vec::new(),
            own: Vec::new(),
            timed: false,
            since: 0,
            prompts: Vec::new(),
        }
    }

    fn step(&mut self, node: usize, seconds: u64, own: u64) {
        let (place, block) = self.world.spot(node);
        self.steps.push(PathStep {
            block: block.name.clone(),
            pointer: block.pointer.clone(),
            callee: self.world.places[place].name.clone(),
            by: Taken::End,
            line: block.position.line,
            seconds: Some(seconds),
            rounds: None,
        });
        self.nodes.push(node);
        self.own.push(own);
    }

    fn last(&self) -> (u64, u64) {
        let seconds = self.steps.last().and_then(|step| step.seconds).unwrap_or(0);
        (seconds, self.own.last().copied().unwrap_or(0))
    }

    /// Adds the step to a node; before the first, the prompt behind which the way begins.
    fn visit(&mut self, node: usize, arc: Option<usize>, seconds: u64) {
        if let Some(link) = arc.and_then(|arc| self.world.links.get(arc)) {
            if self.steps.is_empty() {
                self.step(link.from, 0, 0);
            }
            if let Some(step) = self.steps.last_mut() {
                step.by.clone_from(&link.by);
                step.line = link.line;
            }
        }
        let (before, own) = self.last();
        let lost = seconds.saturating_sub(before);
        let limit = self.world.time_out(node).filter(|_| lost > 0);
        self.timed |= limit.is_some();
        if lost > 0 && self.since + lost > MAX_SILENT_SECONDS {
            self.prompts.push(self.steps.len());
            self.since = 0;
        }
        self.since += lost;
        self.step(node, seconds, own.saturating_add(limit.map_or(lost, |limit| lost.min(limit))));
    }

    /// Says of the last step, which came back to a loop, that the round was gone so often.
    fn rounds(&mut self, rounds: u32, seconds: u64) {
        let Some(node) = self.nodes.last().copied() else { return };
        let end = self.nodes.len() - 1;
        let begin = self.nodes[..end].iter().rposition(|other| *other == node).unwrap_or(end);
        let (before, own) = self.last();
        let more = seconds.saturating_sub(before);
        let own_more = own.saturating_sub(self.own[begin]).saturating_mul(u64::from(rounds - 1));
        self.own[end] = own.saturating_add(own_more);
        if let Some(step) = self.steps.last_mut() {
            step.rounds = Some(rounds);
            step.seconds = Some(seconds);
        }
        if self.prompts.iter().any(|prompt| *prompt > begin) {
            return;
        }
        self.since = self.since.saturating_add(more);
        if self.since > MAX_SILENT_SECONDS {
            let seconds = |at: usize| self.steps[at].seconds;
            let lossy = (begin + 1..end).find(|at| seconds(*at) > seconds(at - 1));
            self.prompts.extend(lossy);
            self.since = more / u64::from(rounds - 1).max(1);
        }
    }

    fn over(&self) -> usize {
        let over = |step: &PathStep| step.seconds.is_some_and(|seconds| seconds > MAX_SILENT_SECONDS);
        self.steps.iter().position(over).unwrap_or(0)
    }

    /// Returns the checked flow's own block at a step, or the last one before it.
    fn own_block(&self, at: usize) -> Option<usize> {
        let nodes = self.nodes.get(..=at)?.iter().rev();
        let block = nodes.filter_map(|node| self.world.own_block(*node)).next()?;
        Some(block.index)
    }

    /// Returns whether what is between two steps concerns the flow that is checked: a single module or other flow is
    /// told of its own faults when it is checked itself.
    fn concerns(&self, from: usize, to: usize) -> bool {
        let seconds = |at: usize| self.steps[at].seconds.unwrap_or(0);
        let lossy = (from.max(1)..=to)
            .filter(|at| seconds(*at) > seconds(at - 1) && self.steps[*at].rounds.is_none());
        let mut places: Vec<_> = lossy.map(|at| self.world.spot(self.nodes[at]).0).collect();
        if from == 0 && self.steps.first().is_some_and(|step| step.seconds > Some(0)) {
            places.push(self.world.spot(self.nodes[0]).0);
        }
        places.iter().any(|place| *place == 0 || Some(place) != places.first())
    }

    fn finish(mut self, seconds: Option<u64>, over: usize, doubts: Vec<String>) -> Option<Chain> {
        self.prompts.sort_unstable();
        self.prompts.dedup();
        Some(Chain {
            seconds,
            least_seconds: seconds,
            own_seconds: self.own.last().copied().filter(|_| self.timed && seconds.is_some()),
            doubts,
            over,
            block: self.own_block(over)?,
            prompts: self.prompts,
            path: self.steps,
        })
    }
}

/// Says what a way takes for granted.
fn doubts(world: &World<'_>, pieces: &[Piece]) -> Vec<String> {
    let mut doubts = Vec::new();
    for piece in pieces {
        let (Piece::Visit { id, .. } | Piece::Rounds { id, .. }) = piece;
        let (_, block) = world.spot(*id);
        let seconds = world.seconds(*id);
        let doubt = match piece {
            Piece::Rounds { .. } if world.rounds(*id) == Some(None) => {
                format!("the rounds of `{}` are not known, up to {MAX_ROUNDS} are counted", block.name)
            }
            Piece::Rounds { .. } => continue,
            Piece::Visit { .. }
                if block.kind == "InvokeFlowModule" && world.effect(*id) == Effect::Doubtful =>
            {
                format!("the module of `{}` is not known and may contain a prompt", block.name)
            }
            Piece::Visit { .. } if world.effect(*id) == Effect::Doubtful => {
                format!("AWS does not say that `{}` ({}) restarts the count", block.name, block.written_kind)
            }
            Piece::Visit { .. } if seconds.least != seconds.most => {
                format!("the time limit of `{}` is not known, {} s are counted", block.name, seconds.most)
            }
            Piece::Visit { .. } => continue,
        };
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
        }
    }
    doubts
}

/// Shows a chain that ends; nothing where it is another flow's.
pub(super) fn bounded(world: &World<'_>, pieces: &[Piece], belief: Belief) -> Option<Chain> {
    let mut path = Path::new(world);
    for piece in pieces {
        match *piece {
            Piece::Visit { id, arc, seconds } => path.visit(id, arc, seconds),
            Piece::Rounds { rounds, seconds, .. } => path.rounds(rounds, seconds),
        }
    }
    if !path.concerns(0, path.steps.len().checked_sub(1)?) {
        return None;
    }
    let doubts = if belief == Belief::Possible { doubts(world, pieces) } else { Vec::new() };
    let (seconds, over) = (path.last().0, path.over());
    path.finish(Some(seconds), over, doubts)
}

/// A cycle: the arcs that lead to its first function from where it is entered, and those around it, each with the
/// node that it leads to.
struct Cycle {
    lead: Vec<(usize, usize)>,
    around: Vec<(usize, usize)>,
}

/// Finds a cycle that loses time among nodes that `keep` keeps, if there is one: of several the nearest to `entry`.
fn cycle(net: &Net, entry: usize, keep: impl Fn(usize) -> bool) -> Option<Cycle> {
    let members: Vec<_> = (0..net.len()).filter(|node| keep(*node)).collect();
    let kept = net.within(&members, |_, _| true);
    let (component, components) = strong(kept.len(), |node, nth| kept.nth(node, nth));
    let comes_round = |node: usize| {
        components[component[node]].len() > 1 || kept.arcs(node).iter().any(|arc| arc.to == node)
    };
    let begins =
        |node: usize| net.node(node).seconds > 0 && members.binary_search(&node).is_ok_and(&comes_round);
    let arcs = |way: Vec<(usize, Arc)>| way.into_iter().map(|(_, arc)| (arc.to, arc.id)).collect::<Vec<_>>();
    let lead = if begins(entry) { Vec::new() } else { arcs(net.way(entry, begins)?) };
    let begin = lead.last().map_or(entry, |(node, _)| *node);
    let place = members.binary_search(&begin).ok()?;
    let round = &components[component[place]];
    let inside = kept.within(round, |_, _| true);
    let at = round.binary_search(&place).ok()?;
    let around = arcs(inside.way(at, |node| node == at)?);
    Some(Cycle { lead, around: around.into_iter().map(|(node, arc)| (members[round[node]], arc)).collect() })
}

/// Returns the seconds of a long way from a node that comes to no node twice: of ways along which the distance from
/// the node in arcs, and then the order in which nodes were found, grows. There may be longer ones.
fn once(net: &Net, entry: usize) -> u64 {
    let mut order = vec![entry];
    let mut found = vec![usize::MAX; net.len()];
    found[entry] = 0;
    let mut at = 0;
    while let Some(node) = order.get(at).copied() {
        at += 1;
        for arc in net.arcs(node) {
            if found[arc.to] == usize::MAX {
                found[arc.to] = order.len();
                order.push(arc.to);
            }
        }
    }
    let mut sums: Vec<u64> = order.iter().map(|node| u64::from(net.node(*node).seconds)).collect();
    for at in 0..order.len() {
        for arc in net.arcs(order[at]).iter().filter(|arc| found[arc.to] > at) {
            let to = found[arc.to];
            sums[to] = sums[to].max(sums[at] + u64::from(net.node(arc.to).seconds));
        }
    }
    sums.into_iter().max().unwrap_or(0)
}

/// Shows a chain that nothing bounds; nothing where it is another flow's.
pub(super) fn endless(
    world: &World<'_>,
    net: &Net,
    search: &Search,
    endless: &Endless,
    place: &[usize],
    belief: Belief,
) -> Option<Chain> {
    let members: Vec<_> = endless.nodes.iter().map(|id| place[*id]).collect();
    let net = net.within(&members, |_, _| true);
    let (way, entry) = endless.entry;
    let entry = (0..net.len()).find(|node| net.node(*node).id == entry)?;
    let sure = cycle(&net, entry, |node| !world.decides(net.node(node).id));
    let decided = sure.is_none();
    let round = sure.or_else(|| cycle(&net, entry, |_| true))?;
    let least = way.seconds.saturating_add(once(&net, entry));
    let mut pieces = search.trace(way.from);
    let mut seconds = way.seconds;
    let mut add = |pieces: &mut Vec<Piece>, node: usize, arc: Option<usize>| {
        seconds = seconds.saturating_add(u64::from(net.node(node).seconds));
        pieces.push(Piece::Visit { id: net.node(node).id, arc, seconds });
    };
    add(&mut pieces, entry, way.arc);
    for (to, arc) in &round.lead {
        add(&mut pieces, *to, Some(*arc));
    }
    let begin = pieces.len() - 1;
    for (to, arc) in &round.around {
        add(&mut pieces, *to, Some(*arc));
    }
    let mut path = Path::new(world);
    for piece in &pieces {
        match *piece {
            Piece::Visit { id, arc, seconds } => path.visit(id, arc, seconds),
            Piece::Rounds { rounds, seconds, .. } => path.rounds(rounds, seconds),
        }
    }
    // Before the first step may stand the prompt; rounds are part of the step before them.
    let first = pieces.iter().position(|piece| matches!(piece, Piece::Visit { .. }))?;
    let led = pieces[first..=begin].iter().filter(|piece| matches!(piece, Piece::Visit { .. })).count();
    let all = pieces.iter().filter(|piece| matches!(piece, Piece::Visit { .. })).count();
    let over = led - 1 + (path.steps.len() - all);
    if !path.concerns(over + 1, path.steps.len() - 1) {
        return None;
    }
    path.prompts = vec![over];
    let mut doubts = if belief == Belief::Possible { doubts(world, &pieces) } else { Vec::new() };
    if endless.too_deep {
        doubts.push("loops that are nested so deep are not counted".to_owned());
    } else if decided && least <= MAX_SILENT_SECONDS {
        doubts.push("a condition on the way may end it".to_owned());
    }
    let mut chain = path.finish(None, over, doubts)?;
    chain.least_seconds = Some(least);
    Some(chain)
}
