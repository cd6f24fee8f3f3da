//! The grammar of a manifest. Each object is declared once (`objects`), and from that declaration come the schema for
//! editors, `flowbind explain`, the one pass that checks and reads it, and the keys that `import` writes.

pub(super) mod advice;
pub(super) mod explain;
pub(super) mod given;
pub(super) mod misplaced;
pub(super) mod misspelt;
pub(super) mod object;
pub(super) mod objects;
pub(super) mod read;
pub(super) mod report;
pub(super) mod scalar;
pub(super) mod schema;
pub(super) mod shape;
