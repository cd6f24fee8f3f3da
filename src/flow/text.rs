//! The text of a flow: decoding, JSON with the span of every value, positions, and edits that keep all other bytes.

pub mod bytes;
pub(super) mod edit;
pub mod json;
pub mod position;
