//! Where at its boxes each arrow leaves and arrives.

use std::collections::BTreeMap;

use super::mesh::Mesh;
use super::{IN_PITCH, Link, Node, OUT_PITCH};

/// The least distance of an arrow from the corner of its box.
const CORNER: f64 = 10.0;

/// An arrow, or arrows of one class, at one side of a box.
struct Port {
    /// Whether it leads back: those come last, since they go round below.
    back: bool,
    /// What lies on the other side, from above.
    across: f64,
    class: usize,
    weight: f64,
    links: Vec<usize>,
}

/// Gives every arrow its place at both of its boxes, in the order of what lies on the other side, so that arrows do
/// not cross at a box.
pub(super) fn ports(mesh: &mut Mesh, nodes: &[Node], links: &[Link]) {
    let positions = mesh.positions();
    let mut out: Vec<Vec<Port>> = nodes.iter().map(|_| Vec::new()).collect();
    let mut into: Vec<BTreeMap<(bool, usize), Port>> = nodes.iter().map(|_| BTreeMap::new()).collect();
    for (index, link) in links.iter().enumerate() {
        let Link { class, weight, .. } = *link;
        let across = |vertex: Option<usize>| vertex.map_or(0.0, |vertex| positions[vertex] as f64);
        let way = &mesh.ways[index];
        let next = across(way.first().map(|piece| mesh.segments[*piece].to));
        let last = across(way.last().map(|piece| mesh.segments[*piece].from));
        let back = mesh.back[index];
        out[link.from].push(Port { back, across: next, class, weight, links: vec![index] });
        let port = || Port { back, across: 0.0, class, weight: 0.0, links: Vec::new() };
        let port = into[link.to].entry((back, class)).or_insert_with(port);
        // The mean of all, as it grows.
        port.across += (last - port.across) / (port.links.len() + 1) as f64;
        port.weight += weight;
        port.links.push(index);
    }
    for (node, (out, into)) in out.into_iter().zip(into).enumerate() {
        let whole = mesh.vertices[node].height / 2.0;
        let (first, last) = nodes[node].pile.unwrap_or_default();
        let pitch = nodes[node].pitch;
        let label = (pitch - OUT_PITCH) / 2.0;
        for (link, y) in spread(out, whole - last - label, pitch) {
            mesh.leaves[link] = last + y - label.floor();
        }
        for (link, y) in spread(into.into_values().collect(), whole + first, IN_PITCH) {
            mesh.arrives[link] = first + y;
        }
    }
    for (link, way) in mesh.ways.iter().enumerate() {
        if let (Some(first), Some(last)) = (way.first(), way.last()) {
            mesh.segments[*first].out_port = mesh.leaves[link];
            mesh.segments[*last].in_port = mesh.arrives[link];
        }
    }
}

/// Spreads ports over a side of half the height `half`: the weightiest one as near to its middle as the others
/// allow, so that the way that most contacts take is straight.
fn spread(mut ports: Vec<Port>, half: f64, pitch: f64) -> Vec<(usize, f64)> {
    ports.sort_by(|one, other| {
        (one.back.cmp(&other.back))
            .then(one.across.total_cmp(&other.across))
            .then(one.class.cmp(&other.class))
            .then(one.links.cmp(&other.links))
    });
    let last = ports.len().saturating_sub(1) as f64;
    let forward = ports.iter().enumerate().filter(|(_, port)| !port.back);
    let main = forward.max_by(|(_, one), (_, other)| one.weight.total_cmp(&other.weight));
    let main = main.map_or(last / 2.0, |(place, _)| place as f64);
    let reach = ((half - CORNER) / pitch).max(last / 2.0);
    let middle = main.clamp(last - reach, reach);
    let place = |(place, port): (usize, Port)| {
        let y = ((place as f64 - middle) * pitch).round();
        port.links.into_iter().map(move |link| (link, y))
    };
    ports.into_iter().enumerate().flat_map(place).collect()
}
