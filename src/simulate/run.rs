//! One contact's run: a step at a time, with the answers of a scenario.

use std::collections::{BTreeMap, VecDeque};

use super::answers::{Stubs, accepted, as_asked, example, usual};

use super::contact::{contact, lay_over, profile};
use super::ending::Ending;
use super::functions::{self, Attempted, Called, Functions, NoFunctions};
use super::program::Subject;
use crate::flow::InvocationKind;
use crate::flow::engine::{
    Answer, Asked, Branch, End, Place, Program, Question, Refusal, Reply, State, Step, Went, after_hook,
    replies, step,
};
use crate::manifest::{Scenario, Stub, StubOutcome, Told, scenario_entry};
use crate::resource::Origin;
use crate::runtime::contact::Contact;

/// The most steps that a contact takes; whoever goes on beyond is in a circle.
pub const MAX_STEPS: usize = 1_000;

/// Who gave an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The scenario, at this place where it is a file.
    Scenario(Option<Origin>),
    /// Nobody: what happens usually.
    Default,
    /// The example of the answer, in the manifest.
    Example,
    /// The function itself, which ran.
    Function,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The step.
    pub went: Went,
    /// What the block asked.
    pub asked: Option<Asked>,
    /// What it was answered, and by whom.
    pub answer: Option<(Answer, By)>,
    /// The function that it called.
    pub called: Option<Called>,
    /// The event whose flow began with this step.
    pub event: Option<String>,
}

/// An answer that a block did not take.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The block.
    pub place: Place,
    /// The answer.
    pub answer: Answer,
    /// Who gave it.
    pub by: By,
    /// Why it was not taken.
    pub why: Refusal,
}

/// What comes next.
#[derive(Debug)]
pub enum Progress {
    /// A step was taken.
    Went(Box<Taken>),
    /// An answer is needed that nobody gave.
    Needs(Question),
    /// An answer is wrong.
    Refused(Box<Refused>),
    /// The run is over.
    Ended(Ending),
}

/// An answer that no block took.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedAnswer {
    /// The block that it is for.
    pub block: String,
    /// Where it is in its list, from 0.
    pub at: usize,
    /// Whether it is for a function.
    pub function: bool,
    /// Where it is in its file.
    pub origin: Option<Origin>,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Simulation<'m> {
    /// The flows.
    pub subject: Subject<'m>,
    /// What is answered.
    pub scenario: Scenario,
    /// The state now.
    pub state: State,
    seed: u64,
    taken: usize,
    /// How many answers of each list were used.
    used: BTreeMap<(bool, String), usize>,
    events: VecDeque<String>,
    /// The event whose flow begins with the next step.
    event: Option<String>,
    /// How many entries of the customer were used.
    entered: usize,
    /// How many calls of functions were made.
    calls: usize,
    /// A call, by its number from 0, that comes to something else than the scenario says.
    instead: Option<(usize, Stub)>,
}

impl<'m> Simulation<'m> {
    /// Begins a run.
    pub fn new(subject: Subject<'m>, scenario: Scenario, contact: &Contact, seed: u64) -> Self {
        // Maps with text as keys always serialise.
        let mut contact = serde_json::to_value(contact).unwrap_or_default();
        if let Some(data) = &scenario.contact.data {
            lay_over(&mut contact, data);
        }
        let state = State::new(&subject.program, subject.key(), contact);
        let events = scenario.events.iter().cloned().collect();
        Self {
            subject,
            scenario,
            state,
            seed,
            taken: 0,
            used: BTreeMap::new(),
            events,
            event: None,
            entered: 0,
            calls: 0,
            instead: None,
        }
    }

    /// Begins the run of a scenario, with the contact that it describes.
    pub fn of(subject: Subject<'m>, scenario: Scenario, seed: u64) -> Self {
        let profile = profile(&scenario.contact, &subject.instance_arn, subject.kind, seed);
        let contact = contact(&scenario.contact, &profile);
        Self::new(subject, scenario, &contact, seed)
    }

    /// The same, where the call of this number, from 0, comes to something else.
    #[must_use]
    pub fn with_call(mut self, number: usize, stub: Stub) -> Self {
        self.instead = Some((number, stub));
        self
    }

    /// Gives an answer for the next time that a block asks.
    pub fn provide(&mut self, place: &Place, answer: Answer) {
        let Some(name) = self.names(place).into_iter().next() else { return };
        let used = self.used.get(&(false, name.clone())).copied().unwrap_or_default();
        let list = self.scenario.answers.entry(name).or_default();
        list.insert(used.min(list.len()), Told::new(answer));
    }

    /// Says what a function comes to the next time that a block calls it.
    pub fn provide_function(&mut self, place: &Place, stub: Stub) {
        let Some(name) = self.names(place).into_iter().next() else { return };
        let used = self.used.get(&(true, name.clone())).copied().unwrap_or_default();
        let list = self.scenario.functions.entry(name).or_default();
        list.insert(used.min(list.len()), Told::new(stub));
    }

    /// Takes the next step; no function runs.
    pub fn advance(&mut self) -> Progress {
        self.advance_with(&mut NoFunctions)
    }

    /// Takes the next step; a function that the scenario does not answer for is called with `functions`.
    pub fn advance_with(&mut self, functions: &mut dyn Functions) -> Progress {
        while let Some(end) = self.state.end.clone() {
            let Some(event) = self.events.pop_front() else { return Progress::Ended(Ending::End(end)) };
            if let Some(state) = after_hook(&self.subject.program, &self.state, &event) {
                self.state = state;
                self.event = Some(event);
            }
        }
        if self.taken >= MAX_STEPS {
            return Progress::Ended(Ending::TooLong);
        }
        let Some(place) = self.state.place() else { return Progress::Ended(Ending::End(End::FlowEnded)) };
        match self.step(None) {
            Step::Ask(question) => self.answered(&place, question, functions),
            Step::Went(went) => {
                // An error that is answered to a block that asks nothing, or that it succeeds before it fails later.
                match self.queued(&place) {
                    Some((list, told)) if matches!(told.value.reply, Reply::Error(_)) => {
                        self.given(&place, (None, told), Some((false, list)), None)
                    }
                    Some((list, told)) if told.value == Answer::new(Reply::Done) => {
                        *self.used.entry((false, list)).or_default() += 1;
                        self.went(*went, None, None, None)
                    }
                    _ => self.went(*went, None, None, None),
                }
            }
            Step::Ended(end) => Progress::Ended(Ending::End(end)),
            // Nothing was answered.
            Step::Refused(_) => Progress::Ended(Ending::End(End::FlowEnded)),
        }
    }

    fn step(&self, answer: Option<&Answer>) -> Step {
        step(&self.subject.program, &self.scenario.assumptions, &self.state, answer)
    }

    /// Answers a question, if anybody does.
    fn answered(&mut self, place: &Place, question: Question, functions: &mut dyn Functions) -> Progress {
        let Asked::Function(call) = &question.asked else {
            return self.told(place, question);
        };
        let bound = self.subject.bound.get(place);
        let (list, stub) = self.stub(place).unzip();
        let first = Attempted { place, call, contact: &self.state.contact, bound, number: 0 };
        let called = |functions: &mut dyn Functions| {
            functions::call(functions, &first, &self.scenario.assumptions, self.seed)
        };
        let instead = self.instead.as_ref().filter(|(number, _)| *number == self.calls);
        let instead = instead.map(|(_, stub)| Told::new(stub.clone()));
        let scripted = instead.or(stub.filter(|told| told.value.outcome != StubOutcome::Run));
        let made = match scripted {
            Some(Told { value, origin }) => {
                let invalid = value.invalid;
                called(&mut Stubs(value))
                    .map(|(called, answer)| ((Called { invalid, ..called }, answer), By::Scenario(origin)))
            }
            None => called(functions).map(|made| (made, By::Function)).or_else(|| {
                let (stub, by) = match bound.and_then(example) {
                    Some(stub) => (stub, By::Example),
                    // Nobody waits for its answer.
                    None if call.kind == InvocationKind::Async => (accepted(), By::Default),
                    None => return None,
                };
                called(&mut Stubs(stub)).map(|made| (made, by))
            }),
        };
        let Some(((called, answer), by)) = made else { return Progress::Needs(question) };
        self.calls += 1;
        if let Some(list) = list {
            *self.used.entry((true, list)).or_default() += 1;
        }
        self.give(place, Some(question.asked), (answer, by), Some(called))
    }

    /// Answers a question that is no function's.
    fn told(&mut self, place: &Place, question: Question) -> Progress {
        let Question { asked, .. } = &question;
        if let Some((list, told)) = self.queued(place) {
            let told = Told { value: as_asked(told.value, asked), ..told };
            return self.given(place, (Some(question.asked), told), Some((false, list)), None);
        }
        let entry = self.scenario.inputs.get(self.entered).filter(|_| matches!(asked, Asked::Input { .. }));
        match (entry.cloned(), usual(asked)) {
            (Some(entry), _) => {
                self.entered += 1;
                self.given(place, (Some(question.asked), entry), None, None)
            }
            (None, Some(answer)) => self.give(place, Some(question.asked), (answer, By::Default), None),
            (None, None) => Progress::Needs(question),
        }
    }

    fn given(
        &mut self,
        place: &Place,
        (asked, told): (Option<Asked>, Told<Answer>),
        list: Option<(bool, String)>,
        called: Option<Called>,
    ) -> Progress {
        if let Some(list) = list {
            *self.used.entry(list).or_default() += 1;
        }
        self.give(place, asked, (told.value, By::Scenario(told.origin)), called)
    }

    fn give(
        &mut self,
        place: &Place,
        asked: Option<Asked>,
        (answer, by): (Answer, By),
        called: Option<Called>,
    ) -> Progress {
        match self.step(Some(&answer)) {
            Step::Went(went) => self.went(*went, asked, Some((answer, by)), called),
            Step::Refused(why) => {
                Progress::Refused(Box::new(Refused { place: place.clone(), answer, by, why }))
            }
            Step::Ask(question) => Progress::Needs(question),
            Step::Ended(end) => Progress::Ended(Ending::End(end)),
        }
    }

    fn went(
        &mut self,
        went: Went,
        asked: Option<Asked>,
        answer: Option<(Answer, By)>,
        called: Option<Called>,
    ) -> Progress {
        self.state = went.state.clone();
        self.taken += 1;
        let event = self.event.take();
        Progress::Went(Box::new(Taken { went, asked, answer, called, event }))
    }

    /// The names under which answers for a block may be given, the most telling first.
    pub(super) fn names(&self, place: &Place) -> Vec<String> {
        let Some(block) = self.subject.program.block(place) else { return Vec::new() };
        let flow = &place.flow;
        vec![
            format!("{flow}#{}", block.name),
            format!("{flow}#{}", block.identifier),
            block.name.clone(),
            block.identifier.clone(),
        ]
    }

    /// The next answer for a block, and the list that it is in.
    fn queued(&self, place: &Place) -> Option<(String, Told<Answer>)> {
        self.next_of(place, false, &self.scenario.answers)
    }

    /// What a function comes to at its next call: one that runs goes on to.
    fn stub(&self, place: &Place) -> Option<(String, Told<Stub>)> {
        let lists = &self.scenario.functions;
        self.next_of(place, true, lists).or_else(|| {
            let runs = |name: String| {
                let last = lists.get(&name)?.last()?;
                (last.value.outcome == StubOutcome::Run).then(|| (name, last.clone()))
            };
            self.names(place).into_iter().find_map(runs)
        })
    }

    fn next_of<T: Clone>(
        &self,
        place: &Place,
        function: bool,
        lists: &BTreeMap<String, Vec<Told<T>>>,
    ) -> Option<(String, Told<T>)> {
        self.names(place).into_iter().find_map(|name| {
            let used = self.used.get(&(function, name.clone())).copied().unwrap_or_default();
            let told = lists.get(&name)?.get(used)?.clone();
            Some((name, told))
        })
    }

    /// Returns the answers that no block took so far.
    pub fn unused(&self) -> Vec<UnusedAnswer> {
        let left = |function: bool, block: &str, origins: Vec<Option<Origin>>| {
            let used = self.used.get(&(function, block.to_owned())).copied().unwrap_or_default();
            let all = origins.into_iter().enumerate().skip(used);
            all.map(|(at, origin)| UnusedAnswer { block: block.to_owned(), at, function, origin })
                .collect::<Vec<_>>()
        };
        let answers = self.scenario.answers.iter().flat_map(|(block, list)| {
            left(false, block, list.iter().map(|told| told.origin.clone()).collect())
        });
        let functions = self.scenario.functions.iter().flat_map(|(block, list)| {
            left(true, block, list.iter().map(|told| told.origin.clone()).collect())
        });
        let entries = self.scenario.inputs.iter().enumerate().skip(self.entered);
        let entries = entries.map(|(at, told)| UnusedAnswer {
            block: "inputs".to_owned(),
            at,
            function: false,
            origin: told.origin.clone(),
        });
        answers.chain(functions).chain(entries).collect()
    }
}

/// Returns answers that the block which comes next takes, as people type them.
pub fn answers_of(simulation: &Simulation<'_>) -> Vec<String> {
    let found = replies(&simulation.subject.program, &simulation.scenario.assumptions, &simulation.state);
    found.into_iter().flatten().map(|answer| scenario_entry(&answer.reply)).collect()
}

/// Names a branch as the flow does: `next`, a condition, or an error type; none where the contact leaves without one.
pub fn label<'p>(program: &'p Program, place: &Place, branch: Branch) -> Option<&'p str> {
    let transitions = &program.block(place)?.transitions;
    match branch {
        Branch::Next => Some("next"),
        Branch::Condition(at) => transitions.conditions.get(at).map(|branch| branch.label.as_str()),
        Branch::Error(at) => transitions.errors.get(at).map(|branch| branch.label.as_str()),
        Branch::Leaves | Branch::Missing => None,
    }
}
