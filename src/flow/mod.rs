//! Contact flows as text: reading, comparing, patching and analysing them.
//!
//! Pure: no clock, no environment, no network, and nothing else of the crate.
//!
//! Text goes in through [`bytes::decode`] and [`Document::parse`]; positions are those of the file that a person
//! sees. What is changed is changed in the text itself ([`patch`], [`template`]), so that every byte that has no
//! reason to change stays.
//!
//! ```
//! use flowbind::flow::facts::Facts;
//! use flowbind::flow::rules::{self, FlowView};
//! use flowbind::flow::Document;
//!
//! let text = r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
//!   {"Identifier": "lookup", "Type": "InvokeLambdaFunction",
//!    "Parameters": {"LambdaFunctionARN": "arn:aws:lambda:eu-west-2:111122223333:function:caller-lookup",
//!                   "InvocationTimeLimitSeconds": "9"},
//!    "Transitions": {"NextAction": "end", "Conditions": [],
//!                    "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
//!   {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;
//! let document = Document::parse(text)?;
//! let findings = rules::check(&FlowView::new(&document, None), &Facts::default(), rules::ALL);
//! let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
//! assert!(codes.contains(&"lambda-time-limit"), "{codes:?}");
//! # Ok::<(), flowbind::flow::ParseError>(())
//! ```
//!
//! Each part uses only those before it: `text`, [`document`], `language` (what one block is), [`template`], [`patch`] and
//! [`compare`] (what is done to a text), [`FlowText`] (a text that is parsed once), `analysis` (what follows from a whole flow), [`rules`],
//! [`engine`] (a contact's way through flows), [`explore`] (every way through them).

mod analysis;
pub mod compare;
pub mod document;
pub mod engine;
pub mod explore;
mod flow_text;
mod language;
pub mod patch;
pub mod placeholder;
pub mod rules;
pub mod template;
mod text;

#[cfg(test)]
pub(crate) mod corpus;

pub use analysis::{chain, dataflow, facts, finding, graph};
pub use bytes::{DecodeError, decode};
pub use document::{Block, Branch, Document, FindError, Format, ParseError, Target, Transitions, Wrapping};
pub use flow_text::{ChangeError, FlowText};
pub use invocation::{ArnValue, Invocation, InvocationKind, ResponseType, TimeLimit};
pub use language::{
    attributes, catalog, channel, invocation, limits, namespaces, references, resources, stub,
};
pub use position::Position;
pub use template::{Attribute, Found, Token, TokenError};
pub use text::{bytes, json, position};
