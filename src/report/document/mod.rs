//! What the JSON documents of several commands have in common, and those that stand alone.

mod failed;
mod validate;

#[cfg(test)]
pub(in crate::report) use failed::hostile;
pub use failed::{ErrorDocument, ErrorLine, Failed, Found};
pub use validate::ValidateDocument;
