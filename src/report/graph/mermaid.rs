//! Pictures for Mermaid, which GitHub and GitLab draw in Markdown.

use std::fmt::Write as _;

use crate::flow::finding::Severity;

use super::model::{Direction, Line, Picture, Role, Tile};
use super::text::{brief, clean};

/// Writes a picture as a Mermaid flowchart, for its own layout.
pub fn mermaid(picture: &Picture) -> String {
    let way = if picture.direction == Direction::Down { "TB" } else { "LR" };
    let mut out = format!("flowchart {way}\n");
    // Writing into a text cannot fail.
    for (number, group) in picture.groups.iter().enumerate() {
        let _ = writeln!(out, "  subgraph g{number}[\"{}\"]", escape(&group.title));
        for (index, tile) in picture.boxes.iter().enumerate().filter(|(_, tile)| tile.group == Some(number)) {
            let _ = writeln!(out, "    {}", node(index, tile));
        }
        out.push_str("  end\n");
    }
    for (index, tile) in picture.boxes.iter().enumerate().filter(|(_, tile)| tile.group.is_none()) {
        let _ = writeln!(out, "  {}", node(index, tile));
    }
    let mut strong = Vec::new();
    for (number, arrow) in picture.arrows.iter().enumerate() {
        let line = if matches!(arrow.line, Line::Error | Line::Grant) { "-.->" } else { "-->" };
        let label = escape(&arrow.label);
        let label = if label.is_empty() { label } else { format!("|\"{label}\"|") };
        let _ = writeln!(out, "  n{} {line}{label} n{}", arrow.from, arrow.to);
        if arrow.strong {
            strong.push(number.to_string());
        }
    }
    out.push_str("  classDef error stroke:#b91c1c,stroke-width:2px\n");
    out.push_str("  classDef warning stroke:#b45309,stroke-width:2px\n");
    out.push_str("  classDef note stroke:#1d4ed8\n");
    out.push_str("  classDef faint stroke-dasharray:4 3\n");
    if !strong.is_empty() {
        let _ = writeln!(out, "  linkStyle {} stroke:#c2410c,stroke-width:3px", strong.join(","));
    }
    out
}

fn node(index: usize, tile: &Tile) -> String {
    if tile.role == Role::Start {
        return format!("n{index}((\"start\"))");
    }
    let title = escape(&tile.title);
    let small = [escape(&tile.subtitle), escape(&brief(&tile.detail))];
    let marks = tile.marks.iter().map(|mark| escape(&mark.text));
    let lines = [title].into_iter().chain(small).chain(marks).filter(|line| !line.is_empty());
    let class = match tile.severity() {
        Some(Severity::Error) => ":::error",
        Some(Severity::Warning) => ":::warning",
        Some(_) => ":::note",
        None if tile.role == Role::Missing => ":::error",
        None if tile.faint => ":::faint",
        None => "",
    };
    format!("n{index}[\"{}\"]{class}", lines.collect::<Vec<_>>().join("<br/>"))
}

/// Writes a text so that Mermaid takes none of it for syntax, a directive (`%%{`), Markdown, a formula (`$$`) or HTML: whatever is
/// neither a letter, a digit nor one of a few harmless signs becomes an entity (`#34;`).
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '-' | '/' | '(' | ')' | '=' | '+' | '…' | '×')
        {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
