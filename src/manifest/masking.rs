//! Secret values: which of a document are, and how they are hidden in what is shown of it.

pub(super) mod hidden;
pub(super) mod mask;
