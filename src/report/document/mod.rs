//! What the JSON documents of several commands have in common, and those that stand alone.

mod failed;
mod validate;

pub use failed::{ErrorDocument, ErrorLine, Found};
pub use validate::ValidateDocument;
