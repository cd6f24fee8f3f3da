//! Where a contact is, and what is known of it there.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::assumptions::Switch;
use super::program::{Key, Place, Program};
use crate::flow::channel::Channel;
use crate::flow::namespaces::Root;

/// How long functions may keep a contact without a prompt, in milliseconds; the administrator guide, "Invoke AWS Lambda
/// functions".
pub const CHAIN_LIMIT_MS: u64 = 20_000;

/// To whom a contact is handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A queue, by ARN or id.
    Queue(String),
    /// The queue of an agent, by ARN or id.
    Agent(String),
}

impl Target {
    /// Returns the ARN or id.
    pub fn text(&self) -> &str {
        match self {
            Self::Queue(text) | Self::Agent(text) => text,
        }
    }
}

/// Why a contact is left without a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// The flow's content is not at hand, or has no block to begin with.
    NoStart(Key),
    /// The block has no branch for what happened.
    NoBranch(Place),
    /// The branch leads to a block that does not exist.
    NoBlock {
        /// The block.
        from: Place,
        /// The identifier that it names.
        to: String,
    },
}

/// How a contact's way through the flows ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was disconnected.
    Disconnected,
    /// The flow ended, and the contact stays where it is.
    FlowEnded,
    /// It waits in a queue.
    Queued(Target),
    /// It was transferred to an agent.
    Agent,
    /// Someone took it: an agent answered, or the hold is over.
    Taken,
    /// It was transferred to an outside number for good.
    ThirdParty(String),
    /// It went on to a flow whose content is not at hand.
    Elsewhere(String),
    /// No flow knows what to do with it.
    Lost(Lost),
}

/// A flow or module that a contact is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The flow.
    pub flow: Key,
    /// The index of the block that comes next.
    pub block: usize,
    /// What its blocks found out, by root.
    pub values: BTreeMap<Root, Value>,
    /// The roots whose value rests on an assumption.
    pub doubtful: BTreeMap<Root, Switch>,
    /// How often each loop continued.
    pub counters: BTreeMap<usize, u32>,
}

impl Frame {
    /// Enters a flow.
    pub(super) fn new(program: &Program, flow: &Key) -> Option<Self> {
        let document = &program.flows.get(flow)?.document;
        let block = document.block(document.start()?)?.index;
        Some(Self {
            flow: flow.clone(),
            block,
            values: BTreeMap::new(),
            doubtful: BTreeMap::new(),
            counters: BTreeMap::new(),
        })
    }

    /// Takes what a module gave back, in place of what the one before gave; what this one was given itself stays.
    pub(super) fn returned(&mut self, result: Option<&str>, data: Option<Value>) {
        let mut modules = Map::new();
        if let Some(input) = self.values.get(&Root::Modules).and_then(|modules| modules.get("Input")) {
            modules.insert("Input".to_owned(), input.clone());
        }
        modules.insert("Result".to_owned(), result.into());
        modules.insert("ResultData".to_owned(), data.into());
        self.values.insert(Root::Modules, Value::Object(modules));
    }

    /// Returns the block that comes next.
    pub fn place(&self) -> Place {
        Place { flow: self.flow.clone(), block: self.block }
    }
}

/// A contact on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The flow that the contact is in, and over it the modules.
    pub frames: Vec<Frame>,
    /// The contact's data, in the form in which functions are sent it (`ContactData`).
    pub contact: Value,
    /// Values that stay with the contact.
    pub values: BTreeMap<Root, Value>,
    /// The working queue.
    pub queue: Option<Target>,
    /// Flows for later events, by the event.
    pub hooks: BTreeMap<String, String>,
    /// How often each loop continued since the contact began.
    pub counters: BTreeMap<Place, u32>,
    /// The time since the contact began, in milliseconds.
    pub clock_ms: u64,
    /// How long the contact has heard nothing, in milliseconds.
    pub silence_ms: u64,
    /// The longest silence so far.
    pub longest_silence_ms: u64,
    /// The time in functions since the last prompt.
    pub chain_ms: u64,
    /// Whether the contact has heard anything.
    pub heard: bool,
    /// Whether it waits in a queue, and the flow of the queue runs.
    pub in_queue: bool,
    /// How it ended.
    pub end: Option<End>,
}

impl State {
    /// Begins a flow with a contact. `contact` is its data in the form in which functions are sent it; what is missing
    /// there is not set. It may also have what [stays](Root::stays) with a contact, such as `Agent`.
    pub fn new(program: &Program, flow: Key, contact: Value) -> Self {
        let mut contact = match contact {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        if !contact.get("Attributes").is_some_and(Value::is_object) {
            contact.insert("Attributes".to_owned(), Value::Object(Map::new()));
        }
        let mut values = BTreeMap::new();
        for root in Root::ALL.iter().filter(|root| root.stays()) {
            values.extend(contact.remove(root.name()).map(|value| (*root, value)));
        }
        let queue = contact.get("Queue").and_then(|queue| queue.get("ARN")?.as_str());
        let queue = queue.map(|arn| Target::Queue(arn.to_owned()));
        let frame = Frame::new(program, &flow);
        let end = frame.is_none().then_some(End::Lost(Lost::NoStart(flow)));
        Self {
            frames: frame.into_iter().collect(),
            contact: Value::Object(contact),
            values,
            queue,
            hooks: BTreeMap::new(),
            counters: BTreeMap::new(),
            clock_ms: 0,
            silence_ms: 0,
            longest_silence_ms: 0,
            chain_ms: 0,
            heard: false,
            in_queue: false,
            end,
        }
    }

    /// Returns the block that comes next; none where the way has ended.
    pub fn place(&self) -> Option<Place> {
        if self.end.is_some() { None } else { self.frames.last().map(Frame::place) }
    }

    /// Returns the channel; voice where the contact's data has none.
    pub fn channel(&self) -> Channel {
        let written = self.contact.get("Channel").and_then(Value::as_str);
        written.and_then(Channel::of_word).unwrap_or(Channel::Voice)
    }

    /// Returns the contact's attributes.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let attributes = self.contact.get("Attributes").and_then(Value::as_object);
        attributes.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    /// Sets a member of the contact's data.
    pub(super) fn set_member(&mut self, name: &str, value: Value) {
        if let Some(members) = self.contact.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    }

    /// Lets time go by in which the contact hears nothing.
    pub(super) fn pass(&mut self, ms: u64) {
        self.clock_ms = self.clock_ms.saturating_add(ms);
        self.silence_ms = self.silence_ms.saturating_add(ms);
        self.longest_silence_ms = self.longest_silence_ms.max(self.silence_ms);
    }
}
