//! A flow as it stands in a file: its blocks, their transitions, and the place of everything.
//!
//! Lenient where exports of the world are (missing Metadata, numbers as strings, unknown types and keys, templates
//! in values), strict where a reading would be a guess: then there is an error with its place.
//! Rests on the pages "Amazon Connect Flow language" of the AWS developer guide.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::json::{Duplicate, JsonError, Node};
use super::position::{Lines, Position};

pub(super) mod block;
mod find;
mod legacy;
mod unwrap;

pub use block::{Block, Branch, Target, Transitions, is_template};
pub use find::FindError;
pub use unwrap::Wrapping;

/// The version of the flow language that is read and written.
pub const VERSION: &str = "2019-10-30";

/// The longest text that is parsed, in bytes. A flow has at most 256,000 characters; wrapped in an answer, with its
/// quotes escaped and Metadata of its own, it stays far below this.
pub const MAX_TEXT_BYTES: usize = 4 << 20;

/// A text that is not a flow, and the place where that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The JSON pointer of the value that is wrong.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
}

/// The language that a flow is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The flow language 2019-10-30, which the API takes.
    Language,
    /// The console's older export (`modules`, `start`): read and analysed, never written.
    Legacy,
}

/// A flow that was read.
#[derive(Debug, Clone)]
pub struct Document {
    text: Arc<str>,
    root: Node,
    format: Format,
    wrapping: Wrapping,
    places: Places,
    start: Option<Target>,
    blocks: Vec<Block>,
    duplicates: Vec<Duplicate>,
    /// Identifiers and friendly names to indices of `blocks`.
    identifiers: BTreeMap<String, Vec<usize>>,
    names: BTreeMap<String, Vec<usize>>,
}

/// Turns offsets of a flow's text into positions of the file that it stands in.
#[derive(Debug, Clone)]
struct Places {
    lines: Lines,
    /// For wrapped content: the outer text.
    outer: Option<Arc<str>>,
    /// For wrapped content: (offset of the flow's text, offset of the outer text), one for each escape.
    marks: Vec<(usize, usize)>,
}

impl Places {
    fn position(&self, text: &str, offset: usize) -> Position {
        let Some(outer) = &self.outer else { return self.lines.position(text, offset) };
        let mark = self.marks.partition_point(|(inner, _)| *inner <= offset);
        let outside = mark
            .checked_sub(1)
            .and_then(|mark| self.marks.get(mark))
            .map_or(offset, |(inner, outside)| outside + (offset - inner));
        self.lines.position(outer, outside)
    }
}

impl Document {
    /// Reads a flow: plain, as a JSON string, or in an answer of `describe-contact-flow` or
    /// `describe-contact-flow-module`. A byte-order mark in front is left out.
    ///
    /// # Errors
    /// The first place that is not JSON or not a flow, or a text over [`MAX_TEXT_BYTES`].
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::of(&Arc::from(text))
    }

    /// Reads a flow as [`Self::parse`] does; the text is shared where it is the flow's own.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(super) fn of(whole: &Arc<str>) -> Result<Self, ParseError> {
        let text = whole.strip_prefix('\u{FEFF}').unwrap_or(whole);
        if text.len() > MAX_TEXT_BYTES {
            let message = format!(
                "the text has {} bytes, more than the {MAX_TEXT_BYTES} that are read; a flow has at most 256,000 characters",
                text.len()
            );
            return Err(ParseError { line: 1, column: 1, pointer: String::new(), message });
        }
        if text.trim().is_empty() {
            let message =
                "this is empty, and a flow is a JSON object: export one from Amazon Connect".to_owned();
            return Err(ParseError { line: 1, column: 1, pointer: String::new(), message });
        }
        let without_mark = if text.len() == whole.len() { Arc::clone(whole) } else { Arc::from(text) };
        let unwrapped = unwrap::unwrap(&without_mark)?;
        let unwrap::Unwrapped { text, root, duplicates, wrapping, places } = unwrapped;
        let fail = |error: JsonError| {
            let Position { line, column } = places.position(&text, error.offset);
            ParseError { line, column, pointer: error.pointer, message: error.message }
        };
        let reading = block::Reading { root: &root, text: &text, places: &places };
        let format = block::format(&root).map_err(fail)?;
        let (start, blocks) = match format {
            Format::Language => reading.language().map_err(fail)?,
            Format::Legacy => legacy::read(&reading).map_err(fail)?,
        };
        let (mut identifiers, mut names) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for block in &blocks {
            identifiers.entry(block.identifier.clone()).or_default().push(block.index);
            names.entry(block.name.clone()).or_default().push(block.index);
        }
        Ok(Self { text, root, format, wrapping, places, start, blocks, duplicates, identifiers, names })
    }

    /// Returns the flow's own text: without a byte-order mark, and unwrapped where it stood in a string.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same, shared.
    pub(super) fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Tells the language of the flow.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Tells in what the flow stood.
    pub const fn wrapping(&self) -> &Wrapping {
        &self.wrapping
    }

    /// Returns the identifier of the first block, as it is written: such a block need not exist.
    pub fn start(&self) -> Option<&str> {
        self.start.as_ref().map(|start| start.identifier.as_str())
    }

    /// Returns the first block's identifier with its place.
    pub const fn start_target(&self) -> Option<&Target> {
        self.start.as_ref()
    }

    /// Returns the blocks in the order of the text.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Finds a block by its identifier alone, as transitions do. Of several the first.
    pub fn block(&self, identifier: &str) -> Option<&Block> {
        self.blocks.get(*self.identifiers.get(identifier)?.first()?)
    }

    /// Finds a block by its identifier, else by the name that the designer shows.
    ///
    /// # Errors
    /// No such block (with the nearest names), or several.
    pub fn find(&self, name: &str) -> Result<&Block, FindError> {
        find::find(self, name)
    }

    /// Returns the value at a JSON pointer of the flow's text.
    pub fn value(&self, pointer: &str) -> Option<serde_json::Value> {
        self.node(pointer).map(Node::to_json)
    }

    /// Returns the node at a JSON pointer of the flow's text.
    pub fn node(&self, pointer: &str) -> Option<&Node> {
        self.root.pointer(pointer)
    }

    /// Returns the node of the whole text.
    pub const fn root(&self) -> &Node {
        &self.root
    }

    /// Returns the node of a block of this document.
    pub fn block_node(&self, block: &Block) -> Option<&Node> {
        let key = match self.format {
            Format::Language => "Actions",
            Format::Legacy => "modules",
        };
        self.root.get(key)?.items().get(block.index)
    }

    /// Returns a parameter of a block (`Parameters.NAME`); `null` counts as absent. Legacy blocks have none.
    pub fn parameter(&self, block: &Block, name: &str) -> Option<&Node> {
        self.block_node(block)?.get("Parameters")?.get(name)
    }

    /// Finds the position of the value at a JSON pointer, in the file that was parsed.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.node(pointer).map(|node| self.position_at(node.span.start))
    }

    /// Finds the position of a byte of the flow's own text, in the file that was parsed.
    pub fn position_at(&self, offset: usize) -> Position {
        self.places.position(&self.text, offset)
    }

    /// Returns the keys that stand more than once in an object, with their places. The last one counts.
    pub fn duplicate_keys(&self) -> impl Iterator<Item = (&str, Position)> {
        self.duplicates.iter().map(|duplicate| (&*duplicate.pointer, self.position_at(duplicate.span.start)))
    }
}

impl std::str::FromStr for Document {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = r#"{
  "Version": "2019-10-30",
  "StartAction": "ask",
  "Metadata": {"ActionMetadata": {"7f": {"name": "Lookup caller"}, "ask": {"isFriendlyName": true}}},
  "Actions": [
    {"Identifier": "ask", "Type": "GetParticipantInput", "Parameters": {"Text": "é"}, "Transitions": {
      "NextAction": "end",
      "Conditions": [{"NextAction": "7f", "Condition": {"Operator": "Equals", "Operands": ["1"]}}],
      "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}},
    {"Identifier": "7f", "Type": "InvokeLambdaFunction", "Transitions": null},
    {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
  ]
}"#;

    fn flow(from: &str, to: &str) -> Result<Document, ParseError> {
        assert!(FLOW.contains(from), "{from}");
        Document::parse(&FLOW.replacen(from, to, 1))
    }

    #[test]
    fn blocks_are_read_with_their_transitions_and_places() {
        let document = Document::parse(FLOW).unwrap();
        assert_eq!(
            (document.format(), document.start(), document.text()),
            (Format::Language, Some("ask"), FLOW)
        );
        let ask = &document.blocks()[0];
        assert_eq!(
            (ask.kind.as_str(), ask.position),
            ("GetParticipantInput", Position { line: 6, column: 5 })
        );
        let condition = &ask.transitions.conditions[0];
        assert_eq!(
            (condition.label.as_str(), condition.operands.as_slice()),
            ("Equals 1", &["1".to_owned()][..])
        );
        let targets: Vec<_> = ask.transitions.targets().map(|target| target.identifier.as_str()).collect();
        assert_eq!(targets, ["end", "7f", "end"]);
        let error = ask.transitions.error("NoMatchingError").unwrap();
        assert_eq!(error.pointer, "/Actions/0/Transitions/Errors/0");
        assert_eq!(document.value("/Actions/0/Parameters/Text"), Some("é".into()));
        assert_eq!(document.position("/Actions/0/Transitions"), Some(Position { line: 6, column: 102 }));
    }

    #[test]
    fn a_block_is_found_by_identifier_or_friendly_name() {
        let document = Document::parse(FLOW).unwrap();
        assert_eq!(document.find("Lookup caller").unwrap().identifier, "7f");
        assert_eq!(document.find("7f").unwrap().name, "Lookup caller");
        let missing = document.find("Look up caller").unwrap_err();
        assert_eq!(missing.to_string(), "no such block; did you mean `Lookup caller`?");
        let twice = flow("\"Identifier\": \"end\"", "\"Identifier\": \"7f\"").unwrap();
        assert!(
            matches!(twice.find("7f"), Err(FindError::Ambiguous { identifiers }) if identifiers.len() == 2)
        );
    }

    #[test]
    fn what_exports_leave_out_or_write_otherwise_is_read() {
        assert!(flow("\"Version\": \"2019-10-30\",", "").is_ok());
        assert!(flow("\"2019-10-30\"", "\"{{version}}\"").is_ok());
        assert_eq!(flow("\"ask\",\n", "5,\n").unwrap().start(), Some("5"));
        assert_eq!(flow("\"GetParticipantInput\"", "\"New\"").unwrap().blocks()[0].kind, "New");
        assert_eq!(flow("\"Identifier\": \"ask\", ", "").unwrap().blocks()[0].name, "/Actions/0");
        assert_eq!(
            flow("\"7f\", \"Type\"", "\"%%id%%\", \"Type\"").unwrap().blocks()[1].identifier,
            "%%id%%"
        );
        let twice = flow("\"Text\": \"é\"", "\"Text\": 1, \"Text\": 2").unwrap();
        let found: Vec<_> = twice.duplicate_keys().collect();
        assert_eq!(found, [("/Actions/0/Parameters/Text", Position { line: 6, column: 84 })]);
    }

    #[test]
    fn what_cannot_be_understood_is_an_error_with_its_place() {
        let error = |from, to| {
            let error = flow(from, to).unwrap_err();
            (error.line, error.pointer, error.message)
        };
        let (line, pointer, message) = error("\"2019-10-30\"", "\"2031-01-01\"");
        assert_eq!((line, pointer.as_str()), (2, "/Version"));
        assert_eq!(message, "unknown version `2031-01-01` of the flow language; 2019-10-30 is read");
        assert_eq!(
            error("\"NextAction\": \"end\"", "\"NextAction\": {}").1,
            "/Actions/0/Transitions/NextAction"
        );
        assert_eq!(error("[{\"NextAction\"", "[3, {\"NextAction\"").1, "/Actions/0/Transitions/Conditions/0");
        assert_eq!(error("{\"Text\": \"é\"}", "[]").2, "`Parameters` must be an object, this is an array");
        assert_eq!(error("[\"1\"]", "\"1\"").1, "/Actions/0/Transitions/Conditions/0/Condition/Operands");
        assert!(error("\"Actions\"", "\"Aktionen\"").2.starts_with("not a flow"));
        assert_eq!(Document::parse("[]").unwrap_err().message, "a flow is a JSON object, this is an array");
        assert!(Document::parse(&" ".repeat(MAX_TEXT_BYTES + 1)).unwrap_err().message.contains("4194304"));
    }
}
