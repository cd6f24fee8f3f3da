//! A picture with everything in its place: what is left is to write it down.

use crate::flow::finding::Severity;

use super::layout::{LABEL_HEIGHT, Layout, Link, Node, OUT_PITCH, Rect, Route};
use super::model::{Direction, Line, Mark, MarkKind, Picture, Role, Tile};
use super::pile;
use super::text::{self, Face};

/// The distance between the edge of the sheet and what is on it.
const MARGIN: f64 = 24.0;
/// The distance between a box's edge and its text.
pub(super) const PAD: f64 = 12.0;
/// The widest text in a box.
const TEXT: f64 = 172.0;
/// The narrowest box.
const NARROW: f64 = 96.0;
/// The most marks that a box shows.
const MARKS: usize = 4;
/// The widest label of an arrow.
const LABEL: f64 = 104.0;
/// The size of labels.
pub(super) const LABEL_SIZE: f64 = 10.5;
const NOTE_SIZE: f64 = 12.0;
const TITLE_SIZE: f64 = 18.0;

/// What a line of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Head,
    Title,
    Subtitle,
    Detail,
    Pill(Tone),
    Label,
    Frame,
    Note,
}

/// What a mark is coloured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Error,
    Warning,
    Info,
    Sum,
}

impl Style {
    pub(super) const fn size(self) -> f64 {
        match self {
            Self::Head => TITLE_SIZE,
            Self::Title => 13.0,
            Self::Subtitle => 10.5,
            Self::Detail => 11.0,
            Self::Pill(_) | Self::Label => LABEL_SIZE,
            Self::Frame | Self::Note => NOTE_SIZE,
        }
    }

    pub(super) const fn face(self) -> Face {
        match self {
            Self::Head | Self::Title | Self::Frame | Self::Pill(_) => Face::Bold,
            _ => Face::Regular,
        }
    }

    /// The height that a line takes.
    const fn leading(self) -> f64 {
        match self {
            Self::Head => 30.0,
            Self::Title => 17.0,
            Self::Subtitle => 15.0,
            Self::Detail => 16.0,
            Self::Pill(_) => 20.0,
            _ => 18.0,
        }
    }

    fn width(self, text: &str) -> f64 {
        text::width(text, self.size(), self.face())
    }

    fn wrap(self, text: &str, lines: usize) -> Vec<String> {
        text::wrap(&text::clean(text), self.size(), self.face(), TEXT, lines)
    }
}

/// A line of text; `x` is its left end, `y` its baseline.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) text: String,
    pub(super) style: Style,
}

impl Words {
    /// Returns the widest that it can be drawn.
    pub(super) fn width(&self) -> f64 {
        self.style.width(&self.text)
    }
}

/// A box with its words; those of a pill stand on a rounded ground.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) rect: Rect,
    pub(super) words: Vec<Words>,
}

/// The sheet.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) words: Vec<Words>,
    /// By the index of the box.
    pub(super) cards: Vec<Card>,
    /// By the index of the arrow.
    pub(super) routes: Vec<Route>,
    /// The label of each arrow, cut to its place.
    pub(super) labels: Vec<Option<Words>>,
    pub(super) frames: Vec<(Rect, Words)>,
}

/// The lines of a box, from above.
fn lines(tile: &Tile) -> Vec<(Style, String)> {
    if tile.role == Role::Start {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut add = |style: Style, text: &str, most: usize| {
        lines.extend(style.wrap(text, most).into_iter().map(|line| (style, line)));
    };
    add(Style::Title, &tile.title, 2);
    add(Style::Subtitle, &tile.subtitle, 1);
    add(Style::Detail, &tile.detail, 2);
    for mark in tile.marks.iter().take(MARKS) {
        add(Style::Pill(tone(mark)), &mark.text, 1);
    }
    if let Some(more) = tile.marks.len().checked_sub(MARKS).filter(|more| *more > 0) {
        add(Style::Subtitle, &format!("and {more} more"), 1);
    }
    lines
}

const fn tone(mark: &Mark) -> Tone {
    match mark.kind {
        MarkKind::Sum { over: true } | MarkKind::Finding(Severity::Error) => Tone::Error,
        MarkKind::Sum { over: false } => Tone::Sum,
        MarkKind::Finding(Severity::Warning) => Tone::Warning,
        MarkKind::Finding(_) => Tone::Info,
    }
}

/// The width that a line takes in a box, with the ground of a pill.
fn taken((style, line): &(Style, String)) -> f64 {
    style.width(line) + if matches!(style, Style::Pill(_)) { 16.0 } else { 0.0 }
}

fn node(tile: &Tile, lines: &[(Style, String)]) -> Node {
    if tile.role == Role::Start {
        return Node {
            width: 16.0,
            height: 16.0,
            group: tile.group,
            narrow: true,
            pitch: OUT_PITCH,
            pile: None,
        };
    }
    let wide = lines.iter().map(taken).fold(0.0, f64::max);
    let high: f64 = lines.iter().map(|(style, _)| style.leading()).sum();
    let width = (wide + 2.0 * PAD).max(NARROW).ceil();
    Node {
        width,
        height: (high + 16.0).ceil(),
        group: tile.group,
        narrow: false,
        pitch: OUT_PITCH,
        pile: None,
    }
}

fn card(rect: Rect, lines: Vec<(Style, String)>, dx: f64, dy: f64) -> Card {
    let rect = Rect { x: rect.x + dx, y: rect.y + dy, ..rect };
    let high: f64 = lines.iter().map(|(style, _)| style.leading()).sum();
    let mut y = rect.y + (rect.height - high) / 2.0;
    let words = lines.into_iter().map(|(style, text)| {
        let pill = matches!(style, Style::Pill(_));
        let x = rect.x + PAD + if pill { 8.0 } else { 0.0 };
        y += style.leading();
        Words { x, y: y - if pill { 5.5 } else { 4.5 }, text, style }
    });
    let words = words.collect();
    Card { rect, words }
}

impl Sheet {
    /// Lays a picture out.
    pub(super) fn new(picture: &Picture) -> Self {
        let lines: Vec<_> = picture.boxes.iter().map(lines).collect();
        let down = picture.direction == Direction::Down && picture.groups.is_empty();
        let mut nodes: Vec<_> =
            picture.boxes.iter().zip(&lines).map(|(tile, lines)| node(tile, lines)).collect();
        let texts: Vec<String> = picture
            .arrows
            .iter()
            .map(|arrow| text::cut(&text::clean(&arrow.label), LABEL_SIZE, Face::Regular, LABEL))
            .collect();
        let links = picture.arrows.iter().zip(&texts).map(|(arrow, text)| Link {
            from: arrow.from,
            to: arrow.to,
            label: match Style::Label.width(text) {
                wide if down && wide > 0.0 => LABEL_HEIGHT,
                wide => wide,
            },
            class: usize::from(arrow.line.is_dashed()) + 2 * usize::from(arrow.strong),
            weight: match arrow.line {
                _ if arrow.strong => 6.0,
                Line::Next | Line::Binding => 3.0,
                Line::Condition | Line::Handover => 2.0,
                Line::Error | Line::Grant => 1.0,
            },
        });
        let links: Vec<_> = links.collect();
        let start = picture.boxes.iter().position(|tile| tile.role == Role::Start);
        if down {
            turn(&mut nodes, picture, &texts);
        }
        let mut laid = pile::arrange(picture, &nodes, &links, start);
        if down {
            laid = laid.turned();
            beside(&mut laid, &texts);
        }
        let (left, top) = corner(&laid.nodes, &laid.frames, &laid.routes);
        let head = Style::Head.leading() + 10.0;
        let (dx, dy) = (MARGIN - left, MARGIN + head - top);
        for point in laid.routes.iter_mut().flat_map(|route| &mut route.points) {
            *point = (point.0 + dx, point.1 + dy);
        }
        for label in laid.routes.iter_mut().filter_map(|route| route.label.as_mut()) {
            (label.x, label.y) = (label.x + dx, label.y + dy);
        }
        let cards = laid.nodes.iter().zip(lines).map(|(rect, lines)| card(*rect, lines, dx, dy)).collect();
        let labels = laid.routes.iter().zip(texts).map(|(route, text)| {
            let place = route.label?;
            Some(Words { x: place.x, y: place.bottom() - 3.0, text, style: Style::Label })
        });
        let labels = labels.collect();
        let frames = laid.frames.iter().zip(&picture.groups).map(|(rect, group)| {
            let rect = Rect { x: rect.x + dx, y: rect.y + dy, ..*rect };
            let title = text::clean(&group.title);
            let title = text::cut(&title, NOTE_SIZE, Face::Bold, rect.width - 2.0 * PAD);
            (rect, Words { x: rect.x + PAD, y: rect.y + 19.0, text: title, style: Style::Frame })
        });
        let frames = frames.collect();
        let mut sheet =
            Self { width: 0.0, height: 0.0, words: Vec::new(), cards, routes: laid.routes, labels, frames };
        sheet.frame(picture);
        sheet
    }

    /// Adds title and notes, and finds the size of the sheet.
    fn frame(&mut self, picture: &Picture) {
        let (mut right, mut bottom) = (0.0_f64, 0.0_f64);
        let rects = self.cards.iter().map(|card| card.rect).chain(self.frames.iter().map(|(rect, _)| *rect));
        let labels = self.routes.iter().filter_map(|route| route.label);
        for rect in rects.chain(labels) {
            (right, bottom) = (right.max(rect.right()), bottom.max(rect.bottom()));
        }
        for (x, y) in self.routes.iter().flat_map(|route| &route.points) {
            (right, bottom) = (right.max(*x), bottom.max(*y));
        }
        right = right.max(MARGIN + 420.0);
        let room = right - MARGIN;
        let title = text::cut(&text::clean(&picture.title), TITLE_SIZE, Face::Bold, room);
        self.words.push(Words { x: MARGIN, y: MARGIN + 16.0, text: title, style: Style::Head });
        bottom += 12.0;
        for note in &picture.notes {
            let lines = text::wrap(&text::clean(note), NOTE_SIZE, Face::Regular, room.min(900.0), 8);
            bottom += 6.0;
            for line in lines {
                bottom += Style::Note.leading();
                self.words.push(Words { x: MARGIN, y: bottom, text: line, style: Style::Note });
            }
        }
        (self.width, self.height) = ((right + MARGIN).ceil(), (bottom + MARGIN).ceil());
    }
}

/// Prepares boxes for a picture from top to bottom: what is wide takes room beside others, and labels stand between the
/// lines that leave a box.
fn turn(nodes: &mut [Node], picture: &Picture, texts: &[String]) {
    for node in nodes.iter_mut() {
        std::mem::swap(&mut node.width, &mut node.height);
    }
    for (arrow, text) in picture.arrows.iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
        let pitch = &mut nodes[arrow.from].pitch;
        *pitch = pitch.max((Style::Label.width(text) + 14.0).ceil());
    }
}

/// Puts labels beside the lines that lead down, just below the boxes that they leave.
fn beside(laid: &mut Layout, texts: &[String]) {
    for (route, text) in laid.routes.iter_mut().zip(texts) {
        let Some((x, y)) = route.points.first().copied() else { continue };
        route.label = route.label.map(|_| Rect {
            x: x + 5.0,
            y: y + 4.0,
            width: Style::Label.width(text),
            height: LABEL_HEIGHT,
        });
    }
}

fn corner(nodes: &[Rect], frames: &[Rect], routes: &[Route]) -> (f64, f64) {
    let rects = nodes.iter().chain(frames).copied().chain(routes.iter().filter_map(|route| route.label));
    let corners = rects.map(|rect| (rect.x, rect.y));
    let points = routes.iter().flat_map(|route| route.points.iter().copied());
    let first = corners.chain(points).reduce(|(x, y), (a, b)| (x.min(a), y.min(b)));
    first.unwrap_or((0.0, 0.0))
}
