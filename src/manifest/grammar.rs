//! The grammar of a manifest. Each object is declared once (`objects`), and from that declaration come the schema for
//! editors, `flowbind explain`, the one pass that checks and reads it, and the keys that `import` writes.

pub(super) mod advice;
pub(super) mod explain;
pub(super) mod given;
pub(super) mod keys;
pub(super) mod misplaced;
pub(super) mod misspelt;
pub(super) mod object;
pub(super) mod objects;
pub(super) mod read;
pub(super) mod report;
pub(super) mod scalar;
pub(super) mod schema;
pub(super) mod secrets;
pub(super) mod shape;

/// What `import` writes manifests with, and plans name their keys by.
pub(crate) mod writing {
    pub(crate) use super::object::Key;
    pub(crate) use super::objects::{
        DeclaredAccount, DeclaredDefaults, DeclaredFlow, DeclaredFunction, DeclaredInstance,
        DeclaredManifest, DeclaredMetadata, DeclaredModule, DeclaredSpec, DeclaredVariable,
    };
    pub(crate) use super::read::{DeclaredObject, Kept, List, Map};
    pub(crate) use super::scalar::kind::{self, Word};
    pub(crate) use super::scalar::{MAX_FLOW_NAME, MAX_SET, ScalarKind, Words, attribute_word, fits};
    pub(crate) use crate::manifest::yaml::write::{is_hidden, quoted, scalar};
}
