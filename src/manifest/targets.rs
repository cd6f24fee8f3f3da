//! Targets: one document, one set for each.

use std::collections::BTreeSet;

use crate::resource::{Code, Problem};

use super::grammar::keys;
use super::reading::log::{Log, hint, quote};
use super::yaml::{Key, Node, NodeValue};

/// The most targets that one document may have: each costs as much as the document itself.
const MAX_TARGETS: usize = 50;

/// The code of a set that is left out because it has no targets.
const NO_TARGET: Code = Code::NoTarget;

/// The targets that were asked for, and which of them some document has.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    names: Vec<String>,
    known: BTreeSet<String>,
    /// Whether the targets of some document cannot be read.
    unread: bool,
}

/// What a document is for.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// The targets; `None` stands for a document without any.
    pub(super) targets: Vec<Option<(Key, Node)>>,
    /// Why there are none.
    pub(super) warning: Option<Problem>,
}

impl Wanted {
    /// Wants these targets; none means all.
    pub(super) fn new(names: &[String]) -> Self {
        Self { names: names.to_vec(), ..Self::default() }
    }

    /// Finds the targets that are wanted. A document without targets is one for itself, unless targets were asked for:
    /// then it is none of them, and left out with a warning.
    pub(super) fn split(&mut self, document: &Node, log: &mut Log) -> Split {
        let targets = document.get(keys::SPEC).and_then(|spec| spec.get(keys::TARGETS));
        let entries = targets.map_or(&[][..], Node::entries);
        let unread = targets.is_some_and(|targets| !matches!(targets.value, NodeValue::Map(_)));
        self.unread |= unread;
        if entries.is_empty() {
            // A value that is not a map is reported when the document is read.
            if self.names.is_empty() || unread {
                return Split { targets: vec![None], warning: None };
            }
            let origin = log.origin(document.position);
            let problem = Problem::warning(NO_TARGET, "this set has no targets, and `--for` leaves it out");
            let warning = Some(problem.at(&origin).hint("run it without `--for`"));
            return Split { targets: Vec::new(), warning };
        }
        self.known.extend(entries.iter().map(|(key, _)| key.text.clone()));
        if entries.len() > MAX_TARGETS {
            let position = entries[MAX_TARGETS].0.position;
            let message = format!("the set has {} targets; flowbind allows {MAX_TARGETS}", entries.len());
            log.error_with(Code::TooManyTargets, position, message, "split it into several binding sets");
            return Split::default();
        }
        let wanted =
            entries.iter().filter(|(key, _)| self.names.is_empty() || self.names.contains(&key.text));
        Split { targets: wanted.cloned().map(Some).collect(), warning: None }
    }

    /// Reports the targets that were asked for and that no document has. Where there is no target at all, that a set is
    /// left out says nothing more; where some could not be read, it may be one of those.
    pub(super) fn unknown(&self, problems: &mut Vec<Problem>) {
        if self.unread {
            return;
        }
        if self.known.is_empty() && !self.names.is_empty() {
            problems.retain(|problem| problem.code != NO_TARGET);
        }
        for name in self.names.iter().filter(|name| !self.known.contains(*name)) {
            let quoted = quote(name);
            let problem =
                Problem::error(Code::UnknownTarget, format!("`--for {name}`: no target is named {quoted}"));
            let hint = hint(name, self.known.iter().map(String::as_str));
            let none =
                || "no set has targets: leave `--for` out, or declare it under `spec.targets`".to_owned();
            problems.push(problem.hint(hint.unwrap_or_else(none)));
        }
    }
}

/// Returns the document for one target: no other is in it.
pub(super) fn with_target(document: &Node, target: (Key, Node)) -> Node {
    let mut document = document.clone();
    let part = |node: &mut Node, name: &str| -> Option<usize> {
        node.entries().iter().position(|(key, _)| key.text == name)
    };
    if let Some(spec) = part(&mut document, keys::SPEC)
        && let NodeValue::Map(parts) = &mut document.value
        && let Some(at) = part(&mut parts[spec].1, keys::TARGETS)
        && let NodeValue::Map(parts) = &mut parts[spec].1.value
    {
        parts[at].1.value = NodeValue::Map(vec![target]);
    }
    document
}
