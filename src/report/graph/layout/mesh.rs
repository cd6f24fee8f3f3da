//! The boxes with helper vertices where an arrow passes a column.

use std::collections::BTreeMap;

use super::rank::Ranks;
use super::{IN_PITCH, Link, Node, OUT_PITCH};

/// A box, or the place where arrows of one class to one box pass a column.
#[derive(Debug, Clone)]
pub(in super::super) struct Vertex {
    pub(super) layer: usize,
    /// The box; none for a place that arrows pass.
    pub(super) node: Option<usize>,
    pub(super) height: f64,
    pub(super) group: Option<usize>,
    /// Its middle, from above.
    pub(super) y: f64,
}

/// A piece of arrows from one column to the next.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) class: usize,
    pub(super) weight: f64,
    /// How far below the middles of both ends it leaves and arrives.
    pub(super) out_port: f64,
    pub(super) in_port: f64,
}

/// Vertices in columns with the pieces between them. The first vertices are the boxes, by their index.
#[derive(Debug, Clone)]
pub(in super::super) struct Mesh {
    pub(super) vertices: Vec<Vertex>,
    pub(super) layers: Vec<Vec<usize>>,
    pub(super) segments: Vec<Segment>,
    /// The segments before and behind each vertex.
    pub(super) before: Vec<Vec<usize>>,
    pub(super) behind: Vec<Vec<usize>>,
    /// The segments of each link; none for one that leads back.
    pub(super) ways: Vec<Vec<usize>>,
    pub(super) back: Vec<bool>,
    /// Below the middle of the box: where each link leaves, and where it arrives.
    pub(super) leaves: Vec<f64>,
    pub(super) arrives: Vec<f64>,
}

impl Mesh {
    pub(super) fn new(nodes: &[Node], links: &[Link], ranks: &Ranks) -> Self {
        let vertices = nodes.iter().zip(&ranks.layer).enumerate().map(|(index, (node, layer))| Vertex {
            layer: *layer,
            node: Some(index),
            height: node.height,
            group: node.group,
            y: 0.0,
        });
        let mut mesh = Self {
            vertices: vertices.collect(),
            layers: Vec::new(),
            segments: Vec::new(),
            before: Vec::new(),
            behind: Vec::new(),
            ways: Vec::new(),
            back: links
                .iter()
                .zip(&ranks.back)
                // In frames a box may stand left of what comes before it.
                .map(|(link, back)| *back || ranks.layer[link.from] >= ranks.layer[link.to])
                .collect(),
            leaves: vec![0.0; links.len()],
            arrives: vec![0.0; links.len()],
        };
        mesh.connect(links);
        mesh.make_room(nodes, links);
        let count = mesh.vertices.iter().map(|vertex| vertex.layer + 1).max().unwrap_or(0);
        mesh.layers = vec![Vec::new(); count];
        for (index, vertex) in mesh.vertices.iter().enumerate() {
            mesh.layers[vertex.layer].push(index);
        }
        mesh.before = vec![Vec::new(); mesh.vertices.len()];
        mesh.behind = vec![Vec::new(); mesh.vertices.len()];
        for (index, segment) in mesh.segments.iter().enumerate() {
            mesh.before[segment.to].push(index);
            mesh.behind[segment.from].push(index);
        }
        mesh
    }

    /// Adds the vertices and segments of links; links of one class to one box share both.
    fn connect(&mut self, links: &[Link]) {
        let mut passing: BTreeMap<(usize, usize, Option<usize>, usize), usize> = BTreeMap::new();
        let mut pieces: BTreeMap<(usize, usize, usize), usize> = BTreeMap::new();
        for (link, back) in links.iter().zip(self.back.clone()) {
            let mut way = Vec::new();
            let layers = self.vertices[link.from].layer..self.vertices[link.to].layer;
            let mut at = link.from;
            for layer in layers.filter(|_| !back).map(|layer| layer + 1) {
                let next = if layer == self.vertices[link.to].layer {
                    link.to
                } else {
                    let group = self.vertices[link.from].group;
                    *passing.entry((link.to, link.class, group, layer)).or_insert_with(|| {
                        self.vertices.push(Vertex { layer, node: None, height: 2.0, group, y: 0.0 });
                        self.vertices.len() - 1
                    })
                };
                let piece = *pieces.entry((at, next, link.class)).or_insert_with(|| {
                    let straight = if self.vertices[next].node.is_none() && self.vertices[at].node.is_none() {
                        8.0
                    } else {
                        1.0
                    };
                    self.segments.push(Segment {
                        from: at,
                        to: next,
                        class: link.class,
                        weight: link.weight * straight,
                        out_port: 0.0,
                        in_port: 0.0,
                    });
                    self.segments.len() - 1
                });
                way.push(piece);
                at = next;
            }
            self.ways.push(way);
        }
    }

    /// Makes boxes high enough for their arrows.
    fn make_room(&mut self, nodes: &[Node], links: &[Link]) {
        let mut out = vec![0_usize; nodes.len()];
        let mut classes = vec![std::collections::BTreeSet::new(); nodes.len()];
        for (link, back) in links.iter().zip(&self.back) {
            out[link.from] += 1;
            classes[link.to].insert((*back, link.class));
        }
        for (node, vertex) in self.vertices.iter_mut().take(nodes.len()).enumerate() {
            let pitch = nodes[node].pitch;
            // The label of the last line has room before the box ends.
            let leaving = out[node].saturating_sub(1) as f64 * pitch + 20.0 + pitch - OUT_PITCH;
            let coming = classes[node].len().saturating_sub(1) as f64 * IN_PITCH + 20.0;
            if nodes[node].pile.is_none() && (out[node] > 1 || classes[node].len() > 1 || pitch > OUT_PITCH) {
                vertex.height = vertex.height.max(leaving).max(coming);
            }
        }
    }

    /// Returns the place of each vertex in its column.
    pub(super) fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.vertices.len()];
        for layer in &self.layers {
            for (position, vertex) in layer.iter().enumerate() {
                positions[*vertex] = position;
            }
        }
        positions
    }

    /// Returns the height at which a segment leaves, and at which it arrives.
    pub(super) fn ends(&self, segment: usize) -> (f64, f64) {
        let segment = &self.segments[segment];
        (self.vertices[segment.from].y + segment.out_port, self.vertices[segment.to].y + segment.in_port)
    }
}
