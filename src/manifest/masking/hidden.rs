//! Which values of a document are secret: those of its environments, and of the variables that they use. All others are
//! written in the open.

use std::collections::BTreeSet;

use crate::manifest::Secret;
use crate::manifest::grammar::keys;
use crate::manifest::reading::sources::Sources;
use crate::manifest::variables::Variables;
use crate::manifest::yaml::{Key, Node, NodeValue};

/// Names the variables that environments use, by themselves or through the default of another variable or a target's
/// value, before any is replaced.
pub(in crate::manifest) fn variables(document: &Node, of_target: Option<&Node>) -> BTreeSet<String> {
    let mut texts = Vec::new();
    environments(document, &mut |part| texts.push(part.text()));
    let declared = document.get(keys::SPEC).and_then(|spec| spec.get(keys::VARIABLES));
    let mut open: Vec<String> = texts.into_iter().flat_map(used).collect();
    let mut names = BTreeSet::new();
    while let Some(name) = open.pop() {
        let default =
            declared.and_then(|all| all.get(&name)).and_then(|variable| variable.get(keys::DEFAULT));
        let set = of_target.and_then(|vars| vars.get(&name));
        if names.insert(name) {
            open.extend([default, set].into_iter().flatten().filter_map(Node::text).flat_map(used));
        }
    }
    names
}

/// Names the variables of a text.
pub(in crate::manifest) fn used(text: &str) -> impl Iterator<Item = String> {
    text.split("${var.").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
}

/// Notes the secret values of a document in which the variables are replaced, and those in the open.
pub(in crate::manifest) fn note(
    document: &Node,
    names: &BTreeSet<String>,
    variables: &Variables,
    sources: &mut Sources,
) {
    let mut hidden: Vec<&str> = names.iter().filter_map(|name| variables.get(name).flatten()).collect();
    environments(document, &mut |part| hidden.push(part.text()));
    // `environment: [A=x]` is a mistake, and `x` is a value.
    let parts: Vec<&str> = hidden.iter().filter_map(|text| Some(text.split_once('=')?.1)).collect();
    sources.hide(hidden.into_iter().chain(parts).map(Secret::new));
    let mut open = Vec::new();
    in_the_open(document, &mut open);
    sources.open(open);
}

/// Whether an environment stands under a key.
fn is_environment(key: &str) -> bool {
    key.eq_ignore_ascii_case(keys::ENVIRONMENT)
}

/// What of an environment is secret.
pub(in crate::manifest) enum Part<'n> {
    /// A key that is no name: it may be a value.
    Key(&'n Key),
    /// A value; neither a map nor a list.
    Value(&'n Node),
}

impl<'n> Part<'n> {
    fn text(&self) -> &'n str {
        match self {
            Self::Key(key) => &key.text,
            Self::Value(node) => match &node.value {
                NodeValue::Scalar(text, _) => text,
                NodeValue::Map(_) | NodeValue::Seq(_) => "",
            },
        }
    }
}

/// Finds what is secret in environments, wherever they stand and in whatever shape. What variables and targets hold is
/// looked at by its use.
pub(in crate::manifest) fn environments<'n>(node: &'n Node, found: &mut dyn FnMut(Part<'n>)) {
    match &node.value {
        NodeValue::Map(entries) => {
            for (key, value) in entries {
                match key.text.as_str() {
                    key if is_environment(key) => values(value, found),
                    keys::VARIABLES | keys::TARGETS => {}
                    _ => environments(value, found),
                }
            }
        }
        NodeValue::Seq(items) => items.iter().for_each(|item| environments(item, found)),
        NodeValue::Scalar(..) => {}
    }
}

fn values<'n>(node: &'n Node, found: &mut dyn FnMut(Part<'n>)) {
    match &node.value {
        NodeValue::Map(entries) => {
            for (key, value) in entries {
                if !key.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    found(Part::Key(key));
                }
                values(value, found);
            }
        }
        NodeValue::Seq(items) => items.iter().for_each(|item| values(item, found)),
        NodeValue::Scalar(..) => found(Part::Value(node)),
    }
}

/// Finds the texts that are neither an environment's nor a variable's.
fn in_the_open<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    match &node.value {
        NodeValue::Map(entries) => {
            for (key, value) in entries {
                if !is_environment(&key.text) && !matches!(key.text.as_str(), keys::VARIABLES | keys::VARS) {
                    found.push(&key.text);
                    in_the_open(value, found);
                }
            }
        }
        NodeValue::Seq(items) => items.iter().for_each(|item| in_the_open(item, found)),
        NodeValue::Scalar(text, _) => found.push(text),
    }
}
