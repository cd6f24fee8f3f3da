//! Places boxes in columns from left to right and finds ways for the arrows between them.
//!
//! The steps are those of Sugiyama, Tagawa and Toda: arrows that close a cycle are set aside ([`rank`]), boxes get
//! columns ([`rank`]), those of a column an order ([`order`]), places at their sides ([`ports`]), then heights ([`place`]), and arrows become polylines
//! of horizontal and vertical pieces ([`route`]). Arrows of one class to one box share their way: that keeps the
//! number of helper vertices below boxes times columns, and a picture of many error branches readable.
//! Deterministic; every loop is bounded.

mod mesh;
mod order;
mod place;
mod ports;
mod rank;
mod route;
mod tracks;

pub(super) use mesh::Mesh;

/// The least distance between the lines that leave a box.
pub(super) const OUT_PITCH: f64 = 18.0;
/// The distance between the lines that come to a box.
pub(super) const IN_PITCH: f64 = 14.0;
/// The height that a frame's title takes.
pub(super) const FRAME_HEAD: f64 = 30.0;
/// The distance between a frame and what stands in it.
pub(super) const FRAME_PAD: f64 = 16.0;
/// The height of a label, which stands just above its line.
pub(super) const LABEL_HEIGHT: f64 = 13.0;

/// A box to be placed.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) width: f64,
    /// The least height; a box with many arrows becomes higher.
    pub(super) height: f64,
    pub(super) group: Option<usize>,
    /// Whether it keeps its width; others get that of their column.
    pub(super) narrow: bool,
    /// The distance between the lines that leave it: a label has room between two of them.
    pub(super) pitch: f64,
    /// How far from its middle arrows arrive and leave, where it is a pile of boxes: at the first and the last one.
    pub(super) pile: Option<(f64, f64)>,
}

/// An arrow to be drawn.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The width of its label; 0 without one.
    pub(super) label: f64,
    /// Arrows of one class to one box share their way.
    pub(super) class: usize,
    /// How much it counts that it is straight.
    pub(super) weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Layout {
    /// The same from top to bottom: what was wide is high.
    pub(super) fn turned(mut self) -> Self {
        let turn = |rect: &mut Rect| {
            *rect = Rect { x: rect.y, y: rect.x, width: rect.height, height: rect.width };
        };
        self.nodes.iter_mut().chain(&mut self.frames).for_each(turn);
        for route in &mut self.routes {
            route.points.iter_mut().for_each(|point| *point = (point.1, point.0));
            route.label.iter_mut().for_each(turn);
        }
        self
    }
}

impl Rect {
    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// The way of an arrow.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// Corners, from the box that it leaves to the box that it leads to.
    pub(super) points: Vec<(f64, f64)>,
    /// The place of its label; empty without one.
    pub(super) label: Option<Rect>,
}

/// Where everything is. The left upper corner of all is about (0, 0).
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) nodes: Vec<Rect>,
    pub(super) routes: Vec<Route>,
    pub(super) frames: Vec<Rect>,
}

/// Returns the number of columns that a picture takes.
pub(super) fn depth(nodes: &[Node], links: &[Link], start: Option<usize>) -> usize {
    rank::rank(nodes, links, start).layer.into_iter().max().map_or(0, |last| last + 1)
}

/// Lays a picture out. Search for cycles begins at `start`, then at boxes that no arrow leads to.
pub(super) fn layout(nodes: &[Node], links: &[Link], start: Option<usize>, groups: usize) -> Layout {
    let ranks = rank::rank(nodes, links, start);
    let mut mesh = Mesh::new(nodes, links, &ranks);
    order::order(&mut mesh);
    ports::ports(&mut mesh, nodes, links);
    let bands = place::place(&mut mesh, groups);
    route::route(&mesh, nodes, links, &bands)
}
