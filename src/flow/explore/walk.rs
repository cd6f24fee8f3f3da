//! The walk over states, from the starts on, the nearest first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::Passed;
use super::holes::{Steps, UNKNOWN, is_hole, put, put_contact, reads, text};
use super::key::key;
use super::values::Deciders;
use crate::flow::channel::Channel;
use crate::flow::engine::{
    Answer, Asked, Assumptions, Branch, Cause, Effect, Key, KeyKind, Outcome, Place, Program, Reply, State,
    Step, Target, Went, outcomes, over, replies, step,
};
use crate::flow::invocation::ACTION;
use crate::flow::namespaces::Root;
use crate::flow::stub::FlowType;

/// The most states that a walk comes to for each start, the same ones counted again.
const MOST_PRECISE: usize = 4_000;
const MOST_WIDE: usize = 16_000;
/// A silence that is longer counts as this long, in milliseconds, or a cycle would never end.
const LONGEST_MS: u64 = 120_000;

/// Blocks that say something, where they do not fail.
const SPEAKS: [&str; 4] = [
    "MessageParticipant",
    "MessageParticipantIteratively",
    "GetParticipantInput",
    "ConnectParticipantWithLexBot",
];

/// How unknown values are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By values that tell the conditions apart, kept for the rest of the way.
    Precise,
    /// By taking every branch.
    Wide,
}

/// A state that a walk came to.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) state: State,
    /// The function that failed, where nothing was said since.
    pub(super) failed: Option<Place>,
    /// Whether the contact has heard something, or would have if a block that speaks had not failed.
    pub(super) spoken_to: bool,
    /// References that were decided to have no value.
    absent: BTreeSet<Steps>,
    pub(super) parent: Option<usize>,
    /// The block that led here; none at a start.
    pub(super) passed: Option<Passed>,
    /// What became of that block.
    pub(super) outcome: Option<Outcome>,
    /// The values that were decided before it.
    pub(super) given: Vec<(Steps, String)>,
    /// What it put under which roots.
    pub(super) found: Vec<Root>,
    /// Whether the contact waited there, or something was asked of the customer.
    pub(super) waited: bool,
    /// Whether the walk does not go on from here.
    ends: bool,
    /// The number of its key.
    pub(super) key: usize,
}

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
}

pub(super) fn walk(program: &Program, starts: &[Key], assumptions: &Assumptions, mode: Mode) -> Walked {
    let deciders = Deciders::of(program);
    let mut walk = Walk {
        program,
        assumptions,
        mode,
        deciders,
        seen: BTreeMap::new(),
        open: VecDeque::new(),
        walked: Walked {
            nodes: Vec::new(),
            taken: BTreeMap::new(),
            edges: Vec::new(),
            keys: 0,
            complete: true,
        },
    };
    for start in starts {
        walk.begin(start);
    }
    let most = if mode == Mode::Wide { MOST_WIDE } else { MOST_PRECISE } * starts.len().max(1);
    while let Some(at) = walk.open.pop_front() {
        if walk.walked.nodes.len() > most {
            walk.walked.complete = false;
            break;
        }
        walk.expand(at);
    }
    walk.walked
}

struct Walk<'p> {
    program: &'p Program,
    assumptions: &'p Assumptions,
    mode: Mode,
    deciders: Deciders,
    /// The key's number, and the longest silence and chain that it was looked at with.
    seen: BTreeMap<String, (usize, u64, u64)>,
    open: VecDeque<usize>,
    walked: Walked,
}

/// A state in which a block's holes are decided.
struct Decided {
    state: State,
    absent: BTreeSet<Steps>,
    given: Vec<(Steps, String)>,
}

impl Walk<'_> {
    fn begin(&mut self, start: &Key) {
        let Some(code) = self.program.flows.get(start) else { return };
        let queues: &[bool] = match (self.mode, code.kind) {
            (Mode::Wide, _) => &[false, true],
            (Mode::Precise, FlowType::ContactFlow | FlowType::Campaign | FlowType::Module) => &[false],
            (Mode::Precise, _) => &[true],
        };
        for channel in Channel::ALL {
            for queue in queues {
                let mut state = State::new(self.program, start.clone(), contact(*channel));
                if *queue {
                    let unknown =
                        if self.mode == Mode::Wide { UNKNOWN.to_string() } else { "queue".to_owned() };
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
        let mut text = key(state, &self.deciders);
        if self.mode == Mode::Precise {
            text.push_str(&format!("{}{}", node.failed.is_some(), node.spoken_to));
        }
        for steps in node.absent.iter().filter(|steps| self.deciders.decides(steps)) {
            text.push_str(&format!("-{}", steps.join(".")));
        }
        if node.ends {
            text.push('!');
        }
        let next = self.seen.len();
        let seen = self.seen.get(&text).copied();
        let (number, longest, chain) = seen.unwrap_or((next, 0, 0));
        let worse = self.mode == Mode::Precise && (silence > longest || state.chain_ms > chain);
        let open = state.end.is_none() && !node.ends && (seen.is_none() || worse);
        self.seen.insert(text, (number, longest.max(silence), chain.max(state.chain_ms)));
        node.key = number;
        if let Some(parent) = node.parent.and_then(|parent| self.walked.nodes.get(parent)) {
            self.walked.edges.push((parent.key, number, self.walked.nodes.len()));
        }
        self.walked.keys = self.seen.len();
        let at = self.walked.nodes.len();
        self.walked.nodes.push(node);
        if open {
            self.open.push_back(at);
        }
        at
    }

    fn expand(&mut self, at: usize) {
        let Some(node) = self.walked.nodes.get(at).cloned() else { return };
        let Some(place) = node.state.place() else { return };
        for decided in self.decide(&node, &place) {
            for answer in self.answers(&decided.state) {
                let stepped = step(self.program, self.assumptions, &decided.state, answer.as_ref());
                let Step::Went(went) = stepped else { continue };
                self.take(at, &node, &decided, answer, *went);
            }
            if self.mode == Mode::Wide {
                self.force(at, &node, &decided, &place);
            }
        }
    }

    /// Decides what the next block reads and nobody knows.
    fn decide(&self, node: &Node, place: &Place) -> Vec<Decided> {
        let (state, absent) = (node.state.clone(), node.absent.clone());
        let mut all = vec![Decided { state, absent, given: Vec::new() }];
        for steps in reads(self.program, place) {
            let mut next = Vec::new();
            for decided in all {
                if decided.absent.contains(&steps) || !is_hole(&decided.state, &steps) {
                    next.push(decided);
                    continue;
                }
                let candidates = match self.mode {
                    Mode::Wide => vec![Some(format!("{UNKNOWN}{}", steps.join(".")))],
                    Mode::Precise => self.deciders.candidates(&steps),
                };
                for candidate in candidates {
                    let (mut state, mut absent) = (decided.state.clone(), decided.absent.clone());
                    let mut given = decided.given.clone();
                    match candidate {
                        None => drop(absent.insert(steps.clone())),
                        Some(value) => {
                            put(&mut state, &steps, &value);
                            given.push((steps.clone(), value));
                        }
                    }
                    next.push(Decided { state, absent, given });
                }
            }
            all = next;
        }
        all
    }

    /// The answers that lead over different branches, and those that later blocks tell apart.
    fn answers(&self, state: &State) -> Vec<Option<Answer>> {
        let mut found = replies(self.program, self.assumptions, state);
        let Step::Ask(question) = step(self.program, self.assumptions, state, None) else { return found };
        let later = |root: &str, name: Option<&str>| {
            let steps: Steps = [Some(root), name].into_iter().flatten().map(str::to_owned).collect();
            let known = self.deciders.decides(&steps);
            self.deciders.candidates(&steps).into_iter().flatten().filter(move |_| known)
        };
        let words: Vec<String> = match &question.asked {
            Asked::Input { .. } => later("StoredCustomerInput", None).collect(),
            Asked::Intent { .. } => later("Lex", Some("IntentName")).collect(),
            Asked::View { .. } => later("Views", Some("Action")).collect(),
            _ => Vec::new(),
        };
        found.extend(words.iter().map(|word| Some(Answer::result(word))));
        if let Asked::Function(call) = &question.asked {
            let limit = u64::from(call.limit_seconds.unwrap_or(call.kind.usual_seconds())) * 1_000;
            let slow = Answer {
                after_ms: limit.saturating_sub(1),
                data: Some(json!({})),
                ..Answer::new(Reply::Done)
            };
            found.push(Some(slow));
        }
        found
    }

    fn take(&mut self, at: usize, node: &Node, decided: &Decided, answer: Option<Answer>, went: Went) {
        let Went { at: place, outcome, branch, back, effects, mut state } = went;
        let mut absent = decided.absent.clone();
        let mut found = Vec::new();
        for effect in &effects {
            if let Effect::Found { root, .. } = effect {
                absent.retain(|steps| steps.first().is_none_or(|first| first != root.name()));
                found.push(*root);
            }
        }
        if self.mode == Mode::Wide {
            widen(&effects, &mut state);
        }
        let is_function = self.program.block(&place).is_some_and(|block| block.kind == ACTION);
        let said = effects.iter().any(|effect| matches!(effect, Effect::Said { .. }));
        let silenced = matches!(&outcome, Outcome::Failed { cause: Cause::Answered, .. })
            && self.program.block(&place).is_some_and(|block| SPEAKS.contains(&block.kind.as_str()));
        let failed = match &outcome {
            Outcome::Failed { .. } if is_function => Some(place.clone()),
            _ if said || silenced => None,
            _ => node.failed.clone(),
        };
        let spoken_to = node.spoken_to || state.heard || silenced;
        let waited = answer.is_some() && !is_function
            || state.clock_ms > node.state.clock_ms
            || state.counters != node.state.counters;
        // A flow's own start stands for whatever contacts are transferred to it.
        let elsewhere = self.mode == Mode::Wide && base(&state) != base(&node.state);
        let passed = Passed { at: place.clone(), answer, branch };
        let next = self.add(Node {
            state,
            ends: node.ends || elsewhere,
            failed,
            spoken_to,
            absent,
            parent: Some(at),
            passed: Some(passed),
            outcome: Some(outcome),
            given: decided.given.clone(),
            found,
            waited,
            key: 0,
        });
        self.walked.taken.entry((place, branch)).or_insert(next);
        if let Some(back) = back {
            self.walked.taken.entry(back).or_insert(next);
        }
    }

    /// Leaves a block that an unknown value decides over every branch.
    fn force(&mut self, at: usize, node: &Node, decided: &Decided, place: &Place) {
        let unknown = |steps: &Steps| text(&decided.state, steps).is_some_and(|text| text.contains(UNKNOWN));
        if !reads(self.program, place).iter().any(unknown) {
            return;
        }
        let Some((code, block)) = self.program.flows.get(&place.flow).zip(self.program.block(place)) else {
            return;
        };
        for branch in outcomes(code, block) {
            let Some(state) = over(self.program, &decided.state, branch) else { continue };
            let passed = Passed { at: place.clone(), answer: None, branch };
            let next = self.add(Node {
                state,
                parent: Some(at),
                passed: Some(passed),
                outcome: None,
                given: Vec::new(),
                found: Vec::new(),
                ..node.clone()
            });
            self.walked.taken.entry((place.clone(), branch)).or_insert(next);
        }
    }
}

/// The flow that a contact is in, whatever module runs over it.
fn base(state: &State) -> Option<&Key> {
    state.frames.first().map(|frame| &frame.flow)
}

/// Forgets what was answered, so that it is unknown when it is read.
fn widen(effects: &[Effect], state: &mut State) {
    let Some(frame) = state.frames.last_mut() else { return };
    for effect in effects {
        match effect {
            Effect::Found { root, value: Value::Object(_) } => {
                if let Some(value) = frame.values.get_mut(root) {
                    *value = json!({});
                }
            }
            Effect::Stored(_) => {
                frame.values.insert(Root::StoredCustomerInput, Value::String(UNKNOWN.to_string()));
            }
            _ => {}
        }
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
