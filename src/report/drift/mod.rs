//! Drift, as text and as JSON.

mod json;
mod text;

pub use json::DriftDocument;
pub(in crate::report) use text::next_step;
pub use text::{drift_text, ignored_text};
