//! Looks for the roles that the set made: by their own tags, whatever became of the functions that they were made for.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::fault::Fault;
use super::observe::gap;
use super::observe_removal::Observer;
use crate::plan::{Owner, managed};
use crate::resource::{AccountId, Place};
use crate::snapshot::{Gap, Look, RoleFound};

type Roles = BTreeMap<(AccountId, String), RoleFound>;

impl Observer<'_> {
    /// Reads the tags of every role that Lambda may assume, and keeps what the set made.
    pub(super) async fn roles(&self, places: &BTreeMap<AccountId, Place>) -> (Roles, Vec<Gap>) {
        let (mut roles, mut gaps) = (Roles::new(), Vec::new());
        for (account, (found, faults)) in join_all(
            places.iter().map(|(account, place)| async move { (account, self.roles_of(place).await) }),
        )
        .await
        {
            roles.extend(found.into_iter().map(|(name, role)| ((account.clone(), name), role)));
            gaps.extend(faults);
        }
        (roles, gaps)
    }

    async fn roles_of(&self, place: &Place) -> (BTreeMap<String, RoleFound>, Vec<Gap>) {
        let subject = format!("the roles of account {}", place.account);
        let told = |fault: &Fault, what: &str| {
            let address = self.address_of(place)?;
            let told = gap(fault, &address);
            Some(Gap { message: format!("{what}: {}", told.message), ..told })
        };
        let listed = match self.session.lambda_roles(place, &subject).await {
            Ok(listed) => listed,
            Err(fault) => return (BTreeMap::new(), told(&fault, &subject).into_iter().collect()),
        };
        let looks = listed.into_iter().map(|(name, arn)| async move {
            let tags = match self.known(&place.account, &name) {
                Some(tags) => Ok(Some(tags)),
                None => self.session.role_tags(place, &name, &format!("role `{name}`")).await,
            };
            (name, arn, tags)
        });
        let (mut found, mut gaps) = (BTreeMap::new(), Vec::new());
        for (name, arn, tags) in join_all(looks).await {
            match tags {
                Ok(Some(tags)) if Owner::of(Some(&tags), &self.desired.set).is_ours() => {
                    found.insert(name, RoleFound { arn, tags });
                }
                // Somebody else's, or deleted meanwhile.
                Ok(_) => {}
                Err(fault) => gaps.extend(told(&fault, &format!("role `{name}`"))),
            }
        }
        (found, gaps)
    }

    /// The tags of a declared role, which was read already.
    fn known(&self, account: &AccountId, name: &str) -> Option<BTreeMap<String, String>> {
        let mut declared = self.desired.functions.iter().filter(|(_, function)| {
            function.target.place.account == *account
                && managed(function).is_some_and(|role| role.name == name)
        });
        declared.find_map(|(label, _)| Some(self.seen.roles.get(label).and_then(Look::found)?.tags.clone()))
    }
}
