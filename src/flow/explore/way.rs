//! From what a walk found to ways that can be walked again.

use std::collections::BTreeMap;

use serde_json::json;

use super::holes::{Steps, put_contact, under_mut};
use super::node::Node;
use super::values::Deciders;
use super::walk::Walked;
use super::{Chosen, Passed, Way};
use crate::flow::engine::Key;
use crate::flow::namespaces::Root;

impl Walked {
    pub(super) fn states(&self) -> usize {
        self.keys
    }

    /// The nodes from the start to one, in order.
    pub(super) fn trail(&self, to: usize) -> Vec<&Node> {
        let mut trail = Vec::new();
        let mut next = self.nodes.get(to);
        while let Some(node) = next {
            trail.push(node);
            next = node.parent.and_then(|parent| self.nodes.get(parent));
        }
        trail.reverse();
        trail
    }

    /// The way to a node.
    pub(super) fn way(&self, to: usize) -> Way {
        way(&self.trail(to), &self.deciders)
    }
}

/// The way over nodes, with the answers that make it: what was decided later is put into the answer that it came with.
pub(super) fn way(nodes: &[&Node], deciders: &Deciders) -> Way {
    let first = nodes.first().map(|node| &node.state);
    let start = first.and_then(|state| Some(state.frames.first()?.flow.clone()));
    let mut contact = first.map(|state| state.contact.clone()).unwrap_or_default();
    let mut passed: Vec<Passed> = nodes.iter().filter_map(|node| node.passed.clone()).collect();
    let mut chosen: BTreeMap<Steps, Option<String>> = BTreeMap::new();
    let of_contact = |steps: &[String]| {
        let root = steps.first().map(|name| Root::of(name));
        root.is_some_and(|root| root.is_none_or(Root::stays))
    };
    for (n, node) in nodes.iter().enumerate() {
        for (steps, value) in &node.given {
            let Some((name, rest)) = steps.split_first() else { continue };
            // The node after a block bears what the block found; the first node has no block.
            let source = Root::of(name).and_then(|root| {
                (1..n).rev().find(|at| nodes.get(*at).is_some_and(|node| node.found.contains(&root)))
            });
            match source {
                Some(at) => {
                    if let Some(answer) = passed.get_mut(at - 1).and_then(|passed| passed.answer.as_mut()) {
                        under_mut(answer.data.get_or_insert_with(|| json!({})), rest, value);
                    }
                }
                None if of_contact(steps) => {
                    put_contact(&mut contact, steps, value);
                    chosen.insert(steps.clone(), Some(value.clone()));
                }
                None => {}
            }
        }
        for steps in node.absent.iter().filter(|steps| of_contact(steps)) {
            chosen.entry(steps.clone()).or_insert(None);
        }
    }
    let chosen = chosen.into_iter().map(|(steps, value)| {
        let decides = deciders.decides(&steps);
        Chosen { steps, value, decides }
    });
    Way { start: start.unwrap_or_else(|| Key::flow("")), contact, chosen: chosen.collect(), passed }
}
