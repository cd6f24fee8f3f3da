//! The files of a manifest: where they are, what they may name, what was read of them, and what is wrong with them.

pub(super) mod files;
pub(super) mod kind;
pub(super) mod log;
pub(super) mod position;
pub(super) mod project;
pub(super) mod sources;
