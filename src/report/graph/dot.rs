//! Pictures for Graphviz.

use std::fmt::Write as _;

use crate::flow::finding::Severity;

use super::model::{Direction, Picture, Role, Tile};
use super::text::{brief, clean};

/// Writes a picture in the DOT language of Graphviz, for its own layout.
pub fn dot(picture: &Picture) -> String {
    let mut out = String::new();
    let title = quote(&[&picture.title]);
    let way = if picture.direction == Direction::Down { "TB" } else { "LR" };
    // Writing into a text cannot fail.
    let _ = writeln!(out, "digraph {title} {{");
    let _ = writeln!(out, "  graph [rankdir={way}, label={title}, labelloc=t, fontname=\"Helvetica\"];");
    out.push_str("  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11];\n");
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=9];\n");
    for (number, group) in picture.groups.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{number} {{\n    label={};", quote(&[&group.title]));
        for (index, tile) in members(picture, Some(number)) {
            let _ = writeln!(out, "    {}", node(index, tile));
        }
        out.push_str("  }\n");
    }
    for (index, tile) in members(picture, None) {
        let _ = writeln!(out, "  {}", node(index, tile));
    }
    for arrow in &picture.arrows {
        let mut style = Vec::new();
        if arrow.line.is_dashed() {
            style.push("style=dashed".to_owned());
        }
        if arrow.strong {
            style.push("penwidth=2.5, color=\"#c2410c\"".to_owned());
        }
        let label = quote(&[&arrow.label]);
        let tooltip = quote(&[&arrow.detail]);
        style.push(format!("label={label}, tooltip={tooltip}"));
        let _ = writeln!(out, "  n{} -> n{} [{}];", arrow.from, arrow.to, style.join(", "));
    }
    out.push_str("}\n");
    out
}

fn members(picture: &Picture, group: Option<usize>) -> impl Iterator<Item = (usize, &Tile)> {
    picture.boxes.iter().enumerate().filter(move |(_, tile)| tile.group == group)
}

fn node(index: usize, tile: &Tile) -> String {
    if tile.role == Role::Start {
        return format!("n{index} [shape=point, width=0.15, label=\"\", tooltip=\"start\"];");
    }
    let detail = brief(&tile.detail);
    let mut lines = vec![tile.title.as_str(), &tile.subtitle, &detail];
    lines.extend(tile.marks.iter().map(|mark| mark.text.as_str()));
    let colour = match tile.severity() {
        Some(Severity::Error) => ", color=\"#b91c1c\", penwidth=2",
        Some(Severity::Warning) => ", color=\"#b45309\", penwidth=2",
        Some(_) => ", color=\"#1d4ed8\"",
        None => "",
    };
    let faint = match (tile.role, tile.faint) {
        (Role::Missing, _) | (_, true) => ", style=\"rounded,dashed\"",
        _ => "",
    };
    format!("n{index} [label={}{colour}{faint}];", quote(&lines))
}

/// Writes lines as a string of DOT. Backslashes begin escapes there, and `&` an HTML entity.
fn quote(lines: &[&str]) -> String {
    let lines = lines.iter().map(|line| clean(line)).filter(|line| !line.is_empty());
    let lines: Vec<_> =
        lines.map(|line| line.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
