//! A flow as a graph: blocks and the ways between them. Nothing here recurses, so no flow is too long for the stack.

use std::collections::{BTreeMap, VecDeque};

use crate::flow::document::{Block, Branch, Document, Format, Target};
use crate::flow::invocation::is_dynamic;
use crate::flow::json::Node;

pub(in crate::flow) mod components;

/// What makes a contact take an edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// The block succeeded.
    Next,
    /// A condition holds, in short (`Equals 1`).
    Condition(String),
    /// An error of a type.
    Error(String),
}

impl EdgeKind {
    /// Whether it is the branch that is taken where no condition holds.
    pub fn is_no_match(&self) -> bool {
        matches!(self, Self::Error(label) if label == "NoMatchingCondition")
    }

    /// Names it in a word: `next`, the condition, or the error type.
    pub fn label(&self) -> &str {
        match self {
            Self::Next => "next",
            Self::Condition(label) | Self::Error(label) => label,
        }
    }
}

/// A way out of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The index of the block that it leaves.
    pub from: usize,
    /// The index of the block that it leads to; none where no block has the identifier.
    pub to: Option<usize>,
    /// What makes a contact take it.
    pub kind: EdgeKind,
    /// The identifier that it names, and where.
    pub target: Target,
}

/// How often a `Loop` block lets a contact round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoopCount {
    /// A fixed number of times.
    Times(u32),
    /// A reference, known only when a contact is there.
    Dynamic(String),
}

/// To what a block hands a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallKind {
    /// A module, which gives it back.
    Module,
    /// Another flow, for good.
    Flow,
    /// A flow that Amazon Connect starts later, at an event such as a disconnect.
    Hook,
}

/// A module or flow that a block names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The index of the block.
    pub block: usize,
    /// How it is used.
    pub kind: CallKind,
    /// The ARN, id, placeholder or reference, as it is written.
    pub reference: String,
    /// The JSON pointer of the reference.
    pub pointer: String,
}

impl Call {
    /// Returns whether the callee is known only when a contact is there.
    pub fn is_dynamic(&self) -> bool {
        is_dynamic(&self.reference)
    }
}

/// The graph of a flow. Blocks are named by their index in [`Document::blocks`].
#[derive(Debug, Clone)]
pub struct Graph {
    edges: Vec<Edge>,
    /// Where each block's edges begin in `edges`; one more than there are blocks.
    first: Vec<usize>,
    start: Option<usize>,
    /// The edge over which a search from the start came to each block first.
    came_by: Vec<Option<usize>>,
    reachable: Vec<bool>,
    component: Vec<usize>,
    components: Vec<Vec<usize>>,
    loops: BTreeMap<usize, LoopCount>,
    calls: Vec<Call>,
}

/// The types of blocks at which a contact's way through the flow ends; page "Actions" of the flow language, with
/// the transfers that go on elsewhere.
pub fn is_terminal(kind: &str) -> bool {
    matches!(
        kind,
        "DisconnectParticipant" | "EndFlowExecution" | "EndFlowModuleExecution" | "TransferContactToAgent"
    )
}

/// The types of blocks from which a contact goes on elsewhere when they succeed.
pub fn hands_over(kind: &str) -> bool {
    matches!(kind, "TransferToFlow" | "TransferContactToQueue" | "DequeueContactAndTransferToQueue")
}

impl Graph {
    /// Creates the graph of a flow.
    pub fn of(document: &Document) -> Self {
        let index = |target: &Target| document.block(&target.identifier).map(|block| block.index);
        let (mut edges, mut first) = (Vec::new(), Vec::new());
        for block in document.blocks() {
            first.push(edges.len());
            let ways = ways(block);
            edges.extend(ways.map(|(kind, target)| Edge {
                from: block.index,
                to: index(target),
                kind,
                target: target.clone(),
            }));
        }
        first.push(edges.len());
        let start = document.start_target().and_then(index);
        let blocks = document.blocks().len();
        let mut graph = Self {
            edges,
            first,
            start,
            came_by: vec![None; blocks],
            reachable: vec![false; blocks],
            component: Vec::new(),
            components: Vec::new(),
            loops: document.blocks().iter().filter_map(|block| loop_count(document, block)).collect(),
            calls: document.blocks().iter().flat_map(|block| calls(document, block)).collect(),
        };
        graph.search();
        (graph.component, graph.components) =
            components::strong(blocks, |block, nth| graph.edges_from(block).get(nth).map(|edge| edge.to));
        graph
    }

    /// Searches breadth first from the start, so that the ways kept are shortest ones.
    fn search(&mut self) {
        let mut queue: VecDeque<usize> = self.start.into_iter().collect();
        for start in &queue {
            self.reachable[*start] = true;
        }
        while let Some(block) = queue.pop_front() {
            for edge in self.first[block]..self.first[block + 1] {
                let Some(to) = self.edges[edge].to else { continue };
                if !self.reachable[to] {
                    self.reachable[to] = true;
                    self.came_by[to] = Some(edge);
                    queue.push_back(to);
                }
            }
        }
    }

    /// Returns the number of blocks.
    pub const fn len(&self) -> usize {
        self.reachable.len()
    }

    /// Returns whether the flow has no block.
    pub const fn is_empty(&self) -> bool {
        self.reachable.is_empty()
    }

    /// Returns the first block.
    pub const fn start(&self) -> Option<usize> {
        self.start
    }

    /// Returns all edges, ordered by the block that they leave.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Returns the edges that leave a block, in the order in which they are tried.
    pub fn edges_from(&self, block: usize) -> &[Edge] {
        let range = self.first.get(block).zip(self.first.get(block + 1));
        range.and_then(|(start, end)| self.edges.get(*start..*end)).unwrap_or_default()
    }

    /// Returns whether a contact can come to a block.
    pub fn is_reachable(&self, block: usize) -> bool {
        self.reachable.get(block).copied().unwrap_or(false)
    }

    /// Returns a shortest way from the start to a block; nothing for the start itself and for what is not reachable.
    pub fn path_to(&self, block: usize) -> Vec<&Edge> {
        let mut path = Vec::new();
        let mut at = block;
        while let Some(edge) = self.came_by.get(at).copied().flatten().and_then(|edge| self.edges.get(edge)) {
            path.push(edge);
            at = edge.from;
        }
        path.reverse();
        path
    }

    /// Returns the strongly connected components: in each, every block leads to every other. A component comes after
    /// those that it leads to.
    pub fn components(&self) -> &[Vec<usize>] {
        &self.components
    }

    /// Returns the index of a block's component.
    pub fn component(&self, block: usize) -> Option<usize> {
        self.component.get(block).copied()
    }

    /// Returns whether a contact can come to a block a second time within the flow.
    pub fn in_cycle(&self, block: usize) -> bool {
        let component = self.component(block).and_then(|component| self.components.get(component));
        component.is_some_and(|component| component.len() > 1)
            || self.edges_from(block).iter().any(|edge| edge.to == Some(block))
    }

    /// Returns the loop count of a `Loop` block, where it has one that can be read.
    pub fn loop_count(&self, block: usize) -> Option<&LoopCount> {
        self.loops.get(&block)
    }

    /// Returns the modules and flows that blocks name, in the order of the text.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }
}

fn ways(block: &Block) -> impl Iterator<Item = (EdgeKind, &Target)> {
    let transitions = &block.transitions;
    let next = transitions.next.iter().map(|target| (EdgeKind::Next, target));
    let branch = |kind: fn(String) -> EdgeKind| {
        move |branch| {
            let Branch { label, target, .. }: &Branch = branch;
            target.as_ref().map(|target| (kind(label.clone()), target))
        }
    };
    next.chain(transitions.conditions.iter().filter_map(branch(EdgeKind::Condition)))
        .chain(transitions.errors.iter().filter_map(branch(EdgeKind::Error)))
}

fn loop_count(document: &Document, block: &Block) -> Option<(usize, LoopCount)> {
    if block.kind != "Loop" {
        return None;
    }
    let text = match document.format() {
        Format::Language => document.parameter(block, "LoopCount")?.scalar()?,
        Format::Legacy => legacy_parameter(document, block, "LoopCount")?.scalar()?,
    };
    let count = match text.parse() {
        Ok(times) => LoopCount::Times(times),
        Err(_) => LoopCount::Dynamic(text.into_owned()),
    };
    Some((block.index, count))
}

fn legacy_parameter<'a>(document: &'a Document, block: &Block, name: &str) -> Option<&'a Node> {
    let parameters = document.block_node(block)?.get("parameters")?.items();
    let of_name = |node: &&Node| node.get("name").and_then(Node::as_str) == Some(name);
    parameters.iter().find(of_name)?.get("value")
}

fn calls(document: &Document, block: &Block) -> Vec<Call> {
    let call = |kind: CallKind, node: &Node, pointer: String| {
        let reference = node.as_str()?.to_owned();
        Some(Call {
            block: block.index,
            kind,
            reference,
            pointer: format!("{}/Parameters/{pointer}", block.pointer),
        })
    };
    let one = |kind: CallKind, name: &str| {
        document
            .parameter(block, name)
            .and_then(|node| call(kind, node, name.to_owned()))
            .into_iter()
            .collect()
    };
    match block.kind.as_str() {
        "InvokeFlowModule" => one(CallKind::Module, "FlowModuleId"),
        "TransferToFlow" => one(CallKind::Flow, "ContactFlowId"),
        "UpdateContactEventHooks" => {
            let hooks = document.parameter(block, "EventHooks").map(Node::members).unwrap_or_default();
            let pointer = |key: &str| format!("EventHooks/{}", crate::flow::json::escape_pointer(key));
            hooks.iter().filter_map(|hook| call(CallKind::Hook, &hook.value, pointer(&hook.key))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
