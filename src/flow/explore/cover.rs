//! A small set of ways, each to its end, that together take every branch that the precise walk takes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::node::{Mode, Node};
use super::stepper::Stepper;
use super::walk::Walked;
use super::way::way;
use super::{Explored, Passed, Way};
use crate::flow::engine::{Assumptions, Branch, KeyKind, Place, Program, Reply};

/// The most blocks that are added to a way to bring it to an end.
const LONGEST: usize = 200;

/// What a way is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// A finding, by its place among them.
    Finding(usize),
    /// A branch.
    Branch(Place, Branch),
}

/// A way of the set.
#[derive(Debug, Clone)]
pub struct Cover {
    /// What it is there for.
    pub shows: Shows,
    /// The way, to its end where it has one.
    pub way: Way,
}

/// Branches with their blocks.
type Branches = BTreeSet<(Place, Branch)>;

/// Returns a way for each finding that begins in a flow, to its end.
pub fn shown(program: &Program, assumptions: &Assumptions, explored: &Explored) -> Vec<Cover> {
    let mut chooser = Chooser::new(program, assumptions, &explored.walked);
    chooser.findings(explored, &[]);
    chooser.chosen
}

/// Chooses ways that show each finding, and that take every branch of [`Explored::taken`] together. `known` are the
/// branches that other ways took, one after the other: what they show and take needs no way. Ways that begin in a module
/// are left out.
pub fn cover(
    program: &Program,
    assumptions: &Assumptions,
    explored: &Explored,
    known: &[Vec<(Place, Branch)>],
) -> Vec<Cover> {
    let walked = &explored.walked;
    let mut chooser = Chooser::new(program, assumptions, walked);
    chooser.covered = known.iter().flatten().cloned().collect();
    chooser.findings(explored, known);
    let mut targets: Vec<(&(Place, Branch), usize)> =
        walked.taken.iter().map(|(branch, node)| (branch, *node)).collect();
    targets.sort_by_key(|(_, node)| std::cmp::Reverse(walked.trail(*node).len()));
    for (branch, node) in targets {
        if !chooser.covered.contains(branch) {
            chooser.add(Shows::Branch(branch.0.clone(), branch.1), node);
        }
    }
    without_spare(chooser.chosen, known)
}

/// Chooses ways one after the other.
struct Chooser<'a> {
    walked: &'a Walked,
    stepper: Stepper<'a>,
    /// How far each key is from an end.
    ends: Vec<Option<usize>>,
    covered: Branches,
    chosen: Vec<Cover>,
}

impl<'a> Chooser<'a> {
    fn new(program: &'a Program, assumptions: &'a Assumptions, walked: &'a Walked) -> Self {
        let deciders = Arc::clone(&walked.deciders);
        let stepper = Stepper { program, assumptions, mode: Mode::Precise, deciders };
        Self { walked, stepper, ends: to_end(walked), covered: Branches::new(), chosen: Vec::new() }
    }

    fn findings(&mut self, explored: &Explored, known: &[Vec<(Place, Branch)>]) {
        for (at, finding) in explored.findings.iter().enumerate() {
            let shown: Vec<(Place, Branch)> = finding.way.passed.iter().flat_map(Passed::branches).collect();
            if !known.iter().any(|path| path.starts_with(&shown)) {
                self.add(Shows::Finding(at), finding.node);
            }
        }
    }

    /// Takes the way to a node, and on to an end.
    fn add(&mut self, shows: Shows, to: usize) {
        let trail = self.walked.trail(to);
        let begins = trail.first().and_then(|node| node.state.frames.first());
        if begins.is_none_or(|frame| frame.flow.kind == KeyKind::Module) {
            return;
        }
        let more = onward(self.walked, &self.stepper, &self.ends, &trail, &self.covered);
        let nodes: Vec<&Node> = trail.into_iter().chain(&more).collect();
        let way = way(&nodes, &self.walked.deciders);
        self.covered.extend(way.passed.iter().flat_map(Passed::branches));
        self.chosen.push(Cover { shows, way });
    }
}

/// Leaves out ways for branches that the others take as well.
fn without_spare(mut chosen: Vec<Cover>, known: &[Vec<(Place, Branch)>]) -> Vec<Cover> {
    let mut times: BTreeMap<(Place, Branch), usize> = BTreeMap::new();
    let of = |cover: &Cover| cover.way.passed.iter().flat_map(Passed::branches).collect::<Branches>();
    let taken = chosen.iter().flat_map(of).chain(known.iter().flatten().cloned());
    taken.for_each(|branch| *times.entry(branch).or_default() += 1);
    for at in (0..chosen.len()).rev() {
        let Some(cover) = chosen.get(at) else { continue };
        let own = of(cover);
        let is_spare = own.iter().all(|branch| times.get(branch).is_some_and(|times| *times > 1));
        if matches!(cover.shows, Shows::Branch(..)) && is_spare {
            own.iter().for_each(|branch| *times.entry(branch.clone()).or_default() -= 1);
            chosen.remove(at);
        }
    }
    chosen
}

/// How many blocks each key is from an end; none where no way leads to one.
fn to_end(walked: &Walked) -> Vec<Option<usize>> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); walked.keys];
    for (from, to, _) in &walked.edges {
        if let Some(before) = before.get_mut(*to) {
            before.push(*from);
        }
    }
    let mut found: Vec<Option<usize>> = vec![None; walked.keys];
    let mut open: VecDeque<(usize, usize)> =
        walked.nodes.iter().filter(|node| node.state.end.is_some()).map(|node| (node.key, 0)).collect();
    while let Some((key, far)) = open.pop_front() {
        if let Some(distance @ None) = found.get_mut(key) {
            *distance = Some(far);
            open.extend(before.get(key).into_iter().flatten().map(|from| (*from, far + 1)));
        }
    }
    found
}

/// Goes on from the last node to an end: over new branches where it can, over success rather than errors, and over no
/// block twice where it need not.
fn onward(
    walked: &Walked,
    stepper: &Stepper<'_>,
    ends: &[Option<usize>],
    trail: &[&Node],
    covered: &Branches,
) -> Vec<Node> {
    let passed = trail.iter().filter_map(|node| node.passed.as_ref());
    let mut taken: Branches = passed.flat_map(Passed::branches).collect();
    let mut more: Vec<Node> = Vec::new();
    while more.len() < LONGEST {
        let Some(last) = more.last().or_else(|| trail.last().copied()) else { break };
        let rank = |node: &Node| {
            let distance = walked.key_of(node).and_then(|key| *ends.get(key)?);
            let passed = node.passed.as_ref();
            let at = passed.map(|passed| &passed.at);
            let again = taken.iter().any(|(place, _)| Some(place) == at);
            let mut branches = passed.into_iter().flat_map(Passed::branches);
            let is_new = branches.any(|branch| !covered.contains(&branch) && !taken.contains(&branch));
            let is_error = matches!(passed.map(|passed| passed.branch), Some(Branch::Error(_)));
            let answer = passed.and_then(|passed| passed.answer.as_ref());
            let odd = answer.map(|answer| (matches!(answer.reply, Reply::Error(_)), answer.after_ms));
            (distance.is_none(), again, !is_new, is_error, distance, odd)
        };
        let next =
            stepper.after(last).into_iter().map(|node| (rank(&node), node)).min_by(|a, b| a.0.cmp(&b.0));
        // Where no way leads to an end, none is looked for.
        let Some(((false, ..), next)) = next else { break };
        taken.extend(next.passed.iter().flat_map(Passed::branches));
        more.push(next);
    }
    more
}
