//! A manifest as a picture: instances, the flows on them, and the functions that these may call.

use std::collections::BTreeMap;

use crate::flow::Token;
use crate::manifest::{Flow, Function, InstanceLookup, Invocation, Manifest};
use crate::resource::{Label, Place};

use super::model::{Arrow, Group, Line, Picture, Role, Tile};

/// Creates the map of a manifest: a frame for each instance with its flows, and the functions right of them.
pub fn of_manifest(manifest: &Manifest) -> Picture {
    let mut map = Map { manifest, picture: Picture::default(), places: BTreeMap::new() };
    map.picture.title = manifest.set.to_string();
    for (number, (label, instance)) in manifest.instances.iter().enumerate() {
        let name = match &instance.lookup {
            InstanceLookup::Alias(alias) => alias,
            InstanceLookup::Id(id) => id,
        };
        let Place { account, region } = &instance.place;
        map.picture.groups.push(Group { title: format!("{label} · {name} · {region} · {account}") });
        let mut flows = manifest.flows.values().chain(manifest.modules.values());
        // Elsewhere the frame stands for the instance.
        if !instance.functions.is_empty() || !flows.any(|flow| flow.instances.contains(label)) {
            let tile = map.tile(Key::Instance(label), label.as_str(), Role::Instance, Some(number));
            "instance".clone_into(&mut tile.subtitle);
            tile.detail.clone_from(name);
        }
    }
    map.flows();
    map.functions();
    for (label, instance) in &manifest.instances {
        for function in &instance.functions {
            map.call(Key::Instance(label), label, function, "any flow", "");
        }
    }
    for (label, module) in &manifest.modules {
        map.calls(Role::Module, label, module);
    }
    for (label, flow) in &manifest.flows {
        map.calls(Role::Flow, label, flow);
    }
    if map.picture.arrows.iter().any(|arrow| arrow.line == Line::Grant) {
        map.picture.notes.push(GRANTS.to_owned());
    }
    map.picture
}

/// Explains broken lines.
const GRANTS: &str = "Broken lines: a permission without an association, because an instance lists only functions of \
    its own account and Region, or because the manifest says so.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Instance(&'a Label),
    /// A flow on an instance.
    Flow(&'a Label, &'a Label),
    /// A module on an instance.
    Module(&'a Label, &'a Label),
    Function(&'a str),
}

struct Map<'a> {
    manifest: &'a Manifest,
    picture: Picture,
    places: BTreeMap<Key<'a>, usize>,
}

impl<'a> Map<'a> {
    fn tile(&mut self, key: Key<'a>, title: &str, role: Role, group: Option<usize>) -> &mut Tile {
        let id = match key {
            Key::Instance(label) => format!("instance/{label}"),
            Key::Flow(flow, instance) => format!("flow/{flow}@{instance}"),
            Key::Module(module, instance) => format!("module/{module}@{instance}"),
            Key::Function(function) => format!("function/{function}"),
        };
        let place = *self.places.entry(key).or_insert(self.picture.boxes.len());
        if place == self.picture.boxes.len() {
            self.picture.boxes.push(Tile::new(id, title.to_owned(), role));
        }
        let tile = &mut self.picture.boxes[place];
        tile.group = group;
        tile
    }

    fn group(&self, instance: &Label) -> Option<usize> {
        self.manifest.instances.keys().position(|label| label == instance)
    }

    fn arrow(&mut self, from: Key<'a>, to: Key<'a>, line: Line, label: &str, detail: &str) {
        let (Some(from), Some(to)) = (self.places.get(&from).copied(), self.places.get(&to).copied()) else {
            return;
        };
        let same = self.picture.arrows.iter_mut().find(|arrow| (arrow.from, arrow.to) == (from, to));
        if let Some(arrow) = same {
            for (text, more) in [(&mut arrow.label, label), (&mut arrow.detail, detail)] {
                if !more.is_empty() && !text.split(", ").any(|part| part == more) {
                    *text = if text.is_empty() { more.to_owned() } else { format!("{text}, {more}") };
                }
            }
            return;
        }
        self.picture.arrows.push(Arrow {
            from,
            to,
            label: label.to_owned(),
            detail: detail.to_owned(),
            line,
            strong: false,
        });
    }

    /// Adds modules and flows: one box for each instance that they stand on.
    fn flows(&mut self) {
        let manifest = self.manifest;
        let modules = manifest.modules.iter().map(|(label, module)| (Role::Module, label, module));
        let flows = manifest.flows.iter().map(|(label, flow)| (Role::Flow, label, flow));
        for (role, label, flow) in modules.chain(flows) {
            for instance in &flow.instances {
                let group = self.group(instance);
                let tile = self.tile(key(role, label, instance), label.as_str(), role, group);
                tile.subtitle = flow.kind.to_string();
                let whole = if flow.content.is_some() { "" } else { ", only its bound blocks" };
                tile.detail = format!("{}{whole}", flow.name);
            }
        }
    }

    fn functions(&mut self) {
        for (label, function) in &self.manifest.functions {
            let Function { target, .. } = function;
            let tile = self.tile(Key::Function(label.as_str()), label.as_str(), Role::Function, None);
            tile.subtitle = match &target.qualifier {
                Some(qualifier) => format!("function in {}, {qualifier}", target.place.region),
                None => format!("function in {}", target.place.region),
            };
            tile.detail.clone_from(&target.name);
        }
    }

    /// Draws that something on an instance may call a function: with an association where the instance lists it.
    fn call(&mut self, from: Key<'a>, instance: &Label, function: &'a Label, label: &str, more: &str) {
        let Some(need) = self.manifest.needs.get(instance, function) else { return };
        let (line, kind) = if need.association.is_some() {
            (Line::Binding, "association and permission")
        } else {
            (Line::Grant, "permission only")
        };
        let detail = if more.is_empty() { kind.to_owned() } else { format!("{kind}; {more}") };
        self.arrow(from, Key::Function(function.as_str()), line, label, &detail);
    }

    /// Draws what a flow or module calls: by its bindings, and by the tokens in its text.
    fn calls(&mut self, role: Role, label: &'a Label, flow: &'a Flow) {
        let manifest = self.manifest;
        let tokens = flow.content.as_ref().map_or(&[][..], |content| content.text.tokens());
        for instance in &flow.instances {
            let from = key(role, label, instance);
            for (block, binding) in &flow.bindings {
                let limit = binding.time_limit.map(|limit| format!("{limit} s"));
                let kind = (binding.invocation == Some(Invocation::Async)).then(|| "asynchronous".to_owned());
                let words: Vec<_> = limit.into_iter().chain(kind).collect();
                self.call(from, instance, &binding.function, block, &words.join(", "));
            }
            for found in tokens {
                match &found.token {
                    Token::Flow { name, .. } => {
                        let to = manifest.flows.keys().find(|label| label.as_str() == name);
                        let to = to.filter(|to| role != Role::Flow || *to != label);
                        if let Some(to) = to {
                            self.arrow(from, key(Role::Flow, to, instance), Line::Handover, "transfer", name);
                        }
                    }
                    Token::Module { name, .. } => {
                        if let Some(to) = manifest.modules.keys().find(|label| label.as_str() == name) {
                            self.arrow(from, key(Role::Module, to, instance), Line::Handover, "module", name);
                        }
                    }
                    Token::Function(name) => {
                        let function = manifest.functions.keys().find(|label| label.as_str() == name);
                        let bound = flow.bindings.values().any(|binding| binding.function.as_str() == name);
                        if let Some(function) = function.filter(|_| !bound) {
                            self.call(from, instance, function, "in its text", "");
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

const fn key<'a>(role: Role, label: &'a Label, instance: &'a Label) -> Key<'a> {
    match role {
        Role::Module => Key::Module(label, instance),
        _ => Key::Flow(label, instance),
    }
}
