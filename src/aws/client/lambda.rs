//! AWS Lambda: functions, their aliases and their resource policies.

mod functions;
mod invoke;
mod policy;
mod removal;

pub(in crate::aws) use functions::unreadable_tags;
pub use invoke::Invoked;
