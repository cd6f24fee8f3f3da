//! Contact flows as text: reading, comparing, patching and analysing them.
//!
//! Pure: no clock, no environment, no network, and nothing else of the crate.
//!
//! Text goes in through [`bytes::decode`] and [`Document::parse`]; positions are those of the file that a person
//! sees. What is changed is changed in the text itself ([`patch`], [`template`]), so that every byte that has no
//! reason to change stays.

pub mod attributes;
pub mod bytes;
mod carried;
pub mod catalog;
pub mod chain;
pub mod compare;
pub mod dataflow;
pub mod document;
mod edit;
pub mod facts;
pub mod finding;
pub mod graph;
pub mod invocation;
pub mod json;
mod legacy;
pub mod limits;
pub mod patch;
pub mod placeholder;
pub mod position;
pub mod references;
pub mod resources;
pub mod rules;
pub mod stub;
pub mod template;

#[cfg(test)]
mod corpus;

pub use bytes::{DecodeError, decode};
pub use document::{Block, Branch, Document, FindError, Format, ParseError, Target, Transitions, Wrapping};
pub use invocation::{ArnValue, Invocation, InvocationKind, ResponseType, TimeLimit};
pub use position::Position;
pub use template::{Attribute, Found, Token, TokenError};
