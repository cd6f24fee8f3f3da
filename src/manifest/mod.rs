//! The manifest: what a person wants, read from YAML into closed, checked data.
//!
//! The text becomes a tree of text scalars with positions (`yaml`), variables are substituted (`variables`), the tree
//! is checked against the table of shapes (`table`, `shape`) and decoded into a draft (`draft`), and references are
//! followed (`place`, `resolve`, `flows`). All problems come out of one run. From here on nothing reads a file or a
//! variable: flow texts are inside.

mod accounts;
mod advice;
mod content;
mod digest;
mod draft;
mod drift_ignore;
mod entry;
mod example;
mod files;
mod flows;
mod functions;
mod hidden;
mod load;
mod log;
mod mask;
mod misplaced;
mod misspelt;
mod model;
mod package;
mod place;
mod policy;
mod position;
mod project;
mod resolve;
mod rivals;
mod roles;
mod scalar;
mod schema;
mod shape;
mod sources;
mod suppressions;
mod table;
mod targets;
mod tokens;
mod variables;
mod yaml;

use crate::resource::secret;

pub use crate::resource::{Secret, hidden_digest};
pub use drift_ignore::{Date, DriftIgnore, load_drift_ignore};
pub use files::{Disk, FileError, FileKind, Files};
pub use load::{Inputs, Loaded, Problems, load};
pub use log::hint as suggest;
pub use model::{
    Account, Associate, Binding, CreateInstance, Flow, FlowText, Function, Grants, Identity, Instance,
    InstanceLookup, Invocation, LeftOut, Manifest, NamedKind, Package, Response, ResponseType, Role, RoleRef,
    Source, State, Status, Suppression,
};
#[cfg(feature = "cli")]
pub(crate) use project::{HINT as OUTSIDE_HINT, Project};
pub use rivals::{Claim, InstanceId, Object, Rival, rivals};
pub use schema::schema;
pub use sources::Sources;
#[cfg(feature = "cli")]
pub(crate) use yaml::MAX_BYTES as MAX_MANIFEST_BYTES;
pub use yaml::{WriteError, to_yaml};
