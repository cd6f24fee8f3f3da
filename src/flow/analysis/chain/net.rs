//! The network that the search for the longest silence runs on: nodes with seconds, arcs, and counted loops.
//!
//! Knows nothing of flows; nodes and arcs carry the numbers by which the caller knows them.

/// A way from one node to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arc {
    /// The node it leads to, in this network.
    pub(super) to: usize,
    /// Whether it starts another round of the counted loop that it leaves.
    pub(super) again: bool,
    /// The number by which the caller knows it.
    pub(super) id: usize,
}

/// A node of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// The number by which the caller knows it.
    pub(super) id: usize,
    /// How long a contact is silent in it.
    pub(super) seconds: u32,
    /// For a counted loop: how many rounds there are.
    pub(super) rounds: Option<u32>,
}

/// A network. Nodes are named by their place in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Net {
    nodes: Vec<Node>,
    arcs: Vec<Arc>,
    /// Where each node's arcs begin; one more than there are nodes.
    first: Vec<usize>,
}

impl Net {
    /// Creates a network of nodes with the arcs that leave them.
    pub(super) fn new(parts: impl IntoIterator<Item = (Node, Vec<Arc>)>) -> Self {
        let mut net = Self { first: vec![0], ..Self::default() };
        for (node, arcs) in parts {
            net.nodes.push(node);
            net.arcs.extend(arcs);
            net.first.push(net.arcs.len());
        }
        net
    }

    pub(super) const fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn node(&self, node: usize) -> &Node {
        &self.nodes[node]
    }

    pub(super) fn arcs(&self, node: usize) -> &[Arc] {
        &self.arcs[self.first[node]..self.first[node + 1]]
    }

    /// Returns a node's n-th arc in the form that the search for components takes.
    pub(super) fn nth(&self, node: usize, nth: usize) -> Option<Option<usize>> {
        self.arcs(node).get(nth).map(|arc| Some(arc.to))
    }

    /// Returns the network of some nodes (in ascending order) and of the arcs between them that `keep` keeps.
    pub(super) fn within(&self, members: &[usize], keep: impl Fn(usize, &Arc) -> bool) -> Self {
        let place = |node: usize| members.binary_search(&node).ok();
        Self::new(members.iter().map(|from| {
            let arcs = self.arcs(*from).iter().filter(|arc| keep(*from, arc));
            let arcs = arcs.filter_map(|arc| Some(Arc { to: place(arc.to)?, ..*arc }));
            (*self.node(*from), arcs.collect())
        }))
    }

    /// Returns a shortest way over arcs from a node (which itself does not count as reached) to one that `goal` takes,
    /// as the arcs with the nodes they leave.
    pub(super) fn way(&self, from: usize, goal: impl Fn(usize) -> bool) -> Option<Vec<(usize, Arc)>> {
        let mut came_by: Vec<Option<(usize, Arc)>> = vec![None; self.len()];
        let mut queue = std::collections::VecDeque::from([from]);
        let mut found = None;
        'search: while let Some(node) = queue.pop_front() {
            for arc in self.arcs(node) {
                if came_by[arc.to].is_none() {
                    came_by[arc.to] = Some((node, *arc));
                    if goal(arc.to) {
                        found = Some(arc.to);
                        break 'search;
                    }
                    queue.push_back(arc.to);
                }
            }
        }
        let (mut at, mut way) = (found?, Vec::new());
        loop {
            let (node, arc) = came_by[at]?;
            way.push((node, arc));
            at = node;
            if at == from {
                break;
            }
        }
        way.reverse();
        Some(way)
    }
}
