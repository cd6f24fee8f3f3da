//! The analyser's findings, one format a file.
//!
//! Names of blocks, files and values come from flows that strangers wrote. No format lets a control character of theirs
//! through, and each escapes what it would take for its own syntax.

pub(super) mod excerpt;
mod explain;
mod github;
mod json;
mod sarif;
mod text;

pub use explain::{explain, list};
pub use github::github;
#[cfg(test)]
pub(crate) use json::LintDocument;
pub use json::{failed_json, json};
pub(super) use sarif::sarif_of;
pub use sarif::{Notice, sarif};
pub(super) use text::tally;
pub use text::{text, unread};

#[cfg(test)]
pub(super) mod samples;
