//! IAM: roles and the policies that they have.

mod policies;
pub(crate) mod roles;

use super::dispatch::operation::Operation;

/// The operations, a list for each file.
pub(crate) const OPERATIONS: &[&[Operation]] = &[roles::OPERATIONS, policies::OPERATIONS];
