//! What removal looks at on top of the manifest's own reads: predicted apart, since what there is decides the most of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Manifest;
use crate::resource::{AccountId, Label, Place, Region};

/// What must be looked at before anything may be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RemovalReads {
    /// The instances: every flow and module of each, and its list of functions.
    pub instances: BTreeSet<Label>,
    /// The accounts and Regions: every function of each, its tags, its aliases and their policies.
    pub places: BTreeSet<Place>,
    /// Where the roles of each account are listed, and the tags of those that Lambda may assume. IAM has no Regions:
    /// one of the account's places is enough.
    pub roles: BTreeMap<AccountId, Place>,
}

/// Says what removal must look at. An account that is declared counts in every Region of the set: its last function
/// may just have been taken out of the manifest. So do the Regions that the account names for that.
pub fn removal_reads(desired: &Manifest) -> RemovalReads {
    let instances = desired.instances.values().map(|instance| &instance.place);
    let functions = desired.functions.values().map(|function| &function.target.place);
    let mut places: BTreeSet<Place> = instances.chain(functions).cloned().collect();
    let regions: BTreeSet<Region> = places.iter().map(|place| place.region.clone()).collect();
    for account in desired.accounts.values() {
        places.extend(
            regions
                .iter()
                .chain(&account.regions)
                .map(|region| Place { account: account.id.clone(), region: region.clone() }),
        );
    }
    let roles = places.iter().rev().map(|place| (place.account.clone(), place.clone())).collect();
    RemovalReads { instances: desired.instances.keys().cloned().collect(), places, roles }
}
