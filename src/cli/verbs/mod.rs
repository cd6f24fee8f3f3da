//! The verbs, one a file: what each takes from the command line, does, and prints.

pub(in crate::cli) mod apply;
pub(in crate::cli) mod completions;
pub(in crate::cli) mod drift;
pub(in crate::cli) mod emulator;
pub(in crate::cli) mod event;
pub(in crate::cli) mod explain;
pub(in crate::cli) mod explore;
pub(in crate::cli) mod failed;
pub(in crate::cli) mod graph;
pub(in crate::cli) mod iam_policy;
pub(in crate::cli) mod import;
pub(in crate::cli) mod init;
pub(in crate::cli) mod invoke;
pub(in crate::cli) mod lint;
pub(in crate::cli) mod man;
pub(in crate::cli) mod plan;
pub(in crate::cli) mod rollback;
pub(in crate::cli) mod schema;
pub(in crate::cli) mod show;
pub(in crate::cli) mod simulate;
pub(in crate::cli) mod test;
pub(in crate::cli) mod validate;
pub(in crate::cli) mod watch;
