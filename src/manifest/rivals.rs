//! Sets of one run that pull at the same block: each apply of one would undo the other's.

use std::collections::BTreeMap;

use super::model::{Binding, InstanceLookup, Manifest};
use crate::resource::Problem;

/// Names the blocks that two sets bind on the same instance, each to something else. What one of them does not manage
/// is the other's alone.
pub(super) fn rivals(manifests: &[Manifest]) -> Vec<Problem> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for manifest in manifests {
        for (kind, _, flow) in manifest.contents() {
            let here = flow.instances.iter().filter_map(|name| manifest.instances.get(name));
            for instance in here {
                let lookup = match &instance.lookup {
                    InstanceLookup::Alias(alias) => ("alias", alias),
                    InstanceLookup::Id(id) => ("id", id),
                };
                for (block, binding) in &flow.bindings {
                    let key = (&instance.place, lookup, kind, &flow.name, block);
                    let (other, before): &(&Manifest, &Binding) =
                        first.entry(key).or_insert((manifest, binding));
                    if other.set == manifest.set || !differ((manifest, binding), (other, before)) {
                        continue;
                    }
                    let message = format!(
                        "block `{block}` of {kind} `{}` is bound to something else by the set `{}`",
                        flow.name, other.set
                    );
                    let hint = format!("bind it in one of the two; the other one is at {}", before.origin);
                    problems.push(Problem::error("bound-twice", message).at(&binding.origin).hint(hint));
                }
            }
        }
    }
    problems
}

/// Whether two bindings cannot both hold.
fn differ((a_set, a): (&Manifest, &Binding), (b_set, b): (&Manifest, &Binding)) -> bool {
    fn clash<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
        a.zip(b).is_some_and(|(a, b)| a != b)
    }
    let function =
        |set: &Manifest, binding: &Binding| set.functions.get(&binding.function).map(|f| f.target.clone());
    clash(function(a_set, a).as_ref(), function(b_set, b).as_ref())
        || clash(a.time_limit.as_ref(), b.time_limit.as_ref())
        || clash(a.invocation.as_ref(), b.invocation.as_ref())
        || clash(a.response_type.as_ref(), b.response_type.as_ref())
        || clash(a.parameters.as_ref(), b.parameters.as_ref())
}
