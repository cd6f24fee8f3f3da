//! Which function's answer `$.External` can hold when a contact comes to a block.
//!
//! A forward analysis of reaching definitions over the graph of one flow. What an edge does to the answer:
//!
//! | block | edge | `$.External` behind it |
//! |---|---|---|
//! | synchronous invocation | success | its answer |
//! | synchronous invocation | error | not to be trusted: the failed function gave none, and whether an earlier answer stays is not documented |
//! | asynchronous invocation | success | as before: it never fills `$.External`; where no answer was, one is still being waited for |
//! | asynchronous invocation | error | as before |
//! | module, loading of a result, an external resource that is no function | any | unknown |
//! | `Loop` with a fixed count | `DoneLooping`, next | what its body left: a contact has been round |
//! | comparison of `$.External` with something | a condition that holds | unknown, where no function answered: something was there |
//! | any other | any | as before |
//!
//! Rests on the administrator guide, "Lambda functions and attributes" (the next invocation overwrites) and "Flow block:
//! AWS Lambda function" (asynchronous execution). The sets only grow, so the work ends; in practice it is linear.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::flow::document::Document;
use crate::flow::graph::{Edge, EdgeKind, Graph, LoopCount};
use crate::flow::invocation::{ACTION, Invocation, InvocationKind};
use crate::flow::references::Reference;

mod bits;
#[cfg(test)]
mod tests;

use bits::Bits;

/// The most blocks that are analysed: eight times what Amazon Connect takes. Of a longer flow nothing is known.
pub const MAX_BLOCKS: usize = 2_000;

/// What `$.External` can hold. Invocations are named by their place in [`DataFlow::invocations`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// What was there when the contact entered the flow: nothing, or what another flow left.
    Entry,
    /// Something that cannot be known.
    Unknown,
    /// The answer of an invocation.
    Of(usize),
    /// What a failed invocation left.
    Failed(usize),
    /// Nothing yet: the asynchronous invocation does not fill it.
    Pending(usize),
}

impl Answer {
    const fn bit(self) -> usize {
        match self {
            Self::Entry => 0,
            Self::Unknown => 1,
            Self::Of(of) => 2 + 3 * of,
            Self::Failed(of) => 3 + 3 * of,
            Self::Pending(of) => 4 + 3 * of,
        }
    }

    const fn of_bit(bit: usize) -> Self {
        match (bit, bit % 3) {
            (0, _) => Self::Entry,
            (1, _) => Self::Unknown,
            (_, 2) => Self::Of((bit - 2) / 3),
            (_, 0) => Self::Failed((bit - 3) / 3),
            _ => Self::Pending((bit - 4) / 3),
        }
    }
}

/// What an edge does to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It stays.
    Keep,
    /// It is replaced by this.
    Set(Answer),
    /// An asynchronous invocation began.
    Begin(usize),
    /// It was compared and found equal: something was there.
    Found,
    /// It stays, and only of contacts that have been in the loop's body.
    KeepInner,
}

/// The analysis of one flow.
#[derive(Debug, Clone)]
pub struct DataFlow {
    invocations: Vec<Invocation>,
    /// Block to place in `invocations`.
    invoked_at: BTreeMap<usize, usize>,
    /// What can hold at the entry of each block.
    states: Vec<Bits>,
    /// Of a loop with a fixed count: what can hold where its body leads back to it.
    inner: BTreeMap<usize, Bits>,
    /// The blocks that compare an answer with something.
    compared: BTreeSet<usize>,
}

impl DataFlow {
    /// Analyses a flow. `graph` is the graph of `document`, `references` are its references.
    pub fn of(document: &Document, graph: &Graph, references: &[Reference]) -> Self {
        let invocations = if graph.len() <= MAX_BLOCKS { document.invocations() } else { Vec::new() };
        let invoked_at = invocations.iter().enumerate().map(|(at, found)| (found.index, at)).collect();
        let width = 2 + 3 * invocations.len();
        let compares = |found: &&Reference| {
            let block = document.blocks().get(found.block);
            let value = block.is_some_and(|block| {
                let conditions = format!("{}/Transitions", block.pointer);
                block.kind == "Compare" && !found.pointer.starts_with(&conditions)
            });
            found.namespace.is_answer() && value
        };
        let mut flow = Self {
            invocations,
            invoked_at,
            states: vec![Bits::new(width); graph.len()],
            inner: BTreeMap::new(),
            compared: references.iter().filter(compares).map(|found| found.block).collect(),
        };
        if graph.len() <= MAX_BLOCKS {
            flow.solve(document, graph, width);
        }
        flow
    }

    fn solve(&mut self, document: &Document, graph: &Graph, width: usize) {
        let loops = (0..graph.len()).filter(|block| {
            let fixed = matches!(graph.loop_count(*block), Some(LoopCount::Times(times)) if *times > 0);
            fixed && graph.in_cycle(*block)
        });
        self.inner = loops.map(|block| (block, Bits::new(width))).collect();
        let Some(start) = graph.start() else { return };
        self.states[start].insert(Answer::Entry.bit());
        let mut queue = VecDeque::from([start]);
        let mut queued = vec![false; graph.len()];
        while let Some(block) = queue.pop_front() {
            queued[block] = false;
            for edge in graph.edges_from(block) {
                let Some(to) = edge.to else { continue };
                let out = self.through(document, edge);
                let mut grew = self.states[to].join(&out);
                if graph.component(to) == graph.component(block) {
                    grew |= self.inner.get_mut(&to).is_some_and(|inner| inner.join(&out));
                }
                if grew && !std::mem::replace(&mut queued[to], true) {
                    queue.push_back(to);
                }
            }
        }
    }

    fn through(&self, document: &Document, edge: &Edge) -> Bits {
        let before = &self.states[edge.from];
        match self.effect(document, edge) {
            Effect::Keep => before.clone(),
            Effect::KeepInner => self.inner.get(&edge.from).unwrap_or(before).clone(),
            Effect::Set(answer) => {
                let mut out = before.emptied();
                if !before.is_empty() {
                    out.insert(answer.bit());
                }
                out
            }
            Effect::Begin(of) => {
                let mut out = before.emptied();
                before.iter().for_each(|bit| out.insert(begun(Answer::of_bit(bit), of).bit()));
                out
            }
            Effect::Found => {
                let mut out = before.emptied();
                before.iter().for_each(|bit| out.insert(found(Answer::of_bit(bit)).bit()));
                out
            }
        }
    }

    fn effect(&self, document: &Document, edge: &Edge) -> Effect {
        let failed = matches!(edge.kind, EdgeKind::Error(_));
        match document.blocks().get(edge.from).map(|block| block.kind.as_str()) {
            Some(ACTION) => {
                let Some(at) = self.invoked_at.get(&edge.from).copied() else { return Effect::Keep };
                let Some(invocation) = self.invocations.get(at) else { return Effect::Keep };
                match (invocation.kind, failed) {
                    // Without a function it loads the result of an earlier, asynchronous one.
                    _ if invocation.function.is_none() => Effect::Set(Answer::Unknown),
                    (InvocationKind::Sync, false) => Effect::Set(Answer::Of(at)),
                    (InvocationKind::Sync, true) => Effect::Set(Answer::Failed(at)),
                    (InvocationKind::Async, false) => Effect::Begin(at),
                    (InvocationKind::Async, true) => Effect::Keep,
                }
            }
            Some(kind) if hides(kind) => Effect::Set(Answer::Unknown),
            Some("Compare") if is_condition(edge) && self.compared.contains(&edge.from) => Effect::Found,
            Some("Loop") if is_done(edge) && self.inner.contains_key(&edge.from) => Effect::KeepInner,
            _ => Effect::Keep,
        }
    }

    /// Returns the invocations of the flow, in the order of the text.
    pub fn invocations(&self) -> &[Invocation] {
        &self.invocations
    }

    /// Returns the invocation that an answer names.
    pub fn invocation(&self, of: usize) -> Option<&Invocation> {
        self.invocations.get(of)
    }

    /// Returns what `$.External` can hold when a contact comes to a block; nothing for a block to which none comes.
    pub fn answers(&self, block: usize) -> impl Iterator<Item = Answer> {
        self.states.get(block).into_iter().flat_map(Bits::iter).map(Answer::of_bit)
    }

    /// Returns whether an answer can be there when a contact comes to a block.
    pub fn holds(&self, block: usize, answer: Answer) -> bool {
        self.states.get(block).is_some_and(|state| state.contains(answer.bit()))
    }

    /// Returns whether every contact comes to one of `reading` before it comes to a block that asks a function or may.
    pub fn reads_first(&self, document: &Document, graph: &Graph, reading: &BTreeSet<usize>) -> bool {
        let mut seen: BTreeSet<usize> = graph.start().into_iter().collect();
        let mut open: Vec<usize> = seen.iter().copied().collect();
        while let Some(at) = open.pop() {
            if reading.contains(&at) {
                continue;
            }
            let kind = document.blocks().get(at).map(|block| block.kind.as_str());
            if self.invoked_at.contains_key(&at) || kind.is_some_and(hides) {
                return false;
            }
            let next = graph.edges_from(at).iter().filter_map(|edge| edge.to);
            open.extend(next.filter(|to| seen.insert(*to)));
        }
        true
    }

    /// Returns a way by which a contact comes to `block` with `answer`. Of an answer that cannot be known, or one that
    /// waits for several asynchronous functions, it is any way to the block.
    pub fn way<'g>(
        &self,
        document: &Document,
        graph: &'g Graph,
        block: usize,
        answer: Answer,
    ) -> Vec<&'g Edge> {
        let begins = |edge: &Edge| match (answer, self.effect(document, edge)) {
            (Answer::Of(_) | Answer::Failed(_), Effect::Set(set)) => set == answer,
            (Answer::Pending(of), Effect::Begin(begun)) => {
                of == begun && self.unanswered(edge.from).is_some()
            }
            _ => false,
        };
        let keeps = |edge: &Edge| match self.effect(document, edge) {
            Effect::Keep => true,
            Effect::KeepInner => self.inner.get(&edge.from).is_some_and(|inner| inner.contains(answer.bit())),
            Effect::Set(_) => false,
            Effect::Begin(of) => begun(answer, of) == answer,
            Effect::Found => found(answer) == answer,
        };
        let Some(way) = search(graph, block, answer == Answer::Entry, begins, keeps) else {
            return graph.path_to(block);
        };
        let Some(first) = way.first().filter(|_| answer != Answer::Entry) else { return way };
        let before = match answer {
            Answer::Pending(_) => self.unanswered(first.from),
            _ => None,
        };
        let mut whole = match before {
            Some(before) => self.way(document, graph, first.from, before),
            None => graph.path_to(first.from),
        };
        whole.extend(way);
        whole
    }

    /// Returns what was there at a block that begins an asynchronous invocation, where none answered before.
    fn unanswered(&self, block: usize) -> Option<Answer> {
        self.answers(block).find(|answer| matches!(answer, Answer::Entry | Answer::Failed(_)))
    }
}

/// The edge by which a search came to each block, and whether the way begins there.
type CameBy<'g> = BTreeMap<usize, (&'g Edge, bool)>;

/// Searches breadth first for a way to `block`: from the start, or over an edge that `begins`, and on over edges that
/// `keeps` lets through. The edge that begins is the first of the way.
fn search<'g>(
    graph: &'g Graph,
    block: usize,
    from_start: bool,
    begins: impl Fn(&Edge) -> bool,
    keeps: impl Fn(&Edge) -> bool,
) -> Option<Vec<&'g Edge>> {
    let mut came_by: CameBy<'g> = BTreeMap::new();
    let mut queue = VecDeque::new();
    let start = graph.start().filter(|_| from_start);
    queue.extend(start);
    for edge in graph.edges().iter().filter(|edge| graph.is_reachable(edge.from) && begins(edge)) {
        let Some(to) = edge.to else { continue };
        came_by.entry(to).or_insert_with(|| {
            queue.push_back(to);
            (edge, true)
        });
    }
    while let Some(at) = queue.pop_front().filter(|at| *at != block) {
        for edge in graph.edges_from(at).iter().filter(|edge| keeps(edge)) {
            let Some(to) = edge.to.filter(|to| start != Some(*to)) else { continue };
            came_by.entry(to).or_insert_with(|| {
                queue.push_back(to);
                (edge, false)
            });
        }
    }
    let (mut way, mut at, mut begun) = (Vec::new(), block, false);
    while let Some((edge, first)) = came_by.get(&at).filter(|_| !begun) {
        way.push(*edge);
        (at, begun) = (edge.from, *first);
    }
    way.reverse();
    (begun || start == Some(at)).then_some(way)
}

/// What becomes of an answer when an asynchronous invocation begins.
const fn begun(answer: Answer, of: usize) -> Answer {
    match answer {
        Answer::Entry | Answer::Failed(_) | Answer::Pending(_) => Answer::Pending(of),
        kept @ (Answer::Of(_) | Answer::Unknown) => kept,
    }
}

/// What becomes of an answer that was found equal to something.
const fn found(answer: Answer) -> Answer {
    match answer {
        kept @ Answer::Of(_) => kept,
        Answer::Entry | Answer::Unknown | Answer::Failed(_) | Answer::Pending(_) => Answer::Unknown,
    }
}

/// The types of blocks behind which the answer is not known.
fn hides(kind: &str) -> bool {
    matches!(kind, "InvokeFlowModule" | "InvokeExternalResource")
}

const fn is_condition(edge: &Edge) -> bool {
    matches!(edge.kind, EdgeKind::Condition(_))
}

/// Returns whether a loop is left by an edge. Exports repeat the way out as `NextAction`.
fn is_done(edge: &Edge) -> bool {
    matches!(&edge.kind, EdgeKind::Condition(label) if label == "Equals DoneLooping")
        || edge.kind == EdgeKind::Next
}
