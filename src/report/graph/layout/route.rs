//! Ways of arrows, and with them the widths of the columns and of what lies between.

use std::collections::BTreeMap;

use super::mesh::Mesh;
use super::place::Bands;
use super::tracks::{Net, assign};
use super::{FRAME_PAD, LABEL_HEIGHT, Layout, Link, Node, Rect, Route};

/// The distance between two vertical lines.
const TRACK: f64 = 11.0;
/// The distance between two arrows that lead back.
const BACK_TRACK: f64 = 14.0;
/// The room for an arrow's head.
const HEAD: f64 = 17.0;
/// The least distance between two columns.
const LEAST_GAP: f64 = 38.0;

/// What shares a vertical piece: the vertex or (for arrows that lead back) box that it leads to, and the class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Piece(usize, usize),
    /// Comes down behind a column, from boxes.
    Down(usize, usize),
    /// Goes up before a column, to the box.
    Up(usize, usize),
}

struct Gap {
    nets: BTreeMap<Key, Net>,
    /// Where each vertical piece is.
    x: BTreeMap<Key, f64>,
    label: f64,
}

/// An arrow that leads back, or several to one box.
struct Return {
    to: usize,
    class: usize,
    /// Behind which column its last source stands.
    last: usize,
    y: f64,
}

pub(super) fn route(mesh: &Mesh, nodes: &[Node], links: &[Link], bands: &Bands) -> Layout {
    let returns = returns(mesh, links, bands);
    let mut gaps: Vec<Gap> = (0..=mesh.layers.len())
        .map(|_| Gap { nets: BTreeMap::new(), x: BTreeMap::new(), label: 0.0 })
        .collect();
    fill(mesh, links, &returns, &mut gaps);
    let columns = columns(mesh, nodes, &mut gaps, !bands.is_empty());
    let rects = nodes.iter().enumerate().map(|(index, node)| {
        let vertex = &mesh.vertices[index];
        let (left, right) = columns[vertex.layer];
        let width = if node.narrow { node.width } else { right - left };
        Rect { x: right - width, y: vertex.y - vertex.height / 2.0, width, height: vertex.height }
    });
    let nodes: Vec<Rect> = rects.collect();
    let inset = inset(!bands.is_empty());
    let routes = links.iter().enumerate().map(|(index, link)| {
        let points = if mesh.back[index] {
            around(mesh, link, index, &returns, &gaps, &nodes)
        } else {
            along(mesh, index, link, &gaps, &nodes)
        };
        let label = points.first().filter(|_| link.label > 0.0).map(|(_, y)| Rect {
            x: nodes[link.from].right() + inset,
            y: y - LABEL_HEIGHT - 2.0,
            width: link.label,
            height: LABEL_HEIGHT,
        });
        Route { points, label }
    });
    let routes = routes.collect();
    let frames = frames(mesh, &nodes, bands);
    Layout { nodes, routes, frames }
}

/// How far right of its box a label begins.
const fn inset(framed: bool) -> f64 {
    if framed { FRAME_PAD + 6.0 } else { 7.0 }
}

fn frames(mesh: &Mesh, nodes: &[Rect], bands: &Bands) -> Vec<Rect> {
    let framed = || nodes.iter().enumerate().filter(|(node, _)| mesh.vertices[*node].group.is_some());
    let left = framed().map(|(_, rect)| rect.x).fold(f64::MAX, f64::min) - FRAME_PAD;
    let right = framed().map(|(_, rect)| rect.right()).fold(f64::MIN, f64::max) + FRAME_PAD;
    bands
        .iter()
        .map(|(top, bottom)| Rect { x: left, y: *top, width: right - left, height: bottom - top })
        .collect()
}

/// Finds how deep the arrows that lead back must go: below everything that they pass, the shortest ones first.
fn returns(mesh: &Mesh, links: &[Link], bands: &Bands) -> Vec<Return> {
    let mut last: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (link, _) in links.iter().zip(&mesh.back).filter(|(_, back)| **back) {
        let layer = mesh.vertices[link.from].layer;
        let found = last.entry((link.to, link.class)).or_insert(layer);
        *found = (*found).max(layer);
    }
    let mut bottoms: Vec<f64> = mesh
        .layers
        .iter()
        .map(|layer| {
            let ends =
                layer.iter().map(|vertex| mesh.vertices[*vertex].y + mesh.vertices[*vertex].height / 2.0);
            let frames = bands.iter().map(|(_, bottom)| *bottom);
            ends.chain(frames).fold(f64::MIN, f64::max)
        })
        .collect();
    let first = |to: usize| mesh.vertices[to].layer;
    let mut sorted: Vec<_> = last.into_iter().collect();
    sorted.sort_by_key(|((to, class), last)| (last.saturating_sub(first(*to)), *to, *class));
    let mut returns = Vec::new();
    for ((to, class), last) in sorted {
        let range = first(to).saturating_sub(1)..=(last + 1).min(bottoms.len() - 1);
        let y = bottoms[range.clone()].iter().copied().fold(f64::MIN, f64::max) + BACK_TRACK + 4.0;
        bottoms[range].fill(y);
        returns.push(Return { to, class, last, y });
    }
    returns
}

fn find<'a>(returns: &'a [Return], link: &Link) -> Option<&'a Return> {
    returns.iter().find(|back| back.to == link.to && back.class == link.class)
}

/// Sorts all lines into the gaps that they pass. Gap `n` is left of column `n`.
fn fill(mesh: &Mesh, links: &[Link], returns: &[Return], gaps: &mut [Gap]) {
    for (index, segment) in mesh.segments.iter().enumerate() {
        let (start, end) = mesh.ends(index);
        let gap = &mut gaps[mesh.vertices[segment.to].layer];
        let net = gap.nets.entry(Key::Piece(segment.to, segment.class)).or_default();
        net.left.push(start);
        net.right = Some(end);
    }
    for (index, link) in links.iter().enumerate() {
        let behind = mesh.vertices[link.from].layer + 1;
        gaps[behind].label = gaps[behind].label.max(link.label);
        let Some(back) = find(returns, link).filter(|_| mesh.back[index]) else { continue };
        let net = gaps[behind].nets.entry(Key::Down(link.to, link.class)).or_default();
        net.left.push(mesh.vertices[link.from].y + mesh.leaves[index]);
        net.low = Some(back.y);
        let net = gaps[mesh.vertices[link.to].layer].nets.entry(Key::Up(link.to, link.class)).or_default();
        net.right = Some(mesh.vertices[link.to].y + mesh.arrives[index]);
        net.low = Some(back.y);
    }
}

/// Finds the left and right side of each column, and where the vertical pieces between them are.
fn columns(mesh: &Mesh, nodes: &[Node], gaps: &mut [Gap], framed: bool) -> Vec<(f64, f64)> {
    let mut columns = Vec::with_capacity(mesh.layers.len());
    let mut at = 0.0;
    let count = mesh.layers.len();
    for (number, gap) in gaps.iter_mut().enumerate() {
        let nets: Vec<Net> = gap.nets.values().cloned().collect();
        let (tracks, used) = assign(&nets);
        let label = if gap.label > 0.0 { inset(framed) + gap.label + 4.0 } else { 10.0 };
        let room = used as f64 * TRACK + HEAD;
        let wide = (label + room).max(LEAST_GAP);
        // What is left of the least distance goes to both sides of the tracks.
        let begin = at + label + (wide - label - room) / 2.0;
        for ((key, _), track) in gap.nets.iter().zip(&tracks) {
            let x = track.map_or(begin, |track| begin + (track as f64 + 0.5) * TRACK);
            gap.x.insert(*key, x);
        }
        at += if number == 0 { room - HEAD + if used > 0 { HEAD } else { 0.0 } } else { wide };
        let Some(layer) = mesh.layers.get(number).filter(|_| number < count) else { continue };
        let own = layer.iter().filter_map(|vertex| mesh.vertices[*vertex].node).map(|node| nodes[node].width);
        let width = own.fold(0.0, f64::max);
        columns.push((at, at + width));
        at += width;
    }
    columns
}

fn along(mesh: &Mesh, index: usize, link: &Link, gaps: &[Gap], nodes: &[Rect]) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for piece in &mesh.ways[index] {
        let segment = &mesh.segments[*piece];
        // The ports of a box belong to the link, those of a passing place are its middle.
        let (start, end) = mesh.ends(*piece);
        let gap = &gaps[mesh.vertices[segment.to].layer];
        let x = gap.x.get(&Key::Piece(segment.to, segment.class)).copied().unwrap_or_default();
        if points.is_empty() {
            points.push((nodes[link.from].right(), start));
        }
        if (start - end).abs() >= 0.5 {
            points.extend([(x, start), (x, end)]);
        }
    }
    points.push((nodes[link.to].x, mesh.vertices[link.to].y + mesh.arrives[index]));
    points
}

fn around(
    mesh: &Mesh,
    link: &Link,
    index: usize,
    returns: &[Return],
    gaps: &[Gap],
    nodes: &[Rect],
) -> Vec<(f64, f64)> {
    let Some(back) = find(returns, link) else { return Vec::new() };
    let (behind, before) = (mesh.vertices[link.from].layer + 1, mesh.vertices[link.to].layer);
    let x = |gap: usize, key| gaps[gap].x.get(&key).copied().unwrap_or_default();
    let down = x(behind.min(back.last + 1), Key::Down(link.to, link.class));
    let up = x(before, Key::Up(link.to, link.class));
    let leaves = mesh.vertices[link.from].y + mesh.leaves[index];
    let arrives = mesh.vertices[link.to].y + mesh.arrives[index];
    vec![
        (nodes[link.from].right(), leaves),
        (down, leaves),
        (down, back.y),
        (up, back.y),
        (up, arrives),
        (nodes[link.to].x, arrives),
    ]
}
