//! What a command line names: flow files, manifests, which are loaded, addresses in them, and contacts.

pub(in crate::cli) mod bindings;
pub(in crate::cli) mod chosen;
pub(in crate::cli) mod contact;
pub(in crate::cli) mod flow_files;
pub(in crate::cli) mod load;
pub(in crate::cli) mod scenario;
pub(in crate::cli) mod scenarios;
pub(in crate::cli) mod sets;
