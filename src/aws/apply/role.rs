//! Writes roles: what is missing is put in before anything is taken away, and AWS is looked at afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use super::Runner;
use super::ended::{Done, Ended, NotDone};
use super::once::{Created, once, or_shown};
use crate::aws::session::{Fault, FaultKind, Session};
use crate::plan::{RoleSpec, role_changed};
use crate::snapshot::{APPLIED_TAG, REGION_TAG, RolePolicies, RoleSeen, SET_TAG, UNFINISHED};

/// Tries of a write that meets another one to the same role (`ConcurrentModification`).
const WRITE_TRIES: u32 = 5;

impl Runner<'_> {
    pub(super) async fn role(&self, spec: &RoleSpec, subject: &str) -> Ended {
        let (place, name) = (&spec.place, spec.name.as_str());
        let digest = spec.wanted.digest();
        let (current, created) = match &spec.before {
            Some(before) => match self.session.role(place, name, subject).await? {
                None => return Err(NotDone::gone(subject)),
                Some(now) => match role_changed(before, &now.policies, &spec.wanted) {
                    Some(what) => return Err(NotDone::changed(subject, &what)),
                    None => (now.policies, false),
                },
            },
            None => match self.create_role(spec, subject).await? {
                Some(made) => made,
                None => return Err(NotDone::taken(subject, &format!("role `{name}`"))),
            },
        };
        let wrote = write(self.session, spec, &current, subject).await?;
        self.settle_role(spec, subject).await?;
        // Last of all: until then its creation counts as unfinished.
        let mut tags = spec.marks.clone();
        if spec.noted {
            tags.insert(APPLIED_TAG.to_owned(), digest);
        }
        if !tags.is_empty() {
            let written = steady(self.session, || self.session.tag_role(place, name, &tags, subject)).await;
            let shows = |seen: &RoleSeen| tags.iter().all(|(key, value)| seen.tags.get(key) == Some(value));
            sure(self.session, spec, subject, written, shows).await?;
        }
        Ok(Done::of(wrote || created))
    }

    /// Creates the role, or finds the one that an earlier try or another run of this set created. Gives the policies
    /// it has, and whether this call made it.
    async fn create_role(
        &self,
        spec: &RoleSpec,
        subject: &str,
    ) -> Result<Option<(RolePolicies, bool)>, Fault> {
        let RoleSpec { place, name, marks, wanted, .. } = spec;
        let mut tags = marks.clone();
        tags.insert(APPLIED_TAG.to_owned(), UNFINISHED.to_owned());
        tags.insert(REGION_TAG.to_owned(), place.region.to_string());
        let create = async || {
            self.session.create_role(place, name, &wanted.trust, &tags, subject).await?;
            let (managed, inline) = (BTreeSet::new(), BTreeMap::new());
            let policies = RolePolicies { trust: wanted.trust.clone(), managed, inline };
            Ok((policies, true))
        };
        let look = async || {
            let seen = self.session.role(place, name, subject).await?;
            Ok(seen.map(|seen| (seen.policies, seen.tags.get(SET_TAG) == marks.get(SET_TAG))))
        };
        Ok(match once(self.session, create, look).await? {
            Created::Made((policies, _)) => Some((policies, true)),
            Created::Found((policies, true), fault) => {
                // Half made it holds a part of what is wanted; more than that is somebody's edit.
                let empty = RolePolicies { trust: wanted.trust.clone(), ..RolePolicies::default() };
                match role_changed(&empty, &policies, wanted) {
                    None => Some((policies, fault.maybe_done())),
                    Some(_) => None,
                }
            }
            Created::Found(_, _) => None,
        })
    }

    /// Looks until the role shows what was written.
    async fn settle_role(&self, spec: &RoleSpec, subject: &str) -> Result<(), NotDone> {
        let look = async || {
            let seen = match self.session.role(&spec.place, &spec.name, subject).await {
                // A list may name a policy that another replica does not have yet.
                Err(fault) if fault.kind == FaultKind::NotFound => None,
                other => other?,
            };
            Ok(seen.is_some_and(|seen| seen.policies == spec.wanted).then_some(()))
        };
        let mut wait = self.session.wait();
        wait.until(look).await?.ok_or_else(|| {
            NotDone::not_shown(
                &wait,
                format!("{subject}: role `{}` does not show what was written", spec.name),
            )
        })
    }
}

/// Writes what differs; says whether anything was.
async fn write(
    session: &Session,
    spec: &RoleSpec,
    current: &RolePolicies,
    subject: &str,
) -> Result<bool, Fault> {
    let (place, name, wanted) = (&spec.place, spec.name.as_str(), &spec.wanted);
    let RolePolicies { trust, managed, inline } = wanted;
    if *trust != current.trust {
        let written = steady(session, || session.set_trust(place, name, trust, subject)).await;
        sure(session, spec, subject, written, |seen| seen.policies.trust == *trust).await?;
    }
    for arn in managed.difference(&current.managed) {
        let written = steady(session, || session.attach(place, name, arn, subject)).await;
        sure(session, spec, subject, written, |seen| seen.policies.managed.contains(arn)).await?;
    }
    for (policy, document) in inline.iter().filter(|(policy, text)| current.inline.get(*policy) != Some(text))
    {
        let written = steady(session, || session.put_inline(place, name, (policy, document), subject)).await;
        let shows = |seen: &RoleSeen| seen.policies.inline.get(policy) == Some(document);
        sure(session, spec, subject, written, shows).await?;
    }
    for arn in current.managed.difference(managed) {
        let written = steady(session, || session.detach(place, name, arn, subject)).await;
        sure(session, spec, subject, written, |seen| !seen.policies.managed.contains(arn)).await?;
    }
    for policy in current.inline.keys().filter(|policy| !inline.contains_key(*policy)) {
        let written = steady(session, || session.delete_inline(place, name, policy, subject)).await;
        sure(session, spec, subject, written, |seen| !seen.policies.inline.contains_key(policy)).await?;
    }
    Ok(wanted != current)
}

/// Looks at the role after a write whose outcome is unknown.
async fn sure(
    session: &Session,
    spec: &RoleSpec,
    subject: &str,
    written: Result<(), Fault>,
    shows: impl Fn(&RoleSeen) -> bool,
) -> Result<(), Fault> {
    let look =
        async || Ok(session.role(&spec.place, &spec.name, subject).await?.is_some_and(|it| shows(&it)));
    or_shown(session, written, look).await
}

/// Writes to a role, again where another write to the same role is under way.
pub(super) async fn steady<F: Future<Output = Result<(), Fault>>>(
    session: &Session,
    write: impl Fn() -> F,
) -> Result<(), Fault> {
    let (mut tries, mut pauses) = (1, session.pauses());
    loop {
        match write().await {
            Err(fault) if fault.kind == FaultKind::Conflict && tries < WRITE_TRIES => {
                tries += 1;
                pauses.pass().await;
            }
            other => return other,
        }
    }
}
