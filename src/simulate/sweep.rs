//! A fault sweep: every call of a scenario fails in every way, one at a time, and what the caller hears then.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::answers_of;
use super::check::Played;
use super::ending::Ending;
use super::heard::{Heard, heard};
use super::run::{Progress, Simulation, Taken};
use crate::flow::engine::{Answer, Asked, Place, Question, Reply};
use crate::flow::{InvocationKind, ResponseType};
use crate::manifest::{EndKind, Stub, StubFailure, StubOutcome, scenario_reply};
use crate::runtime::answer::MAX_BYTES;

/// A way in which a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallFault {
    /// The time limit is over.
    Timeout,
    /// Lambda throttles it (429).
    Throttled,
    /// Lambda fails (500).
    Unavailable,
    /// Amazon Connect may not call it (403).
    Denied,
    /// The function fails with an exception.
    Exception,
    /// The answer is as long as Amazon Connect refuses.
    TooLong,
    /// A value of the answer is nested, where the block reads a flat map.
    Nested,
    /// A key of the answer is missing, or all of them where the manifest promises none.
    MissingKey,
}

impl CallFault {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Timeout,
        Self::Throttled,
        Self::Unavailable,
        Self::Denied,
        Self::Exception,
        Self::TooLong,
        Self::Nested,
        Self::MissingKey,
    ];
}

/// What came of one fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// The block whose call failed.
    pub at: Place,
    /// How.
    pub fault: CallFault,
    /// What the contact heard after it.
    pub heard: Vec<Heard>,
    /// How it ended; none where that takes an answer that nobody knows.
    pub ending: Option<Ending>,
    /// The longest silence of the whole contact, in milliseconds.
    pub silence_ms: u64,
    /// Whether answers that the scenario does not have were made up on the way.
    pub is_made_up: bool,
    /// Whether the contact hears something after the call where it does not fail.
    pub is_heard_without: bool,
}

impl Swept {
    /// Whether the contact is left without a word because of the fault: it hears nothing more, and no one is there for it.
    pub fn is_unheard(&self) -> bool {
        let leaves = self.ending.as_ref().is_none_or(|ending| {
            matches!(ending.kind(), EndKind::Disconnected | EndKind::Lost | EndKind::TooLong)
        });
        leaves && self.heard.is_empty() && self.is_heard_without
    }
}

/// Sweeps the calls of a scenario that was played. `fresh` is the simulation before its first step.
pub fn sweep(fresh: &Simulation<'_>, played: &Played<'_>) -> Vec<Swept> {
    let calls = played.steps.iter().enumerate().filter(|(_, taken)| taken.called.is_some());
    let mut swept = Vec::new();
    for (number, (at, taken)) in calls.enumerate() {
        let is_heard_without = !heard(played.steps.get(at..).unwrap_or_default()).is_empty();
        for fault in CallFault::ALL {
            let Some(stub) = stub(fault, taken, fresh) else { continue };
            let simulation = fresh.clone().with_call(number, stub);
            let found = run(simulation, number, fault, &taken.went.at);
            swept.push(Swept { is_heard_without, ..found });
        }
    }
    swept
}

/// What the call comes to; none where the fault is none for the block.
fn stub(fault: CallFault, taken: &Taken, simulation: &Simulation<'_>) -> Option<Stub> {
    let failure = |failure| Some(Stub::new(StubOutcome::Failure(failure)));
    let called = taken.called.as_ref()?;
    // No one looks at the answer of a function that the contact does not wait for.
    let is_of_answer = matches!(fault, CallFault::TooLong | CallFault::Nested | CallFault::MissingKey);
    if is_of_answer && called.call.kind == InvocationKind::Async {
        return None;
    }
    let good = taken.answer.as_ref().and_then(|(answer, _)| answer.data.clone());
    let good = match good {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let answer = |members: Map<String, Value>| Some(Stub::new(StubOutcome::Answer(Value::Object(members))));
    match fault {
        CallFault::Timeout => failure(StubFailure::Timeout),
        CallFault::Throttled => failure(StubFailure::Throttled),
        CallFault::Unavailable => failure(StubFailure::Unavailable),
        CallFault::Denied => failure(StubFailure::Denied),
        CallFault::Exception => failure(StubFailure::Error),
        CallFault::TooLong => {
            let mut long = good;
            long.insert("Padding".to_owned(), "x".repeat(2 * MAX_BYTES).into());
            answer(long)
        }
        CallFault::Nested if called.call.response_type == ResponseType::Json => None,
        CallFault::Nested => {
            let mut nested = good;
            let key = nested.keys().next().cloned().unwrap_or_else(|| "Value".to_owned());
            nested.insert(key, json!({ "nested": "value" }));
            answer(nested)
        }
        CallFault::MissingKey => {
            let mut less = good;
            let promised = simulation.subject.bound.get(&taken.went.at).map(|bound| bound.contract());
            let promised = promised.and_then(|contract| contract.keys.into_iter().next());
            match promised {
                Some(key) => {
                    let first = key.split('.').next().unwrap_or_default().to_owned();
                    less.shift_remove(&first);
                }
                None => less.clear(),
            }
            answer(less)
        }
    }
}

fn run(mut simulation: Simulation<'_>, number: usize, fault: CallFault, at: &Place) -> Swept {
    let (mut steps, mut is_made_up, mut asked) = (Vec::new(), false, BTreeMap::<Place, usize>::new());
    let ending = loop {
        match simulation.advance() {
            Progress::Went(taken) => steps.push(*taken),
            Progress::Ended(ending) => break Some(ending),
            Progress::Needs(question) => {
                is_made_up = true;
                let times = asked.entry(question.place.clone()).or_default();
                *times += 1;
                // A block that asks again and again is left after a few answers that are made up.
                if *times > MOST_MADE_UP || !made_up(&mut simulation, &question, *times) {
                    break None;
                }
            }
            // The scenario's answer does not fit where the contact is now.
            Progress::Refused(_) => break None,
        }
    };
    let calls = steps.iter().enumerate().filter(|(_, taken)| taken.called.is_some());
    let from = calls.map(|(at, _)| at).nth(number).unwrap_or(steps.len());
    Swept {
        at: at.clone(),
        fault,
        heard: heard(steps.get(from..).unwrap_or_default()),
        ending,
        silence_ms: simulation.state.longest_silence_ms,
        is_made_up,
        is_heard_without: true,
    }
}

/// How often one block is answered without the scenario.
const MOST_MADE_UP: usize = 3;

/// Answers a question that the scenario does not answer: what usually happens, and nothing where a customer would have to
/// enter something. Says whether there is such an answer.
fn made_up(simulation: &mut Simulation<'_>, question: &Question, times: usize) -> bool {
    let Question { place, asked } = question;
    if matches!(asked, Asked::Function(_)) {
        simulation.provide_function(place, Stub::new(StubOutcome::Failure(StubFailure::Unavailable)));
        return true;
    }
    let answers = answers_of(simulation);
    let preferred: &[&str] = match asked {
        Asked::Input { .. } => &["none"],
        Asked::Hours { .. } => &["True", "open"],
        _ => &["done"],
    };
    let chosen = preferred.iter().find(|wanted| answers.iter().any(|answer| answer == *wanted));
    let chosen = chosen
        .map(|answer| (*answer).to_owned())
        .or_else(|| answers.get((times - 1) % answers.len().max(1)).cloned());
    let Some(text) = chosen else { return false };
    let answer = Answer::new(scenario_reply(&text));
    let is_an_answer = !matches!(&answer.reply, Reply::Error(_)) || answers.len() == 1;
    simulation.provide(place, answer);
    is_an_answer
}
