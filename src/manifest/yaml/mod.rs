//! YAML: the only module that knows the libraries that read it.
//!
//! A text becomes one tree for each document, of text scalars with their places: what a scalar means is decided by
//! the field that takes it, so `1.10`, `007` and `NO` stay what was written. Aliases and merge keys are expanded.
//! Everything is bounded, so that a hostile file gets a clear error quickly: the size of the text, the depth and
//! size of the tree (after expansion), and thus the stack of whoever walks or drops it.

mod node;
mod odd;
mod syntax;
mod tree;
pub(super) mod write;

use crate::resource::Code;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::reading::log::Log;

pub(crate) use super::reading::position::Position;
pub(crate) use node::{Key, Node, NodeValue, Style};
pub(super) use odd::{HINT as ODD_SPACE, merge_marker, odd_space};

/// Says that a text is not the YAML that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ReadError {
    line: u64,
    column: u64,
    message: String,
}

/// Reads a value of one YAML document that is no manifest, within the same bounds.
///
/// # Errors
///
/// When the text is not YAML, or the value has another form.
pub fn from_yaml<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    serde_yaml::from_str_with_options(text, options()).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        ReadError { line, column, message: error.without_snippet().to_string() }
    })
}

/// The longest text that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// The deepest that maps and lists may lie in each other, after expansion.
const MAX_DEPTH: usize = 48;
/// The most values that a text may have, after expansion.
const MAX_NODES: usize = 50_000;
/// The most aliases that a text may use.
const MAX_ALIASES: usize = 1_000;
/// The most characters of scalars, in bytes, that expansion may bring about.
const MAX_SCALAR_BYTES: usize = 4 << 20;

/// Reads a text into one tree for each document that is not empty.
///
/// What is wrong goes into the log; what could be read in spite of it is returned.
pub(super) fn parse(text: &str, log: &mut Log) -> Vec<Node> {
    if text.len() > MAX_BYTES {
        log.error_with(
            Code::TooLarge,
            Position { line: 1, column: 1 },
            format!("the file has {} bytes, and flowbind reads at most {MAX_BYTES}", text.len()),
            "split it into several binding sets",
        );
        return Vec::new();
    }
    let documents = tree::build(text, log);
    if log.is_clean() {
        second_opinion(text, log);
    }
    documents
}

/// Finds where the scalars of a text start and end, in its order.
pub(super) fn spans(text: &str) -> Vec<(Position, Position)> {
    tree::spans(text)
}

/// The bounds of the other reader.
fn options() -> serde_yaml::Options {
    let limits = serde_yaml::budget! {
        max_nodes: MAX_NODES,
        max_aliases: MAX_ALIASES,
        max_depth: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
        max_total_scalar_bytes: MAX_SCALAR_BYTES,
        // Few anchors with many aliases are what shared parameters look like; the sums above bound them.
        enforce_alias_anchor_ratio: false,
    };
    serde_yaml::options! {
        budget: limits,
        strict_booleans: true,
        reject_unsupported_tags: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_yaml::NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

/// Lets the other reader of the same text judge it too: what it would refuse, nobody else may have to guess about.
fn second_opinion(text: &str, log: &mut Log) {
    if let Err(error) = serde_yaml::from_multiple_with_options::<IgnoredAny>(text, options()) {
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).max(1);
        let position = error.location().map_or(Position { line: 1, column: 1 }, |at| Position {
            line: number(at.line()),
            column: number(at.column()),
        });
        log.error(Code::Yaml, position, format!("the YAML is refused: {}", error.without_snippet()));
    }
}

#[cfg(test)]
mod tests;
