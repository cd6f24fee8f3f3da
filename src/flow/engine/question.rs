//! What a block asks, and how it is answered.

use std::collections::BTreeMap;

use serde_json::Value;

use super::program::Place;
use crate::flow::invocation::{InvocationKind, ResponseType};

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function, as the block names it: an ARN, a name or a token, references filled in.
    pub function: String,
    /// The parameters, references filled in.
    pub parameters: BTreeMap<String, Value>,
    /// Whether the contact waits.
    pub kind: InvocationKind,
    /// The time limit in seconds, where the block has one.
    pub limit_seconds: Option<u32>,
    /// How the answer is read.
    pub response_type: ResponseType,
    /// Whether the block has a branch of its own for a limit that is over.
    pub has_timeout_branch: bool,
    /// How much of the 20 seconds without a prompt is left, in milliseconds.
    pub chain_left_ms: u64,
}

/// How an entry is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputMode {
    /// A digit chooses a branch.
    Menu,
    /// It is stored.
    Store {
        /// The most digits.
        longest: Option<usize>,
    },
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// What a function answers.
    Function(Box<Call>),
    /// What the customer enters.
    Input {
        /// How it is used.
        mode: InputMode,
        /// How long the block waits for the first digit, in milliseconds.
        limit_ms: u64,
    },
    /// Whether it is open: `True` or `False`.
    Hours {
        /// The hours; none takes those of the working queue.
        hours: Option<String>,
    },
    /// A number: a metric of a queue or of agents.
    Metric {
        /// Its name.
        metric: String,
        /// The queue.
        queue: String,
    },
    /// Metrics, as data.
    Metrics,
    /// What a bot understood: the intent, and what else is under `$.Lex` as data.
    Intent {
        /// The bot, as the block names it.
        bot: String,
    },
    /// What an agent does in a view: the action, and the view's result as data.
    View {
        /// How long the block waits, in milliseconds.
        limit_ms: Option<u64>,
    },
    /// Which event comes first.
    Event {
        /// How long the block waits, in milliseconds.
        limit_ms: u64,
    },
    /// A number from 1 to 100.
    Chance,
    /// Whether the queue has room.
    Capacity {
        /// The queue.
        queue: String,
    },
    /// Whether an outside number answers.
    ThirdParty {
        /// The number.
        number: String,
    },
    /// Whether prompts are interrupted, or someone takes the contact.
    Interruption {
        /// After how long they are interrupted, in milliseconds.
        every_ms: Option<u64>,
    },
    /// Whether a flow or module takes the contact, whose content is not at hand; of a module also its branch.
    Callee {
        /// How the block names it.
        reference: String,
    },
    /// What a block comes to that the engine does not decide, and what it finds out as data.
    Undecidable,
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The block.
    pub place: Place,
    /// What is asked.
    pub asked: Asked,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    /// It succeeded.
    Done,
    /// It had a result: digits, an intent, an action, an event, `True`, a number, the name of a branch.
    Result(String),
    /// The time was over.
    TimeOut,
    /// It failed with an error of this type.
    Error(String),
}

/// An answer to a question. To a block that asks nothing, only an error can be answered: then it fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What happened.
    pub reply: Reply,
    /// How long it took, in milliseconds. Where the time was over, the block's limit counts.
    pub after_ms: u64,
    /// What was found out: the answer of a function, the slots of a bot, a profile.
    pub data: Option<Value>,
}

impl Answer {
    /// Answers at once, and without data.
    pub const fn new(reply: Reply) -> Self {
        Self { reply, after_ms: 0, data: None }
    }

    /// Answers with a result.
    pub fn result(text: &str) -> Self {
        Self::new(Reply::Result(text.to_owned()))
    }

    /// Answers with an error of a type.
    pub fn error(kind: &str) -> Self {
        Self::new(Reply::Error(kind.to_owned()))
    }
}

/// Why an answer was not taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The block has no such error.
    NoSuchError {
        /// The errors that it has.
        known: Vec<String>,
    },
    /// The block asks nothing.
    NotAsked,
    /// The question takes another form of reply.
    WrongForm(Question),
}
