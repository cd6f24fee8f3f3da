//! From what a walk found to ways that can be walked again.

use serde_json::json;

use super::holes::{put_contact, under_mut};
use super::walk::{Node, Walked};
use super::{Passed, Way};
use crate::flow::engine::Key;
use crate::flow::namespaces::Root;

impl Walked {
    pub(super) fn states(&self) -> usize {
        self.keys
    }

    /// The nodes from the start to one, in order.
    pub(super) fn trail(&self, to: usize) -> Vec<usize> {
        let mut trail = vec![to];
        while let Some(parent) = trail.last().and_then(|last| self.nodes.get(*last)?.parent) {
            trail.push(parent);
        }
        trail.reverse();
        trail
    }

    /// The way to a node, with the answers that make it: what was decided later is put into the answer that it came with.
    pub(super) fn way(&self, to: usize) -> Way {
        let trail = self.trail(to);
        let nodes: Vec<&Node> = trail.iter().filter_map(|at| self.nodes.get(*at)).collect();
        let first = nodes.first().map(|node| &node.state);
        let start = first.and_then(|state| Some(state.frames.first()?.flow.clone()));
        let mut contact = first.map(|state| state.contact.clone()).unwrap_or_default();
        let mut passed: Vec<Passed> = nodes.iter().filter_map(|node| node.passed.clone()).collect();
        for (n, node) in nodes.iter().enumerate() {
            for (steps, value) in &node.given {
                let Some((name, rest)) = steps.split_first() else { continue };
                let Some(root) = Root::of(name) else {
                    put_contact(&mut contact, steps, value);
                    continue;
                };
                // The node after a block bears what the block found; the first node has no block.
                let source =
                    (1..n).rev().find(|at| nodes.get(*at).is_some_and(|node| node.found.contains(&root)));
                let answer = source.and_then(|at| passed.get_mut(at - 1)?.answer.as_mut());
                if let Some(answer) = answer {
                    under_mut(answer.data.get_or_insert_with(|| json!({})), rest, value);
                }
            }
        }
        let start = start.unwrap_or_else(|| Key::flow(""));
        Way { start, contact, passed }
    }
}
