//! What a command line names: manifests, which are loaded, and addresses in them.

pub(in crate::cli) mod chosen;
pub(in crate::cli) mod load;
