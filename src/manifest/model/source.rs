//! What a manifest says of a function that flowbind makes: its code, its role and its configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::super::secret::Secret;

/// How flowbind makes and updates a function. What is `None` is not managed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The runtime, such as `nodejs22.x`.
    pub runtime: String,
    /// The handler, such as `index.handler`.
    pub handler: String,
    /// The deployment package.
    pub code: Package,
    /// The execution role.
    pub role: RoleRef,
    /// How long an invocation may take, in seconds: 1 to 900.
    pub timeout: Option<u32>,
    /// The memory in MB: 128 to 10,240.
    pub memory: Option<u32>,
    /// The whole map of environment variables.
    pub environment: Option<BTreeMap<String, Secret>>,
    /// The description.
    pub description: Option<String>,
    /// The alias that is pointed at each version published; without it no version is published.
    pub publish: Option<String>,
}

/// A deployment package: a zip file.
#[derive(Clone)]
pub struct Package {
    /// The folder or zip file that it comes from, for messages.
    pub path: String,
    /// The SHA-256 of the zip in Base64, as `CodeSha256` gives it.
    pub digest: String,
    /// The zip.
    pub zip: Arc<Vec<u8>>,
    /// The size of the zip in bytes.
    pub size: u64,
    /// What of the folder is not in the zip.
    pub left_out: LeftOut,
}

/// What of a folder is not packed, by defaults and by `exclude:`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Files, links and, with `/` at the end, whole folders, relative to the folder of the code; the first 1,000.
    pub names: Vec<String>,
    /// How many there are in all.
    pub count: usize,
}

impl LeftOut {
    /// The most names that are kept.
    const MAX_NAMES: usize = 1_000;

    /// Counts one more, and keeps its name while there are not too many.
    pub(in super::super) fn add(&mut self, name: String) {
        self.count += 1;
        if self.names.len() < Self::MAX_NAMES {
            self.names.push(name);
        }
    }
}

/// Two packages with the same bytes are the same, wherever they come from.
impl PartialEq for Package {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Package {}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, digest, zip: _, size, left_out: _ } = self;
        f.debug_struct("Package").field("path", path).field("digest", digest).field("size", size).finish()
    }
}

/// The execution role of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleRef {
    /// A role that exists, by its ARN.
    Arn(String),
    /// A role that flowbind makes and updates.
    Managed(Role),
}

/// A role that flowbind makes, in the function's account; Lambda may assume it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// The ARNs of all managed policies attached to it, in order.
    pub managed_policies: Vec<String>,
    /// All inline policies: name to document, as canonical JSON (sorted keys, no spaces).
    pub inline: BTreeMap<String, String>,
}
