//! The flows that a run knows, as the caller gives them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::flow::document::{Block, Document};
use crate::flow::invocation::Invocation;
use crate::flow::stub::FlowType;

/// A flow or a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// A flow.
    Flow,
    /// A module.
    Module,
}

/// What a flow or module is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What it is.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
}

impl Key {
    /// Names a flow.
    pub fn flow(name: &str) -> Self {
        Self { kind: KeyKind::Flow, name: name.to_owned() }
    }

    /// Names a module.
    pub fn module(name: &str) -> Self {
        Self { kind: KeyKind::Module, name: name.to_owned() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            KeyKind::Flow => "flow",
            KeyKind::Module => "module",
        };
        write!(f, "{kind}/{}", self.name)
    }
}

/// A block of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The flow.
    pub flow: Key,
    /// The index of the block in [`Document::blocks`].
    pub block: usize,
}

/// A flow's content.
#[derive(Debug, Clone)]
pub struct Code {
    /// Its blocks.
    pub document: Arc<Document>,
    /// Its type.
    pub kind: FlowType,
}

/// The flows that a run knows, and what their texts stand for.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The contents that are at hand.
    pub flows: BTreeMap<Key, Code>,
    /// Flows and modules by what blocks name them with: ARNs, ids, tokens. One whose content is not at hand may be here.
    pub callees: BTreeMap<String, Key>,
    /// What tokens such as `${value.greeting}` stand for, the braces included.
    pub tokens: BTreeMap<String, String>,
    /// Names of queues, prompts and hours, by what blocks name them with.
    pub names: BTreeMap<String, String>,
    /// Invocations that are not as the content has them, by their blocks.
    pub invocations: BTreeMap<Place, Invocation>,
}

impl Program {
    /// Finds the block at a place.
    pub fn block(&self, place: &Place) -> Option<&Block> {
        self.flows.get(&place.flow)?.document.blocks().get(place.block)
    }

    /// Finds the flow or module that a text names. A version or alias after an id does not matter.
    pub fn callee(&self, text: &str) -> Option<&Key> {
        let id = text.rsplit('/').next().unwrap_or(text);
        let plain = id.split_once(':').map_or(id, |(id, _)| id);
        [text, id, plain].iter().find_map(|text| self.callees.get(*text))
    }

    /// Returns what people call a resource that a text names.
    pub fn name_of<'a>(&'a self, text: &'a str) -> &'a str {
        self.names.get(text).map_or(text, String::as_str)
    }

    /// Returns the invocation of a block.
    pub(super) fn invocation(&self, place: &Place) -> Option<Invocation> {
        self.invocations.get(place).cloned().or_else(|| {
            let code = self.flows.get(&place.flow)?;
            code.document.invocation(code.document.blocks().get(place.block)?)
        })
    }

    /// Replaces the tokens of a text; one that is not known stays.
    pub(super) fn rendered(&self, text: &str) -> String {
        let (mut rendered, mut rest) = (String::new(), text);
        while let Some(at) = rest.find("${") {
            let literal = rest[..at].ends_with('$');
            let token = rest[at..].find('}').filter(|_| !literal).map(|end| &rest[at..=at + end]);
            let value = token.and_then(|token| Some((token, self.tokens.get(token)?)));
            let (taken, value) = match value {
                Some((token, value)) => (at + token.len(), value.as_str()),
                None => (at + 2, "${"),
            };
            // `$${` is how a flow file writes `${`.
            rendered.push_str(&rest[..at - usize::from(literal)]);
            rendered.push_str(value);
            rest = &rest[taken..];
        }
        rendered + rest
    }
}
