//! Cycles in which a contact goes round without a pause.

use std::collections::BTreeSet;

use super::walk::Walked;
use crate::flow::graph::components::strong;

/// Returns the nodes behind edges of cycles on which nobody waits and nothing is asked of the customer.
pub(super) fn cycles(walked: &Walked) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); walked.keys];
    let busy = |node: usize| walked.nodes.get(node).is_some_and(|node| !node.waited);
    for (from, to, node) in &walked.edges {
        if busy(*node)
            && let Some(edges) = out.get_mut(*from)
        {
            edges.push(*to);
        }
    }
    let (component, components) =
        strong(walked.keys, |from, n| Some(out.get(from)?.get(n).copied()).filter(Option::is_some));
    let large: BTreeSet<usize> =
        components.iter().enumerate().filter(|(_, keys)| keys.len() > 1).map(|(at, _)| at).collect();
    let inside = |from: usize, to: usize| {
        let (a, b) = (component.get(from), component.get(to));
        a == b && (from == to || a.is_some_and(|at| large.contains(at)))
    };
    let edges = walked.edges.iter().filter(|(from, to, node)| busy(*node) && inside(*from, *to));
    edges.map(|(_, _, node)| *node).collect()
}
