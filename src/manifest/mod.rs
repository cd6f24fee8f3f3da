//! The manifest: what a person wants, read from YAML into closed, checked data.
//!
//! The text becomes a tree of text scalars with positions (`yaml`), variables are substituted (`variables`), the tree
//! is checked and read into typed fields in one pass (`declared`, by what `grammar` declares), and references are followed
//! (`resolve`). Files and problems go through `reading`, secret values through `masking`. All problems come out of one
//! run. From here on nothing reads a file or a variable: flow texts are inside.

mod declared;
mod digest;
mod drift_ignore;
mod grammar;
mod load;
mod masking;
mod model;
mod one_file;
mod package;
mod reading;
mod resolve;
mod rivals;
mod scenario;
mod targets;
mod variables;
mod yaml;

use crate::resource::secret;

pub use crate::resource::Secret;
pub use drift_ignore::{Date, DriftIgnore, load_drift_ignore};
pub use grammar::explain::{Explained, ExplainedKey, explain};
pub use grammar::schema::schema;
pub(crate) use grammar::writing;
pub use load::{Inputs, Loaded, Problems, load};
pub use model::{
    Account, Associate, Binding, CreateInstance, Flow, FlowFile, Function, Grants, Identity, Instance,
    InstanceLookup, Invocation, LeftOut, Manifest, NamedKind, Names, Need, Needs, Package, Response,
    ResponseType, Role, RoleRef, Source, State, Status, Suppression,
};
pub(crate) use model::{called_in, named_content, named_on_instance};
pub use reading::files::{Disk, FileError, FileKind, Files};
#[cfg(feature = "cli")]
pub(crate) use reading::kind::{is_manifest_file, is_scenario_file};
pub(crate) use reading::log::hint as suggest;
#[cfg(feature = "cli")]
pub(crate) use reading::project::{HINT as OUTSIDE_HINT, Project};
pub use reading::sources::Sources;
pub use rivals::{Claim, InstanceId, Object, Rival, rivals};
pub use scenario::{
    AcceptError, EndKind, Expectations, ExpectedStep, Scenario, ScenarioContact, Stub, StubFailure,
    StubOutcome, Told, accept, entry as scenario_entry, load_scenarios, reply as scenario_reply,
    schema as scenario_schema, time as scenario_time, to_yaml as scenario_yaml,
};
#[cfg(feature = "cli")]
pub(crate) use yaml::MAX_BYTES as MAX_MANIFEST_BYTES;
pub use yaml::{ReadError, from_yaml};
