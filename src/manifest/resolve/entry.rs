//! Entry flow or module of a manifest, as the document declares it.

use crate::resource::Label;

use crate::manifest::declared::{At, DeclaredFlow, DeclaredSet};

/// Whether something is a flow or a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifest) enum ContentKind {
    /// A flow.
    Flow,
    /// A module.
    Module,
}

impl ContentKind {
    /// The word for messages.
    pub(in crate::manifest) fn word(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Module => "module",
        }
    }
}

/// A flow or module as the document has it.
pub(in crate::manifest) struct Entry<'d> {
    pub(in crate::manifest) declared: &'d DeclaredSet,
    pub(in crate::manifest) name: &'d Label,
    pub(in crate::manifest) at: &'d At<DeclaredFlow>,
    pub(in crate::manifest) what: ContentKind,
}
