//! One step of a walk: which values and answers lead on from a state, and where they lead.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Passed;
use super::holes::{Steps, UNKNOWN, is_hole, put, reads, text};
use super::node::{Mode, Node};
use super::values::Deciders;
use crate::flow::engine::{
    Answer, Asked, Assumptions, Cause, Effect, Key, Outcome, Place, Program, Reply, State, Step, Went,
    outcomes, over, replies, step,
};
use crate::flow::invocation::ACTION;
use crate::flow::namespaces::Root;

/// Blocks that say something, where they do not fail.
const SPEAKS: [&str; 4] = [
    "MessageParticipant",
    "MessageParticipantIteratively",
    "GetParticipantInput",
    "ConnectParticipantWithLexBot",
];

/// What the flow before may have set, and no scenario can say: in a precise walk it is not set.
const NO_SOURCE: &str = Root::Wisdom.name();

/// What a walk steps with.
pub(super) struct Stepper<'p> {
    pub(super) program: &'p Program,
    pub(super) assumptions: &'p Assumptions,
    pub(super) mode: Mode,
    pub(super) deciders: Arc<Deciders>,
}

/// A state in which a block's holes are decided.
struct Decided {
    state: State,
    absent: BTreeSet<Steps>,
    given: Vec<(Steps, String)>,
}

impl Stepper<'_> {
    /// Returns the nodes that come after one, without a parent and a key.
    pub(super) fn after(&self, node: &Node) -> Vec<Node> {
        let mut found = Vec::new();
        let Some(place) = node.state.place() else { return found };
        for decided in self.decide(node, &place) {
            for answer in self.answers(&decided.state) {
                let stepped = step(self.program, self.assumptions, &decided.state, answer.as_ref());
                let Step::Went(went) = stepped else { continue };
                found.push(self.take(node, &decided, answer, *went));
            }
            if self.mode == Mode::Wide {
                self.force(node, &decided, &place, &mut found);
            }
        }
        found
    }

    /// Decides what the next block reads and nobody knows.
    fn decide(&self, node: &Node, place: &Place) -> Vec<Decided> {
        let (state, absent) = (node.state.clone(), node.absent.clone());
        let mut all = vec![Decided { state, absent, given: Vec::new() }];
        for steps in reads(self.program, place) {
            let mut next = Vec::new();
            for decided in all {
                let known =
                    self.mode == Mode::Precise && steps.first().is_some_and(|first| first == NO_SOURCE);
                if known || decided.absent.contains(&steps) || !is_hole(&decided.state, &steps) {
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
            // That the limit is over takes its time.
            found.retain(|answer| {
                let reply = answer.as_ref().map(|answer| &answer.reply);
                !matches!(reply, Some(Reply::Error(kind)) if kind != "NoMatchingError")
            });
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

    fn take(&self, node: &Node, decided: &Decided, answer: Option<Answer>, went: Went) -> Node {
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
        Node {
            state,
            ends: node.ends || elsewhere,
            failed,
            spoken_to,
            absent,
            parent: None,
            passed: Some(Passed { at: place, answer, branch, back }),
            outcome: Some(outcome),
            given: decided.given.clone(),
            found,
            waited,
            key: 0,
        }
    }

    /// Leaves a block that an unknown value decides over every branch.
    fn force(&self, node: &Node, decided: &Decided, place: &Place, found: &mut Vec<Node>) {
        let unknown = |steps: &Steps| text(&decided.state, steps).is_some_and(|text| text.contains(UNKNOWN));
        if !reads(self.program, place).iter().any(unknown) {
            return;
        }
        let Some((code, block)) = self.program.flows.get(&place.flow).zip(self.program.block(place)) else {
            return;
        };
        for branch in outcomes(code, block) {
            let Some(state) = over(self.program, &decided.state, branch) else { continue };
            let passed = Passed { at: place.clone(), answer: None, branch, back: None };
            found.push(Node {
                state,
                parent: None,
                passed: Some(passed),
                outcome: None,
                given: Vec::new(),
                found: Vec::new(),
                ..node.clone()
            });
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
