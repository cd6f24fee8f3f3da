//! What an apply has done, as text and as JSON.

mod json;
mod text;

pub use json::{ApplyDocument, outcome_event};
pub use text::{apply_text, next_text, outcome_text, unfinished_text};
