//! What follows from a flow as a whole: its graph, which answers reach which block, how long callers wait. The rules judge by it.

pub(super) mod carried;
pub mod chain;
pub mod dataflow;
pub mod facts;
pub mod finding;
pub mod graph;
mod view;

pub use view::FlowView;
