//! What the analyser says about a flow.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::flow::document::{Block, Document};
use crate::flow::graph::{Edge, EdgeKind};
use crate::flow::position::Position;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// AWS refuses the flow, or contacts fail.
    Error,
    /// Contacts are likely to fare worse than intended.
    Warning,
    /// Something could be done better.
    Advice,
    /// Something worth knowing.
    Info,
}

impl Severity {
    /// Returns the name that formats use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
            Self::Info => "info",
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It follows from the flow and AWS's documentation.
    High,
    /// It rests on something that is not documented or not known.
    Medium,
    /// It is a guess from usage.
    Low,
}

impl Confidence {
    /// Returns the name that formats use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What a contact leaves a block by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A branch of the block.
    Branch(EdgeKind),
    /// It goes into a module or another flow, of this name.
    Into(Option<String>),
    /// It comes back from a module.
    Back,
    /// The path ends here.
    End,
}

impl fmt::Display for Taken {
    /// Writes `next`, a condition (`Equals 1`), an error type, `to NAME` or `back`; nothing at the end of a path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(kind) => f.write_str(kind.label()),
            Self::Into(name) => write!(f, "to {}", name.as_deref().unwrap_or("the start")),
            Self::Back => f.write_str("back"),
            Self::End => Ok(()),
        }
    }
}

/// One step of the way a contact takes to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// The name of the block that is left.
    pub block: String,
    /// The JSON pointer of the block, in the text of its own flow or module.
    pub pointer: String,
    /// The module or other flow that the block belongs to; none for the flow that was checked.
    pub callee: Option<String>,
    /// What the contact takes it by.
    pub by: Taken,
    /// The line of the transition; of the block at the end of a path.
    pub line: usize,
    /// For a path that counts time: the seconds from its start until the block is left.
    pub seconds: Option<u64>,
    /// For a path that counts time: how often the contact came round in a loop, where the step stands for that.
    pub rounds: Option<u32>,
}

impl PathStep {
    /// Creates the step of an edge.
    pub fn of(document: &Document, edge: &Edge) -> Self {
        let block = document.blocks().get(edge.from);
        Self {
            block: block.map(|block| block.name.clone()).unwrap_or_default(),
            pointer: block.map(|block| block.pointer.clone()).unwrap_or_default(),
            callee: None,
            by: Taken::Branch(edge.kind.clone()),
            line: edge.target.position.line,
            seconds: None,
            rounds: None,
        }
    }
}

/// Something the analyser found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The code of the rule, such as `dangling-transition`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The file, as the caller named it; none for a live flow.
    pub file: Option<String>,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The JSON pointer in the flow's text.
    pub pointer: String,
    /// The name of the block that it is about.
    pub block: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
    /// The way of a contact that shows it, if there is one.
    pub path: Vec<PathStep>,
    /// 16 hex digits that stay the same while lines and the order of blocks change.
    pub fingerprint: String,
}

/// Creates a fingerprint of what stays the same while a file is edited: never the line, never a block's index.
pub fn fingerprint(code: &str, file: Option<&str>, block: Option<&Block>, pointer: &str) -> String {
    let place = match block.and_then(|block| Some((block, pointer.strip_prefix(&*block.pointer)?))) {
        Some((block, rest)) => format!("{}\0{rest}", block.identifier),
        None => pointer.to_owned(),
    };
    let digest = Sha256::digest(format!("{code}\0{}\0{place}", file.unwrap_or_default()));
    format!("{digest:x}").chars().take(16).collect()
}

/// Returns the position of a pointer, or of the nearest value around it: what is missing has no place of its own.
pub fn nearest(document: &Document, pointer: &str) -> Position {
    let mut pointer = pointer;
    loop {
        if let Some(position) = document.position(pointer) {
            return position;
        }
        match pointer.rsplit_once('/') {
            Some((outer, _)) => pointer = outer,
            None => return document.position_at(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_outlives_moved_blocks_but_not_another_file_or_value() {
        let first = r#"{"Actions": [{"Identifier": "a", "Type": "X"}, {"Identifier": "b", "Type": "X"}]}"#;
        let second = "{\"Actions\": [\n\n{\"Identifier\": \"b\", \"Type\": \"X\"}]}";
        let of = |text: &str, file, rest: &str| {
            let document = Document::parse(text).unwrap();
            let block = document.find("b").unwrap();
            fingerprint("unreachable-block", Some(file), Some(block), &format!("{}{rest}", block.pointer))
        };
        assert_eq!(of(first, "f", "/Type"), of(second, "f", "/Type"));
        assert_ne!(of(first, "f", "/Type"), of(first, "g", "/Type"));
        assert_ne!(of(first, "f", "/Type"), of(first, "f", ""));
        assert_eq!(of(first, "f", "").len(), 16);
    }
}
