//! The order in which flows are written that name one another.

use std::collections::{BTreeMap, BTreeSet};

/// Finds, for each node, everything that it reaches.
fn reaches<N: Ord + Clone>(edges: &BTreeMap<N, BTreeSet<N>>) -> BTreeMap<N, BTreeSet<N>> {
    let mut all = BTreeMap::new();
    for start in edges.keys() {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<&N> = edges[start].iter().collect();
        while let Some(node) = stack.pop() {
            if seen.insert(node.clone()) {
                stack.extend(edges.get(node).into_iter().flatten());
            }
        }
        all.insert(start.clone(), seen);
    }
    all
}

/// Which nodes stand on a cycle, and which edges can be kept as an order: those that do not close one.
pub(super) struct Order<N> {
    reach: BTreeMap<N, BTreeSet<N>>,
}

impl<N: Ord + Clone> Order<N> {
    /// Reads the edges: from a flow to those that it names.
    pub(super) fn new(edges: &BTreeMap<N, BTreeSet<N>>) -> Self {
        Self { reach: reaches(edges) }
    }

    /// Whether a node reaches itself: it cannot be made whole before it exists.
    pub(super) fn on_cycle(&self, node: &N) -> bool {
        self.reach.get(node).is_some_and(|reached| reached.contains(node))
    }

    /// Whether two nodes stand on one cycle, so that neither can wait for the other.
    pub(super) fn same_cycle(&self, a: &N, b: &N) -> bool {
        let reached = |from: &N, to: &N| self.reach.get(from).is_some_and(|r| r.contains(to));
        reached(a, b) && reached(b, a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_found_and_chains_are_not() {
        let edges: BTreeMap<u8, BTreeSet<u8>> =
            [(1, [2].into()), (2, [3].into()), (3, [2].into()), (4, [4].into()), (5, BTreeSet::new())].into();
        let order = Order::new(&edges);
        assert!(!order.on_cycle(&1) && order.on_cycle(&2) && order.on_cycle(&3) && order.on_cycle(&4));
        assert!(!order.on_cycle(&5));
        assert!(order.same_cycle(&2, &3) && !order.same_cycle(&1, &2));
    }
}
