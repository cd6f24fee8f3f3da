//! Which invocations hang together: a prompt for one of them may help another.

use super::net::Net;

/// Tells for each node whether a way that loses time leads to it; the node itself counts.
fn behind_a_loss(net: &Net, next: &[Vec<usize>]) -> Vec<bool> {
    let mut found: Vec<bool> = (0..net.len()).map(|node| net.node(node).seconds > 0).collect();
    let mut queue: Vec<usize> = (0..net.len()).filter(|node| found[*node]).collect();
    while let Some(node) = queue.pop() {
        for to in &next[node] {
            if !found[*to] {
                found[*to] = true;
                queue.push(*to);
            }
        }
    }
    found
}

/// Returns the sets of nodes that lie on ways from one loss of time to another and touch, each in ascending order.
/// What lies only before or only behind all losses, such as a common end, joins nothing.
pub(super) fn regions(net: &Net) -> Vec<Vec<usize>> {
    let next: Vec<Vec<usize>> =
        (0..net.len()).map(|node| net.arcs(node).iter().map(|arc| arc.to).collect()).collect();
    let mut back = vec![Vec::new(); net.len()];
    for (from, to) in next.iter().enumerate().flat_map(|(from, next)| next.iter().map(move |to| (from, *to)))
    {
        back[to].push(from);
    }
    let (behind, before) = (behind_a_loss(net, &next), behind_a_loss(net, &back));
    let core: Vec<bool> = behind.iter().zip(&before).map(|(behind, before)| *behind && *before).collect();
    let (mut seen, mut regions) = (vec![false; net.len()], Vec::new());
    for first in 0..net.len() {
        if !core[first] || seen[first] {
            continue;
        }
        seen[first] = true;
        let (mut region, mut at) = (vec![first], 0);
        while let Some(node) = region.get(at).copied() {
            at += 1;
            for other in next[node].iter().chain(&back[node]) {
                if core[*other] && !seen[*other] {
                    seen[*other] = true;
                    region.push(*other);
                }
            }
        }
        region.sort_unstable();
        regions.push(region);
    }
    regions
}
