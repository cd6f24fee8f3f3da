//! What a manifest says of a flow or module.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::flow::FlowText;
use crate::resource::{FlowType, Label, Origin};

use super::ResponseType;

mod names;

pub use names::Names;
pub(crate) use names::{called_in, named_content, named_on_instance};

/// How a block calls its function (`InvocationType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Invocation {
    /// The contact waits for the answer.
    Sync,
    /// The contact goes on.
    Async,
}

/// A flow or module: its whole content, or only the blocks bound in a flow that someone else owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The instances that it stands on; never empty.
    pub instances: Vec<Label>,
    /// Its name in Amazon Connect.
    pub name: String,
    /// Its type; a live flow of another type is an error. [`FlowType::Module`] for a module.
    pub kind: FlowType,
    /// The whole content; without it the flow must exist and only `bindings` are managed.
    pub content: Option<FlowFile>,
    /// Block to binding; a block is named by its identifier or its friendly name.
    pub bindings: BTreeMap<String, Binding>,
    /// What its file and its bindings name.
    pub names: Names,
    /// Its description.
    pub description: Option<String>,
    /// Whether it is published, or saved only.
    pub status: Option<Status>,
    /// Whether it is active.
    pub state: Option<State>,
    /// Whether it may be changed though the set does not own it.
    pub adopt: bool,
    /// Whether removing or changing it needs `--allow`.
    pub protect: bool,
    /// Where it is declared.
    pub origin: Origin,
}

/// A flow file, read and parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowFile {
    /// The file, for messages.
    pub path: String,
    /// Its text as it was read, in which places are told.
    pub written: FlowText,
    /// The flow in it: `${var.x}` is replaced, the other tokens still stand in it. The same as what was read where
    /// nothing is replaced.
    pub text: FlowText,
}

/// What one block must call, and how. What is `None` is not managed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The function, by logical name.
    pub function: Label,
    /// The block's time limit in seconds: 1 to 8, or to 60 for an asynchronous call.
    pub time_limit: Option<u32>,
    /// Whether the contact waits.
    pub invocation: Option<Invocation>,
    /// How the answer is read.
    pub response_type: Option<ResponseType>,
    /// The whole map of parameters that the function gets.
    pub parameters: Option<BTreeMap<String, String>>,
    /// Where it is declared.
    pub origin: Origin,
}

/// Whether a flow is published (`ContactFlowStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Contacts meet it.
    Published,
    /// It is a draft; only for a flow that was never published.
    Saved,
}

/// Whether a flow is active (`ContactFlowState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It can be used.
    Active,
    /// It is put aside.
    Archived,
}

impl State {
    /// As a manifest says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// What a flow file may look up by its name on the live instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NamedKind {
    /// A queue, `${queue["NAME"].arn}`.
    Queue,
    /// A prompt, `${prompt["NAME"].arn}`.
    Prompt,
    /// Hours of operation, `${hours["NAME"].arn}`.
    Hours,
}
