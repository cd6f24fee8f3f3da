//! Scenarios: a contact, the flow that it meets, and what the world answers it on its way. A file of YAML holds one or
//! several.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::grammar::given::At;
use super::grammar::object::objects;
use super::grammar::read::{Either, List, Map, OneOf, document};
use super::grammar::scalar::kind::{self, Word};
use super::grammar::scalar::{API_VERSION, Words};
use super::load::Problems;
use super::one_file::OneFile;
use super::reading::files::Files;
use super::reading::log::Log;
use super::reading::sources::Sources;
use super::yaml;
use crate::flow::channel::{Channel, Initiation};
use crate::flow::engine::{Answer, Assumptions, Reply};
use crate::resource::{Code, Label, Origin};

mod kinds;

pub use kinds::time;
use kinds::{AssumptionText, Data, Json, LONGEST_MS, ScenarioKind, Time};

objects! {
    DeclaredScenario = "scenario", "a scenario", "A contact, the flow that it meets, and what the world answers it." {
        #[expect(dead_code, reason = "a document of another version is refused when it is read")]
        Required api_version = "apiVersion": kind::ApiVersion, "write `apiVersion: flowbind.dev/v1alpha1`";
        #[expect(dead_code, reason = "a document of another kind is refused when it is read")]
        Required kind = "kind": ScenarioKind, "write `kind: Scenario`";
        Required metadata = "metadata": DeclaredScenarioName, "the name of the scenario";
        Required spec = "spec": DeclaredScenarioSpec, "the contact and its answers";
    }

    DeclaredScenarioName = "scenarioMetadata", "`metadata`", "The name of the scenario." {
        Required name = "name": kind::Name, "what it is called in results";
    }

    DeclaredScenarioSpec = "scenarioSpec", "`spec`", "The contact and its answers." {
        Required flow = "flow": kind::Label, "the flow that it meets, by its name under `flows`";
        Optional instance = "instance": kind::Label, "the instance, where the flow is on several";
        Optional contact = "contact": DeclaredContact, "the contact; what is left out is invented";
        Optional inputs = "inputs": List<kind::Text>,
            "what the customer enters, in order, at blocks that have no answer of their own; `none` for nothing";
        Optional answers = "answers": Map<kind::Name, List<OneOf<kind::Text, DeclaredAnswer>>>,
            "what blocks come to, by identifier or friendly name, in order";
        Optional functions = "functions": Map<kind::Name, List<OneOf<Word<StubFailure>, DeclaredStub>>>,
            "what functions answer, by block, in order";
        Optional events = "events": List<kind::Name>,
            "events after the flow, such as `CustomerRemaining`, whose flows run if they were set";
        Optional assume = "assume": List<AssumptionText>,
            "assumptions about what AWS leaves undocumented, such as `S1=unset-as-written`";
    }

    DeclaredContact = "scenarioContact", "a contact", "A contact; what is left out is invented." {
        Optional channel = "channel": Word<Channel>, "the channel; voice where none is given";
        Optional initiation = "initiation": Word<Initiation>, "how it began";
        Optional customer = "customer": kind::Text, "the customer's number or email address";
        Optional system = "system": kind::Text, "the number or email address that the customer reached";
        Optional queue = "queue": kind::Text, "the queue that is set, by name";
        Optional attributes = "attributes": Map<kind::Name, kind::Text>, "the contact's attributes";
    }

    DeclaredAnswer = "scenarioAnswer", "an answer", "What a block comes to.", needs one of result error {
        Optional result = "result": kind::Text,
            "digits, an intent, an action, an event, a number, or the name of a branch";
        Optional error = "error": kind::Name, "the type of an error, such as `QueueAtCapacity`";
        Optional after = "after": Time, "how long it takes, such as 300ms or 4s";
        Optional data = "data": Data, "what is found out, such as the slots of a bot or a profile";
    }

    DeclaredStub = "scenarioFunction", "the answer of a function", "What a function comes to.",
        needs one of answer failure
    {
        Optional answer = "answer": Json, "its answer, any JSON";
        Optional failure = "failure": Word<StubFailure>, "how it fails";
        Optional after = "after": Time, "how long each try takes, such as 300ms or 4s";
    }
}

/// A contact, the flow that it meets, and what the world answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// The flow, by its name in the manifest.
    pub flow: Label,
    /// The instance, where one is named.
    pub instance: Option<Label>,
    /// The contact.
    pub contact: ScenarioContact,
    /// What the customer enters, in order, at blocks that have no answer of their own.
    pub inputs: Vec<Told<Answer>>,
    /// What blocks come to, by identifier or friendly name, in order.
    pub answers: BTreeMap<String, Vec<Told<Answer>>>,
    /// What functions answer, by block, in order.
    pub functions: BTreeMap<String, Vec<Told<Stub>>>,
    /// Events after the flow whose flows run if they were set.
    pub events: Vec<String>,
    /// The assumptions in force.
    pub assumptions: Assumptions,
}

impl Scenario {
    /// Creates the scenario of a flow in which nothing is answered.
    pub fn new(flow: Label) -> Self {
        Self {
            name: flow.to_string(),
            flow,
            instance: None,
            contact: ScenarioContact::default(),
            inputs: Vec::new(),
            answers: BTreeMap::new(),
            functions: BTreeMap::new(),
            events: Vec::new(),
            assumptions: Assumptions::default(),
        }
    }
}

/// A contact as a scenario describes it. What is none is invented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScenarioContact {
    /// The channel.
    pub channel: Option<Channel>,
    /// How it began.
    pub initiation: Option<Initiation>,
    /// The customer's address, or `none`.
    pub customer: Option<String>,
    /// The address that the customer reached, or `none`.
    pub system: Option<String>,
    /// The name of the queue that is set, or `none`.
    pub queue: Option<String>,
    /// The contact's attributes.
    pub attributes: BTreeMap<String, String>,
}

/// Something that was given, and where: options have no place.
#[derive(Debug, Clone, PartialEq)]
pub struct Told<T> {
    /// What was given.
    pub value: T,
    /// Where it is in its file.
    pub origin: Option<Origin>,
}

/// What a function comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Stub {
    /// Its answer, or how it fails.
    pub outcome: Result<Value, StubFailure>,
    /// How long each try takes.
    pub after: Duration,
}

/// How a function fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StubFailure {
    /// An exception, or an end of its process.
    Error,
    /// It takes longer than the block waits.
    Timeout,
    /// Lambda throttles it (429).
    Throttled,
    /// Lambda fails (500).
    Unavailable,
    /// Amazon Connect lacks the permission to invoke it (403).
    Denied,
}

impl StubFailure {
    /// Every word for a failure.
    pub const WORDS: &'static [&'static str] = <Self as Words>::WORDS;

    /// Finds a failure by its word.
    pub fn of_word(word: &str) -> Option<Self> {
        <Self as Words>::ALL.iter().copied().find(|failure| failure.word() == word)
    }
}

/// Reads what a block comes to as people type it: `none` for nothing in time, `done` for success, `error` or
/// `error:TYPE` for an error, and anything else as a result.
pub fn reply(text: &str) -> Reply {
    match text {
        "none" => Reply::TimeOut,
        "done" => Reply::Done,
        "error" => Reply::Error("NoMatchingError".to_owned()),
        text => match text.strip_prefix("error:") {
            Some(kind) => Reply::Error(kind.to_owned()),
            None => Reply::Result(text.to_owned()),
        },
    }
}

/// Reads the scenarios of a file.
///
/// # Errors
///
/// When it cannot be read, holds none, or something in it is wrong: everything at once, each with its place.
pub fn load_scenarios(path: &Path, files: &impl Files) -> Result<(Vec<Scenario>, Sources), Problems> {
    let mut file = OneFile::read(path, files)?;
    let mut scenarios = Vec::new();
    for node in &file.documents {
        let declared: DeclaredScenario = document(node, &mut file.log);
        scenarios.extend(scenario(declared, &file.log));
    }
    if file.documents.is_empty() && file.log.is_clean() {
        let hint = format!("a scenario starts with `apiVersion: {API_VERSION}` and `kind: Scenario`");
        let start = yaml::Position { line: 1, column: 1 };
        file.log.error_with(Code::BadValue, start, "the file is empty", hint);
    }
    file.finish(scenarios)
}

fn scenario(declared: DeclaredScenario, log: &Log) -> Option<Scenario> {
    let DeclaredScenario { metadata, spec, .. } = declared;
    let DeclaredScenarioSpec { flow, instance, contact, inputs, answers, functions, events, assume } =
        spec.into_value()?;
    let assumptions = assume.items().iter().map(|at| at.value).collect();
    let input = |At { value, position }: &At<String>| Told {
        value: Answer::new(reply(value)),
        origin: Some(log.origin(*position)),
    };
    Some(Scenario {
        name: metadata.into_value()?.name.into_value()?,
        flow: flow.into_value()?,
        instance: instance.into_value(),
        contact: contact.into_value().map(described).unwrap_or_default(),
        inputs: inputs.items().iter().map(input).collect(),
        answers: lists(answers.into_value(), log, answer),
        functions: lists(functions.into_value(), log, stub),
        events: events.items().iter().map(|at| at.value.clone()).collect(),
        assumptions,
    })
}

fn described(declared: DeclaredContact) -> ScenarioContact {
    let DeclaredContact { channel, initiation, customer, system, queue, attributes } = declared;
    ScenarioContact {
        channel: channel.into_value(),
        initiation: initiation.into_value(),
        customer: customer.into_value(),
        system: system.into_value(),
        queue: queue.into_value(),
        attributes: attributes.without_places().unwrap_or_default(),
    }
}

/// Lists by block, as they are read.
type Lists<V> = BTreeMap<String, At<Vec<At<V>>>>;

fn lists<V, T>(
    lists: Option<Lists<V>>,
    log: &Log,
    made: impl Fn(V) -> Option<T>,
) -> BTreeMap<String, Vec<Told<T>>> {
    let told = |At { value, position }: At<V>| {
        Some(Told { value: made(value)?, origin: Some(log.origin(position)) })
    };
    let lists = lists.into_iter().flatten();
    lists.map(|(block, list)| (block, list.value.into_iter().filter_map(&told).collect())).collect()
}

fn answer(given: Either<String, DeclaredAnswer>) -> Option<Answer> {
    let DeclaredAnswer { result, error, after, data } = match given {
        Either::Scalar(text) => return Some(Answer::new(reply(&text))),
        Either::Object(declared) => declared,
    };
    let reply = match (result.into_value(), error.into_value()) {
        (Some(result), _) => Reply::Result(result),
        (None, Some(error)) => Reply::Error(error),
        (None, None) => return None,
    };
    let after_ms =
        after.into_value().map_or(0, |after| u64::try_from(after.as_millis()).unwrap_or(LONGEST_MS));
    Some(Answer { reply, after_ms, data: data.into_value() })
}

fn stub(given: Either<StubFailure, DeclaredStub>) -> Option<Stub> {
    let DeclaredStub { answer, failure, after } = match given {
        Either::Scalar(failure) => return Some(Stub { outcome: Err(failure), after: Duration::ZERO }),
        Either::Object(declared) => declared,
    };
    let outcome = match (answer.into_value(), failure.into_value()) {
        (Some(answer), _) => Ok(answer),
        (None, Some(failure)) => Err(failure),
        (None, None) => return None,
    };
    Some(Stub { outcome, after: after.into_value().unwrap_or_default() })
}

#[cfg(test)]
mod tests;
