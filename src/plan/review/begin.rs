//! Whether a plan may be carried out at all.

use super::order_check::order_fault;
use crate::plan::model::Plan;
use crate::snapshot::Gap;

/// Why an apply does not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBegun {
    /// Something in the plan has to be fixed first.
    Errors,
    /// So much would be deleted that somebody has to insist ([`Plan::forced`]): says how much.
    NeedsForce(String),
    /// The caller may not read what the manifest needs: whoever may not read will not be let write half of it.
    MayNotRead,
    /// Some of it could never be carried out: says why. That is a fault of flowbind.
    Order(String),
}

/// Returns whether a plan may be carried out at all. A gap that is no matter of permissions holds back only what depends
/// on it: one unreadable flow must not stop the rest.
pub fn may_begin(plan: &Plan) -> Result<(), NotBegun> {
    if plan.has_errors() {
        Err(NotBegun::Errors)
    } else if plan.gaps.iter().any(|Gap { denied, .. }| *denied) {
        Err(NotBegun::MayNotRead)
    } else if let Some(much) = &plan.force {
        Err(NotBegun::NeedsForce(much.clone()))
    } else {
        order_fault(&plan.actions).map_or(Ok(()), |why| Err(NotBegun::Order(why)))
    }
}
