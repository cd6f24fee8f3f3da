//! A scenario played to its end, and what is not as it must be.

use super::ending::Ending;
use super::functions::Functions;
use super::heard::{Heard, heard, is_like};
use super::run::{By, Progress, Refused, Simulation, Taken, UnusedAnswer, label};
use crate::flow::engine::{Place, Question, State, Target};
use crate::manifest::{EndKind, Expectations, ExpectedStep, Told};
use crate::resource::Origin;
use crate::runtime::answer::Breach;

/// Where a scenario stopped.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// At its end.
    Ended(Ending),
    /// At a question that nobody answers.
    Needs(Question),
    /// At an answer that the block does not take.
    Refused(Box<Refused>),
}

/// A scenario that was played.
#[derive(Debug, Clone)]
pub struct Played<'m> {
    /// The simulation, as it is at its end.
    pub simulation: Simulation<'m>,
    /// The steps.
    pub steps: Vec<Taken>,
    /// Where it stopped.
    pub stop: Stop,
    /// What is not as it must be.
    pub unmet: Vec<Unmet>,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Unmet {
    /// An answer is needed that the scenario does not give.
    Unanswered(Question),
    /// A block does not take an answer.
    Refused(Box<Refused>),
    /// An answer that no block took.
    Unused(UnusedAnswer),
    /// The answer of a function breaks what the block or the manifest asks for.
    Breach {
        /// The block.
        at: Place,
        /// What is wrong.
        breach: Breach,
        /// Where the scenario has the answer; none of a function that ran.
        origin: Option<Origin>,
    },
    /// An answer that is meant to be wrong is not.
    Valid {
        /// The block.
        at: Place,
        /// Where the scenario has it.
        origin: Option<Origin>,
    },
    /// The contact is left without a flow, or goes round without end, and that is not expected.
    BadEnd(Ending),
    /// Something is not heard.
    NotHeard {
        /// What.
        wanted: Told<String>,
        /// What was heard in its place, from where the one before it was heard.
        instead: Vec<Heard>,
    },
    /// Something is heard that must not be.
    Heard {
        /// What must not be.
        unwanted: Told<String>,
        /// What was heard.
        heard: Heard,
    },
    /// The contact does not come to a block, or not at its place in the order.
    NotPassed(Told<ExpectedStep>),
    /// The contact leaves a block by another branch.
    OtherBranch {
        /// The step.
        wanted: Told<ExpectedStep>,
        /// The branch.
        found: Option<String>,
    },
    /// An attribute has another value at the end.
    Attribute {
        /// Its name.
        name: String,
        /// The value that it must have; none where it must not be set.
        wanted: Option<String>,
        /// Its value; none where it is not set.
        found: Option<String>,
        /// Where the scenario says so.
        origin: Option<Origin>,
    },
    /// The working queue is another one at the end.
    Queue {
        /// The queue that it must be.
        wanted: Told<String>,
        /// The name of the queue.
        found: Option<String>,
    },
    /// It ends otherwise.
    End {
        /// How it must end.
        wanted: Told<EndKind>,
        /// How it ends.
        found: EndKind,
    },
    /// The contact hears nothing for too long.
    Silence {
        /// The most, in milliseconds, and where the scenario says so.
        most: Told<u64>,
        /// The longest silence, in milliseconds.
        found: u64,
    },
    /// It takes too long.
    Time {
        /// The most, in milliseconds, and where the scenario says so.
        most: Told<u64>,
        /// The time, in milliseconds.
        found: u64,
    },
    /// A function could not run.
    NotRun {
        /// Why.
        why: String,
    },
}

/// Plays a scenario to its end, and says what is not as it must be.
pub fn play<'m>(mut simulation: Simulation<'m>, functions: &mut dyn Functions) -> Played<'m> {
    let mut steps = Vec::new();
    let stop = loop {
        match simulation.advance_with(functions) {
            Progress::Went(taken) => steps.push(*taken),
            Progress::Ended(ending) => break Stop::Ended(ending),
            Progress::Needs(question) => break Stop::Needs(question),
            Progress::Refused(refused) => break Stop::Refused(refused),
        }
    };
    let unmet = unmet(&simulation, &steps, &stop);
    Played { simulation, steps, stop, unmet }
}

fn unmet(simulation: &Simulation<'_>, steps: &[Taken], stop: &Stop) -> Vec<Unmet> {
    let mut unmet: Vec<Unmet> = steps.iter().flat_map(answers).collect();
    let expect = simulation.scenario.expect.clone().unwrap_or_default();
    match stop {
        // What comes later is not known.
        Stop::Needs(question) => {
            unmet.push(Unmet::Unanswered(question.clone()));
            return unmet;
        }
        Stop::Refused(refused) => {
            unmet.push(Unmet::Refused(refused.clone()));
            return unmet;
        }
        Stop::Ended(ending) => of_end(ending, &expect, &mut unmet),
    }
    of_speech(&expect, &heard(steps), &mut unmet);
    of_path(&expect, simulation, steps, &mut unmet);
    of_state(&expect, simulation, &mut unmet);
    unmet.extend(simulation.unused().into_iter().map(Unmet::Unused));
    unmet
}

/// What is wrong with the answer of a function.
fn answers(taken: &Taken) -> Vec<Unmet> {
    let Some(called) = &taken.called else { return Vec::new() };
    let at = &taken.went.at;
    let origin = match taken.answer.as_ref().map(|(_, by)| by) {
        Some(By::Scenario(origin)) => origin.clone(),
        Some(By::Function) => None,
        // What the manifest itself gives is no business of the scenario's.
        Some(By::Example | By::Default) | None => return Vec::new(),
    };
    if called.invalid {
        let valid = called.breaches.is_empty();
        return valid.then(|| Unmet::Valid { at: at.clone(), origin }).into_iter().collect();
    }
    let breach =
        |breach: &Breach| Unmet::Breach { at: at.clone(), breach: breach.clone(), origin: origin.clone() };
    called.breaches.iter().map(breach).collect()
}

fn of_end(ending: &Ending, expect: &Expectations, unmet: &mut Vec<Unmet>) {
    let found = ending.kind();
    match &expect.end {
        Some(wanted) if wanted.value != found => unmet.push(Unmet::End { wanted: wanted.clone(), found }),
        None if matches!(found, EndKind::Lost | EndKind::TooLong) => {
            unmet.push(Unmet::BadEnd(ending.clone()));
        }
        _ => {}
    }
}

fn of_speech(expect: &Expectations, heard: &[Heard], unmet: &mut Vec<Unmet>) {
    let mut rest = heard;
    for wanted in &expect.heard {
        match rest.iter().position(|heard| is_like(&heard.text, &wanted.value)) {
            Some(at) => rest = &rest[at + 1..],
            None => unmet.push(Unmet::NotHeard { wanted: wanted.clone(), instead: rest.to_vec() }),
        }
    }
    for unwanted in &expect.unheard {
        if let Some(heard) = heard.iter().find(|heard| is_like(&heard.text, &unwanted.value)) {
            unmet.push(Unmet::Heard { unwanted: unwanted.clone(), heard: heard.clone() });
        }
    }
}

fn of_path(expect: &Expectations, simulation: &Simulation<'_>, steps: &[Taken], unmet: &mut Vec<Unmet>) {
    let program = &simulation.subject.program;
    let branch = |taken: &Taken| label(program, &taken.went.at, taken.went.branch);
    let mut rest = steps;
    for wanted in &expect.path {
        let ExpectedStep { block, branch: by } = &wanted.value;
        let is_block = |taken: &Taken| simulation.names(&taken.went.at).contains(block);
        let is_step = |taken: &Taken| {
            is_block(taken) && by.as_ref().is_none_or(|by| branch(taken) == Some(by.as_str()))
        };
        match (rest.iter().position(is_step), rest.iter().find(|taken| is_block(taken))) {
            (Some(at), _) => rest = &rest[at + 1..],
            (None, Some(taken)) => {
                let found = branch(taken).map(str::to_owned);
                unmet.push(Unmet::OtherBranch { wanted: wanted.clone(), found });
            }
            (None, None) => unmet.push(Unmet::NotPassed(wanted.clone())),
        }
    }
}

fn of_state(expect: &Expectations, simulation: &Simulation<'_>, unmet: &mut Vec<Unmet>) {
    let state = &simulation.state;
    let attribute = |name: &str| state.attributes().find(|(found, _)| *found == name).map(|(_, value)| value);
    for (name, wanted) in &expect.attributes {
        let found = attribute(name);
        if found != Some(wanted.value.as_str()) {
            unmet.push(Unmet::Attribute {
                name: name.clone(),
                wanted: Some(wanted.value.clone()),
                found: found.map(str::to_owned),
                origin: wanted.origin.clone(),
            });
        }
    }
    for unset in &expect.unset {
        if let Some(found) = attribute(&unset.value) {
            let (name, found) = (unset.value.clone(), Some(found.to_owned()));
            unmet.push(Unmet::Attribute { name, wanted: None, found, origin: unset.origin.clone() });
        }
    }
    if let Some(wanted) = &expect.queue {
        let (name, text) = (queue_name(simulation), state.queue.as_ref().map(Target::text));
        let is_it = match &name {
            None => wanted.value == "none",
            Some(name) => *name == wanted.value || text == Some(wanted.value.as_str()),
        };
        if !is_it {
            unmet.push(Unmet::Queue { wanted: wanted.clone(), found: name });
        }
    }
    let ms = |time: &Told<std::time::Duration>| Told {
        value: u64::try_from(time.value.as_millis()).unwrap_or(u64::MAX),
        origin: time.origin.clone(),
    };
    if let Some(most) = expect.silence.as_ref().map(ms).filter(|most| state.longest_silence_ms > most.value) {
        unmet.push(Unmet::Silence { most, found: state.longest_silence_ms });
    }
    if let Some(most) = expect.time.as_ref().map(ms).filter(|most| state.clock_ms > most.value) {
        unmet.push(Unmet::Time { most, found: state.clock_ms });
    }
}

/// Returns the name of the working queue, as people know it; none where no queue is set.
pub fn queue_name(simulation: &Simulation<'_>) -> Option<String> {
    let State { queue, contact, .. } = &simulation.state;
    let text = queue.as_ref()?.text();
    // The queue that the contact brings is not in the manifest.
    let brought =
        contact.get("Queue").filter(|queue| queue.get("ARN").and_then(|arn| arn.as_str()) == Some(text));
    let brought = brought.and_then(|queue| queue.get("Name")?.as_str());
    let name = brought.unwrap_or_else(|| simulation.subject.program.name_of(text));
    // An ARN holds the id of the instance, which is another one in each set.
    Some(name.rsplit_once("/queue/").map_or(name, |(_, id)| id).to_owned())
}
