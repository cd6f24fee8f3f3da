//! The grammar of a manifest: every object and scalar, the check of a tree against them, and the schema for editors.

pub(super) mod advice;
pub(super) mod explain;
pub(super) mod misplaced;
pub(super) mod misspelt;
pub(super) mod scalar;
pub(super) mod schema;
pub(super) mod shape;
pub(super) mod table;
