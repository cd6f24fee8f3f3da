//! Plans the execution roles of functions: who may assume them, and exactly the policies that are declared.

use std::collections::BTreeMap;

use super::fields::{FieldChange, named, role_differences};
use super::namesake::{Known, Namesake};
use super::ownership::{APPLIED_TAG, OWNER_TAG, owner_tag};
use super::{Cause, Change, Draft, Spec, TagTarget};
use crate::manifest::{Function, Manifest, Role, RoleRef};
use crate::resource::{Address, Kind, Label, Place, canonical_policy, lambda_trust, partition};
use crate::snapshot::{Look, RolePolicies, RoleSeen, Snapshot};

/// A role to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSpec {
    /// The account; IAM has no Regions, and is called from this one.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// The tags by which it is recognised, where it does not have them: its owner's when it is created.
    pub marks: BTreeMap<String, String>,
    /// Whether it gets the digest of what is applied: not where another set notes its own.
    pub noted: bool,
    /// What it is to be.
    pub wanted: RolePolicies,
    /// What it is; none if it is to be created.
    pub before: Option<RolePolicies>,
    /// What differs.
    pub fields: Vec<FieldChange>,
}

/// The role that a function declares, if flowbind makes it.
pub(crate) fn managed(function: &Function) -> Option<&Role> {
    match &function.source.as_ref()?.role {
        RoleRef::Managed(role) => Some(role),
        RoleRef::Arn(_) => None,
    }
}

/// The ARN of a function's role: as it was seen, else as it will be.
pub(super) fn arn_of(desired: &Manifest, observed: &Snapshot, name: &Label) -> Option<String> {
    let function = desired.functions.get(name)?;
    let role = match &function.source.as_ref()?.role {
        RoleRef::Arn(arn) => return Some(arn.clone()),
        RoleRef::Managed(role) => role,
    };
    let seen = observed.roles.get(name).and_then(Look::found);
    let Place { account, region } = &function.target.place;
    let made = || format!("arn:{}:iam::{account}:role/{}", partition(region), role.name);
    Some(seen.map_or_else(made, |seen| seen.arn.clone()))
}

/// Plans every role. The manifest lets no two functions declare the same one.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, draft: &mut Draft) {
    for (name, function) in &desired.functions {
        if let Some(role) = managed(function) {
            plan_one(desired, observed, (name, function, role), draft);
        }
    }
}

fn plan_one(
    desired: &Manifest,
    observed: &Snapshot,
    (name, function, role): (&Label, &Function, &Role),
    draft: &mut Draft,
) {
    let address = Address::new(Kind::Role, name);
    let wanted = policies(role);
    let spec = |(marks, noted), before, fields| {
        Spec::Role(Box::new(RoleSpec {
            place: function.target.place.clone(),
            name: role.name.clone(),
            marks,
            noted,
            wanted: wanted.clone(),
            before,
            fields,
        }))
    };
    match observed.roles.get(name) {
        Some(Look::Absent { .. }) => {
            let reason = format!("no role `{}` in account {}", role.name, function.target.place.account);
            let marks = [(OWNER_TAG.to_owned(), owner_tag(&desired.set, name))].into();
            let change = Change::Create(spec((marks, true), None, Vec::new()));
            draft.act(address, change, (Cause::Absent, reason), Vec::new());
        }
        Some(Look::Found(RoleSeen { arn: _, policies: seen, tags })) => {
            let namesake = Namesake {
                of: (&desired.set, name),
                address: &address,
                what: format!("role `{}`", role.name),
                tags: Some(tags),
                digest: seen.digest(),
                function,
            };
            namesake.warn_of_other_set(draft);
            let noted = namesake.other_set().is_none();
            let fields = role_differences(&wanted, seen);
            if fields.is_empty() {
                let (place, name) = (function.target.place.clone(), role.name.clone());
                return namesake.settle(TagTarget::Role { place, name }, Known::Whole, draft);
            }
            let (reason, digest) = (format!("{}: {}", namesake.who(), named(&fields)), wanted.digest());
            let cause = namesake.cause(|applied| Some(applied == digest));
            let may = namesake.may_write(&fields, draft);
            let change = Change::Update(spec((namesake.marks(), noted), Some(seen.clone()), fields));
            if !may {
                draft.withhold(address, change, reason, cause);
                return;
            }
            // Versions that did not mark an unfinished creation tagged it at once with what it was to be.
            let tagged = tags.get(APPLIED_TAG) != Some(&namesake.digest);
            let unused = matches!(observed.sources.get(name), Some(Look::Absent { .. }));
            let guard = namesake.guard(tagged && unused && is_part(seen, &wanted));
            let id = draft.act(address, change, (cause, reason), Vec::new());
            draft.guard(&id, guard);
        }
        Some(Look::Unknown) | None => {
            draft.block(address, format!("role `{}` could not be read", role.name));
        }
    }
}

/// Whether a role has nothing but what it is to have.
fn is_part(seen: &RolePolicies, wanted: &RolePolicies) -> bool {
    let RolePolicies { trust, managed, inline } = seen;
    *trust == wanted.trust
        && managed.is_subset(&wanted.managed)
        && inline.iter().all(|(name, text)| wanted.inline.get(name) == Some(text))
}

fn policies(role: &Role) -> RolePolicies {
    let Role { name: _, managed_policies, inline } = role;
    RolePolicies {
        trust: lambda_trust(),
        managed: managed_policies.iter().cloned().collect(),
        inline: inline.iter().map(|(name, text)| (name.clone(), canonical_policy(text))).collect(),
    }
}
