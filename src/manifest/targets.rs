//! Targets: one document, one set for each.

use std::collections::BTreeSet;

use crate::resource::{Label, Problem};

use super::log::Log;
use super::yaml::{Key, Node, NodeValue};

/// The most targets that one document may have: each costs as much as the document itself.
const MAX_TARGETS: usize = 50;

/// The targets that were asked for, and which of them some document has.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    names: Vec<String>,
    known: BTreeSet<String>,
}

/// A document for one target.
#[derive(Debug)]
pub(super) struct Targeted {
    /// The target, where the document has targets.
    pub(super) target: Option<Key>,
    /// The document, with no other target in it.
    pub(super) document: Node,
}

impl Wanted {
    /// Wants these targets; none means all.
    pub(super) fn new(names: &[String]) -> Self {
        Self { names: names.to_vec(), known: BTreeSet::new() }
    }

    /// Makes a document for each target that is wanted. A document without targets is one for itself, unless targets
    /// were asked for: then it is none of them, and left out with a warning.
    pub(super) fn split(&mut self, document: Node, log: &mut Log) -> (Vec<Targeted>, Option<Problem>) {
        let targets = document.get("spec").and_then(|spec| spec.get("targets"));
        let entries = targets.map_or(&[][..], Node::entries).to_vec();
        if entries.is_empty() {
            if self.names.is_empty() {
                return (vec![Targeted { target: None, document }], None);
            }
            let origin = log.origin(document.position);
            let problem = Problem::warning("no-target", "this set has no targets, and `--for` leaves it out");
            return (Vec::new(), Some(problem.at(&origin).hint("run it without `--for`")));
        }
        self.known.extend(entries.iter().map(|(key, _)| key.text.clone()));
        if entries.len() > MAX_TARGETS {
            let position = entries[MAX_TARGETS].0.position;
            let message = format!("the set has {} targets, and flowbind takes {MAX_TARGETS}", entries.len());
            log.error_with("too-many-targets", position, message, "split it into several binding sets");
            return (Vec::new(), None);
        }
        let wanted =
            entries.into_iter().filter(|(key, _)| self.names.is_empty() || self.names.contains(&key.text));
        let targeted = wanted.map(|(key, node)| Targeted {
            target: Some(key.clone()),
            document: with_targets(document.clone(), vec![(key, node)]),
        });
        (targeted.collect(), None)
    }

    /// Reports the targets that were asked for and that no document has.
    pub(super) fn unknown(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for name in self.names.iter().filter(|name| !self.known.contains(*name)) {
            let quoted = super::log::quote(name);
            let problem =
                Problem::error("unknown-target", format!("`--for {name}`: no target is named {quoted}"));
            let hint = super::log::hint(name, self.known.iter().map(String::as_str));
            problems.push(problem.hint(hint.unwrap_or_else(|| "declare it under `spec.targets`".to_owned())));
        }
        problems
    }
}

fn with_targets(mut document: Node, targets: Vec<(Key, Node)>) -> Node {
    let part = |node: &mut Node, name: &str| -> Option<usize> {
        node.entries().iter().position(|(key, _)| key.text == name)
    };
    if let Some(spec) = part(&mut document, "spec")
        && let NodeValue::Map(parts) = &mut document.value
        && let Some(at) = part(&mut parts[spec].1, "targets")
        && let NodeValue::Map(parts) = &mut parts[spec].1.value
    {
        parts[at].1.value = NodeValue::Map(targets);
    }
    document
}

/// Says whether a set's name and a target's go together: both are labels, and short enough with each other.
pub(super) fn check_length(document: &Node, target: &Key, log: &mut Log) {
    let name = document.get("metadata").and_then(|node| node.get("name")).and_then(Node::text);
    let Some(name) = name.filter(|name| super::scalar::Scalar::SetName.check(name).is_ok()) else { return };
    let both = format!("{name}-{}", target.text);
    if Label::parse(&target.text).is_ok() && crate::resource::SetName::parse(&both).is_err() {
        let message = format!("`{both}` has {} characters; a set and its target have at most 71", both.len());
        let hint = "shorten the target: both stand in the ids of the statements that the set owns";
        log.error_with("bad-value", target.position, message, hint);
    }
}
