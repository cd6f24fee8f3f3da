//! Which function an instance needs, and for what.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::template::{self, Token};
use crate::manifest::{Associate, Flow, Manifest};
use crate::resource::{Address, FunctionRef, Kind, Label};

/// The functions that each instance needs, with the flows that need them.
pub(crate) type Uses = BTreeMap<(Label, Label), BTreeSet<Address>>;

/// Lists every function that an instance needs: those it lists itself, those its flows bind, and those whose ARN a
/// flow file takes through a token (a flow that names a function calls it).
pub(crate) fn uses(desired: &Manifest) -> Uses {
    let mut uses = Uses::new();
    for (name, instance) in &desired.instances {
        for function in &instance.functions {
            let by = Address::new(Kind::Instance, name);
            uses.entry((name.clone(), function.clone())).or_default().insert(by);
        }
    }
    for (kind, name, flow) in desired.contents() {
        let functions = functions_of(flow);
        for instance in &flow.instances {
            for function in &functions {
                let by = flow_address(desired, kind, name, instance);
                uses.entry((instance.clone(), function.clone())).or_default().insert(by);
            }
        }
    }
    uses
}

/// The functions that a flow binds or names.
pub(super) fn functions_of(flow: &Flow) -> BTreeSet<Label> {
    let bound = flow.bindings.values().map(|binding| binding.function.clone());
    let tokens = flow.content.iter().flat_map(|file| template::tokens(&file.text).unwrap_or_default());
    let named = tokens.filter_map(|found| match found.token {
        Token::Function(name) => Label::parse(&name).ok(),
        _ => None,
    });
    bound.chain(named).collect()
}

/// Addresses a flow or module on an instance: the instance is said only where the flow stands on several.
pub fn flow_address(desired: &Manifest, kind: Kind, flow: &Label, instance: &Label) -> Address {
    let several = desired.content(kind, flow).is_some_and(|f| f.instances.len() > 1);
    Address { at: several.then(|| instance.clone()), ..Address::new(kind, flow) }
}

/// The ARN that the instance's list must hold, if any: only functions of its own account and Region are listed, the
/// others are granted and named by ARN (administrator guide, "Invoke AWS Lambda functions").
pub(crate) fn association_of(desired: &Manifest, instance: &Label, function: &Label) -> Option<FunctionRef> {
    let (instance, function) = (desired.instances.get(instance)?, desired.functions.get(function)?);
    if instance.place != function.target.place {
        return None;
    }
    match function.associate {
        Associate::Unqualified => Some(function.target.unqualified()),
        Associate::Exact => Some(function.target.clone()),
        Associate::None => None,
    }
}
