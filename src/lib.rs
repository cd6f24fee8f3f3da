//! flowbind: declarative bindings between Amazon Connect contact flows and AWS Lambda functions.

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod backup;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod flow;
pub mod manifest;
pub mod operations;
pub mod plan;
#[cfg(feature = "aws")]
pub mod reconcile;
pub mod report;
pub mod resource;
#[cfg(feature = "cli")]
pub mod sandbox;
pub mod snapshot;
