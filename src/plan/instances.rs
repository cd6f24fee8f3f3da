//! Checks that the instances are there and can be written to.

use super::Draft;
use crate::manifest::{InstanceLookup, Manifest};
use crate::resource::{Address, Kind, Problem};
use crate::snapshot::{InstanceSeen, Look, Snapshot};

/// Reports instances that are missing or not active, and blocks what belongs to them.
pub(super) fn check(desired: &Manifest, observed: &Snapshot, draft: &mut Draft) {
    for (name, instance) in &desired.instances {
        let address = Address::new(Kind::Instance, name);
        match observed.instances.get(name) {
            Some(Look::Found(seen)) if seen.active => {}
            Some(Look::Found(InstanceSeen { status, .. })) => {
                let message =
                    format!("instance/{name} has status {status}: nothing can be written to it yet");
                draft.block(address.clone(), message.clone());
                let hint = "wait until it is ACTIVE, then run the command again.";
                draft.problems.push(
                    Problem::held("instance-not-active", message)
                        .on(&address)
                        .at(&instance.origin)
                        .hint(hint),
                );
            }
            Some(Look::Absent { close }) => {
                let (what, code) = match &instance.lookup {
                    InstanceLookup::Alias(alias) => (format!("alias `{alias}`"), "unknown-instance-alias"),
                    InstanceLookup::Id(id) => (format!("id `{id}`"), "unknown-instance-id"),
                };
                let message = format!("no Amazon Connect instance with {what} in {}", instance.place);
                draft.block(address.clone(), message.clone());
                let hint = match close.as_slice() {
                    [] => "that account and Region holds no instance: check the Region and the credentials."
                        .to_owned(),
                    names => format!("the instances there are: {}.", names.join(", ")),
                };
                draft
                    .problems
                    .push(Problem::error(code, message).on(&address).at(&instance.origin).hint(hint));
            }
            Some(Look::Unknown) | None => {
                draft.block(address, format!("instance/{name} could not be read"));
            }
        }
    }
}
