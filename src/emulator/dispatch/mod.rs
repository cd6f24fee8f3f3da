//! What an operation is: how it is declared, and what it may read and change.

pub(crate) mod operation;
pub(crate) mod view;
