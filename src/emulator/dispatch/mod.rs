//! What an operation is: the call that it answers, what it may read and change, and how it is declared.

pub(crate) mod call;
pub(crate) mod operation;
