//! Setting the values of invocation blocks in a flow's text, with every other byte kept.
//!
//! A value is rewritten only where it differs by meaning (`"8"` is 8); blocks are never added or removed.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Block, Document, FindError, Format, Wrapping};
use super::invocation::{ACTION, InvocationKind, ResponseType, TimeLimit};
use super::json::{Node, Value, quote};
use crate::flow::text::edit::Edits;

mod layout;
mod metadata;

use layout::Layout;
pub use metadata::{display_name, with_metadata_of};

/// The values that a block is to have. What is `None` is not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlockValues {
    /// The function's ARN, with the qualifier if there is one, or a reference.
    pub function_arn: Option<String>,
    /// What the designer shows for a changed ARN; without it that follows from the ARN.
    pub display_name: Option<String>,
    /// Seconds.
    pub time_limit: Option<u32>,
    /// Whether the contact waits.
    pub invocation: Option<InvocationKind>,
    /// The form of the answer.
    pub response_type: Option<ResponseType>,
    /// What the function is given: the whole map.
    pub parameters: Option<BTreeMap<String, String>>,
}

/// Why a flow cannot be patched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// A block is not there, or not alone.
    #[error("block `{block}`")]
    Find {
        /// What was looked for.
        block: String,
        /// What came of it.
        source: FindError,
    },
    /// A block is of another type.
    #[error("block `{block}` is of type `{kind}`; only {ACTION} blocks can be bound to a function")]
    NotAnInvocation {
        /// What was looked for.
        block: String,
        /// The type of the block.
        kind: String,
    },
    /// Two of the edits mean the same block.
    #[error("block `{block}` is bound twice")]
    Twice {
        /// The later name of the two.
        block: String,
    },
    /// The flow is an older export, which AWS no longer takes.
    #[error(
        "the flow is an older export of the console (`modules`), which is read but not written; export it again"
    )]
    Legacy,
    /// The flow's text stands in a string or an API's answer.
    #[error(
        "the flow is inside a JSON string or an answer of the API; save its content as a file of its own"
    )]
    Wrapped,
}

/// Sets the values of blocks, found by identifier or friendly name, and gives the changed text.
///
/// # Errors
/// The first block that is missing, ambiguous, bound twice or not an invocation; a document that is not written.
pub fn set(document: &Document, edits: &[(String, BlockValues)]) -> Result<String, PatchError> {
    if document.format() == Format::Legacy {
        return Err(PatchError::Legacy);
    }
    if *document.wrapping() != Wrapping::None {
        return Err(PatchError::Wrapped);
    }
    let mut patch = Patch {
        document,
        layout: Layout::of(document.text(), document.root()),
        numeric: writes_numbers(document),
        edits: Edits::default(),
    };
    let mut seen = BTreeSet::new();
    for (name, values) in edits {
        let find = |source| PatchError::Find { block: name.clone(), source };
        let block = document.find(name).map_err(find)?;
        if block.kind != ACTION {
            return Err(PatchError::NotAnInvocation { block: name.clone(), kind: block.kind.clone() });
        }
        if !seen.insert(block.index) {
            return Err(PatchError::Twice { block: name.clone() });
        }
        patch.block(block, values);
    }
    Ok(patch.edits.apply(document.text()))
}

/// Returns whether the flow writes its first time limit as a number; a new one follows it. The console writes strings.
fn writes_numbers(document: &Document) -> bool {
    let limits = document.invocations().into_iter().find_map(|invocation| invocation.time_limit);
    matches!(limits, Some(TimeLimit::Number(_)))
}

struct Patch<'a> {
    document: &'a Document,
    layout: Layout<'a>,
    numeric: bool,
    edits: Edits,
}

impl Patch<'_> {
    fn block(&mut self, block: &Block, values: &BlockValues) {
        // Destructured, so that a new value cannot be forgotten here.
        let BlockValues { function_arn, display_name, time_limit, invocation, response_type, parameters } =
            values;
        let Some(node) = self.document.block_node(block) else { return };
        let old = node.get("Parameters");
        let parameter = |name: &str| old?.get(name);
        let indent = self.layout.indent(node, None);
        let inner = old.map_or_else(
            || self.layout.deeper(indent.as_deref()),
            |old| self.layout.indent(old, indent.as_deref()),
        );
        let mut sets: Vec<(&str, String)> = Vec::new();
        if let Some(arn) = function_arn
            && parameter("LambdaFunctionARN").and_then(Node::as_str) != Some(arn)
        {
            sets.push(("LambdaFunctionARN", quote(arn)));
            self.display_name(block, arn, display_name.as_deref());
        }
        if let Some(seconds) = time_limit
            && let Some(text) = self.time_limit(parameter("InvocationTimeLimitSeconds"), *seconds)
        {
            sets.push(("InvocationTimeLimitSeconds", text));
        }
        if let Some(kind) = invocation {
            let found = parameter("InvocationType").and_then(Node::as_str);
            if found.unwrap_or(InvocationKind::Sync.as_str()) != kind.as_str() {
                sets.push(("InvocationType", quote(kind.as_str())));
            }
        }
        if let Some(response) = response_type
            && let Some(text) =
                self.response_type(parameter("ResponseValidation"), *response, inner.as_deref())
        {
            sets.push(("ResponseValidation", text));
        }
        if let Some(parameters) = parameters
            && let Some(text) =
                self.attributes(parameter("LambdaInvocationAttributes"), parameters, inner.as_deref())
        {
            sets.push(("LambdaInvocationAttributes", text));
        }
        if sets.is_empty() {
            return;
        }
        match old {
            Some(old) => {
                let text = self.layout.rewrite(old, &sets, &BTreeSet::new(), indent.as_deref());
                self.edits.replace(old.span, text);
            }
            None => {
                let text = self.layout.object(&sets, indent.as_deref());
                let text = self.layout.rewrite(node, &[("Parameters", text)], &BTreeSet::new(), None);
                self.edits.replace(node.span, text);
            }
        }
    }

    fn time_limit(&self, found: Option<&Node>, seconds: u32) -> Option<String> {
        let (number, text) = (seconds.to_string(), quote(&seconds.to_string()));
        match found.map(|node| &node.value) {
            Some(Value::Number(found)) => {
                (TimeLimit::Number(found.clone()).seconds() != Some(seconds)).then_some(number)
            }
            Some(Value::String(found)) => {
                (TimeLimit::Text(found.clone()).seconds() != Some(seconds)).then_some(text)
            }
            _ => Some(if self.numeric { number } else { text }),
        }
    }

    fn response_type(
        &self,
        found: Option<&Node>,
        response: ResponseType,
        indent: Option<&str>,
    ) -> Option<String> {
        let now = found.and_then(|found| found.get("ResponseType")?.as_str());
        if now.unwrap_or(ResponseType::StringMap.as_str()) == response.as_str() {
            return None;
        }
        let sets = [("ResponseType", quote(response.as_str()))];
        Some(self.layout.set(found, &sets, &BTreeSet::new(), indent))
    }

    fn attributes(
        &self,
        found: Option<&Node>,
        wanted: &BTreeMap<String, String>,
        indent: Option<&str>,
    ) -> Option<String> {
        let members = found.map(Node::members).unwrap_or_default();
        // Of equal keys the last counts, so it is the one that stays in the map.
        let now: BTreeMap<&str, &Node> =
            members.iter().map(|member| (member.key.as_str(), &member.value)).collect();
        let differs = |(key, value): &(&String, &String)| {
            now.get(key.as_str()).is_none_or(|node| node.as_str() != Some(value.as_str()))
        };
        let sets: Vec<_> =
            wanted.iter().filter(differs).map(|(key, value)| (key.as_str(), quote(value))).collect();
        let removed: BTreeSet<&str> = now.keys().copied().filter(|key| !wanted.contains_key(*key)).collect();
        let same_kind = found.is_none_or(|node| matches!(node.value, Value::Object(_)));
        if sets.is_empty() && removed.is_empty() && same_kind {
            return None;
        }
        Some(self.layout.set(found, &sets, &removed, indent))
    }

    fn display_name(&mut self, block: &Block, arn: &str, name: Option<&str>) {
        let Some(node) = metadata::display_name_node(self.document, &block.identifier) else { return };
        let name = name.map_or_else(|| display_name(arn).to_owned(), str::to_owned);
        if node.as_str() != Some(name.as_str()) {
            self.edits.replace(node.span, quote(&name));
        }
    }
}

#[cfg(test)]
mod tests;
