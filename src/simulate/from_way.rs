//! From a way through the flows of a manifest to the scenario that takes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::contact::{contact, lay_over, profile};
use super::program::Subject;
use super::run::{Progress, Simulation};
use crate::flow::InvocationKind;
use crate::flow::channel::Channel;
use crate::flow::engine::{
    Answer, Asked, Assumptions, Branch, Call, Place, Program, Reply, State, Step, step,
};
use crate::flow::explore::Way;
use crate::flow::namespaces::{Read, of_contact};
use crate::manifest::{Scenario, ScenarioContact, Stub, StubFailure, StubOutcome, Told};
use crate::runtime::answer::verdict;
use crate::runtime::binding::{Bound, Callee};
use crate::runtime::contact::Contact;

/// Returns the scenario in which a contact takes a way, with a name; none where no scenario does, such as for a way that
/// begins in a module. The scenario was run: it takes the way.
pub fn from_way(subject: &Subject<'_>, way: &Way, name: &str) -> Option<Scenario> {
    let (flow, spec) = subject
        .manifest
        .flows
        .iter()
        .find(|(label, _)| way.start == crate::flow::engine::Key::flow(label.as_str()))?;
    let subject = Subject { flow, kind: spec.kind, ..subject.clone() };
    let mut scenario = Scenario::new(flow.clone());
    name.clone_into(&mut scenario.name);
    scenario.instance = (spec.instances.len() > 1).then(|| subject.instance.clone());
    let met;
    (scenario.contact, met) = described(&subject, way);
    answered(&subject, way, &mut scenario)?;
    takes(subject, &scenario, &met, way).then_some(scenario)
}

/// Runs a scenario, and returns whether its contact takes the way.
fn takes(subject: Subject<'_>, scenario: &Scenario, met: &Contact, way: &Way) -> bool {
    let mut simulation = Simulation::new(subject, scenario.clone(), met, 0);
    way.passed.iter().all(|passed| match simulation.advance() {
        Progress::Went(taken) => {
            (&taken.went.at, taken.went.branch, &taken.went.back) == (&passed.at, passed.branch, &passed.back)
        }
        Progress::Needs(_) | Progress::Refused(_) | Progress::Ended(_) => false,
    })
}

/// What is said of the contact, and the contact that is made up with it.
fn described(subject: &Subject<'_>, way: &Way) -> (ScenarioContact, Contact) {
    let member = |name: &str| way.contact.get(name);
    let channel = member("Channel").and_then(Value::as_str).and_then(Channel::of_word);
    let mut described = ScenarioContact { channel, ..ScenarioContact::default() };
    let made = |described: &ScenarioContact| {
        contact(described, &profile(described, &subject.instance_arn, subject.kind, 0))
    };
    let queue = member("Queue").and_then(|queue| queue.get("Name")?.as_str());
    match (queue, made(&described).queue) {
        (Some(_), Some(_)) | (None, None) => {}
        (Some(name), None) => described.queue = Some(name.to_owned()),
        (None, Some(_)) => described.queue = Some("none".to_owned()),
    }
    let met = made(&described);
    let invented = serde_json::to_value(&met).unwrap_or_default();
    let mut data = Value::Object(Map::new());
    for chosen in &way.chosen {
        let is_set = matches!(of_contact(&invented, &chosen.steps), Read::Text(_));
        match (&chosen.value, chosen.steps.split_first()) {
            (Some(value), Some((first, rest))) if first == "Attributes" => {
                described.attributes.insert(rest.join("."), value.clone());
            }
            (Some(value), _) if chosen.decides || !is_set => {
                lay_over(&mut data, &nested(&chosen.steps, Value::String(value.clone())));
            }
            (None, _) if is_set => lay_over(&mut data, &nested(&chosen.steps, Value::Null)),
            _ => {}
        }
    }
    described.data = data.as_object().is_some_and(|data| !data.is_empty()).then_some(data);
    let met = made(&described);
    (described, met)
}

/// A value inside of maps, by steps.
fn nested(steps: &[String], value: Value) -> Value {
    steps.iter().rev().fold(value, |inner, step| Value::Object(Map::from_iter([(step.clone(), inner)])))
}

/// Says what the blocks of a way come to. None where it cannot be said.
fn answered(subject: &Subject<'_>, way: &Way, scenario: &mut Scenario) -> Option<()> {
    let program = &subject.program;
    let assumptions = Assumptions::default();
    let mut answers: Vec<Option<Answer>> = way.passed.iter().map(|passed| passed.answer.clone()).collect();
    let asked = questions(program, &assumptions, way, &answers)?;
    for (at, asked) in asked.iter().enumerate() {
        let passed = way.passed.get(at)?;
        if let Some(Asked::Function(_)) = asked
            && let Some(bound) = subject.bound.get(&passed.at)
        {
            complete(program, &assumptions, way, &mut answers, at, bound);
        }
        let plain = answers.get(at)?.clone().filter(|answer| answer.data == Some(Value::Object(Map::new())));
        if !matches!(asked, Some(Asked::Function(_)))
            && let Some(answer) = plain
        {
            let short = Some(Answer { data: None, ..answer });
            with(program, &assumptions, way, &mut answers, at, short);
        }
    }
    let mut spare: BTreeMap<String, usize> = BTreeMap::new();
    for (at, asked) in asked.iter().enumerate() {
        let place = &way.passed.get(at)?.at;
        let (name, answer) = (name_of(program, place)?, answers.get(at)?.clone());
        if let (Some(Asked::Function(call)), Some(answer)) = (asked, &answer) {
            let stub = stub(answer, call, subject.bound.get(place))?;
            scenario.functions.entry(name).or_default().push(Told::new(stub));
            continue;
        }
        let answer = answer.map_or(Answer::new(Reply::Done), |answer| in_words(answer, asked.as_ref()));
        // What happens anyway need not be said, unless something else is said later.
        let usual = matches!(asked, None | Some(Asked::Capacity { .. } | Asked::Interruption { .. }))
            && answer == Answer::new(Reply::Done);
        let spare = spare.entry(name.clone()).or_default();
        *spare = if usual { *spare + 1 } else { 0 };
        scenario.answers.entry(name).or_default().push(Told::new(answer));
    }
    for (name, spare) in spare {
        if let Some(list) = scenario.answers.get_mut(&name) {
            list.truncate(list.len().saturating_sub(spare));
        }
    }
    scenario.answers.retain(|_, list| !list.is_empty());
    Some(())
}

/// What each block of a way asks, where the answers lead over it; none where they do not.
fn questions(
    program: &Program,
    assumptions: &Assumptions,
    way: &Way,
    answers: &[Option<Answer>],
) -> Option<Vec<Option<Asked>>> {
    let mut state = State::new(program, way.start.clone(), way.contact.clone());
    let mut found = Vec::new();
    for (passed, answer) in way.passed.iter().zip(answers) {
        found.push(match step(program, assumptions, &state, None) {
            Step::Ask(question) => Some(question.asked),
            _ => None,
        });
        let Step::Went(went) = step(program, assumptions, &state, answer.as_ref()) else { return None };
        let taken: (&Place, Branch) = (&went.at, went.branch);
        if taken != (&passed.at, passed.branch) || went.back != passed.back {
            return None;
        }
        state = went.state;
    }
    Some(found)
}

/// Takes another answer where the way stays the same with it.
fn with(
    program: &Program,
    assumptions: &Assumptions,
    way: &Way,
    answers: &mut [Option<Answer>],
    at: usize,
    answer: Option<Answer>,
) {
    let Some(slot) = answers.get_mut(at) else { return };
    let before = std::mem::replace(slot, answer);
    if questions(program, assumptions, way, answers).is_none()
        && let Some(slot) = answers.get_mut(at)
    {
        *slot = before;
    }
}

/// Completes the answer of a function with what the manifest promises of it, where the way stays the same.
fn complete(
    program: &Program,
    assumptions: &Assumptions,
    way: &Way,
    answers: &mut [Option<Answer>],
    at: usize,
    bound: &Bound<'_>,
) {
    let Callee::Declared(_, function) = &bound.callee else { return };
    let Some(response) = &function.response else { return };
    let Some(answer) = answers.get(at).cloned().flatten().filter(|answer| answer.reply == Reply::Done) else {
        return;
    };
    let example = response.example.as_ref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut whole = example.filter(Value::is_object).unwrap_or_else(|| {
        let keys = response.keys.iter().map(|key| (key.to_string(), Value::String(key.to_string())));
        Value::Object(keys.collect())
    });
    lay_over(&mut whole, answer.data.as_ref().unwrap_or(&Value::Object(Map::new())));
    with(program, assumptions, way, answers, at, Some(Answer { data: Some(whole), ..answer }));
}

fn stub(answer: &Answer, call: &Call, bound: Option<&Bound<'_>>) -> Option<Stub> {
    let after = std::time::Duration::from_millis(answer.after_ms);
    let outcome = match &answer.reply {
        Reply::Done => StubOutcome::Answer(answer.data.clone().unwrap_or_else(|| Value::Object(Map::new()))),
        Reply::TimeOut => StubOutcome::Failure(StubFailure::Timeout),
        Reply::Error(_) if call.kind == InvocationKind::Async => StubOutcome::Failure(StubFailure::Denied),
        Reply::Error(_) => StubOutcome::Failure(StubFailure::Error),
        Reply::Result(_) => return None,
    };
    let invalid = match (&outcome, bound) {
        (StubOutcome::Answer(value), Some(bound)) => {
            !verdict(value.to_string().as_bytes(), &bound.contract()).breaches.is_empty()
        }
        _ => false,
    };
    Some(Stub { after, invalid, ..Stub::new(outcome) })
}

/// The words that people have for hours.
fn in_words(answer: Answer, asked: Option<&Asked>) -> Answer {
    let word = match (&answer.reply, asked) {
        (Reply::Result(text), Some(Asked::Hours { .. })) if text == "True" => "open",
        (Reply::Result(text), Some(Asked::Hours { .. })) if text == "False" => "closed",
        _ => return answer,
    };
    Answer { reply: Reply::Result(word.to_owned()), ..answer }
}

/// The shortest name of a block that no other block has.
fn name_of(program: &Program, place: &Place) -> Option<String> {
    let block = program.block(place)?;
    let has = |code: &crate::flow::engine::Code, name: &str| {
        let blocks = code.document.blocks().iter();
        blocks.filter(|block| block.name == name || block.identifier == name).count()
    };
    let own = has(program.flows.get(&place.flow)?, &block.name);
    let all: usize = program.flows.values().map(|code| has(code, &block.name)).sum();
    Some(match (all, own) {
        (1, _) => block.name.clone(),
        (_, 1) => format!("{}#{}", place.flow, block.name),
        _ => format!("{}#{}", place.flow, block.identifier),
    })
}

#[cfg(test)]
mod tests;
