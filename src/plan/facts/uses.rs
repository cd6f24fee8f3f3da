//! Which function an instance needs, and for what.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::{FlowText, Token};
use crate::manifest::{Associate, Flow, Manifest};
use crate::resource::{Address, FunctionArn, FunctionRef, Kind, Label};

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
pub(in crate::plan) fn functions_of(flow: &Flow) -> BTreeSet<Label> {
    let bound = flow.bindings.values().map(|binding| binding.function.clone());
    let tokens = flow.content.iter().flat_map(|file| file.text.tokens());
    let named = tokens.filter_map(|found| match &found.token {
        Token::Function(name) => Label::parse(name).ok(),
        _ => None,
    });
    bound.chain(named).collect()
}

/// The functions that flow files call by a literal ARN, each with the first flow or module that does. What a binding
/// overwrites does not count.
pub(crate) fn called(desired: &Manifest) -> BTreeMap<FunctionRef, Address> {
    let mut found = BTreeMap::new();
    for (kind, name, flow) in desired.contents() {
        let (Some(file), Some(instance)) = (&flow.content, flow.instances.first()) else { continue };
        let bound: Vec<&str> = flow.bindings.keys().map(String::as_str).collect();
        for function in called_in(&file.text, &bound) {
            found.entry(function).or_insert_with(|| flow_address(desired, kind, name, instance));
        }
    }
    found
}

/// The functions that the blocks of a content call by a literal ARN, but for those of the blocks named in `bound`.
pub(crate) fn called_in(text: &FlowText, bound: &[&str]) -> BTreeSet<FunctionRef> {
    // Most flows name functions by tokens or bindings: those need not be read.
    if !text.contains(":lambda:") {
        return BTreeSet::new();
    }
    let Ok(document) = text.document() else { return BTreeSet::new() };
    let bound: BTreeSet<usize> =
        bound.iter().filter_map(|name| document.find(name).ok()).map(|block| block.index).collect();
    let calls = document.invocations().into_iter().filter(|found| !bound.contains(&found.index));
    let arns = calls.filter_map(|found| FunctionArn::parse(found.function?.literal()?).ok());
    arns.map(|FunctionArn { place, name, qualifier }| FunctionRef { place, name, qualifier }).collect()
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
