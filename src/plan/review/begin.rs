//! Whether a plan may be carried out at all.

use super::order_check::order_fault;
use crate::plan::model::Plan;
use crate::snapshot::Gap;

/// Why an apply does not begin, the gravest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotBegun {
    /// Something in the plan has to be fixed first.
    Errors,
    /// Some of it could never be carried out: says why. That is a fault of flowbind.
    Order(String),
    /// The caller may not read what the manifest needs: whoever may not read will not be let write half of it.
    MayNotRead,
    /// So much would be deleted that somebody has to insist ([`Plan::forced`]): says how much.
    NeedsForce(String),
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

/// Returns whether all plans may be carried out: nothing of any is begun unless each may be. Of several reasons it is the
/// gravest.
pub fn all_may_begin(plans: &[Plan]) -> Result<(), NotBegun> {
    plans.iter().filter_map(|plan| may_begin(plan).err()).min().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::SetName;

    #[test]
    fn of_several_plans_the_gravest_reason_counts_whatever_their_order() {
        let plan = |force: Option<&str>| Plan {
            force: force.map(str::to_owned),
            ..Plan::empty(SetName::parse("acme").unwrap())
        };
        assert_eq!(all_may_begin(&[plan(None), plan(None)]), Ok(()));
        let much = || NotBegun::NeedsForce("much".to_owned());
        assert_eq!(all_may_begin(&[plan(None), plan(Some("much"))]), Err(much()));
        let grave = [NotBegun::Errors, NotBegun::Order(String::new()), NotBegun::MayNotRead, much()];
        assert!(grave.is_sorted(), "an error of a manifest outweighs a call that was denied");
    }
}
