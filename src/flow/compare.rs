//! Comparing flows by meaning, and telling what differs block by block.
//!
//! Key order, layout, Metadata, the order of actions and of error branches do not count, nor does the difference
//! between an empty member and a missing one; the order of conditions does, since they are tried in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::document::Document;

mod canonical;

use canonical::{Canonical, CanonicalBlock};

/// What differs between two flows. Equal flows give an empty one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowDiff {
    /// Another first block: from, to. Empty where a flow names none.
    pub start: Option<(String, String)>,
    /// The blocks that differ, ordered by identifier.
    pub blocks: Vec<BlockChange>,
    /// What differs outside the blocks, such as a module's `Settings`.
    pub outside: Vec<FieldChange>,
}

impl FlowDiff {
    /// Returns whether nothing differs.
    pub const fn is_empty(&self) -> bool {
        self.start.is_none() && self.blocks.is_empty() && self.outside.is_empty()
    }
}

/// How a block differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockChange {
    /// Only the second flow has it.
    Added {
        /// The name that the designer shows.
        name: String,
        /// The action's type.
        kind: String,
        /// The block as canonical, pretty JSON.
        lines: Vec<String>,
    },
    /// Only the first flow has it.
    Removed {
        /// The name that the designer shows.
        name: String,
        /// The action's type.
        kind: String,
        /// The block as canonical, pretty JSON.
        lines: Vec<String>,
    },
    /// The block has another identifier; its content is the same, or a [`BlockChange::Changed`] follows.
    Renamed {
        /// The identifier in the first flow.
        from: String,
        /// The identifier in the second.
        to: String,
    },
    /// The block has other content.
    Changed {
        /// The name that the designer shows, in the second flow.
        name: String,
        /// The action's type, in the second flow.
        kind: String,
        /// Each value that differs.
        fields: Vec<FieldChange>,
        /// The block in the first flow as canonical, pretty JSON.
        from_text: String,
        /// The block in the second flow as canonical, pretty JSON.
        to_text: String,
    },
}

impl BlockChange {
    /// Returns the block's name, after the change.
    pub fn name(&self) -> &str {
        match self {
            Self::Added { name, .. } | Self::Removed { name, .. } | Self::Changed { name, .. } => name,
            Self::Renamed { to, .. } => to,
        }
    }
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The JSON pointer within the block, such as `/Parameters/LambdaFunctionARN`.
    pub pointer: String,
    /// The value in the first flow: text as it is, anything else as JSON. None: it has none.
    pub from: Option<String>,
    /// The value in the second flow.
    pub to: Option<String>,
}

/// Returns whether two flows mean the same.
pub fn same(a: &Document, b: &Document) -> bool {
    Canonical::of(a) == Canonical::of(b)
}

/// Returns the SHA-256 of what a flow means, in hex: equal for flows that are [`same`].
pub fn digest(document: &Document) -> String {
    let text = Canonical::of(document).to_json().to_string();
    format!("{:x}", Sha256::digest(text))
}

/// Returns what differs between two flows. Blocks are matched by identifier, and then by what they do.
pub fn diff(from: &Document, to: &Document) -> FlowDiff {
    let (mut from, to) = (Canonical::of(from), Canonical::of(to));
    let renamed = renames(&from, &to);
    let mut changes = Vec::new();
    for block in &mut from.blocks {
        canonical::retarget(&mut block.body, &|target| renamed.get(target).cloned());
    }
    let mut old: BTreeMap<(&str, usize), &CanonicalBlock> = BTreeMap::new();
    for block in &from.blocks {
        let identifier = renamed.get(&block.identifier).filter(|_| block.occurrence == 0);
        old.insert((identifier.unwrap_or(&block.identifier), block.occurrence), block);
    }
    for block in &to.blocks {
        match old.remove(&(block.identifier.as_str(), block.occurrence)) {
            None => {
                let (name, kind) = (block.name.clone(), block.kind.clone());
                let lines = block.pretty().lines().map(str::to_owned).collect();
                changes.push((&block.identifier, BlockChange::Added { name, kind, lines }));
            }
            Some(before) => {
                if before.identifier != block.identifier {
                    let renamed = BlockChange::Renamed {
                        from: before.identifier.clone(),
                        to: block.identifier.clone(),
                    };
                    changes.push((&block.identifier, renamed));
                }
                if before.body != block.body {
                    changes.push((&block.identifier, changed(before, block)));
                }
            }
        }
    }
    for block in old.into_values() {
        let (name, kind) = (block.name.clone(), block.kind.clone());
        let lines = block.pretty().lines().map(str::to_owned).collect();
        changes.push((&block.identifier, BlockChange::Removed { name, kind, lines }));
    }
    changes.sort_by_key(|(identifier, _)| *identifier);
    let mut outside = Vec::new();
    fields(&from.rest, &to.rest, &mut String::new(), &mut outside);
    let start = from.start.map(|start| renamed.get(&start).cloned().unwrap_or(start));
    let start = (start != to.start).then(|| (start.unwrap_or_default(), to.start.unwrap_or_default()));
    FlowDiff { start, blocks: changes.into_iter().map(|(_, change)| change).collect(), outside }
}

fn changed(from: &CanonicalBlock, to: &CanonicalBlock) -> BlockChange {
    let mut found = Vec::new();
    fields(&from.body, &to.body, &mut String::new(), &mut found);
    BlockChange::Changed {
        name: to.name.clone(),
        kind: to.kind.clone(),
        fields: found,
        from_text: from.pretty(),
        to_text: to.pretty(),
    }
}

/// Pairs blocks whose identifiers are in one flow only and that do the same; targets that are in one flow only are
/// taken for equal.
fn renames(from: &Canonical, to: &Canonical) -> BTreeMap<String, String> {
    let identifiers = |flow: &Canonical| flow.blocks.iter().map(|block| block.identifier.clone()).collect();
    let (old, new): (BTreeSet<String>, BTreeSet<String>) = (identifiers(from), identifiers(to));
    let signature = |block: &CanonicalBlock| {
        let mut body = block.body.clone();
        canonical::retarget(&mut body, &|target| {
            (!(old.contains(target) && new.contains(target))).then(|| "?".to_owned())
        });
        body.to_string()
    };
    let mut by_signature: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for block in
        from.blocks.iter().rev().filter(|block| !new.contains(&block.identifier) && block.occurrence == 0)
    {
        by_signature.entry(signature(block)).or_default().push(&block.identifier);
    }
    let mut renamed = BTreeMap::new();
    for block in to.blocks.iter().filter(|block| !old.contains(&block.identifier) && block.occurrence == 0) {
        if let Some(before) = by_signature.get_mut(&signature(block)).and_then(Vec::pop) {
            renamed.insert(before.to_owned(), block.identifier.clone());
        }
    }
    renamed
}

/// Lists what differs between two values. Recursion is bounded by the depth that a document may have.
fn fields(from: &Value, to: &Value, pointer: &mut String, out: &mut Vec<FieldChange>) {
    if from == to {
        return;
    }
    let child = |pointer: &mut String,
                 key: &str,
                 from: Option<&Value>,
                 to: Option<&Value>,
                 out: &mut Vec<_>| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&super::json::escape_pointer(key));
        match (from, to) {
            (Some(from), Some(to)) => fields(from, to, pointer, out),
            (from, to) => {
                out.push(FieldChange { pointer: pointer.clone(), from: from.map(shown), to: to.map(shown) });
            }
        }
        pointer.truncate(length);
    };
    match (from, to) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                child(pointer, key, a.get(key), b.get(key), out);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                child(pointer, &index.to_string(), a.get(index), b.get(index), out);
            }
        }
        (from, to) => {
            out.push(FieldChange { pointer: pointer.clone(), from: Some(shown(from)), to: Some(shown(to)) });
        }
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
