//! A JSON reader that keeps the place of every value, so that text can be changed with all other bytes kept.
//!
//! Accepts exactly RFC 8259; it is told apart from other readers only by what it keeps: byte spans, numbers as they
//! are written, and duplicate keys. Time is linear in the text, nesting is bounded by [`MAX_DEPTH`].
//!
//! It is written here because a patch must keep every byte that it does not change, and pointers, spans and duplicate
//! keys come out of the same pass; tests hold it against serde_json.

use std::borrow::Cow;

mod escape;
mod reader;

pub(in crate::flow) use escape::join_pointer;
pub use escape::{Unescaped, escape_pointer, quote, unescape};
pub use reader::parse;

/// The deepest nesting that is read. Real flows stay under 20; each level costs stack.
pub const MAX_DEPTH: usize = 128;

/// The most duplicate keys that are reported for one text; a text with more is hopeless.
pub const MAX_DUPLICATES: usize = 100;

/// A range of bytes in the text that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

impl Span {
    /// Cuts the span out of its text.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The bytes of the value, quotes and brackets included.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string, with its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object, with its members in the order of the text; keys may be there twice.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key, with its escapes resolved.
    pub key: String,
    /// The bytes of the key, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// A key that an object holds a second time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The JSON pointer (RFC 6901) of the member.
    pub pointer: String,
    /// The bytes of the repeated key.
    pub span: Span,
}

/// A text that was read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The value of the whole text.
    pub root: Node,
    /// Keys that stand more than once in an object, at most [`MAX_DUPLICATES`]. The last one counts.
    pub duplicates: Vec<Duplicate>,
}

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// The byte where reading ended.
    pub offset: usize,
    /// The JSON pointer of the value that was being read.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

impl Node {
    /// Returns the members of an object; nothing for another value.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// Returns the items of an array; nothing for another value.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// Finds a member by its key. Of several the last, as other readers do.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().rev().find(|member| member.key == key)
    }

    /// Finds the value of a member; `null` counts as absent.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value).filter(|node| node.value != Value::Null)
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a string's text, or a number or boolean as it is written: exports hold numbers in both forms.
    pub fn scalar(&self) -> Option<Cow<'_, str>> {
        match &self.value {
            Value::String(text) | Value::Number(text) => Some(Cow::Borrowed(text)),
            Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            _ => None,
        }
    }

    /// Follows a JSON pointer (RFC 6901) from this value.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |node, token| match &node.value {
            Value::Array(items) => items.get(index(token)?),
            Value::Object(_) => {
                let key = token.replace("~1", "/").replace("~0", "~");
                node.member(&key).map(|member| &member.value)
            }
            _ => None,
        })
    }

    /// Converts it to a `serde_json` value. A number that neither an integer nor a double holds becomes a string.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => serde_json::Value::Bool(*value),
            Value::Number(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| serde_json::Value::String(text.clone()))
            }
            Value::String(text) => serde_json::Value::String(text.clone()),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(members) => {
                members.iter().map(|member| (member.key.clone(), member.value.to_json())).collect()
            }
        }
    }

    /// Names the type of the value in words, for messages.
    pub const fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with(['0', '+']);
    if canonical { token.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_values_through_escaped_keys_and_indices() {
        let parsed = parse(r#"{"a/b": [1, {"~": "x"}], "01": true}"#).unwrap();
        assert_eq!(parsed.root.pointer("/a~1b/1/~0").and_then(Node::as_str), Some("x"));
        assert!(parsed.root.pointer("/01").is_some());
        assert!(parsed.root.pointer("/a~1b/01").is_none());
        assert!(parsed.root.pointer("a").is_none());
    }

    #[test]
    fn of_two_equal_keys_the_last_counts_and_the_second_is_reported() {
        let parsed = parse(r#"{"a": {"k": 1, "k": 2}}"#).unwrap();
        assert_eq!(parsed.root.pointer("/a/k").and_then(Node::scalar).as_deref(), Some("2"));
        assert_eq!(
            parsed.duplicates,
            [Duplicate { pointer: "/a/k".into(), span: Span { start: 15, end: 18 } }]
        );
    }

    #[test]
    fn null_counts_as_absent() {
        let parsed = parse(r#"{"a": null}"#).unwrap();
        assert!(parsed.root.get("a").is_none());
        assert!(parsed.root.member("a").is_some());
    }
}
