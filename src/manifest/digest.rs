//! The digest of a resolved manifest: what a saved plan and the tags of what was applied refer to.
//!
//! It covers what the manifest means, not where it says it: no file names, no lines, no variables. Each structure is
//! taken apart by name, so that a field added to the model cannot be left out unnoticed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::resource::{Label, Place, SetName};

use super::flows::ResolvedFlow;
use super::model::{
    Account, Binding, Flow, FlowText, Function, Instance, InstanceLookup, Response,
};
use super::resolve::Resolved;

/// The version of the canonical form; a change of it makes every saved plan stale.
const VERSION: &str = "flowbind.manifest/v1";
