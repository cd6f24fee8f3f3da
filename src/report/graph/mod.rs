//! Pictures of flows and manifests: SVG, DOT and Mermaid.
//!
//! [`of_flow`] and [`of_manifest`] make a [`Picture`], which says what there is and nothing about where; [`svg`]
//! lays it out by itself, [`dot`] and [`mermaid`] leave that to others. Names are hostile input in all three.

mod bounds;
mod chain;
mod declared;
mod dot;
mod flow;
mod layout;
mod manifest;
mod mermaid;
mod model;
mod pile;
mod sheet;
mod svg;
mod text;

#[cfg(test)]
mod tests;

pub use declared::{of_content, of_contents, of_document};
pub use dot::dot;
pub use flow::of_flow;
pub use manifest::of_manifest;
pub use mermaid::mermaid;
pub use model::{Arrow, Direction, Group, Line, Mark, MarkKind, Picture, Role, Tile};
pub(in crate::report) use svg::escape;
pub use svg::{STYLE, svg, svg_within};
