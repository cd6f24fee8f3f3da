//! Looks for the roles that the set made: by their own tags, whatever became of the functions that they were made for.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::gap;
use super::removal::Observer;
use crate::aws::session::Fault;
use crate::plan::{Owner, managed};
use crate::resource::{AccountId, Place};
use crate::snapshot::{Gap, Look, RoleFound, RolePolicies, RoleSeen};

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
        let unread = |fault: &Fault, what: &str| {
            let address = self.address_of(place)?;
            let gap = gap(fault, &address);
            Some(Gap { message: format!("{what}: {}", gap.message), ..gap })
        };
        let listed = match self.session.lambda_roles(place, &subject).await {
            Ok(listed) => listed,
            Err(fault) => return (BTreeMap::new(), unread(&fault, &subject).into_iter().collect()),
        };
        let looks = listed.into_iter().map(|(name, arn)| async move {
            let found = match self.known(&place.account, &name) {
                Some(RoleSeen { arn: _, policies, tags }) => {
                    Ok(self.is_ours(&tags).then_some((tags, policies)))
                }
                None => self.ours(place, &name).await,
            };
            (name, arn, found)
        });
        let (mut found, mut gaps) = (BTreeMap::new(), Vec::new());
        for (name, arn, role) in join_all(looks).await {
            match role {
                Ok(Some((tags, policies))) => {
                    found.insert(name, RoleFound { arn, tags, policies });
                }
                // Somebody else's, or deleted meanwhile.
                Ok(None) => {}
                Err(fault) => gaps.extend(unread(&fault, &format!("role `{name}`"))),
            }
        }
        (found, gaps)
    }

    fn is_ours(&self, tags: &BTreeMap<String, String>) -> bool {
        Owner::of(Some(tags), &self.desired.set).is_ours()
    }

    /// The tags and policies of a role that the set made; none for any other.
    async fn ours(
        &self,
        place: &Place,
        name: &str,
    ) -> Result<Option<(BTreeMap<String, String>, RolePolicies)>, Fault> {
        let subject = format!("role `{name}`");
        let tags = self.session.role_tags(place, name, &subject).await?;
        if !tags.is_some_and(|tags| self.is_ours(&tags)) {
            return Ok(None);
        }
        let role = self.session.role(place, name, &subject).await?;
        Ok(role.map(|role| (role.tags, role.policies)))
    }

    /// A declared role, which was read already.
    fn known(&self, account: &AccountId, name: &str) -> Option<RoleSeen> {
        let mut declared = self.desired.functions.iter().filter(|(_, function)| {
            function.target.place.account == *account
                && managed(function).is_some_and(|role| role.name == name)
        });
        declared.find_map(|(label, _)| self.seen.roles.get(label).and_then(Look::found).cloned())
    }
}
