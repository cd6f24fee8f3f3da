//! Columns: which box stands how far right, and which arrows lead back.

use super::{Link, Node};

/// Columns of boxes, from 0, and the arrows that lead back.
pub(super) struct Ranks {
    pub(super) layer: Vec<usize>,
    pub(super) back: Vec<bool>,
}

pub(super) fn rank(nodes: &[Node], links: &[Link], start: Option<usize>) -> Ranks {
    let mut out = vec![Vec::new(); nodes.len()];
    let mut comes = vec![0_usize; nodes.len()];
    for (index, link) in links.iter().enumerate() {
        out[link.from].push(index);
        if link.from != link.to {
            comes[link.to] += 1;
        }
    }
    let free = (0..nodes.len()).filter(|node| comes[*node] == 0);
    let roots = start.into_iter().chain(free).chain(0..nodes.len());
    let (back, finished) = search(nodes.len(), links, &out, roots);
    let mut layer = vec![0; nodes.len()];
    // What finishes last comes first: a topological order of the arrows that do not lead back.
    for node in finished.iter().rev() {
        for link in out[*node].iter().filter(|link| !back[**link]) {
            let to = links[*link].to;
            layer[to] = layer[to].max(layer[*node] + 1);
        }
    }
    // A box that no arrow leads to stands just before what it leads to; in frames it stands in front.
    let free = |node: &&usize| comes[**node] == 0 && Some(**node) != start && nodes[**node].group.is_none();
    for node in finished.iter().filter(free) {
        let first = out[*node].iter().filter(|link| !back[**link]).map(|link| layer[links[*link].to]).min();
        layer[*node] = first.map_or(layer[*node], |first: usize| first.saturating_sub(1));
    }
    // What stands in no frame stands right of all frames.
    let framed = (0..nodes.len()).filter(|node| nodes[*node].group.is_some()).map(|node| layer[node]).max();
    if let Some(last) = framed {
        for node in (0..nodes.len()).filter(|node| nodes[*node].group.is_none()) {
            layer[node] = last + 1;
        }
    }
    Ranks { layer, back }
}

/// Searches depth first, without recursion. Gives the links that lead back, and the nodes as they are finished.
fn search(
    count: usize,
    links: &[Link],
    out: &[Vec<usize>],
    roots: impl Iterator<Item = usize>,
) -> (Vec<bool>, Vec<usize>) {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; count];
    let mut back = vec![false; links.len()];
    let mut finished = Vec::with_capacity(count);
    for root in roots {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            let Some(link) = out[node].get(*next) else {
                state[node] = State::Done;
                finished.push(node);
                stack.pop();
                continue;
            };
            *next += 1;
            let to = links[*link].to;
            match state[to] {
                State::New => {
                    state[to] = State::Open;
                    stack.push((to, 0));
                }
                State::Open => back[*link] = true,
                State::Done => {}
            }
        }
    }
    (back, finished)
}
