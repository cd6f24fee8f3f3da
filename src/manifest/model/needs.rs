//! What a manifest implies, found once when it is loaded: which function each instance needs and for whom, which
//! association follows, and which address a flow has.

use std::collections::{BTreeMap, BTreeSet};

use super::{Associate, Manifest};
use crate::resource::{Address, FunctionRef, Kind, Label};

/// The functions that each instance needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    pairs: BTreeMap<(Label, Label), Need>,
    called: BTreeMap<FunctionRef, Address>,
}

/// A function that an instance needs; a grant follows from each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Need {
    /// The instance itself and the flows and modules that need it.
    pub users: BTreeSet<Address>,
    /// The ARN that the instance's list must hold, if any.
    pub association: Option<FunctionRef>,
}

impl Needs {
    /// Finds every function that an instance needs: those it lists itself, those its flows bind, and those whose ARN a
    /// flow file takes through a token.
    pub(in crate::manifest) fn of(manifest: &Manifest) -> Self {
        let mut needs = Self::default();
        for (name, instance) in &manifest.instances {
            for function in &instance.functions {
                needs.add(manifest, (name, function), Address::new(Kind::Instance, name));
            }
        }
        for (kind, name, flow) in manifest.contents() {
            for instance in &flow.instances {
                for function in &flow.names.functions {
                    needs.add(manifest, (instance, function), manifest.flow_address(kind, name, instance));
                }
            }
            let Some(instance) = flow.instances.first() else { continue };
            for function in &flow.names.called {
                let by = || manifest.flow_address(kind, name, instance);
                needs.called.entry(function.clone()).or_insert_with(by);
            }
        }
        needs
    }

    fn add(&mut self, manifest: &Manifest, (instance, function): (&Label, &Label), user: Address) {
        let need = self.pairs.entry((instance.clone(), function.clone())).or_insert_with(|| Need {
            users: BTreeSet::new(),
            association: association(manifest, instance, function),
        });
        need.users.insert(user);
    }

    /// Lists the instances with the functions that they need, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Label, &Label, &Need)> {
        self.pairs.iter().map(|((instance, function), need)| (instance, function, need))
    }

    /// Lists the functions that one instance needs.
    pub fn on<'n>(&'n self, instance: &'n Label) -> impl Iterator<Item = (&'n Label, &'n Need)> {
        self.iter().filter(move |(at, _, _)| *at == instance).map(|(_, function, need)| (function, need))
    }

    /// Returns the functions that flow files call by a literal ARN, each with the first flow or module that does. What a
    /// binding overwrites does not count.
    pub const fn called(&self) -> &BTreeMap<FunctionRef, Address> {
        &self.called
    }

    /// Returns what an instance needs of a function.
    pub fn get(&self, instance: &Label, function: &Label) -> Option<&Need> {
        self.pairs.get(&(instance.clone(), function.clone()))
    }
}

/// Only functions of the instance's own account and Region are listed, the others are granted and named by ARN
/// (administrator guide, "Invoke AWS Lambda functions").
fn association(manifest: &Manifest, instance: &Label, function: &Label) -> Option<FunctionRef> {
    let (instance, function) = (manifest.instances.get(instance)?, manifest.functions.get(function)?);
    if instance.place != function.target.place {
        return None;
    }
    match function.associate {
        Associate::Unqualified => Some(function.target.unqualified()),
        Associate::Exact => Some(function.target.clone()),
        Associate::None => None,
    }
}

impl Manifest {
    /// Addresses a flow or module on an instance: the instance is said only where the flow stands on several.
    pub fn flow_address(&self, kind: Kind, flow: &Label, instance: &Label) -> Address {
        let several = self.content(kind, flow).is_some_and(|flow| flow.instances.len() > 1);
        Address { at: several.then(|| instance.clone()), ..Address::new(kind, flow) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use crate::manifest::{Inputs, load};

    const MANIFEST: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    north: { alias: acme-north, functions: [spare] }
    south: { alias: acme-south, region: eu-central-1 }
  functions:
    crm: { name: crm, qualifier: live }
    exact: { name: exact, qualifier: live, associate: exact }
    spare: { name: spare, associate: none }
  flows:
    main:
      instances: [north, south]
      name: Main
      type: contact-flow
      content: main.json
      bindings: { look: { function: crm } }
"#;

    const MAIN: &str = r#"{"Version": "2019-10-30", "StartAction": "look", "Actions": [
      {"Identifier": "look", "Type": "InvokeLambdaFunction", "Parameters": {
        "LambdaFunctionARN": "arn:aws:lambda:eu-west-2:111122223333:function:old"},
       "Transitions": {"NextAction": "say"}},
      {"Identifier": "say", "Type": "InvokeLambdaFunction", "Parameters": {
        "LambdaFunctionARN": "arn:aws:lambda:eu-west-2:111122223333:function:theirs",
        "LambdaInvocationAttributes": {"Other": "${function.exact.arn}", "Queue": "${queue[\"Desk\"].arn}"}},
       "Transitions": {"NextAction": "end"}},
      {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;

    #[test]
    fn an_instance_needs_what_it_lists_and_what_its_flows_bind_or_name() {
        let file = |(path, text): (&str, &str)| (PathBuf::from(path), text.as_bytes().to_vec());
        let files: BTreeMap<_, _> = [("m.yaml", MANIFEST), ("main.json", MAIN)].map(file).into();
        let loaded = load(&[PathBuf::from("m.yaml")], &Inputs::default(), &files).unwrap();
        let manifest = &loaded.manifests[0];
        let users: Vec<_> = manifest
            .needs
            .iter()
            .flat_map(|(at, function, need)| need.users.iter().map(move |by| format!("{at} {function} {by}")))
            .collect();
        assert_eq!(
            users,
            [
                "north crm flow/main@north",
                "north exact flow/main@north",
                "north spare instance/north",
                "south crm flow/main@south",
                "south exact flow/main@south",
            ]
        );
        let listed = |instance: &str| {
            let on = manifest.needs.on(manifest.instances.keys().find(|it| it.as_str() == instance).unwrap());
            on.map(|(name, need)| (name.as_str(), need.association.as_ref().map(|it| it.arn().to_string())))
                .collect::<Vec<_>>()
        };
        let arn = |function: &str| Some(format!("arn:aws:lambda:eu-west-2:111122223333:function:{function}"));
        assert_eq!(listed("north"), [("crm", arn("crm")), ("exact", arn("exact:live")), ("spare", None)]);
        assert_eq!(listed("south"), [("crm", None), ("exact", None)]);
        let called: Vec<_> =
            manifest.needs.called().iter().map(|(it, by)| format!("{} {by}", it.name)).collect();
        assert_eq!(called, ["theirs flow/main@north"]);
        let names = &manifest.flows.values().next().unwrap().names;
        assert_eq!((names.literal.len(), names.looked_up.len(), names.contents.len()), (2, 1, 0));
    }
}
