//! Takes roles away: IAM wants a role's policies gone first.

use std::collections::{BTreeMap, BTreeSet};

use super::Runner;
use super::ended::{Done, Ended, NotDone};
use super::once::{Deleted, Left, delete};
use super::role::steady;
use crate::aws::session::Fault;
use crate::plan::{RoleRemoval, role_changed};
use crate::resource::FunctionRef;
use crate::snapshot::{RolePolicies, SET_TAG};

const NOT_OURS: &str = "it does not belong to this set any more";

/// What a role holds whose policies another run took away already.
static NOTHING: RolePolicies =
    RolePolicies { trust: String::new(), managed: BTreeSet::new(), inline: BTreeMap::new() };

impl Runner<'_> {
    pub(super) async fn remove_role(&self, removal: &RoleRemoval, subject: &str) -> Ended {
        let RoleRemoval { place, name, owner, policies, .. } = removal;
        let Some(role) = self.session.role(place, name, subject).await? else {
            return Ok(Done::AlreadySo);
        };
        if role.tags.get(SET_TAG) != Some(owner) {
            return Err(NotDone::changed(subject, NOT_OURS));
        }
        if let Some(what) = role_changed(policies, &role.policies, &NOTHING) {
            return Err(NotDone::changed(subject, &what));
        }
        if let Some(user) = self.user_of(removal, subject).await? {
            return Err(NotDone::changed(subject, &format!("function `{user}` uses it now")));
        }
        let was_there = match Box::pin(self.empty_and_delete(removal, &role.policies, subject)).await? {
            Deleted::Gone(was_there) => was_there,
            Deleted::Replaced(what) => return Err(NotDone::changed(subject, &what)),
        };
        self.until_gone(async || Ok(self.session.trust(place, name, subject).await?.is_some()), subject)
            .await?;
        Ok(Done::of(was_there))
    }

    /// A function that uses the role by now. A list may still show one that this run has taken from it, so each is asked.
    async fn user_of(&self, removal: &RoleRemoval, subject: &str) -> Result<Option<String>, Fault> {
        for place in &removal.looked {
            let listed = self.session.functions_in(place, subject).await?;
            for (name, _) in listed.into_iter().filter(|(_, role)| *role == removal.arn) {
                let function = FunctionRef { place: place.clone(), name, qualifier: None };
                let now = self.session.function(&function, subject).await?;
                if now.is_some_and(|now| now.latest.role == removal.arn) {
                    return Ok(Some(function.name));
                }
            }
        }
        Ok(None)
    }

    async fn empty_and_delete(
        &self,
        removal: &RoleRemoval,
        live: &RolePolicies,
        subject: &str,
    ) -> Result<Deleted, Fault> {
        let (session, place, name) = (self.session, &removal.place, &removal.name);
        for arn in &live.managed {
            let away =
                async || steady(session, || session.detach(place, name, arn, subject)).await.map(|()| true);
            let look = async || self.left(removal, |now| now.managed.contains(arn), subject).await;
            if let replaced @ Deleted::Replaced(_) = delete(session, away, look).await? {
                return Ok(replaced);
            }
        }
        for policy in live.inline.keys() {
            let away = async || {
                steady(session, || session.delete_inline(place, name, policy, subject)).await.map(|()| true)
            };
            let look = async || self.left(removal, |now| now.inline.contains_key(policy), subject).await;
            if let replaced @ Deleted::Replaced(_) = delete(session, away, look).await? {
                return Ok(replaced);
            }
        }
        let away = || session.delete_role(place, name, subject);
        delete(session, away, || self.left(removal, |_| true, subject)).await
    }

    /// Whether what was to be deleted of a role is still there.
    async fn left(
        &self,
        removal: &RoleRemoval,
        is_there: impl Fn(&RolePolicies) -> bool,
        subject: &str,
    ) -> Result<Left, Fault> {
        Ok(match self.session.role(&removal.place, &removal.name, subject).await? {
            None => Left::Nothing,
            Some(now) if now.tags.get(SET_TAG) != Some(&removal.owner) => Left::Other(NOT_OURS.to_owned()),
            Some(now) if is_there(&now.policies) => Left::Same,
            Some(_) => Left::Nothing,
        })
    }
}
