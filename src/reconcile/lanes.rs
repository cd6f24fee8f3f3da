//! Which sets may be carried out side by side: those that have no account in common.
//!
//! Rates and quotas are an account's, so that sets of different accounts do not slow each other down; and what one set
//! makes another may need, but not across accounts that neither shares. Sets of one account are carried out one after
//! another, in their order.

use std::collections::BTreeSet;

use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::resource::AccountId;

/// Distributes plans over lanes, each by its number: what is in one lane is carried out one after another. A plan of no
/// manifest, such as a rollback, may touch anything.
pub(super) fn lanes(plans: &[Plan], manifests: &[Manifest]) -> Vec<Vec<usize>> {
    let accounts: Option<Vec<BTreeSet<&AccountId>>> =
        plans.iter().map(|plan| plan.manifest_in(manifests).map(Manifest::account_ids)).collect();
    match accounts {
        Some(accounts) => apart(&accounts),
        None => vec![(0..plans.len()).collect()],
    }
}

/// Puts those together that have something in common, themselves or through others.
fn apart<T: Ord + Copy>(sets: &[BTreeSet<T>]) -> Vec<Vec<usize>> {
    let mut lanes: Vec<(BTreeSet<T>, Vec<usize>)> = Vec::new();
    for (n, set) in sets.iter().enumerate() {
        let (common, others): (Vec<_>, Vec<_>) =
            lanes.into_iter().partition(|(known, _)| !known.is_disjoint(set));
        let mut joined = (set.clone(), vec![n]);
        for (known, numbers) in common {
            joined.0.extend(known);
            joined.1.extend(numbers);
        }
        joined.1.sort_unstable();
        lanes = others;
        lanes.push(joined);
    }
    let mut lanes: Vec<Vec<usize>> = lanes.into_iter().map(|(_, numbers)| numbers).collect();
    lanes.sort();
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_restored_is_no_plan_of_the_set_that_has_its_name() {
        let text = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: rollback }\nspec:\n  accounts: \
                    { m: { id: \"111122223333\" } }\n  defaults: { account: m, region: eu-west-2 }\n  instances: { i: { alias: x } }\n";
        let files = std::collections::BTreeMap::from([("m.yaml".into(), text.as_bytes().to_vec())]);
        let loaded =
            crate::manifest::load(&["m.yaml".into()], &crate::manifest::Inputs::default(), &files).unwrap();
        let declared = Plan::empty(loaded.manifests[0].set.clone());
        let restored = crate::plan::plan_rollback("r", (&[], &loaded.manifests), &[], Vec::new());
        assert_eq!(restored.set, declared.set);
        assert!(declared.manifest_in(&loaded.manifests).is_some());
        assert!(restored.manifest_in(&loaded.manifests).is_none());
    }

    fn lanes_of(sets: &[&[u8]]) -> Vec<Vec<usize>> {
        apart(&sets.iter().map(|set| set.iter().copied().collect()).collect::<Vec<BTreeSet<u8>>>())
    }

    #[test]
    fn what_has_no_account_in_common_goes_side_by_side() {
        assert_eq!(lanes_of(&[&[1], &[2], &[3]]), [vec![0], vec![1], vec![2]]);
        assert_eq!(lanes_of(&[&[1], &[2], &[1]]), [vec![0, 2], vec![1]]);
        assert_eq!(lanes_of(&[&[1], &[1], &[1]]), [vec![0, 1, 2]]);
        assert_eq!(lanes_of(&[]), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn a_set_of_two_accounts_brings_their_sets_together_in_their_order() {
        assert_eq!(lanes_of(&[&[1], &[2], &[3], &[1, 2]]), [vec![0, 1, 3], vec![2]]);
        assert_eq!(lanes_of(&[&[2], &[1, 2], &[1]]), [vec![0, 1, 2]]);
    }
}
