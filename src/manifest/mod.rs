//! The manifest: what a person wants, read from YAML into closed, checked data.
//!
//! The text becomes a tree of text scalars with positions, variables are substituted, and each field types its own
//! scalar. All problems come out of one run. From here on nothing reads a file or a variable: flow texts are inside.

mod log;
mod model;
mod scalar;
mod schema;
mod shape;
mod table;
mod yaml;

pub use model::{
    Account, Associate, Binding, Flow, FlowText, Function, Grants, Instance, InstanceLookup, Invocation,
    Manifest, Response, ResponseType,
};
pub use schema::schema;
pub use yaml::{WriteError, to_yaml};
