//! What the write of a flow waits for, so that no caller is ever led by flowbind to a flow that is not whole.
//!
//! A flow is unfinished while it does not exist or holds only a stub. Only flows that name one another in a circle and
//! do not exist yet need stubs: the ids that their contents name have to exist. A stub is published, since whether AWS
//! lets a published flow name one that never was, and whether a write to its plain id then publishes it, is not
//! documented (U6); it answers with the least that its type allows. So it must not be met: whatever is whole already,
//! and whatever stands outside of the circle, is written only when every flow of the circle holds its content.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::planner::cycles::Order;

/// How far a flow that is about to be written has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Now {
    /// It does not exist.
    New,
    /// It exists, and an interrupted run has left no more than a stub.
    HalfMade,
    /// It exists with a content that callers may meet.
    Whole,
}

/// A flow that is about to be written.
#[derive(Debug, Clone)]
pub(super) struct Node<N> {
    /// Those that it names.
    pub(super) names: BTreeSet<N>,
    /// How far it has come.
    pub(super) now: Now,
}

/// What comes before a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waits<N> {
    /// The flows whose contents come first.
    pub(super) writes: BTreeSet<N>,
    /// The flows whose stubs come first.
    pub(super) stubs: BTreeSet<N>,
}

/// The order of the writes: whose stubs are made, and what each write waits for.
#[derive(Debug)]
pub(super) struct Writes<N> {
    /// The flows that get a stub.
    pub(super) stubbed: BTreeSet<N>,
    /// What each waits for.
    pub(super) waits: BTreeMap<N, Waits<N>>,
}

/// Orders the writes. The order of the whole has no circle.
pub(super) fn order<N: Ord + Clone>(nodes: &BTreeMap<N, Node<N>>) -> Writes<N> {
    let here = |node: &Node<N>, of: &dyn Fn(&N) -> bool| -> BTreeSet<N> {
        node.names.iter().filter(|name| of(name)).cloned().collect()
    };
    let now = |name: &N| nodes.get(name).map(|node| node.now);
    let unfinished = |name: &N| now(name).is_some_and(|now| now != Now::Whole);
    let all: BTreeMap<N, BTreeSet<N>> = nodes
        .iter()
        .map(|(name, node)| (name.clone(), here(node, &|name| nodes.contains_key(name))))
        .collect();
    let open: BTreeMap<N, BTreeSet<N>> = nodes
        .iter()
        .filter(|(name, _)| unfinished(name))
        .map(|(name, node)| (name.clone(), here(node, &unfinished)))
        .collect();
    let (whole, open) = (Order::new(&all), Order::new(&open));
    let stubbed: BTreeSet<N> =
        nodes.keys().filter(|name| now(name) == Some(Now::New) && open.on_cycle(name)).cloned().collect();
    let waits = nodes.keys().map(|name| {
        let mut waits = Waits { writes: BTreeSet::new(), stubs: BTreeSet::new() };
        for named in &all[name] {
            if unfinished(name) && open.same_cycle(name, named) {
                waits.stubs.extend(stubbed.get(named).cloned());
            } else if unfinished(named) {
                let circle = nodes.keys().filter(|other| *other == named || open.same_cycle(named, other));
                waits.writes.extend(circle.cloned());
            } else if !whole.same_cycle(name, named) {
                waits.writes.insert(named.clone());
            }
        }
        (name.clone(), waits)
    });
    let waits = waits.collect();
    Writes { stubbed, waits }
}

#[cfg(test)]
mod tests;
