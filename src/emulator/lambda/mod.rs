//! AWS Lambda: functions, their versions, aliases, policies and tags.

mod aliases;
mod concurrency;
mod configuration;
mod create;
mod functions;
mod invoke;
mod lookup;
pub(crate) mod policy;
mod tags;
mod update;
mod versions;
mod writes;

use super::dispatch::operation::Operation;

/// The operations, a list for each file.
pub(crate) const OPERATIONS: &[&[Operation]] = &[
    functions::OPERATIONS,
    create::OPERATIONS,
    update::OPERATIONS,
    versions::OPERATIONS,
    aliases::OPERATIONS,
    policy::OPERATIONS,
    concurrency::OPERATIONS,
    invoke::OPERATIONS,
    tags::OPERATIONS,
];
