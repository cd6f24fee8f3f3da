//! The execution role of a declared function.

use crate::manifest::{Function, Manifest, Role, RoleRef};
use crate::resource::partition;
use crate::resource::{Label, Place};
use crate::snapshot::Look;
use crate::snapshot::Snapshot;

/// The role that a function declares, if flowbind makes it.
pub(crate) fn managed(function: &Function) -> Option<&Role> {
    match &function.source.as_ref()?.role {
        RoleRef::Managed(role) => Some(role),
        RoleRef::Arn(_) => None,
    }
}

/// The ARN of a function's role: as it was seen, else as it will be.
pub(in crate::plan) fn arn_of(desired: &Manifest, observed: &Snapshot, name: &Label) -> Option<String> {
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
