//! What a plan's actions belong to, in the manifest's words: which block of which flow calls which function. Nothing is
//! decided by it; a plan is shown by it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::flow::document::Document;
use crate::flow::template::Token;
use crate::manifest::{Flow, Manifest};
use crate::plan::model::{Action, ActionId, Outline, Outlined};
use crate::resource::{Address, Label};
use crate::snapshot::Snapshot;

impl Outline {
    /// `shared` are the addresses that another action takes care of.
    pub(super) fn of(
        desired: &Manifest,
        observed: &Snapshot,
        actions: &[Action],
        shared: &BTreeMap<Address, ActionId>,
    ) -> Self {
        let serves = serves(shared);
        let found = desired
            .instances
            .keys()
            .filter_map(|name| Some((name.clone(), observed.instances.get(name)?.found()?.arn.clone())));
        let bound: BTreeSet<(&Label, &Label)> = actions
            .iter()
            .filter_map(|action| Some((action.id.address.instance.as_ref()?, &action.id.address.name)))
            .chain(serves.values().flatten().map(|(instance, function)| (instance, function)))
            .collect();
        let written: BTreeMap<&Address, &Action> =
            actions.iter().map(|action| (&action.id.address, action)).collect();
        let mut contents = Vec::new();
        for (kind, name, flow) in desired.contents() {
            let functions = &flow.names.functions;
            let shown = |instance: &Label| {
                written.contains_key(&desired.flow_address(kind, name, instance))
                    || functions.iter().any(|function| bound.contains(&(instance, function)))
            };
            if !flow.instances.iter().any(shown) {
                continue;
            }
            let file = flow.content.as_ref().and_then(|file| file.text.document().ok());
            for instance in flow.instances.iter().filter(|instance| shown(instance)) {
                let address = desired.flow_address(kind, name, instance);
                let live = if file.is_none() { live(actions, &address) } else { None };
                let calls = calls(flow, functions, file.or(live).map(|document| &**document));
                let blocks = file.map(|file| file.blocks().len());
                contents.push(Outlined { address, instance: instance.clone(), blocks, calls });
            }
        }
        contents.sort_by(|a, b| a.address.cmp(&b.address));
        Self { instances: found.collect(), contents, serves }
    }

    /// The first flow or module on an instance that calls a function.
    pub fn caller(&self, instance: &Label, function: &Label) -> Option<&Outlined> {
        self.callers(instance, function).next()
    }

    /// The flows and modules on an instance that call a function.
    pub fn callers(&self, instance: &Label, function: &Label) -> impl Iterator<Item = &Outlined> {
        self.contents.iter().filter(move |it| it.instance == *instance && it.calls.contains_key(function))
    }

    /// The flows and modules that an association or a permission serves.
    pub fn served(&self, address: &Address) -> impl Iterator<Item = &Outlined> {
        let own = address.instance.clone().map(|instance| (instance, address.name.clone()));
        let all: BTreeSet<(Label, Label)> =
            own.into_iter().chain(self.serves.get(address).into_iter().flatten().cloned()).collect();
        self.contents.iter().filter(move |it| {
            all.iter().any(|(instance, function)| it.instance == *instance && it.calls.contains_key(function))
        })
    }

    /// The flow or module of an address.
    pub fn content(&self, address: &Address) -> Option<&Outlined> {
        self.contents.iter().find(|it| it.address == *address)
    }
}

fn serves(shared: &BTreeMap<Address, ActionId>) -> BTreeMap<Address, BTreeSet<(Label, Label)>> {
    let mut serves: BTreeMap<Address, BTreeSet<(Label, Label)>> = BTreeMap::new();
    for (address, action) in shared {
        let Some(instance) = &address.instance else { continue };
        let pair = (instance.clone(), address.name.clone());
        serves.entry(action.address.clone()).or_default().insert(pair);
    }
    serves
}

/// The live content in which blocks are bound.
fn live<'a>(actions: &'a [Action], address: &Address) -> Option<&'a Arc<Document>> {
    let mut here = actions.iter().filter(|action| action.id.address == *address);
    here.find_map(|action| action.write().content()?.before.as_ref()?.document().ok())
}

/// The functions that a flow calls by a binding or a token, with the names of the blocks.
fn calls(
    flow: &Flow,
    functions: &BTreeSet<Label>,
    document: Option<&Document>,
) -> BTreeMap<Label, BTreeSet<String>> {
    let mut calls: BTreeMap<Label, BTreeSet<String>> =
        functions.iter().map(|function| (function.clone(), BTreeSet::new())).collect();
    let shown = |name: &str| document.and_then(|document| document.find(name).ok());
    let mut bound = BTreeSet::new();
    for (block, binding) in &flow.bindings {
        let found = shown(block);
        bound.extend(found.map(|block| block.index));
        let name = found.map_or(block, |block| &block.name);
        calls.entry(binding.function.clone()).or_default().insert(name.clone());
    }
    let Some(document) = document else { return calls };
    for invocation in document.invocations().into_iter().filter(|it| !bound.contains(&it.index)) {
        let Some(arn) = invocation.function.as_ref().and_then(|function| function.literal()) else {
            continue;
        };
        let named = functions.iter().find(|name| Token::Function(name.to_string()).to_string() == arn);
        if let (Some(function), Some(block)) = (named, document.blocks().get(invocation.index)) {
            calls.entry(function.clone()).or_default().insert(block.name.clone());
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::manifest::{Inputs, load};
    use crate::plan::plan;
    use crate::resource::{InstanceArn, Kind, ResourcePolicy};
    use crate::snapshot::{InstanceSeen, InstanceStatus, Look};

    const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { id: 0f1e } }
  functions:
    lookup: { name: lookup, qualifier: live }
    lookup-next: { name: lookup, qualifier: next }
  flows:
    main: { instance: support, name: Main, type: contact-flow, bindings: { Look up: { function: lookup } } }
    trial: { instance: support, name: Trial, type: contact-flow, bindings: { Look up: { function: lookup-next } } }
"#;

    #[test]
    fn an_association_serves_the_flows_that_call_another_alias_of_the_function() {
        let files = BTreeMap::from([(PathBuf::from("m.yaml"), MANIFEST.as_bytes().to_vec())]);
        let desired =
            load(&[PathBuf::from("m.yaml")], &Inputs::default(), &files).unwrap().manifests.remove(0);
        let support = Label::parse("support").unwrap();
        let mut seen = Snapshot::default();
        let arn = InstanceArn { place: desired.instances[&support].place.clone(), id: "0f1e".to_owned() };
        let (alias, status) = (None, InstanceStatus::Active);
        let instance = InstanceSeen { arn, alias, status, status_reason: None, identity: None, tags: None };
        seen.instances.insert(support.clone(), Look::Found(instance));
        seen.associations.insert(support.clone(), Look::Found(BTreeSet::new()));
        for function in desired.functions.values() {
            seen.policies.insert(function.target.clone(), Look::Found(ResourcePolicy::default()));
        }
        let plan = plan(&desired, &seen);
        let served = |kind, function: &str| {
            let address = Address::between(kind, &support, &Label::parse(function).unwrap());
            assert!(plan.actions.iter().any(|action| action.id.address == address), "{:#?}", plan.actions);
            plan.outline.served(&address).map(|it| it.address.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(served(Kind::Association, "lookup"), ["flow/main", "flow/trial"]);
        // Each alias has a policy of its own.
        assert_eq!(served(Kind::Grant, "lookup"), ["flow/main"]);
        assert_eq!(served(Kind::Grant, "lookup-next"), ["flow/trial"]);
    }
}
