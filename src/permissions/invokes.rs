//! What `invoke` calls, as permissions: the functions of all blocks and their policies, and where the instances are.

use super::need::Needs;
use super::reads::{on_instance, policy};
use super::target::Target;
use crate::manifest::{InstanceLookup, Manifest};
use crate::operations::Operation;
use crate::resource::FunctionRef;

/// Adds what calling every function takes.
pub(super) fn add(manifest: &Manifest, needs: &mut Needs<'_>) {
    let bound = manifest.contents().flat_map(|(_, _, flow)| flow.bindings.values());
    let bound = bound.filter_map(|binding| Some(&manifest.functions.get(&binding.function)?.target));
    for function in bound.chain(manifest.needs.called().keys()) {
        policy(function, needs);
        let FunctionRef { place, name, qualifier } = function;
        needs.add(Operation::Invoke, &Target::place(place).function(name, qualifier.as_deref()));
    }
    let flows = || manifest.contents().flat_map(|(_, _, flow)| &flow.instances);
    for (name, instance) in manifest.instances.iter().filter(|(name, _)| flows().any(|on| on == *name)) {
        match instance.lookup {
            InstanceLookup::Alias(_) => needs.add(Operation::ListInstances, &Target::place(&instance.place)),
            InstanceLookup::Id(_) => on_instance(manifest, name, &[Operation::DescribeInstance], needs),
        }
    }
}
