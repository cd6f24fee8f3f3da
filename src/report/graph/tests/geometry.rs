//! Boxes apart, words inside, arrows from box to box, labels on nothing.

use crate::report::graph::layout::Rect;
use crate::report::graph::model::{Picture, Role};
use crate::report::graph::sheet::{Card, Sheet, Style, Words};

fn meet(one: Rect, other: Rect, margin: f64) -> bool {
    one.x - margin < other.right()
        && other.x - margin < one.right()
        && one.y - margin < other.bottom()
        && other.y - margin < one.bottom()
}

fn inside(inner: Rect, outer: Rect, margin: f64) -> bool {
    inner.x >= outer.x + margin
        && inner.y >= outer.y + margin
        && inner.right() <= outer.right() - margin
        && inner.bottom() <= outer.bottom() - margin
}

/// The room that a line takes at most, with the ground of a pill.
fn room(words: &Words) -> Rect {
    let size = words.style.size();
    let pad = if matches!(words.style, Style::Pill(_)) { 8.0 } else { 0.0 };
    // Above the baseline letters take up to 0.93 of the size, below it 0.24 (DejaVu Sans).
    Rect { x: words.x - pad, y: words.y - 0.93 * size, width: words.width() + 2.0 * pad, height: 1.17 * size }
}

pub(super) fn check(picture: &Picture, sheet: &Sheet, name: &str) {
    let whole = Rect { x: 0.0, y: 0.0, width: sheet.width, height: sheet.height };
    for words in &sheet.words {
        assert!(inside(room(words), whole, 2.0), "{name}: {words:?} leaves the sheet");
    }
    boxes(sheet, whole, name);
    frames(picture, sheet, whole, name);
    arrows(picture, sheet, whole, name);
    labels(sheet, name);
}

fn boxes(sheet: &Sheet, whole: Rect, name: &str) {
    for (index, Card { rect, words }) in sheet.cards.iter().enumerate() {
        assert!(inside(*rect, whole, 10.0), "{name}: box {index} leaves the sheet");
        for other in &sheet.cards[index + 1..] {
            assert!(!meet(*rect, other.rect, 14.0), "{name}: {rect:?} and {:?} are too near", other.rect);
        }
        for (place, line) in words.iter().enumerate() {
            assert!(inside(room(line), *rect, 3.0), "{name}: {line:?} leaves {rect:?}");
            for other in &words[place + 1..] {
                assert!(!meet(room(line), room(other), -0.5), "{name}: {line:?} on {other:?}");
            }
        }
    }
}

fn frames(picture: &Picture, sheet: &Sheet, whole: Rect, name: &str) {
    for (number, (frame, title)) in sheet.frames.iter().enumerate() {
        assert!(inside(*frame, whole, 5.0) && inside(room(title), *frame, 2.0), "{name}: frame {number}");
        for (other, _) in &sheet.frames[number + 1..] {
            assert!(!meet(*frame, *other, 10.0), "{name}: frames overlap");
        }
        for (tile, card) in picture.boxes.iter().zip(&sheet.cards) {
            if tile.group == Some(number) {
                assert!(
                    inside(card.rect, *frame, 8.0) && !meet(card.rect, room(title), 0.0),
                    "{name}: {tile:?}"
                );
            } else {
                assert!(!meet(card.rect, *frame, 8.0), "{name}: {tile:?} is in a foreign frame");
            }
        }
    }
}

/// The pieces of a way.
fn pieces(points: &[(f64, f64)]) -> impl Iterator<Item = Rect> {
    points.windows(2).map(|pair| {
        let ((a, b), (c, d)) = (pair[0], pair[1]);
        Rect { x: a.min(c), y: b.min(d), width: (a - c).abs(), height: (b - d).abs() }
    })
}

fn arrows(picture: &Picture, sheet: &Sheet, whole: Rect, name: &str) {
    assert_eq!(sheet.routes.len(), picture.arrows.len());
    for (arrow, route) in picture.arrows.iter().zip(&sheet.routes) {
        let (from, to) = (sheet.cards[arrow.from].rect, sheet.cards[arrow.to].rect);
        let (first, last) = (route.points[0], *route.points.last().unwrap());
        let along = |y: f64, rect: Rect| rect.y + 2.0 < y && y < rect.bottom() - 2.0;
        let starts = (first.0 == from.right() && along(first.1, from))
            || (first.1 == from.bottom() && first.0 > from.x && first.0 < from.right());
        let ends =
            (last.0 == to.x && along(last.1, to)) || (last.1 == to.y && last.0 > to.x && last.0 < to.right());
        assert!(starts && ends, "{name}: {arrow:?} goes {:?} from {from:?} to {to:?}", route.points);
        for piece in pieces(&route.points) {
            assert!(piece.width < 1e-6 || piece.height < 1e-6, "{name}: {arrow:?} is askew");
            assert!(inside(piece, whole, 4.0), "{name}: {arrow:?} leaves the sheet");
            for (index, card) in sheet.cards.iter().enumerate() {
                let own = index == arrow.from || index == arrow.to;
                let margin = if own { -0.5 } else { 5.0 };
                assert!(
                    !meet(piece, card.rect, margin),
                    "{name}: {arrow:?} runs over box {index}, {route:?}"
                );
            }
        }
        assert!(picture.boxes[arrow.to].role != Role::Start);
    }
}

fn labels(sheet: &Sheet, name: &str) {
    let places: Vec<_> = sheet.labels.iter().flatten().map(room).collect();
    for (index, place) in places.iter().enumerate() {
        for card in &sheet.cards {
            assert!(!meet(*place, card.rect, 2.0), "{name}: the label at {place:?} lies on {:?}", card.rect);
        }
        for (_, title) in &sheet.frames {
            assert!(!meet(*place, room(title), 0.0), "{name}: the label at {place:?} lies on {title:?}");
        }
        for other in &places[index + 1..] {
            assert!(!meet(*place, *other, 0.0), "{name}: labels at {place:?} and {other:?}");
        }
        for piece in sheet.routes.iter().flat_map(|route| pieces(&route.points)) {
            assert!(
                !meet(*place, piece, -0.5),
                "{name}: a line {piece:?} runs through the label at {place:?}"
            );
        }
    }
}
