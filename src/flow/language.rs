//! What the flow language has: actions, flow types and limits, and what single blocks invoke, read and name.

pub mod attributes;
pub mod catalog;
pub mod channel;
pub mod invocation;
pub mod limits;
pub mod namespaces;
pub mod references;
pub mod resources;
pub mod stub;
