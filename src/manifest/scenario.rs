//! Scenarios: a contact, the flow that it meets, and what the world answers it on its way. A file of YAML holds one or
//! several.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::grammar::read::{DeclaredObject, document};
use super::grammar::scalar::{API_VERSION, Words};
use super::grammar::schema;
use super::load::Problems;
use super::one_file::OneFile;
use super::reading::files::Files;
use super::reading::log::quote;
use super::reading::project::Project;
use super::reading::sources::Sources;
use super::yaml;
use crate::flow::channel::{Channel, Initiation};
use crate::flow::engine::{Answer, Assumptions, Reply};
use crate::resource::{Code, Label, Origin, Problem};

mod accept;
mod declared;
mod kinds;
mod made;
mod write;

pub use accept::{AcceptError, accept};
use declared::DeclaredScenario;
pub use kinds::time;
use made::scenario;
pub use write::{entry, yaml as to_yaml};

/// A contact, the flow that it meets, and what the world answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// Where its name is in its file.
    pub origin: Option<Origin>,
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
    /// What must happen; none where it only must come to an end.
    pub expect: Option<Expectations>,
}

impl Scenario {
    /// Creates the scenario of a flow in which nothing is answered.
    pub fn new(flow: Label) -> Self {
        Self {
            name: flow.to_string(),
            origin: None,
            flow,
            instance: None,
            contact: ScenarioContact::default(),
            inputs: Vec::new(),
            answers: BTreeMap::new(),
            functions: BTreeMap::new(),
            events: Vec::new(),
            assumptions: Assumptions::default(),
            expect: None,
        }
    }
}

impl Scenario {
    /// Returns the scenario without the places of what is in it.
    #[must_use]
    pub fn without_places(mut self) -> Self {
        fn forget<T>(told: &mut Told<T>) {
            told.origin = None;
        }
        self.origin = None;
        self.inputs.iter_mut().for_each(forget);
        self.answers.values_mut().flatten().for_each(forget);
        self.functions.values_mut().flatten().for_each(forget);
        self.expect.iter_mut().for_each(Expectations::forget_places);
        self
    }
}

impl Expectations {
    fn forget_places(&mut self) {
        fn forget<T>(told: &mut Told<T>) {
            told.origin = None;
        }
        let Self { heard, unheard, path, attributes, unset, queue, end, silence, time } = self;
        heard.iter_mut().chain(unheard).chain(unset).chain(attributes.values_mut()).for_each(forget);
        path.iter_mut().for_each(forget);
        queue.iter_mut().for_each(forget);
        end.iter_mut().for_each(forget);
        silence.iter_mut().chain(time).for_each(forget);
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
    /// What else flows read of it, laid over the rest: members as `ContactData` has them, and what stays with a contact,
    /// such as `Agent`.
    pub data: Option<Value>,
}

/// Something that was given, and where: options have no place.
#[derive(Debug, Clone, PartialEq)]
pub struct Told<T> {
    /// What was given.
    pub value: T,
    /// Where it is in its file.
    pub origin: Option<Origin>,
}

impl<T> Told<T> {
    /// Something that an option gave, or code.
    pub const fn new(value: T) -> Self {
        Self { value, origin: None }
    }
}

/// What a function comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Stub {
    /// Its answer, or how it fails.
    pub outcome: StubOutcome,
    /// How long each try takes; of a function that runs, what it takes counts.
    pub after: Duration,
    /// Whether the answer is meant to break what the block or the manifest asks for.
    pub invalid: bool,
}

impl Stub {
    /// A function that comes to something at once.
    pub const fn new(outcome: StubOutcome) -> Self {
        Self { outcome, after: Duration::ZERO, invalid: false }
    }
}

/// What the call of a function comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum StubOutcome {
    /// It answers this.
    Answer(Value),
    /// It fails.
    Failure(StubFailure),
    /// Its own code runs, at this call and all that follow.
    Run,
}

/// What must happen to a contact.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expectations {
    /// What it hears, in order; `*` stands for any text.
    pub heard: Vec<Told<String>>,
    /// What it must not hear.
    pub unheard: Vec<Told<String>>,
    /// Blocks that it comes to, in order.
    pub path: Vec<Told<ExpectedStep>>,
    /// Attributes at the end.
    pub attributes: BTreeMap<String, Told<String>>,
    /// Attributes that it must not have at the end.
    pub unset: Vec<Told<String>>,
    /// The working queue at the end, by name; `none` for none.
    pub queue: Option<Told<String>>,
    /// How it ends.
    pub end: Option<Told<EndKind>>,
    /// How long it may hear nothing at the most.
    pub silence: Option<Told<Duration>>,
    /// How long it may take at the most.
    pub time: Option<Told<Duration>>,
}

/// A block that a contact must come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedStep {
    /// The block, by identifier or friendly name, with its flow in front where that is needed.
    pub block: String,
    /// The branch, where one is named.
    pub branch: Option<String>,
}

/// How a contact's way through the flows ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndKind {
    /// It is disconnected.
    Disconnected,
    /// The flow ends, and the contact stays where it is.
    FlowEnded,
    /// It waits in a queue.
    Queued,
    /// It is transferred to an agent.
    Agent,
    /// Someone takes it.
    Taken,
    /// It is transferred to an outside number for good.
    ThirdParty,
    /// It goes on to a flow whose content is not at hand.
    Elsewhere,
    /// No flow knows what to do with it.
    Lost,
    /// It goes round without end.
    TooLong,
}

impl EndKind {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        Words::word(self)
    }
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

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        Words::word(self)
    }

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

/// Returns the JSON Schema (draft 7) of a scenario, for editors.
pub fn schema() -> Value {
    schema::of(<DeclaredScenario as DeclaredObject>::OBJECT, "flowbind scenario")
}

/// Reads the scenarios of a file.
///
/// # Errors
///
/// When it cannot be read, holds none, or something in it is wrong: everything at once, each with its place.
pub fn load_scenarios(path: &Path, files: &impl Files) -> Result<(Vec<Scenario>, Sources), Problems> {
    let project = Project::of(Path::new(""), files, false);
    if let Some(why) = project.refusal_of_link(path) {
        let message = format!("{} is a symbolic link, and {why}", quote(&path.display().to_string()));
        let problem = Problem::error(Code::Outside, message).hint("copy the file into the project");
        return Err(Problems { problems: vec![problem], sources: Sources::default() });
    }
    let mut file = OneFile::read(path, files)?;
    let mut scenarios = Vec::new();
    for node in &file.documents {
        let declared: DeclaredScenario = document(node, &mut file.log);
        let Some(scenario) = scenario(declared, &file.log) else { continue };
        if let Some(position) =
            name_of(node).filter(|_| scenarios.iter().any(|other: &Scenario| other.name == scenario.name))
        {
            let message = format!("a second scenario of this file is named {}", quote(&scenario.name));
            file.log.error(Code::DuplicateKey, position, message);
        }
        scenarios.push(scenario);
    }
    if file.documents.is_empty() && file.log.is_clean() {
        let hint = format!("a scenario starts with `apiVersion: {API_VERSION}` and `kind: Scenario`");
        let start = yaml::Position { line: 1, column: 1 };
        file.log.error_with(Code::BadValue, start, "the file is empty", hint);
    }
    file.finish(scenarios)
}

/// Where the name of a document is.
fn name_of(document: &yaml::Node) -> Option<yaml::Position> {
    Some(document.get("metadata")?.get("name")?.position)
}

#[cfg(test)]
mod tests;
