//! The walk over states, from the starts on, the nearest first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Passed;
use super::holes::{UNKNOWN, put_contact};
use super::key::key;
use super::node::{Mode, Node};
use super::stepper::Stepper;
use super::values::Deciders;
use crate::flow::channel::Channel;
use crate::flow::engine::{Assumptions, Branch, Key, KeyKind, Place, Program, State, Target};
use crate::flow::namespaces::Root;
use crate::flow::stub::FlowType;

/// The most states that a walk comes to for each start, the same ones counted again.
const MOST_PRECISE: usize = 4_000;
const MOST_WIDE: usize = 16_000;
/// A silence that is longer counts as this long, in milliseconds, or a cycle would never end.
const LONGEST_MS: u64 = 120_000;

/// What a walk found.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) nodes: Vec<Node>,
    /// The first node behind each branch.
    pub(super) taken: BTreeMap<(Place, Branch), usize>,
    /// From key to key, with the node behind.
    pub(super) edges: Vec<(usize, usize, usize)>,
    /// How many different keys there are.
    pub(super) keys: usize,
    pub(super) complete: bool,
    pub(super) deciders: Arc<Deciders>,
    /// To each key its number, and the longest silence and chain that it was looked at with.
    seen: BTreeMap<String, (usize, u64, u64)>,
}

impl Walked {
    /// Returns the number of a node's key; none where the walk did not come to it.
    pub(super) fn key_of(&self, node: &Node) -> Option<usize> {
        self.seen.get(&text_of(node, &self.deciders, Mode::Precise)).map(|(number, ..)| *number)
    }
}

/// Writes down what of a node decides what comes after it.
fn text_of(node: &Node, deciders: &Deciders, mode: Mode) -> String {
    let mut text = key(&node.state, deciders);
    if mode == Mode::Precise {
        text.push_str(&format!("{}{}", node.failed.is_some(), node.spoken_to));
    }
    for steps in node.absent.iter().filter(|steps| deciders.decides(steps)) {
        text.push_str(&format!("-{}", steps.join(".")));
    }
    if node.ends {
        text.push('!');
    }
    text
}

pub(super) fn walk(program: &Program, starts: &[Key], assumptions: &Assumptions, mode: Mode) -> Walked {
    let stepper = Stepper { program, assumptions, mode, deciders: Arc::new(Deciders::of(program)) };
    let walked = Walked {
        deciders: Arc::clone(&stepper.deciders),
        seen: BTreeMap::new(),
        nodes: Vec::new(),
        taken: BTreeMap::new(),
        edges: Vec::new(),
        keys: 0,
        complete: true,
    };
    let mut walk = Walk { stepper, open: VecDeque::new(), walked };
    let most = if mode == Mode::Wide { MOST_WIDE } else { MOST_PRECISE } * starts.len().max(1);
    let (modules, flows): (Vec<&Key>, Vec<&Key>) =
        starts.iter().partition(|start| start.kind == KeyKind::Module);
    flows.into_iter().for_each(|start| walk.begin(start));
    if mode == Mode::Wide {
        modules.into_iter().for_each(|start| walk.begin(start));
        walk.run(most);
        return walk.walked;
    }
    // A way through a flow that invokes a module says more than one that begins in the module.
    walk.run(most);
    for start in modules {
        let first = Place { flow: start.clone(), block: 0 };
        let entered = walk.walked.taken.range((first, Branch::Next)..).next();
        if entered.is_none_or(|((place, _), _)| place.flow != *start) {
            walk.begin(start);
        }
    }
    walk.run(most);
    walk.walked
}

struct Walk<'p> {
    stepper: Stepper<'p>,
    open: VecDeque<usize>,
    walked: Walked,
}

impl Walk<'_> {
    /// Looks at what comes after each node that is open, up to so many nodes.
    fn run(&mut self, most: usize) {
        while let Some(at) = self.open.pop_front() {
            if self.walked.nodes.len() > most {
                self.walked.complete = false;
                break;
            }
            let Some(node) = self.walked.nodes.get(at).cloned() else { continue };
            for mut next in self.stepper.after(&node) {
                next.parent = Some(at);
                let passed = next.passed.clone();
                let number = self.add(next);
                if let Some(Passed { at, branch, back, .. }) = passed {
                    self.walked.taken.entry((at, branch)).or_insert(number);
                    if let Some(back) = back {
                        self.walked.taken.entry(back).or_insert(number);
                    }
                }
            }
        }
    }

    fn begin(&mut self, start: &Key) {
        let (program, mode) = (self.stepper.program, self.stepper.mode);
        let Some(code) = program.flows.get(start) else { return };
        let queues: &[bool] = match (mode, code.kind) {
            (Mode::Wide, _) => &[false, true],
            (Mode::Precise, FlowType::ContactFlow | FlowType::Campaign | FlowType::Module) => &[false],
            (Mode::Precise, _) => &[true],
        };
        for channel in Channel::ALL {
            for queue in queues {
                let mut state = State::new(program, start.clone(), contact(*channel));
                if *queue {
                    let unknown = if mode == Mode::Wide { UNKNOWN.to_string() } else { "queue".to_owned() };
                    put_contact(&mut state.contact, &["Queue".to_owned(), "ARN".to_owned()], &unknown);
                    put_contact(&mut state.contact, &["Queue".to_owned(), "Name".to_owned()], &unknown);
                    state.queue = Some(Target::Queue(unknown));
                }
                if start.kind == KeyKind::Module
                    && let Some(frame) = state.frames.last_mut()
                {
                    frame.values.insert(Root::Modules, json!({ "Input": {} }));
                }
                self.add(Node {
                    state,
                    failed: None,
                    spoken_to: false,
                    absent: BTreeSet::new(),
                    parent: None,
                    passed: None,
                    outcome: None,
                    given: Vec::new(),
                    found: Vec::new(),
                    waited: false,
                    ends: false,
                    key: 0,
                });
            }
        }
    }

    /// Keeps a node, and looks at what comes after it where that is not known yet.
    fn add(&mut self, mut node: Node) -> usize {
        let (state, silence) = (&node.state, node.state.silence_ms.min(LONGEST_MS));
        let (stepper, seen) = (&self.stepper, &mut self.walked.seen);
        let text = text_of(&node, &stepper.deciders, stepper.mode);
        let next = seen.len();
        let before = seen.get(&text).copied();
        let (number, longest, chain) = before.unwrap_or((next, 0, 0));
        let worse = stepper.mode == Mode::Precise && (silence > longest || state.chain_ms > chain);
        let open = state.end.is_none() && !node.ends && (before.is_none() || worse);
        seen.insert(text, (number, longest.max(silence), chain.max(state.chain_ms)));
        node.key = number;
        if let Some(parent) = node.parent.and_then(|parent| self.walked.nodes.get(parent)) {
            self.walked.edges.push((parent.key, number, self.walked.nodes.len()));
        }
        self.walked.keys = self.walked.seen.len();
        let at = self.walked.nodes.len();
        self.walked.nodes.push(node);
        if open {
            self.open.push_back(at);
        }
        at
    }
}

/// A contact of which only the channel is known.
fn contact(channel: Channel) -> Value {
    json!({
        "Attributes": {}, "AwsRegion": null, "Channel": channel.as_str(), "ContactId": null, "CustomerEndpoint": null,
        "CustomerId": null, "Description": null, "InitialContactId": null, "InitiationMethod": null, "InstanceARN": null,
        "LanguageCode": null, "MediaStreams": {}, "Name": null, "PreviousContactId": null, "Queue": null, "References": {},
        "RelatedContactId": null, "SegmentAttributes": {}, "SystemEndpoint": null, "Tags": {}
    })
}
