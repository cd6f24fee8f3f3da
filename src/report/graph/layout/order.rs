//! The order of the vertices of each column, with few crossings: barycentres, then swaps of neighbours.

use super::mesh::Mesh;

/// The most sweeps over all columns; crossings hardly fall any more after a dozen.
const SWEEPS: usize = 24;
/// The most rounds of swapping neighbours.
const SWAPS: usize = 8;
/// The most segments that all sweeps look at: a picture that is too large for its order to matter costs no more.
const EFFORT: usize = 250_000;

pub(super) fn order(mesh: &mut Mesh) {
    begin(mesh);
    let sweeps = (EFFORT / (mesh.segments.len() + 1)).min(SWEEPS);
    let mut best = (crossings(mesh), mesh.layers.clone());
    for sweep in 0..sweeps {
        if best.0 == 0 {
            break;
        }
        let count = mesh.layers.len();
        for step in 1..count {
            let forward = sweep % 2 == 0;
            sort(mesh, if forward { step } else { count - 1 - step }, forward);
        }
        if sweep % 4 == 3 && sweeps == SWEEPS {
            swap(mesh);
        }
        let now = crossings(mesh);
        if now < best.0 {
            best = (now, mesh.layers.clone());
        }
    }
    mesh.layers = best.1;
    if sweeps == SWEEPS {
        swap(mesh);
    }
}

/// Orders columns as a search depth first meets their vertices.
fn begin(mesh: &mut Mesh) {
    let mut met = vec![usize::MAX; mesh.vertices.len()];
    let mut count = 0;
    let roots: Vec<usize> = mesh.layers.iter().flatten().copied().collect();
    for root in roots {
        let mut stack = vec![root];
        while let Some(vertex) = stack.pop() {
            if met[vertex] == usize::MAX {
                met[vertex] = count;
                count += 1;
                stack.extend(mesh.behind[vertex].iter().rev().map(|piece| mesh.segments[*piece].to));
            }
        }
    }
    let groups: Vec<_> = mesh.vertices.iter().map(|vertex| vertex.group).collect();
    for layer in &mut mesh.layers {
        layer.sort_by_key(|vertex| (groups[*vertex], met[*vertex]));
    }
}

/// Returns the positions of a vertex's neighbours before or behind it, in order.
fn neighbours(mesh: &Mesh, positions: &[usize], vertex: usize, before: bool) -> Vec<usize> {
    let pieces = if before { &mesh.before[vertex] } else { &mesh.behind[vertex] };
    let other = |piece: &usize| {
        let segment = &mesh.segments[*piece];
        positions[if before { segment.from } else { segment.to }]
    };
    let mut neighbours: Vec<_> = pieces.iter().map(other).collect();
    neighbours.sort_unstable();
    neighbours
}

/// Sorts a column by the mean positions of the neighbours in the column before or behind it. Vertices without any
/// keep their places.
fn sort(mesh: &mut Mesh, layer: usize, before: bool) {
    let positions = mesh.positions();
    let key = |vertex: usize| {
        let neighbours = neighbours(mesh, &positions, vertex, before);
        let mean = neighbours.iter().sum::<usize>() as f64 / neighbours.len() as f64;
        (mesh.vertices[vertex].group, if neighbours.is_empty() { f64::NAN } else { mean })
    };
    let mut keyed: Vec<_> = mesh.layers[layer].iter().map(|vertex| (key(*vertex), *vertex)).collect();
    let mut last = 0.0;
    for ((_, mean), _) in &mut keyed {
        if mean.is_nan() {
            *mean = last;
        }
        last = *mean;
    }
    keyed.sort_by(|((one_group, one), _), ((other_group, other), _)| {
        one_group.cmp(other_group).then(one.total_cmp(other))
    });
    mesh.layers[layer] = keyed.into_iter().map(|(_, vertex)| vertex).collect();
}

/// Counts pairs (a, b) of sorted positions with a behind b.
fn inversions(one: &[usize], other: &[usize]) -> usize {
    let mut count = 0;
    let mut smaller = 0;
    for position in one {
        while other.get(smaller).is_some_and(|other| other < position) {
            smaller += 1;
        }
        count += smaller;
    }
    count
}

/// Swaps neighbours of a column while that leaves fewer crossings.
fn swap(mesh: &mut Mesh) {
    let mut positions = mesh.positions();
    for _ in 0..SWAPS {
        let mut better = false;
        for layer in 0..mesh.layers.len() {
            for place in 1..mesh.layers[layer].len() {
                let (one, other) = (mesh.layers[layer][place - 1], mesh.layers[layer][place]);
                if mesh.vertices[one].group != mesh.vertices[other].group {
                    continue;
                }
                let (mut now, mut then) = (0, 0);
                for before in [true, false] {
                    let a = neighbours(mesh, &positions, one, before);
                    let b = neighbours(mesh, &positions, other, before);
                    now += inversions(&a, &b);
                    then += inversions(&b, &a);
                }
                if then < now {
                    mesh.layers[layer].swap(place - 1, place);
                    (positions[one], positions[other]) = (place, place - 1);
                    better = true;
                }
            }
        }
        if !better {
            break;
        }
    }
}

/// Counts the crossings between all columns.
fn crossings(mesh: &Mesh) -> usize {
    let positions = mesh.positions();
    let mut total = 0;
    for layer in &mesh.layers {
        let mut pieces: Vec<(usize, usize)> = layer
            .iter()
            .flat_map(|vertex| &mesh.behind[*vertex])
            .map(|piece| (positions[mesh.segments[*piece].from], positions[mesh.segments[*piece].to]))
            .collect();
        pieces.sort_unstable();
        // A Fenwick tree counts how many earlier pieces end further down.
        let size = pieces.iter().map(|(_, to)| to + 1).max().unwrap_or(0);
        let mut tree = vec![0_usize; size + 1];
        for (seen, (_, to)) in pieces.iter().enumerate() {
            let (mut at, mut not_below) = (to + 1, 0);
            while at > 0 {
                not_below += tree[at];
                at &= at - 1;
            }
            total += seen - not_below;
            at = to + 1;
            while at <= size {
                tree[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    total
}
