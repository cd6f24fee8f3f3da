//! What exploring flows found: which branches no contact takes, and what can go wrong, with the shortest way to it.

mod json;
mod text;
mod words;

pub use json::ExploreDocument;
pub use text::explore_text;

use crate::flow::engine::Program;
use crate::flow::explore::Explored;

/// The flows of one instance, explored.
#[derive(Debug)]
pub struct ExploredInstance {
    /// The set, where there are several.
    pub set: Option<String>,
    /// The instance, by its name in the manifest.
    pub instance: String,
    /// The flows.
    pub program: Program,
    /// What is known of the ways through them.
    pub explored: Explored,
}
