//! The flow with the modules and flows that it leads to, as one network of blocks.
//!
//! A module is entered anew for each block that invokes it, so that a contact comes back to where it left; a flow
//! that is transferred to is entered once. Only blocks that a contact can come to are in it.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::silence::{Effect, Seconds, effect};
use crate::flow::document::{Block, Document};
use crate::flow::facts::Facts;
use crate::flow::finding::Taken;
use crate::flow::graph::{CallKind, Edge, EdgeKind, Graph, LoopCount, hands_over, is_terminal};

/// How deep modules are followed into modules; a deeper one is taken for unknown.
const MAX_CALLS: usize = 5;

/// How many blocks modules and other flows may add; what is beyond is taken for unknown.
const MAX_ADDED: usize = 20_000;

/// The most rounds of a `Loop` block; its page in the flow language.
pub(super) const MAX_ROUNDS: u32 = 100;

/// A flow or module, entered at one place.
pub(super) struct Place<'a> {
    pub(super) document: &'a Document,
    graph: Rc<Graph>,
    /// What to call it; none for the flow that is checked.
    pub(super) name: Option<String>,
    /// The node that invoked the module.
    caller: Option<usize>,
    depth: usize,
    first: usize,
}

impl Place<'_> {
    /// Returns the node at which it starts.
    pub(super) fn start(&self) -> Option<usize> {
        Some(self.first + self.graph.start()?)
    }
}

/// A way between nodes.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) again: bool,
    /// What the contact takes it by.
    pub(super) by: Taken,
    /// The line of the transition in its own file.
    pub(super) line: usize,
}

/// The whole.
pub(super) struct World<'a> {
    facts: &'a Facts,
    pub(super) places: Vec<Place<'a>>,
    graphs: BTreeMap<&'a str, Rc<Graph>>,
    /// Where each flow that is transferred to was entered.
    flows: BTreeMap<&'a str, usize>,
    pub(super) links: Vec<Link>,
    /// For each node its links, none where it was not come to.
    pub(super) ways: Vec<Option<Vec<usize>>>,
    /// The nodes that invoke a module of which nothing is known.
    unknown: Vec<usize>,
}

impl<'a> World<'a> {
    /// Follows a flow from its start.
    pub(super) fn of(document: &'a Document, graph: &Graph, facts: &'a Facts) -> Self {
        let root =
            Place { document, graph: Rc::new(graph.clone()), name: None, caller: None, depth: 0, first: 0 };
        let mut world = Self {
            facts,
            ways: vec![None; document.blocks().len()],
            places: vec![root],
            graphs: BTreeMap::new(),
            flows: BTreeMap::new(),
            links: Vec::new(),
            unknown: Vec::new(),
        };
        let mut queue: VecDeque<usize> = graph.start().into_iter().collect();
        while let Some(node) = queue.pop_front() {
            if world.ways[node].is_some() {
                continue;
            }
            let links = world.leave(node);
            queue.extend(links.iter().map(|link| link.to));
            let first = world.links.len();
            world.ways[node] = Some((first..first + links.len()).collect());
            world.links.extend(links);
        }
        world.unknown.sort_unstable();
        world
    }

    /// Returns the place and block of a node.
    pub(super) fn spot(&self, node: usize) -> (usize, &'a Block) {
        let place = self.places.partition_point(|place| place.first <= node) - 1;
        let Place { document, first, .. } = &self.places[place];
        (place, &document.blocks()[node - first])
    }

    /// Returns the block of the checked flow that a node belongs to: itself, or the one that invoked its module. None
    /// within a flow that was transferred to.
    pub(super) fn own_block(&self, node: usize) -> Option<&'a Block> {
        let mut at = node;
        loop {
            let (place, block) = self.spot(at);
            if place == 0 {
                return Some(block);
            }
            at = self.places[place].caller?;
        }
    }

    pub(super) fn effect(&self, node: usize) -> Effect {
        if self.unknown.binary_search(&node).is_ok() {
            return Effect::Doubtful;
        }
        effect(&self.spot(node).1.kind)
    }

    /// Returns the seconds that a node's function may take.
    pub(super) fn seconds(&self, node: usize) -> Seconds {
        let (place, block) = self.spot(node);
        Seconds::of(self.places[place].document, block)
    }

    /// Returns the own time-out of the function that a node invokes, where it is known, in seconds.
    pub(super) fn time_out(&self, node: usize) -> Option<u64> {
        let (place, block) = self.spot(node);
        let invocation = self.places[place].document.invocation(block)?;
        let function = self.facts.functions.get(invocation.function?.text())?;
        function.timeout_seconds.map(u64::from)
    }

    /// Returns whether a block chooses the way by a condition, so that it may end a cycle.
    pub(super) fn decides(&self, node: usize) -> bool {
        !self.spot(node).1.transitions.conditions.is_empty()
    }

    /// Returns the rounds of a node that is a loop; the inner `None` where they are not known.
    pub(super) fn rounds(&self, node: usize) -> Option<Option<u32>> {
        let (place, block) = self.spot(node);
        if block.kind != "Loop" {
            return None;
        }
        match self.places[place].graph.loop_count(block.index) {
            Some(LoopCount::Times(rounds)) => Some(Some(*rounds)),
            Some(LoopCount::Dynamic(_)) | None => Some(None),
        }
    }

    /// Returns the links of a node that is come to for the first time.
    fn leave(&mut self, node: usize) -> Vec<Link> {
        let (place, block) = self.spot(node);
        let graph = Rc::clone(&self.places[place].graph);
        let edges = graph.edges_from(block.index);
        let first = self.places[place].first;
        let link = |to: usize, edge: &Edge, again: bool| Link {
            from: node,
            to,
            again,
            by: Taken::Branch(edge.kind.clone()),
            line: edge.target.position.line,
        };
        let here = |edge: &Edge| {
            let again = block.kind == "Loop"
                && matches!(&edge.kind, EdgeKind::Condition(label) if label.contains("ContinueLooping"));
            edge.to.map(|to| link(first + to, edge, again))
        };
        let errors = || edges.iter().filter(|edge| matches!(edge.kind, EdgeKind::Error(_)));
        match block.kind.as_str() {
            "EndFlowModuleExecution" => self.come_back(node, place),
            "InvokeFlowModule" => {
                let Some(start) = self.enter(node, place, block, &graph) else {
                    self.unknown.push(node);
                    return edges.iter().filter_map(here).collect();
                };
                std::iter::once(self.call(node, start, block)).chain(errors().filter_map(here)).collect()
            }
            "TransferToFlow" => {
                let start = self.transfer(block, &graph);
                let call = start.map(|start| self.call(node, start, block));
                call.into_iter().chain(errors().filter_map(here)).collect()
            }
            kind if is_terminal(kind) => Vec::new(),
            kind => {
                // The console exports a `NextAction` for these as well, which is never taken.
                let branches = edges.iter().any(|edge| edge.kind != EdgeKind::Next);
                let no_next = hands_over(kind) || (branches && matches!(kind, "Loop" | "Compare"));
                edges
                    .iter()
                    .filter(|edge| !(no_next && edge.kind == EdgeKind::Next))
                    .filter_map(here)
                    .collect()
            }
        }
    }

    fn call(&self, node: usize, start: usize, block: &Block) -> Link {
        let (place, _) = self.spot(start);
        let by = Taken::Into(self.places[place].name.clone());
        Link { from: node, to: start, again: false, by, line: block.position.line }
    }

    /// Returns the links from the end of a module to behind the block that invoked it.
    fn come_back(&self, node: usize, place: usize) -> Vec<Link> {
        let Some(caller) = self.places[place].caller else { return Vec::new() };
        let (place, block) = self.spot(caller);
        let Place { graph, first, .. } = &self.places[place];
        let edges = graph.edges_from(block.index).iter();
        let back = edges.filter(|edge| !matches!(edge.kind, EdgeKind::Error(_))).filter_map(|edge| {
            let line = edge.target.position.line;
            Some(Link { from: node, to: first + edge.to?, again: false, by: Taken::Back, line })
        });
        back.collect()
    }

    /// Enters the module that a block invokes, if it is known, and gives its first node.
    fn enter(&mut self, node: usize, place: usize, block: &Block, graph: &Graph) -> Option<usize> {
        let depth = self.places[place].depth + 1;
        let reference = reference(graph, block, CallKind::Module)?;
        if depth > MAX_CALLS {
            return None;
        }
        self.add(&reference, Some(node), depth)
    }

    /// Enters the flow that a block transfers to, if it is known, and gives its first node.
    fn transfer(&mut self, block: &Block, graph: &Graph) -> Option<usize> {
        let reference = reference(graph, block, CallKind::Flow)?;
        match self.flows.get(&*reference) {
            Some(start) => Some(*start),
            None => self.add(&reference, None, 0),
        }
    }

    fn add(&mut self, reference: &str, caller: Option<usize>, depth: usize) -> Option<usize> {
        let facts: &'a Facts = self.facts;
        let (reference, callee) = facts.callees.get_key_value(reference)?;
        let document = callee.document.as_deref()?;
        let root = self.places.first()?;
        if caller.is_none() && std::ptr::eq(document, root.document) {
            return root.graph.start();
        }
        let (first, own) = (self.ways.len(), root.document.blocks().len());
        if first - own + document.blocks().len() > MAX_ADDED {
            return None;
        }
        let graph = self.graphs.entry(reference).or_insert_with(|| Rc::new(Graph::of(document)));
        let graph = Rc::clone(graph);
        let start = first + graph.start()?;
        let name = Some(callee.name.clone().unwrap_or_else(|| reference.clone()));
        self.ways.resize(first + document.blocks().len(), None);
        self.places.push(Place { document, graph, name, caller, depth, first });
        if caller.is_none() {
            self.flows.insert(reference, start);
        }
        Some(start)
    }
}

fn reference(graph: &Graph, block: &Block, kind: CallKind) -> Option<String> {
    let calls = graph.calls();
    let call = calls.get(calls.partition_point(|call| call.block < block.index))?;
    (call.block == block.index && call.kind == kind).then(|| call.reference.clone())
}
