//! Heights: where in its column each vertex stands, so that arrows are straight where they can be.

use super::mesh::Mesh;
use super::{FRAME_HEAD, FRAME_PAD};

/// The most sweeps over all columns.
const SWEEPS: usize = 14;
/// The distance between two frames.
const BETWEEN_FRAMES: f64 = 26.0;

/// The top and bottom of each frame.
pub(super) type Bands = Vec<(f64, f64)>;

/// Places all vertices: frame by frame from above, then what stands in none.
pub(super) fn place(mesh: &mut Mesh, groups: usize) -> Bands {
    let mut done = vec![false; mesh.vertices.len()];
    let mut bands = Vec::new();
    let mut top = 0.0;
    for group in (0..groups).map(Some).chain([None]) {
        let members: Vec<Vec<usize>> = mesh
            .layers
            .iter()
            .map(|layer| {
                layer.iter().copied().filter(|vertex| mesh.vertices[*vertex].group == group).collect()
            })
            .collect();
        if members.iter().all(Vec::is_empty) {
            bands.extend(group.map(|_| (top, top)));
            continue;
        }
        for vertex in members.iter().flatten() {
            done[*vertex] = true;
        }
        Placing { mesh, members: &members, done: &done }.run();
        if group.is_none() && !bands.is_empty() {
            continue;
        }
        let (upper, lower) = extent(mesh, &members);
        let head = if group.is_some() { FRAME_HEAD } else { 0.0 };
        for vertex in members.iter().flatten() {
            mesh.vertices[*vertex].y += top + head - upper;
        }
        if group.is_some() {
            let bottom = top + head + lower - upper + FRAME_PAD;
            bands.push((top, bottom));
            top = bottom + BETWEEN_FRAMES;
        }
    }
    bands
}

fn extent(mesh: &Mesh, members: &[Vec<usize>]) -> (f64, f64) {
    let ends = members.iter().flatten().map(|vertex| {
        let vertex = &mesh.vertices[*vertex];
        (vertex.y - vertex.height / 2.0, vertex.y + vertex.height / 2.0)
    });
    ends.fold((f64::MAX, f64::MIN), |(low, high), (a, b)| (low.min(a), high.max(b)))
}

struct Placing<'a> {
    mesh: &'a mut Mesh,
    /// The vertices to place, by column.
    members: &'a [Vec<usize>],
    /// What has a place already, those to place among them.
    done: &'a [bool],
}

impl Placing<'_> {
    fn run(&mut self) {
        for layer in 0..self.members.len() {
            self.settle(layer, |_, _| None);
        }
        let count = self.members.len();
        for sweep in 0..SWEEPS {
            for step in 0..count {
                let (layer, sides) = match sweep % 2 {
                    _ if sweep + 2 >= SWEEPS => (step, (true, true)),
                    0 => (step, (true, false)),
                    _ => (count - 1 - step, (false, true)),
                };
                self.settle(layer, |placing, vertex| placing.wish(vertex, sides));
            }
        }
        for layer in self.members {
            for vertex in layer {
                let y = &mut self.mesh.vertices[*vertex].y;
                *y = y.round();
            }
        }
        for _ in 0..4 {
            self.straighten();
        }
    }

    /// Returns the distance that the middles of two neighbours of a column must have.
    fn distance(&self, upper: usize, lower: usize) -> f64 {
        let (upper, lower) = (&self.mesh.vertices[upper], &self.mesh.vertices[lower]);
        let gap = match (upper.node, lower.node) {
            (Some(_), Some(_)) => 28.0,
            (None, None) => 12.0,
            _ => 20.0,
        };
        ((upper.height + lower.height) / 2.0 + gap).ceil()
    }

    /// Returns where a vertex would have to be for a segment to be straight.
    fn aligned(&self, vertex: usize, piece: usize) -> Option<f64> {
        let segment = &self.mesh.segments[piece];
        let other = if segment.to == vertex { segment.from } else { segment.to };
        let (start, end) = self.mesh.ends(piece);
        let off = if segment.to == vertex { start - end } else { end - start };
        self.done[other].then(|| self.mesh.vertices[vertex].y + off)
    }

    /// Returns the weighted median of where a vertex's segments want it, with their weight.
    fn wish(&self, vertex: usize, (before, behind): (bool, bool)) -> Option<(f64, f64)> {
        let pieces = |take: bool, pieces: &'_ [usize]| if take { pieces.to_vec() } else { Vec::new() };
        let mut wishes: Vec<(f64, f64)> = pieces(before, &self.mesh.before[vertex])
            .into_iter()
            .chain(pieces(behind, &self.mesh.behind[vertex]))
            .filter_map(|piece| Some((self.aligned(vertex, piece)?, self.mesh.segments[piece].weight)))
            .collect();
        wishes.sort_by(|one, other| one.0.total_cmp(&other.0));
        let total: f64 = wishes.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        for (at, (y, weight)) in wishes.iter().enumerate() {
            sum += weight;
            if (sum - total / 2.0).abs() < 1e-9 {
                let next = wishes.get(at + 1).map_or(*y, |(next, _)| *next);
                return Some((f64::midpoint(*y, next), total));
            }
            if sum > total / 2.0 {
                return Some((*y, total));
            }
        }
        None
    }

    /// Moves the vertices of a column as near to their wishes as their order and distances allow: least squares by
    /// pooling neighbours that would overlap.
    fn settle(&mut self, layer: usize, wish: impl Fn(&Self, usize) -> Option<(f64, f64)>) {
        struct Pool {
            y: f64,
            weight: f64,
            members: usize,
        }
        let column = &self.members[layer];
        let mut offsets = Vec::with_capacity(column.len());
        let mut pools: Vec<Pool> = Vec::new();
        let mut offset = 0.0;
        for (place, vertex) in column.iter().enumerate() {
            if let Some(above) = place.checked_sub(1).and_then(|above| column.get(above)) {
                offset += self.distance(*above, *vertex);
            }
            offsets.push(offset);
            let (y, weight) = wish(self, *vertex).unwrap_or((self.mesh.vertices[*vertex].y, 0.05));
            let mut pool = Pool { y: y - offset, weight, members: 1 };
            while let Some(above) = pools.pop_if(|above| above.y >= pool.y) {
                let weight = above.weight + pool.weight;
                pool = Pool {
                    y: (above.y * above.weight + pool.y * pool.weight) / weight,
                    weight,
                    members: above.members + pool.members,
                };
            }
            pools.push(pool);
        }
        let ys = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.y, pool.members));
        for ((vertex, offset), y) in column.iter().zip(offsets).zip(ys) {
            self.mesh.vertices[*vertex].y = y + offset;
        }
    }

    /// Moves chains of helper vertices, and boxes, to where more of their segments are exactly straight.
    fn straighten(&mut self) {
        let positions = self.mesh.positions();
        let mut seen = vec![false; self.mesh.vertices.len()];
        for layer in 0..self.members.len() {
            for vertex in &self.members[layer] {
                let mut chain = vec![*vertex];
                if self.mesh.vertices[*vertex].node.is_none() {
                    if seen[*vertex] {
                        continue;
                    }
                    while let Some(next) = self.passing(chain[chain.len() - 1]) {
                        seen[next] = true;
                        chain.push(next);
                    }
                }
                self.align(&chain, &positions);
            }
        }
    }

    /// Returns the helper vertex behind a helper vertex.
    fn passing(&self, vertex: usize) -> Option<usize> {
        let next = self.mesh.segments[*self.mesh.behind[vertex].first()?].to;
        self.mesh.vertices[next].node.is_none().then_some(next)
    }

    fn align(&mut self, chain: &[usize], positions: &[usize]) {
        let (mut low, mut high) = (f64::MIN, f64::MAX);
        for vertex in chain {
            let column = &self.mesh.layers[self.mesh.vertices[*vertex].layer];
            let place = positions[*vertex];
            let same = |other: &&usize| {
                self.done[**other] && self.mesh.vertices[**other].group == self.mesh.vertices[*vertex].group
            };
            if let Some(above) = place.checked_sub(1).and_then(|place| column.get(place)).filter(same) {
                low = low.max(self.mesh.vertices[*above].y + self.distance(*above, *vertex));
            }
            if let Some(below) = column.get(place + 1).filter(same) {
                high = high.min(self.mesh.vertices[*below].y - self.distance(*vertex, *below));
            }
        }
        let pieces: Vec<(usize, usize)> = chain
            .iter()
            .flat_map(|vertex| {
                let pieces = self.mesh.before[*vertex].iter().chain(&self.mesh.behind[*vertex]);
                pieces.map(|piece| (*vertex, *piece))
            })
            .collect();
        // Between two helper vertices there is only what belongs to their chain.
        let inner = |piece: usize| {
            let segment = &self.mesh.segments[piece];
            [segment.from, segment.to].iter().all(|vertex| self.mesh.vertices[*vertex].node.is_none())
        };
        let mut wishes: Vec<(f64, f64)> = pieces
            .iter()
            .filter(|(_, piece)| !inner(*piece))
            .filter_map(|(vertex, piece)| {
                Some((self.aligned(*vertex, *piece)?, self.mesh.segments[*piece].weight))
            })
            .collect();
        let now = self.mesh.vertices[chain[0]].y;
        let even = chain.iter().all(|vertex| self.mesh.vertices[*vertex].y == now);
        wishes.extend(chain.iter().map(|vertex| (self.mesh.vertices[*vertex].y, 0.0)));
        wishes.sort_by(|one, other| one.0.total_cmp(&other.0));
        let score = |y: f64| {
            let near = wishes.iter().filter(|(wish, _)| (wish - y).abs() < 0.01).map(|(_, weight)| weight);
            near.sum::<f64>()
        };
        let start = if even { score(now) } else { -1.0 };
        let mut best = (start, 0.0, now);
        for (y, _) in wishes.iter().filter(|(y, _)| (low..=high).contains(y)) {
            let found = (score(*y), -(y - now).abs(), *y);
            if found.0 > best.0 + 1e-9 || ((found.0 - best.0).abs() < 1e-9 && found.1 > best.1) {
                best = found;
            }
        }
        if best.0 > start {
            for vertex in chain {
                self.mesh.vertices[*vertex].y = best.2;
            }
        }
    }
}
