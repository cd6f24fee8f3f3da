//! Pictures that stand by themselves: no script, no font and no file from elsewhere, light and dark by themselves.

use std::fmt::Write as _;

use crate::flow::finding::Severity;

use super::bounds::bounded;
use super::layout::{Rect, Route};
use super::model::{Arrow, Direction, Picture, Role, Tile};
use super::sheet::{Card, Sheet, Style, Tone, Words};
use super::text::{clean, is_measured};

mod look;

pub use look::STYLE;

/// The radius of an arrow's corners.
const BEND: f64 = 7.0;

/// Draws a picture as SVG.
///
/// Every name is escaped. Texts can be selected, and what is cut is there in full as a tooltip. The colours follow
/// the viewer's preference for light or dark. Of a picture with more than 600 boxes a part is drawn, with a note.
pub fn svg(picture: &Picture) -> String {
    drawn(picture, "", Some(look::STYLE))
}

/// Draws a picture for a page that has the [`STYLE`] and other pictures: `number` tells them apart.
pub fn svg_within(picture: &Picture, number: usize) -> String {
    drawn(picture, &format!("-{number}"), None)
}

/// `id` is appended to the ids of the picture.
fn drawn(picture: &Picture, id: &str, style: Option<&str>) -> String {
    let picture = &*bounded(picture);
    let sheet = Sheet::new(picture);
    let mut out = String::new();
    // Writing into a text cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         role=\"img\" aria-labelledby=\"fb-title{id} fb-desc{id}\" class=\"fb\">\n\
         <title id=\"fb-title{id}\">{}</title>\n<desc id=\"fb-desc{id}\">{}</desc>\n{}",
        escape(&clean(&picture.title)),
        escape(&describe(picture)),
        style.map(|style| format!("<style>{style}</style>\n")).unwrap_or_default(),
        w = sheet.width,
        h = sheet.height,
    );
    let _ = writeln!(
        out,
        "<rect class=\"fb-sheet\" width=\"{}\" height=\"{}\" rx=\"10\"/>",
        sheet.width, sheet.height
    );
    for (rect, title) in &sheet.frames {
        let _ = writeln!(out, "<rect class=\"fb-frame\" {} rx=\"12\"/>", at(*rect));
        words(&mut out, title);
    }
    // Emphasised arrows come last, so that they lie above the others.
    for strong in [false, true] {
        let arrows = picture.arrows.iter().zip(&sheet.routes).zip(&sheet.labels);
        for ((arrow, route), label) in arrows.filter(|((arrow, _), _)| arrow.strong == strong) {
            connection(&mut out, picture, arrow, route, label.as_ref());
        }
    }
    for (tile, card) in picture.boxes.iter().zip(&sheet.cards) {
        block(&mut out, tile, card);
    }
    for line in &sheet.words {
        words(&mut out, line);
    }
    out.push_str("</svg>\n");
    out
}

fn describe(picture: &Picture) -> String {
    let boxes = picture.boxes.iter().filter(|tile| tile.role != Role::Start).count();
    let marked = picture.boxes.iter().filter(|tile| !tile.marks.is_empty()).count();
    let marked = if marked == 0 { String::new() } else { format!(", {marked} of them marked") };
    let way = match picture.direction {
        Direction::Right => "left to right",
        Direction::Down => "top to bottom",
    };
    format!("{boxes} boxes{marked}, {} arrows, from {way}", picture.arrows.len())
}

fn at(rect: Rect) -> String {
    let Rect { x, y, width, height } = rect;
    format!("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", n(x), n(y), n(width), n(height))
}

/// Writes a number with at most one decimal.
fn n(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    // No `-0`.
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn words(out: &mut String, words: &Words) {
    let class = match words.style {
        Style::Head => "fb-head",
        Style::Title => "fb-name",
        Style::Subtitle => "fb-kind",
        Style::Detail => "fb-detail",
        Style::Pill(Tone::Error) => "fb-pill fb-error",
        Style::Pill(Tone::Warning) => "fb-pill fb-warning",
        Style::Pill(Tone::Info) => "fb-pill fb-info",
        Style::Pill(Tone::Sum) => "fb-pill fb-sum",
        Style::Label => "fb-label",
        Style::Frame => "fb-frame-name",
        Style::Note => "fb-note",
    };
    let fixed = if is_measured(&words.text) {
        String::new()
    } else {
        format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", n(words.width()))
    };
    let (x, y, text) = (n(words.x), n(words.y), escape(&words.text));
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{fixed}>{text}</text>");
}

fn block(out: &mut String, tile: &Tile, card: &Card) {
    let worst = match tile.severity() {
        Some(Severity::Error) => " fb-has-error",
        Some(Severity::Warning) => " fb-has-warning",
        _ => "",
    };
    let faint = if tile.faint { " fb-faint" } else { "" };
    let _ = writeln!(out, "<g class=\"fb-box fb-{}{worst}{faint}\">", tile.role.as_str());
    let lines = [&tile.title, &tile.subtitle, &tile.detail]
        .into_iter()
        .chain(tile.marks.iter().map(|mark| &mark.detail));
    let full: Vec<_> = lines.map(|line| clean(line)).filter(|line| !line.is_empty()).collect();
    let _ = writeln!(out, "<title>{}</title>", escape(&full.join("\n")));
    let rect = card.rect;
    if tile.role == Role::Start {
        let (x, y) = (n(rect.x + rect.width / 2.0), n(rect.y + rect.height / 2.0));
        let _ =
            writeln!(out, "<circle class=\"fb-dot\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>", n(rect.width / 2.0));
    } else {
        let _ = writeln!(out, "<rect class=\"fb-card\" {} rx=\"7\"/>", at(rect));
        let (x, y, bottom) = (n(rect.x), n(rect.y + 7.0), n(rect.height - 14.0));
        let _ = writeln!(out, "<path class=\"fb-edge\" d=\"M{x} {y}v{bottom}\"/>");
    }
    for line in &card.words {
        if let Style::Pill(tone) = line.style {
            let ground = Rect { x: line.x - 8.0, y: line.y - 11.5, width: line.width() + 16.0, height: 16.0 };
            let tone = match tone {
                Tone::Error => "error",
                Tone::Warning => "warning",
                Tone::Info => "info",
                Tone::Sum => "sum",
            };
            let _ = writeln!(out, "<rect class=\"fb-ground-{tone}\" {} rx=\"8\"/>", at(ground));
        }
        words(out, line);
    }
    out.push_str("</g>\n");
}

fn connection(out: &mut String, picture: &Picture, arrow: &Arrow, route: &Route, label: Option<&Words>) {
    let [.., before, tip] = route.points[..] else { return };
    let strong = if arrow.strong { " fb-strong" } else { "" };
    let _ = writeln!(out, "<g class=\"fb-arrow fb-{}{strong}\">", arrow.line.as_str());
    let name = |tile: usize| picture.boxes.get(tile).map_or("", |tile| tile.title.as_str());
    let way = format!("{} → {}", name(arrow.from), name(arrow.to));
    let title = if arrow.detail.is_empty() { way } else { format!("{way}\n{}", arrow.detail) };
    let title: Vec<_> = title.lines().map(clean).collect();
    let _ = writeln!(out, "<title>{}</title>", escape(&title.join("\n")));
    let _ = writeln!(out, "<path class=\"fb-line\" d=\"{}\"/>", path(&route.points));
    let (x, y) = (n(tip.0), n(tip.1));
    let head = if before.0 == tip.0 { "l-4 -8h8z" } else { "l-8 -4v8z" };
    let _ = writeln!(out, "<path class=\"fb-tip\" d=\"M{x} {y}{head}\"/>");
    if let Some(label) = label {
        words(out, label);
    }
    out.push_str("</g>\n");
}

/// Writes a way with round corners. It begins at the tip: where broken lines share the last part of their ways, the
/// breaks then fall on the same places.
fn path(points: &[(f64, f64)]) -> String {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for point in points.iter().rev() {
        let along =
            |a: (f64, f64), b: (f64, f64)| a.0 == b.0 && b.0 == point.0 || a.1 == b.1 && b.1 == point.1;
        if let [.., a, b] = corners[..]
            && along(a, b)
        {
            corners.pop();
        }
        if corners.last() != Some(point) {
            corners.push(*point);
        }
    }
    let mut out = String::new();
    for (place, (x, y)) in corners.iter().copied().enumerate() {
        let before = place.checked_sub(1).and_then(|before| corners.get(before));
        let (Some(before), Some(after)) = (before, corners.get(place + 1)) else {
            // The line ends inside of the tip.
            let down = corners.get(1).is_some_and(|next| next.0 == x);
            let (x, y) = match (place, down) {
                (0, true) => (x, y - 5.0),
                (0, false) => (x - 5.0, y),
                _ => (x, y),
            };
            let _ = write!(out, "{}{} {}", if place == 0 { "M" } else { "L" }, n(x), n(y));
            continue;
        };
        let length = |(a, b): (f64, f64)| (a - x).abs() + (b - y).abs();
        let bend = BEND.min(length(*before) / 2.0).min(length(*after) / 2.0);
        let toward = |(a, b): (f64, f64)| {
            let far = length((a, b)).max(0.001);
            (n(x + (a - x) / far * bend), n(y + (b - y) / far * bend))
        };
        let ((ax, ay), (bx, by)) = (toward(*before), toward(*after));
        let _ = write!(out, "L{ax} {ay}Q{} {} {bx} {by}", n(x), n(y));
    }
    out
}

/// Escapes a cleaned text for XML and HTML, in elements and in attributes.
pub(in crate::report) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
