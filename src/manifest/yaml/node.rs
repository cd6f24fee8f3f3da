//! The tree of a YAML document: text scalars, each with its place.

use super::Position;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// What stands there.
    pub(crate) value: NodeValue,
    /// Where it starts.
    pub(crate) position: Position,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeValue {
    /// A scalar's text, as it was written.
    Scalar(String, Style),
    /// A map, in the order of the file.
    Map(Vec<(Key, Node)>),
    /// A list.
    Seq(Vec<Node>),
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes: only such a scalar can be null.
    Plain,
    /// In quotes, as a block, or put together from variables: always text.
    Quoted,
    /// Its text could not be found out, and that was reported: nothing more is said about it.
    Broken,
}

/// A key of a map with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The key's text.
    pub(crate) text: String,
    /// Where it starts.
    pub(crate) position: Position,
}

impl Node {
    /// Returns whether this is YAML's null: nothing, or `~` or `null` without quotes.
    pub(crate) fn is_null(&self) -> bool {
        match &self.value {
            NodeValue::Scalar(text, Style::Plain) => {
                matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// Returns whether a problem with this scalar was reported already.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(self.value, NodeValue::Scalar(_, Style::Broken))
    }

    /// Returns a scalar's text; neither null nor a broken scalar has one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Scalar(text, style) if *style != Style::Broken && !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Returns the value of a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(found, _)| found.text == key).map(|(_, node)| node)
    }

    /// Returns a map's entries; anything else has none.
    pub(crate) fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            NodeValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Names the kind of value, with its article, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            NodeValue::Scalar(..) if self.is_null() => "nothing",
            NodeValue::Scalar(..) => "a text",
            NodeValue::Map(_) => "a map",
            NodeValue::Seq(_) => "a list",
        }
    }
}
