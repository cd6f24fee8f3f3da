//! Plans the execution roles of functions: who may assume them, and exactly the policies that are declared.

use super::builder::PlanBuilder;
use super::namesake::{Known, Namesake};
use crate::manifest::{Function, Manifest, Role};
use crate::plan::facts::differences::{named, role_differences};
use crate::plan::facts::ownership::{APPLIED_TAG, OWNER_TAG, owner_tag};
use crate::plan::facts::roles::managed;
use crate::plan::model::{Cause, RoleSpec, TagTarget, Write};
use crate::resource::{Address, Kind, Label, canonical_policy, lambda_trust};
use crate::snapshot::{Look, RolePolicies, RoleSeen, Snapshot};

/// Plans every role. The manifest lets no two functions declare the same one.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, builder: &mut PlanBuilder) {
    for (name, function) in &desired.functions {
        if let Some(role) = managed(function) {
            plan_one(desired, observed, (name, function, role), builder);
        }
    }
}

fn plan_one(
    desired: &Manifest,
    observed: &Snapshot,
    (name, function, role): (&Label, &Function, &Role),
    builder: &mut PlanBuilder,
) {
    let address = Address::new(Kind::Role, name);
    let wanted = policies(role);
    let spec = |(marks, noted), before, fields| {
        Write::Role(Box::new(RoleSpec {
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
            let write = spec((marks, true), None, Vec::new());
            builder.act(address, write, (Cause::Absent, reason), Vec::new());
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
            namesake.warn_of_other_set(builder);
            let noted = namesake.other_set().is_none();
            let fields = role_differences(&wanted, seen);
            if fields.is_empty() {
                let (place, name) = (function.target.place.clone(), role.name.clone());
                return namesake.settle(TagTarget::Role { place, name }, Known::Whole, builder);
            }
            let (reason, digest) = (format!("{}: {}", namesake.who(), named(&fields)), wanted.digest());
            let cause = namesake.cause(|applied| Some(applied == digest));
            let may = namesake.may_write(&fields, builder);
            let write = spec((namesake.marks(), noted), Some(seen.clone()), fields);
            if !may {
                builder.withhold(address, write, reason, cause);
                return;
            }
            // Versions that did not mark an unfinished creation tagged it at once with what it was to be.
            let tagged = tags.get(APPLIED_TAG) != Some(&namesake.digest);
            let unused = matches!(observed.sources.get(name), Some(Look::Absent { .. }));
            let guard = namesake.guard(tagged && unused && is_part(seen, &wanted));
            let id = builder.act(address, write, (cause, reason), Vec::new());
            builder.guard(&id, guard);
        }
        Some(Look::Unknown) | None => {
            builder.block(address, format!("role `{}` could not be read", role.name));
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
