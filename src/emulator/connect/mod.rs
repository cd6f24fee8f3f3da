//! Amazon Connect: instances, flows, modules, associations with functions, and what flows refer to by name.

mod associations;
mod content;
mod flows;
mod instances;
mod lambda_block;
mod lifecycle;
mod lookup;
mod modules;
mod named;
mod search;
mod tags;
mod validation;

use super::dispatch::operation::Operation;

/// The operations, a list for each file.
pub(crate) const OPERATIONS: &[&[Operation]] = &[
    instances::OPERATIONS,
    lifecycle::OPERATIONS,
    associations::OPERATIONS,
    flows::OPERATIONS,
    modules::OPERATIONS,
    search::OPERATIONS,
    named::OPERATIONS,
    tags::OPERATIONS,
];
