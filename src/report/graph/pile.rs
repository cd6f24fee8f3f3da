//! Piles: blocks that simply follow each other stand below each other, which keeps long flows from becoming strips
//! that nobody can read.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{IN_PITCH, Layout, Link, Node, OUT_PITCH, Rect, Route, depth, layout};
use super::model::{Direction, Picture, Role};

/// Pictures with more columns than this get piles.
const COLUMNS: usize = 7;
/// The most boxes of a pile.
const HIGHEST: usize = 4;
/// The most arrows that leave the last box of a pile: more would not find room at its side.
const LEAVING: usize = 3;
/// The distance between two boxes of a pile.
const GAP: f64 = 22.0;

/// Lays out a picture, with piles where it is long.
pub(super) fn arrange(picture: &Picture, nodes: &[Node], links: &[Link], start: Option<usize>) -> Layout {
    let groups = picture.groups.len();
    let down = picture.direction == Direction::Down;
    if groups > 0 || down || depth(nodes, links, start) <= COLUMNS {
        return layout(nodes, links, start, groups);
    }
    let piles = piles(picture, nodes.len());
    let mut pile_of = vec![(0, 0); nodes.len()];
    for (pile, members) in piles.iter().enumerate() {
        for (place, member) in members.iter().enumerate() {
            pile_of[*member] = (pile, place);
        }
    }
    let roomy = with_room(nodes, links);
    let alone = |index: usize| piles[pile_of[index].0].len() == 1;
    let node = |index| if alone(index) { &nodes[index] } else { &roomy[index] };
    let nodes: Vec<Node> = (0..nodes.len()).map(|index| node(index).clone()).collect();
    let within = |link: &Link| pile_of[link.from].0 == pile_of[link.to].0 && pile_of[link.to].1 > 0;
    let outer: Vec<Link> = links
        .iter()
        .filter(|link| !within(link))
        .map(|link| Link { from: pile_of[link.from].0, to: pile_of[link.to].0, ..link.clone() })
        .collect();
    let grouped: Vec<Node> = piles.iter().map(|members| pile(&nodes, members)).collect();
    let laid = layout(&grouped, &outer, start.map(|start| pile_of[start].0), 0);
    let mut rects = vec![Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 }; nodes.len()];
    for (members, whole) in piles.iter().zip(&laid.nodes) {
        let mut y = whole.y;
        for member in members {
            let height = if members.len() == 1 { whole.height } else { nodes[*member].height };
            rects[*member] = Rect { y, height, ..*whole };
            y += height + GAP;
        }
    }
    let mut routes = laid.routes.into_iter();
    let down = |link: &Link| {
        let (upper, lower) = (rects[link.from], rects[link.to]);
        let x = upper.x + upper.width / 2.0;
        Route { points: vec![(x, upper.bottom()), (x, lower.y)], label: None }
    };
    let routes = links.iter().filter_map(|link| if within(link) { Some(down(link)) } else { routes.next() });
    let routes = routes.collect();
    Layout { nodes: rects, routes, frames: Vec::new() }
}

/// Makes boxes high enough for their arrows: in a pile that does not come by itself.
fn with_room(nodes: &[Node], links: &[Link]) -> Vec<Node> {
    let mut nodes = nodes.to_vec();
    let mut classes = vec![BTreeSet::new(); nodes.len()];
    let (mut out, mut into) = (vec![0_usize; nodes.len()], vec![0_usize; nodes.len()]);
    for link in links {
        out[link.from] += 1;
        into[link.to] += 1;
        classes[link.to].insert(link.class);
    }
    for (index, node) in nodes.iter_mut().enumerate().filter(|(_, node)| !node.narrow) {
        // Arrows of a class share their way, but those that lead back come from elsewhere.
        let coming = into[index].min(2 * classes[index].len()).saturating_sub(1) as f64 * IN_PITCH;
        let leaving = out[index].saturating_sub(1) as f64 * OUT_PITCH;
        node.height = node.height.max(coming + 20.0).max(leaving + 20.0);
    }
    nodes
}

fn pile(nodes: &[Node], members: &[usize]) -> Node {
    let height = |member: &usize| nodes[*member].height;
    let whole = members.iter().map(height).sum::<f64>() + GAP * members.len().saturating_sub(1) as f64;
    let first = members.first().map_or(0.0, |member| (height(member) - whole) / 2.0);
    let last = members.last().map_or(0.0, |member| (whole - height(member)) / 2.0);
    Node {
        width: members.iter().map(|member| nodes[*member].width).fold(0.0, f64::max),
        height: whole,
        group: None,
        pitch: OUT_PITCH,
        narrow: members.iter().all(|member| nodes[*member].narrow),
        pile: (members.len() > 1).then_some((first, last)),
    }
}

/// Finds the piles; a box that is in none is one of its own. In a pile each box has one way out, to the next one,
/// and nothing else leads to that.
fn piles(picture: &Picture, count: usize) -> Vec<Vec<usize>> {
    let (mut out, mut into) = (BTreeMap::<_, Vec<usize>>::new(), BTreeMap::<_, usize>::new());
    for arrow in &picture.arrows {
        out.entry(arrow.from).or_default().push(arrow.to);
        *into.entry(arrow.to).or_default() += 1;
    }
    let next = |tile: usize| match out.get(&tile).map(Vec::as_slice) {
        Some([to]) if *to != tile && into.get(to) == Some(&1) => {
            let few = out.get(to).is_none_or(|ways| ways.len() <= LEAVING);
            let start = picture.boxes.get(tile).is_some_and(|tile| tile.role == Role::Start);
            (few && !start).then_some(*to)
        }
        _ => None,
    };
    let mut follows = vec![false; count];
    for to in (0..count).filter_map(next) {
        follows[to] = true;
    }
    let mut done = vec![false; count];
    let mut piles = Vec::new();
    // What follows something comes later only in a circle of nothing but followers.
    for first in (0..count).filter(|tile| !follows[*tile]).chain(0..count) {
        let mut chain = Vec::new();
        let mut at = Some(first);
        while let Some(tile) = at.filter(|tile| !done[*tile]) {
            done[tile] = true;
            chain.push(tile);
            at = next(tile);
        }
        if chain.is_empty() {
            continue;
        }
        let parts = chain.len().div_ceil(HIGHEST);
        let size = chain.len().div_ceil(parts);
        piles.extend(chain.chunks(size).map(<[usize]>::to_vec));
    }
    piles
}
