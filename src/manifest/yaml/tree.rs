//! Builds the trees out of the parser's events, without recursion and within a budget.

use crate::resource::Code;
use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::super::reading::log::{Log, quote};
use super::syntax::{self, Syntax, explain};
use super::{Key, MAX_ALIASES, MAX_DEPTH, MAX_NODES, MAX_SCALAR_BYTES, Node, NodeValue, Position, Style};

/// The key that merges other maps into its own.
const MERGE: &str = "<<";

/// Builds one tree for each document that is not empty, up to the first place that cannot be read.
pub(super) fn build<'l>(text: &'l str, log: &'l mut Log) -> Vec<Node> {
    let options = granit_parser::options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    let mut builder = Builder {
        text,
        log,
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        spent: Size::default(),
        aliases: 0,
        documents: Vec::new(),
    };
    for item in Parser::new_from_str_with_options(text, options) {
        let step = match item {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => {
                builder.syntax(&error);
                Err(Stop)
            }
        };
        if step.is_err() {
            break;
        }
    }
    builder.documents
}

/// Finds where scalars start and end, up to the first place that cannot be read.
pub(super) fn spans(text: &str) -> Vec<(Position, Position)> {
    let options = granit_parser::options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    let events = Parser::new_from_str_with_options(text, options).map_while(Result::ok);
    let scalars = events.filter(|(event, _)| matches!(event, Event::Scalar(..)));
    let end = |span: &Span| Position { line: span.end.line().max(1), column: span.end.col() + 1 };
    scalars.map(|(_, span)| (at(&span), end(&span))).collect()
}

/// Nothing behind this place can be read; why is in the log.
struct Stop;

/// What a tree costs to keep.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
}

struct Anchor {
    node: Node,
    size: Size,
    height: usize,
}

struct Frame {
    value: Open,
    position: Position,
    anchor: usize,
    /// What was spent before this frame.
    before: Size,
}

enum Open {
    Map {
        entries: Vec<(Key, Node)>,
        seen: BTreeMap<String, Position>,
        merges: Vec<Node>,
        pending: Option<Pending>,
    },
    Seq(Vec<Node>),
}

enum Pending {
    Key(Key),
    Merge(Position),
    /// A second value of the same key: read and left out.
    Duplicate,
}

struct Builder<'l> {
    text: &'l str,
    log: &'l mut Log,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Anchor>,
    spent: Size,
    aliases: usize,
    documents: Vec<Node>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Stop> {
        let position = at(span);
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let refused = self.refuse_tag(tag.as_deref(), position);
                let plain = style == ScalarStyle::Plain;
                if self.is_key() {
                    return self.key(&text, plain, position);
                }
                self.spend(Size { nodes: 1, bytes: text.len() }, position)?;
                let style = match (refused, plain) {
                    (true, _) => Style::Broken,
                    (false, true) => Style::Plain,
                    (false, false) => Style::Quoted,
                };
                let node = Node { value: NodeValue::Scalar(text.into_owned(), style), position };
                self.remember(anchor, &node, position)?;
                self.add(node, position);
            }
            Event::Alias(anchor) => return self.alias(anchor, position),
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), position);
                let (entries, seen, merges, pending) = (Vec::new(), BTreeMap::new(), Vec::new(), None);
                return self.open(Open::Map { entries, seen, merges, pending }, anchor, position);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), position);
                return self.open(Open::Seq(Vec::new()), anchor, position);
            }
            Event::MappingEnd | Event::SequenceEnd => return self.close(),
            _ => {}
        }
        Ok(())
    }

    /// Returns whether the next node stands where a map has a key.
    fn is_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { value: Open::Map { pending: None, .. }, .. }))
    }

    fn key(&mut self, text: &str, plain: bool, position: Position) -> Result<(), Stop> {
        self.spend(Size { nodes: 1, bytes: text.len() }, position)?;
        let Some(Frame { value: Open::Map { seen, pending, .. }, .. }) = self.stack.last_mut() else {
            return Ok(());
        };
        // The parser writes `~` for a key that is not there.
        if plain && matches!(text, "" | "~") {
            self.log.error(Code::Yaml, position, "a key is missing here");
            *pending = Some(Pending::Duplicate);
            return Ok(());
        }
        if let Some(first) = seen.get(text) {
            let message = format!("the key {} is here a second time", quote(text));
            let hint = format!("it is first in line {}", first.line);
            self.log.error_with(Code::DuplicateKey, position, message, hint);
            *pending = Some(Pending::Duplicate);
            return Ok(());
        }
        seen.insert(text.to_owned(), position);
        *pending = Some(if plain && text == MERGE {
            Pending::Merge(position)
        } else {
            Pending::Key(Key { text: text.to_owned(), position })
        });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, position: Position) -> Result<(), Stop> {
        if self.is_key() {
            self.log.error(Code::Yaml, position, "an alias cannot be a key; write the key out");
            return Err(Stop);
        }
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            self.log.error(Code::TooLarge, position, format!("there are more than {MAX_ALIASES} aliases"));
            return Err(Stop);
        }
        let Some(Anchor { size, height, .. }) = self.anchors.get(&anchor) else {
            self.log.error(Code::Yaml, position, "the alias refers to a node that contains it");
            return Err(Stop);
        };
        let (size, height) = (*size, *height);
        self.spend(size, position)?;
        self.deep(height, position)?;
        if let Some(anchor) = self.anchors.get(&anchor) {
            // A wrong value is reported where it is used, what is wrong inside of it where it stands.
            let node = Node { position, ..anchor.node.clone() };
            self.add(node, position);
        }
        Ok(())
    }

    fn open(&mut self, value: Open, anchor: usize, position: Position) -> Result<(), Stop> {
        if self.is_key() {
            let line = self.text.lines().nth(position.line - 1).unwrap_or_default();
            let hint = match syntax::template(line) {
                true => syntax::TEMPLATE,
                false => "a value that starts with `{` or `[` needs quotes",
            };
            self.log.error_with(Code::Yaml, position, "a key must be a text, not a map or a list", hint);
            return Err(Stop);
        }
        self.deep(1, position)?;
        let before = self.spent;
        self.spend(Size { nodes: 1, bytes: 0 }, position)?;
        self.stack.push(Frame { value, position, anchor, before });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stop> {
        let Some(Frame { value, position, anchor, before }) = self.stack.pop() else { return Ok(()) };
        let value = match value {
            Open::Seq(items) => NodeValue::Seq(items),
            Open::Map { entries, seen, merges, .. } => NodeValue::Map(self.merged(entries, &seen, merges)),
        };
        let node = Node { value, position };
        if anchor != 0 {
            let size =
                Size { nodes: self.spent.nodes - before.nodes, bytes: self.spent.bytes - before.bytes };
            self.keep(anchor, &node, size, position)?;
        }
        self.add(node, position);
        Ok(())
    }

    /// Puts a finished node into the collection that is open, or makes it a document.
    fn add(&mut self, mut node: Node, position: Position) {
        match self.stack.last_mut().map(|frame| &mut frame.value) {
            None if node.is_null() => {}
            None => self.documents.push(node),
            Some(Open::Seq(items)) => items.push(node),
            Some(Open::Map { entries, merges, pending, .. }) => match pending.take() {
                Some(Pending::Key(key)) => {
                    if node.is_null() {
                        // The parser puts an empty value behind the line break, where nobody would look for it.
                        node.position = key.position;
                    }
                    entries.push((key, node));
                }
                Some(Pending::Merge(at)) => merges.push(Node { position: at.max(position), ..node }),
                Some(Pending::Duplicate) | None => {}
            },
        }
    }

    /// Adds the entries of merged maps that the map does not have itself.
    fn merged(
        &mut self,
        mut entries: Vec<(Key, Node)>,
        seen: &BTreeMap<String, Position>,
        merges: Vec<Node>,
    ) -> Vec<(Key, Node)> {
        let mut taken: BTreeSet<String> = seen.keys().cloned().collect();
        for merge in merges {
            let maps = match merge.value {
                NodeValue::Seq(items) => items,
                _ => vec![merge],
            };
            for map in maps {
                let NodeValue::Map(inherited) = map.value else {
                    let message = format!("`<<` merges maps, and this is {}", map.kind());
                    self.log.error(Code::Yaml, map.position, message);
                    continue;
                };
                for (key, node) in inherited {
                    if taken.insert(key.text.clone()) {
                        entries.push((key, node));
                    }
                }
            }
        }
        entries
    }

    fn remember(&mut self, anchor: usize, node: &Node, position: Position) -> Result<(), Stop> {
        if anchor == 0 {
            return Ok(());
        }
        let bytes = node.text().map_or(0, str::len);
        self.keep(anchor, node, Size { nodes: 1, bytes }, position)
    }

    /// Keeps a copy for the aliases that may follow; it costs as much as an alias.
    fn keep(&mut self, anchor: usize, node: &Node, size: Size, position: Position) -> Result<(), Stop> {
        self.spend(size, position)?;
        self.anchors.insert(anchor, Anchor { node: node.clone(), size, height: height(node) });
        Ok(())
    }

    fn spend(&mut self, size: Size, position: Position) -> Result<(), Stop> {
        self.spent.nodes += size.nodes;
        self.spent.bytes += size.bytes;
        let message = if self.spent.nodes > MAX_NODES {
            format!("the file has more than {MAX_NODES} values with its aliases expanded")
        } else if self.spent.bytes > MAX_SCALAR_BYTES {
            format!("the file has more than {MAX_SCALAR_BYTES} bytes of text with its aliases expanded")
        } else {
            return Ok(());
        };
        self.log.error_with(Code::TooLarge, position, message, "split it, or use fewer aliases");
        Err(Stop)
    }

    fn deep(&mut self, height: usize, position: Position) -> Result<(), Stop> {
        if self.stack.len() + height <= MAX_DEPTH {
            return Ok(());
        }
        self.log.error(Code::TooDeep, position, too_deep());
        Err(Stop)
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, position: Position) -> bool {
        let Some(tag) = tag else { return false };
        let message = format!("the tag {} is not supported", quote(&tag.original()));
        let hint = match tag.original().starts_with("!!") {
            true => "leave it out: each field says itself what it takes",
            false => "leave it out, or put the value in quotes if it starts with `!`",
        };
        self.log.error_with(Code::Yaml, position, message, hint);
        true
    }

    fn syntax(&mut self, error: &ScanError) {
        let marker = error.marker();
        let position = Position { line: marker.line().max(1), column: marker.col() + 1 };
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return self.log.error(Code::TooDeep, position, too_deep());
        }
        let full = error.to_string();
        // The library puts its own position behind the words.
        let words = full.split(" at char ").next().unwrap_or(&full);
        let Syntax { position, message, hint } = explain(error.kind(), words, position, self.text);
        match hint {
            Some(hint) => self.log.error_with(Code::Yaml, position, message, hint),
            None => self.log.error(Code::Yaml, position, message),
        }
    }
}

fn too_deep() -> String {
    format!("maps and lists lie more than {MAX_DEPTH} deep in each other")
}

fn at(span: &Span) -> Position {
    Position { line: span.start.line().max(1), column: span.start.col() + 1 }
}

/// Counts the levels of maps and lists; the tree is never deeper than the budget allows.
fn height(node: &Node) -> usize {
    match &node.value {
        NodeValue::Scalar(..) => 0,
        NodeValue::Map(entries) => 1 + entries.iter().map(|(_, node)| height(node)).max().unwrap_or(0),
        NodeValue::Seq(items) => 1 + items.iter().map(height).max().unwrap_or(0),
    }
}
