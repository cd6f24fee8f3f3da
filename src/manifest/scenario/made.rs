//! From what was read to a scenario.

use std::collections::BTreeMap;
use std::time::Duration;

use super::declared::{
    DeclaredAnswer, DeclaredContact, DeclaredExpect, DeclaredScenario, DeclaredScenarioSpec, DeclaredStep,
    DeclaredStub,
};
use super::kinds::{LONGEST_MS, Outcome};
use super::{Expectations, ExpectedStep, Scenario, ScenarioContact, Stub, StubOutcome, Told, reply};
use crate::flow::engine::{Answer, Reply};
use crate::manifest::grammar::given::{At, Given};
use crate::manifest::grammar::read::Either;
use crate::manifest::reading::log::Log;

pub(super) fn scenario(declared: DeclaredScenario, log: &Log) -> Option<Scenario> {
    let DeclaredScenario { metadata, spec, .. } = declared;
    let DeclaredScenarioSpec { flow, instance, contact, inputs, answers, functions, events, expect, assume } =
        spec.into_value()?;
    let assumptions = assume.items().iter().map(|at| at.value).collect();
    let name = metadata.into_value()?.name;
    Some(Scenario {
        origin: name.at().map(|at| log.origin(at.position)),
        name: name.into_value()?,
        flow: flow.into_value()?,
        instance: instance.into_value(),
        contact: contact.into_value().map(described).unwrap_or_default(),
        inputs: list(inputs, log, |text| Some(Answer::new(reply(&text)))),
        answers: lists(answers.into_value(), log, answer),
        functions: lists(functions.into_value(), log, stub),
        events: events.items().iter().map(|at| at.value.clone()).collect(),
        assumptions,
        expect: expect.into_value().map(|expect| expected(expect, log)),
    })
}

fn described(declared: DeclaredContact) -> ScenarioContact {
    let DeclaredContact { channel, initiation, customer, system, queue, attributes, data } = declared;
    ScenarioContact {
        channel: channel.into_value(),
        initiation: initiation.into_value(),
        customer: customer.into_value(),
        system: system.into_value(),
        queue: queue.into_value(),
        attributes: attributes.without_places().unwrap_or_default(),
        data: data.into_value(),
    }
}

/// Lists by block, as they are read.
type Lists<V> = BTreeMap<String, At<Vec<At<V>>>>;

fn told<V, T>(At { value, position }: At<V>, log: &Log, made: impl Fn(V) -> Option<T>) -> Option<Told<T>> {
    Some(Told { value: made(value)?, origin: Some(log.origin(position)) })
}

fn list<V, T>(list: Given<Vec<At<V>>>, log: &Log, made: impl Fn(V) -> Option<T>) -> Vec<Told<T>> {
    let items = list.into_value().into_iter().flatten();
    items.filter_map(|at| told(at, log, &made)).collect()
}

fn lists<V, T>(
    lists: Option<Lists<V>>,
    log: &Log,
    made: impl Fn(V) -> Option<T>,
) -> BTreeMap<String, Vec<Told<T>>> {
    let lists = lists.into_iter().flatten();
    lists
        .map(|(block, At { value, .. })| {
            (block, value.into_iter().filter_map(|at| told(at, log, &made)).collect())
        })
        .collect()
}

fn one<T>(given: Given<T>, log: &Log) -> Option<Told<T>> {
    match given {
        Given::Is(at) => told(at, log, Some),
        Given::Absent | Given::Broken => None,
    }
}

fn expected(declared: DeclaredExpect, log: &Log) -> Expectations {
    let DeclaredExpect { heard, unheard, path, attributes, unset, queue, end, silence, time } = declared;
    let attributes = attributes.into_value().into_iter().flatten();
    Expectations {
        heard: list(heard, log, Some),
        unheard: list(unheard, log, Some),
        path: list(path, log, step),
        attributes: attributes.filter_map(|(name, at)| Some((name, told(at, log, Some)?))).collect(),
        unset: list(unset, log, Some),
        queue: one(queue, log),
        end: one(end, log),
        silence: one(silence, log),
        time: one(time, log),
    }
}

fn step(given: Either<String, DeclaredStep>) -> Option<ExpectedStep> {
    match given {
        Either::Scalar(block) => Some(ExpectedStep { block, branch: None }),
        Either::Object(DeclaredStep { block, branch }) => {
            Some(ExpectedStep { block: block.into_value()?, branch: branch.into_value() })
        }
    }
}

fn answer(given: Either<String, DeclaredAnswer>) -> Option<Answer> {
    let DeclaredAnswer { result, outcome, error, after, data } = match given {
        Either::Scalar(text) => return Some(Answer::new(reply(&text))),
        Either::Object(declared) => declared,
    };
    let reply = match (result.into_value(), outcome.into_value(), error.into_value()) {
        (Some(result), ..) => Reply::Result(result),
        (None, Some(Outcome::Done), _) => Reply::Done,
        (None, Some(Outcome::None), _) => Reply::TimeOut,
        (None, None, Some(error)) => Reply::Error(error),
        (None, None, None) => return None,
    };
    let after_ms =
        after.into_value().map_or(0, |after| u64::try_from(after.as_millis()).unwrap_or(LONGEST_MS));
    Some(Answer { reply, after_ms, data: data.into_value() })
}

fn stub(given: Either<StubOutcome, DeclaredStub>) -> Option<Stub> {
    let DeclaredStub { answer, failure, after, invalid } = match given {
        Either::Scalar(outcome) => return Some(Stub::new(outcome)),
        Either::Object(declared) => declared,
    };
    let outcome = match (answer.into_value(), failure.into_value()) {
        (Some(answer), _) => StubOutcome::Answer(answer),
        (None, Some(failure)) => StubOutcome::Failure(failure),
        (None, None) => return None,
    };
    let after: Duration = after.into_value().unwrap_or_default();
    Some(Stub { outcome, after, invalid: invalid.is_true() })
}
