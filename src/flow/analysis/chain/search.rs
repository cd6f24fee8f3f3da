//! The longest way through a network, in which only counted loops may come round: by components, never by paths.
//!
//! Components of the network are visited in order. One that comes round is opened at a loop whose end leaves it:
//! without the arcs that start another round the rest is a smaller network, which is solved for the way to the loop
//! and for one round. So the work is that of the network times the depth of the loops, however many paths there are.

use super::net::{Arc, Net};
use crate::flow::graph::components::strong;

/// How deep loops may be nested; deeper ones are taken for endless. A flow has at most 250 actions, and people nest
/// two or three.
pub(super) const MAX_DEPTH: usize = 8;

/// How many pieces of a way are shown; nested rounds are shown twice, so that a hostile flow could ask for very many.
const MAX_PIECES: usize = 10_000;

/// How a contact comes to a node, before its own seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    /// The seconds of silence so far.
    pub(super) seconds: u64,
    /// The number of nodes so far: of two equal ways the shorter is taken.
    pub(super) length: u64,
    /// The mark of the trail that it goes on from.
    pub(super) from: usize,
    /// The arc, by the caller's number.
    pub(super) arc: Option<usize>,
}

/// A link of the ways that were found. Marks are never changed, so that ways can share them.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// A way or a round begins here.
    Start,
    /// A node was come to.
    Visit { id: usize, way: Way, seconds: u64 },
    /// From the loop at `head`, `rounds` full rounds were gone, each as `round` shows, and then the way of `rest`.
    Rounds { head: usize, rounds: u32, round: usize, rest: Option<usize>, seconds: u64, length: u64 },
}

/// A set of nodes between which a contact may circle forever, losing time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endless {
    /// The nodes, by the caller's numbers, in ascending order.
    pub(super) nodes: Vec<usize>,
    /// How a contact comes to it, and to which node.
    pub(super) entry: (Way, usize),
    /// Whether loops bound it that are nested too deep to be counted.
    pub(super) too_deep: bool,
}

/// A piece of a way, for showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A node was come to by an arc, and left after so many seconds in all.
    Visit { id: usize, arc: Option<usize>, seconds: u64 },
    /// The round that led back to this loop was gone so often in all.
    Rounds { id: usize, rounds: u32, seconds: u64 },
}

/// A search and what it found.
#[derive(Debug, Default)]
pub(super) struct Search {
    trail: Vec<Mark>,
    endless: Vec<Endless>,
    /// How often a node or arc was looked at.
    pub(super) steps: u64,
}

/// Takes the longer way, of equal ones the one over fewer nodes, of these the one by the earlier arc.
fn offer(place: &mut Option<Way>, way: Way) {
    let rank = |way: &Way| (way.seconds, std::cmp::Reverse((way.length, way.arc)));
    if place.as_ref().is_none_or(|known| rank(&way) > rank(known)) {
        *place = Some(way);
    }
}

impl Search {
    /// Marks the beginning of a way.
    pub(super) fn start(&mut self, arc: Option<usize>) -> Way {
        Way { seconds: 0, length: 0, from: self.push(Mark::Start), arc }
    }

    fn push(&mut self, mark: Mark) -> usize {
        self.trail.push(mark);
        self.trail.len() - 1
    }

    /// Returns the seconds and nodes of the way to a mark.
    pub(super) fn measure(&self, at: usize) -> (u64, u64) {
        match self.trail[at] {
            Mark::Start => (0, 0),
            Mark::Visit { way, seconds, .. } => (seconds, way.length + 1),
            Mark::Rounds { seconds, length, .. } => (seconds, length),
        }
    }

    fn visit(&mut self, net: &Net, node: usize, way: Way) -> usize {
        let node = net.node(node);
        let seconds = way.seconds.saturating_add(u64::from(node.seconds));
        self.push(Mark::Visit { id: node.id, way, seconds })
    }

    fn onward(&self, at: usize, arc: &Arc) -> Way {
        let (seconds, length) = self.measure(at);
        Way { seconds, length, from: at, arc: Some(arc.id) }
    }

    /// Finds for each node the mark of the longest way that ends with it, from the ways that enter the network.
    /// Nothing for a node to which no way leads but through an endless cycle.
    pub(super) fn solve(
        &mut self,
        net: &Net,
        mut enter: Vec<Option<Way>>,
        depth: usize,
    ) -> Vec<Option<usize>> {
        let (component, components) = strong(net.len(), |node, nth| net.nth(node, nth));
        let mut arrived = vec![None; net.len()];
        for (index, members) in components.iter().enumerate().rev() {
            let inside = |arc: &Arc| component[arc.to] == index;
            self.steps += members.iter().map(|node| 1 + net.arcs(*node).len() as u64).sum::<u64>();
            if members.iter().all(|node| enter[*node].is_none()) {
                continue;
            }
            match members[..] {
                [node] if !net.arcs(node).iter().any(inside) => {
                    arrived[node] = enter[node].map(|way| self.visit(net, node, way));
                }
                _ => self.cycle(net, members, inside, &enter, &mut arrived, depth),
            }
            for node in members {
                let Some(at) = arrived[*node] else { continue };
                for arc in net.arcs(*node).iter().filter(|arc| !inside(arc)) {
                    let way = self.onward(at, arc);
                    offer(&mut enter[arc.to], way);
                }
            }
        }
        arrived
    }

    /// Solves a component that comes round.
    fn cycle(
        &mut self,
        net: &Net,
        members: &[usize],
        inside: impl Fn(&Arc) -> bool,
        enter: &[Option<Way>],
        arrived: &mut [Option<usize>],
        depth: usize,
    ) {
        if members.iter().all(|node| net.node(*node).seconds == 0) {
            return self.idle(net, members, inside, enter, arrived);
        }
        let counted = members.iter().filter_map(|node| {
            let (mut again, mut ends) = (false, true);
            for arc in net.arcs(*node).iter().filter(|arc| inside(arc)) {
                again |= arc.again;
                ends &= arc.again;
            }
            Some((net.node(*node).rounds.filter(|_| again && ends)?, *node))
        });
        let counted = counted.min();
        let Some((rounds, at)) = counted.filter(|_| depth < MAX_DEPTH) else {
            let entries = members.iter().filter_map(|node| Some((enter[*node]?, *node)));
            let entry = entries.max_by_key(|(way, node)| {
                (way.seconds, std::cmp::Reverse(way.length), std::cmp::Reverse(*node))
            });
            if let Some((way, node)) = entry {
                let nodes = members.iter().map(|node| net.node(*node).id).collect();
                let entry = (way, net.node(node).id);
                self.endless.push(Endless { nodes, entry, too_deep: counted.is_some() });
            }
            return;
        };
        let found = self.counted(net, members, enter, (at, rounds), depth);
        for (node, mark) in members.iter().zip(found) {
            arrived[*node] = mark;
        }
    }

    /// Solves a component that a loop opens.
    fn counted(
        &mut self,
        net: &Net,
        members: &[usize],
        enter: &[Option<Way>],
        (at, rounds): (usize, u32),
        depth: usize,
    ) -> Vec<Option<usize>> {
        let body = net.within(members, |from, arc| !(from == at && arc.again));
        let Ok(place) = members.binary_search(&at) else { return vec![None; members.len()] };
        let ways: Vec<_> = members.iter().map(|node| enter[*node]).collect();
        // Mostly a loop is entered at its block, and then nothing of its body comes before the first round.
        let mut found = if ways.iter().enumerate().all(|(node, way)| way.is_none() || node == place) {
            let mut found = vec![None; members.len()];
            found[place] = ways[place].map(|way| self.visit(net, at, way));
            found
        } else {
            self.solve(&body, ways, depth + 1)
        };
        let Some(head) = found[place].filter(|_| rounds > 0) else { return found };
        let mut enter = vec![None; members.len()];
        for arc in net.arcs(at).iter().filter(|arc| arc.again) {
            if let Ok(to) = members.binary_search(&arc.to) {
                let way = Way { arc: Some(arc.id), ..self.start(None) };
                offer(&mut enter[to], way);
            }
        }
        let round = self.solve(&body, enter, depth + 1);
        let (before, walked) = self.measure(head);
        let (gain, around) = round[place].map_or((0, 0), |back| self.measure(back));
        for (node, rest) in round.iter().enumerate() {
            let Some(rest) = *rest else { continue };
            let full = if round[place].is_some() { rounds - 1 } else { 0 };
            let (last, tail) = self.measure(rest);
            let seconds = before.saturating_add(gain.saturating_mul(u64::from(full))).saturating_add(last);
            if found[node].is_some_and(|known| self.measure(known).0 >= seconds) {
                continue;
            }
            let (rounds, rest, tail) =
                if node == place { (full + 1, None, 0) } else { (full, Some(rest), tail) };
            let mark = Mark::Rounds {
                head,
                rounds,
                round: round[place].unwrap_or(head),
                rest,
                seconds,
                length: walked + around + tail,
            };
            found[node] = Some(self.push(mark));
        }
        found
    }

    /// Solves a component in which no time is lost: the best way into it leads everywhere.
    fn idle(
        &mut self,
        net: &Net,
        members: &[usize],
        inside: impl Fn(&Arc) -> bool,
        enter: &[Option<Way>],
        arrived: &mut [Option<usize>],
    ) {
        let mut best: Option<Way> = None;
        let mut first = None;
        for node in members {
            let Some(way) = enter[*node] else { continue };
            let known = best;
            offer(&mut best, way);
            if best != known {
                first = Some((*node, way));
            }
        }
        let Some((node, way)) = first else { return };
        arrived[node] = Some(self.visit(net, node, way));
        let mut queue = std::collections::VecDeque::from([node]);
        while let Some(node) = queue.pop_front() {
            let Some(at) = arrived[node] else { continue };
            for arc in net.arcs(node).iter().filter(|arc| inside(arc)) {
                self.steps += 1;
                if arrived[arc.to].is_none() {
                    let way = self.onward(at, arc);
                    arrived[arc.to] = Some(self.visit(net, arc.to, way));
                    queue.push_back(arc.to);
                }
            }
        }
    }

    /// Returns the endless cycles, each once, in the order of their first nodes.
    pub(super) fn endless(&self) -> Vec<Endless> {
        let mut endless = self.endless.clone();
        endless.sort_by(|a, b| a.nodes.cmp(&b.nodes).then(b.entry.0.seconds.cmp(&a.entry.0.seconds)));
        endless.dedup_by(|later, first| later.nodes == first.nodes);
        endless
    }

    /// Shows the way to a mark.
    pub(super) fn trace(&self, at: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.trace_from(at, 0, &mut pieces);
        pieces
    }

    fn trace_from(&self, at: usize, base: u64, pieces: &mut Vec<Piece>) {
        let (mut marks, mut at) = (Vec::new(), at);
        loop {
            match self.trail[at] {
                Mark::Start => break,
                mark @ Mark::Visit { way, .. } => {
                    marks.push(mark);
                    at = way.from;
                }
                mark @ Mark::Rounds { head, .. } => {
                    marks.push(mark);
                    at = head;
                }
            }
        }
        for mark in marks.into_iter().rev() {
            if pieces.len() >= MAX_PIECES {
                return;
            }
            match mark {
                Mark::Start => {}
                Mark::Visit { id, way, seconds } => {
                    pieces.push(Piece::Visit { id, arc: way.arc, seconds: base + seconds });
                }
                Mark::Rounds { head, rounds, round, rest, .. } => {
                    self.trace_rounds(head, (round, rounds), rest, base, pieces);
                }
            }
        }
    }

    fn trace_rounds(
        &self,
        head: usize,
        (round, rounds): (usize, u32),
        rest: Option<usize>,
        base: u64,
        pieces: &mut Vec<Piece>,
    ) {
        let before = base.saturating_add(self.measure(head).0);
        let after = before.saturating_add(self.measure(round).0.saturating_mul(u64::from(rounds)));
        if rounds > 0 {
            self.trace_from(round, before, pieces);
            if let (true, Some(Piece::Visit { id, .. })) = (rounds > 1, pieces.last().copied()) {
                pieces.push(Piece::Rounds { id, rounds, seconds: after });
            }
        }
        if let Some(rest) = rest {
            self.trace_from(rest, if rounds > 0 { after } else { before }, pieces);
        }
    }
}
