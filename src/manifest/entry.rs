//! Entry flow or module of a manifest, as the document declares it.

use crate::resource::Label;

use super::draft::{At, Draft, FlowDraft};

/// Whether something is a flow or a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentKind {
    /// A flow.
    Flow,
    /// A module.
    Module,
}

impl ContentKind {
    /// The word for messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Module => "module",
        }
    }
}

/// A flow or module as the document has it.
pub(super) struct Entry<'d> {
    pub(super) draft: &'d Draft,
    pub(super) name: &'d Label,
    pub(super) at: &'d At<FlowDraft>,
    pub(super) what: ContentKind,
}
