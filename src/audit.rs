//! Makes the facts that the analyser's rules judge by, out of a manifest and what was seen of AWS, and tells what is
//! wrong beside any one flow: functions that nothing uses, bindings that no contact reaches, grants that are too wide.
//!
//! Pure: no clock, no client. What was not seen stays unknown and is never taken for absent.

mod callback_handler;
mod facts;
mod grants;
mod live;
mod unused;

#[cfg(test)]
mod tests;

pub use facts::Auditor;
pub use live::{CODES, live, references, unmanaged};
pub use unused::manifest_findings;
