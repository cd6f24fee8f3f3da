//! What a reader of a policy should know: where it is wider than the manifest could make it.

use super::{Command, Scope};
use crate::manifest::{InstanceLookup, Manifest};

/// Says what widens the policies, a sentence each, in order.
pub fn notes(manifests: &[Manifest], scope: Scope) -> Vec<String> {
    let mut notes = Vec::new();
    // Calling functions takes nothing of the instances but their list.
    let on_instances = if scope.command == Command::Invoke { &[] } else { manifests };
    for manifest in on_instances {
        let by_alias =
            manifest.instances.iter().filter(|(_, it)| matches!(it.lookup, InstanceLookup::Alias(_)));
        notes.extend(by_alias.map(|(name, instance)| {
            format!(
                "{}: instance/{name} is found by its alias, which no ARN contains: every instance in {} is covered; \
                 with `id:` in the manifest only this one is.",
                manifest.set, instance.place
            )
        }));
    }
    if scope.reach.sees_orphans() {
        notes.push(
            "orphaned resources are searched for among all functions and roles of the accounts; without `--prune` only \
             what the manifest names is covered."
                .to_owned(),
        );
    }
    notes
}
