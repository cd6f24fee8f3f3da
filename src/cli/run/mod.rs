//! A run that reaches AWS: the connection, who approves, what is shown while it writes, and signals.

pub(in crate::cli) mod approval;
pub(in crate::cli) mod connect;
pub(in crate::cli) mod fresh;
pub(in crate::cli) mod interrupt;
pub(in crate::cli) mod rehearsal;
pub(in crate::cli) mod writing;
