//! Which references decide a branch, and the values that tell the branches apart.

use std::collections::{BTreeMap, BTreeSet};

use super::holes::{Steps, reads, strings};
use crate::flow::engine::{Place, Program};
use crate::flow::json::Node;
use crate::flow::namespaces::canonical;
use crate::flow::references::spellings;

/// What decides in a program.
#[derive(Debug, Default)]
pub(super) struct Deciders {
    /// The references that decide something, directly or by an attribute that is set from them; to each the operands
    /// that its value is compared with.
    operands: BTreeMap<Steps, BTreeSet<String>>,
    /// Whether the name of an attribute that is set is not known: then any may be set there.
    pub(super) names_unknown: bool,
}

/// How a block uses what it reads.
enum Use<'p> {
    /// It says it or sends it.
    Speaks,
    /// It sets attributes under this root from it.
    Sets(&'static str, &'p Node),
    /// It decides by it.
    Decides,
}

fn usage<'p>(program: &'p Program, place: &Place) -> Use<'p> {
    let Some((code, block)) = program.flows.get(&place.flow).zip(program.block(place)) else {
        return Use::Decides;
    };
    let sets = |root, name| match code.document.parameter(block, name) {
        Some(node) => Use::Sets(root, node),
        None => Use::Decides,
    };
    match block.kind.as_str() {
        "MessageParticipant" | "MessageParticipantIteratively" | "InvokeLambdaFunction" => Use::Speaks,
        "UpdateFlowLoggingBehavior" | "UpdateContactRecordingBehavior" => Use::Speaks,
        "UpdateContactAttributes" => sets("Attributes", "Attributes"),
        "UpdateFlowAttributes" => sets("FlowAttributes", "FlowAttributes"),
        _ => Use::Decides,
    }
}

impl Deciders {
    pub(super) fn of(program: &Program) -> Self {
        let mut found = Self::default();
        let mut edges: Vec<(Steps, Steps)> = Vec::new();
        for (key, code) in &program.flows {
            for block in code.document.blocks() {
                let place = Place { flow: key.clone(), block: block.index };
                match usage(program, &place) {
                    Use::Speaks => {}
                    Use::Decides => {
                        let operands = || {
                            let operands = block.transitions.conditions.iter();
                            operands.flat_map(|branch| branch.operands.iter().cloned())
                        };
                        for steps in reads(program, &place) {
                            found.operands.entry(steps).or_default().extend(operands());
                        }
                    }
                    Use::Sets(root, node) => found.edges(root, node, &mut edges),
                }
            }
        }
        // What an attribute decides, what it is set from decides.
        loop {
            let before: usize = found.operands.values().map(|operands| operands.len() + 1).sum();
            for (from, to) in &edges {
                if let Some(operands) = found.operands.get(to).cloned() {
                    found.operands.entry(from.clone()).or_default().extend(operands);
                }
            }
            if found.operands.values().map(|operands| operands.len() + 1).sum::<usize>() == before {
                return found;
            }
        }
    }

    fn edges(&mut self, root: &str, node: &Node, edges: &mut Vec<(Steps, Steps)>) {
        for member in node.members() {
            self.names_unknown |= !spellings(&member.key).is_empty();
            let mut texts = Vec::new();
            strings(&member.value, &mut texts);
            for spelling in texts.into_iter().flat_map(spellings) {
                edges.push((canonical(&spelling.steps), vec![root.to_owned(), member.key.clone()]));
            }
        }
    }

    /// Whether a reference decides anything.
    pub(super) fn decides(&self, steps: &[String]) -> bool {
        self.names_unknown || self.operands.contains_key(&whole(steps))
    }

    /// Returns values that lead over different branches, none for no value; where nothing is decided, one value.
    pub(super) fn candidates(&self, steps: &[String]) -> Vec<Option<String>> {
        let filler = steps.last().cloned().unwrap_or_default();
        let Some(operands) = self.operands.get(&whole(steps)) else { return vec![Some(filler)] };
        let mut found: Vec<Option<String>> = vec![None];
        let mut add = |text: String| {
            let text = Some(text);
            if !found.contains(&text) {
                found.push(text);
            }
        };
        for operand in operands.iter().filter(|operand| !operand.is_empty()) {
            add(operand.clone());
            if let Ok(number) = operand.trim().parse::<i64>() {
                add(number.saturating_sub(1).to_string());
                add(number.saturating_add(1).to_string());
            }
        }
        add("another".to_owned());
        found
    }
}

/// A name of an attribute may have full stops.
fn whole(steps: &[String]) -> Steps {
    match steps {
        [first, rest @ ..] if (first == "Attributes" || first == "FlowAttributes") && !rest.is_empty() => {
            vec![first.clone(), rest.join(".")]
        }
        steps => steps.to_vec(),
    }
}
