//! What a manifest says, once it is read: no references that dangle, no variables, no paths left.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::resource::{AccountId, FlowType, FunctionRef, Label, Origin, Place, SetName};

/// One binding set, for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The set's name, with the target behind it where there are targets; it owns what is made under this name.
    pub set: SetName,
    /// SHA-256 (hex) of everything below and of the flow texts, values of environments left out.
    pub digest: String,
    /// The accounts that the set touches, by logical name.
    pub accounts: BTreeMap<Label, Account>,
    /// The instances, by logical name.
    pub instances: BTreeMap<Label, Instance>,
    /// The functions, by logical name.
    pub functions: BTreeMap<Label, Function>,
    /// The flows, by logical name.
    pub flows: BTreeMap<Label, Flow>,
}

/// An account that the set touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id; whoever calls must turn out to be in it.
    pub id: AccountId,
    /// Where it is declared.
    pub origin: Origin,
}

/// An instance that must exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Where it lives.
    pub place: Place,
    /// How it is found.
    pub lookup: InstanceLookup,
    /// Functions to associate and grant without any flow.
    pub functions: Vec<Label>,
    /// Values for `${value.NAME}` in the instance's flow files.
    pub values: BTreeMap<String, String>,
    /// Where it is declared.
    pub origin: Origin,
}

/// How an instance is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceLookup {
    /// By its alias, through `ListInstances`.
    Alias(String),
    /// By its id.
    Id(String),
}

/// A function that flows may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The function and the qualifier that flows call.
    pub target: FunctionRef,
    /// Which statements are good enough.
    pub grants: Grants,
    /// Which ARN is put into the instance's list.
    pub associate: Associate,
    /// What its answer holds.
    pub response: Option<Response>,
    /// Where it is declared.
    pub origin: Origin,
}

/// Which statements are good enough for a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grants {
    /// Only the set's own statement, with both conditions.
    Own,
    /// Any statement that allows the invocation.
    Any,
}

/// Which ARN is put into the instance's list of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Associate {
    /// The ARN without its qualifier.
    Unqualified,
    /// The ARN that the flow names.
    Exact,
    /// None.
    None,
}

/// What a function promises to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// A flat string map or nested JSON.
    pub kind: ResponseType,
    /// The keys it may hold; none listed means unknown.
    pub keys: Vec<String>,
    /// An example, as JSON text.
    pub example: Option<String>,
}

/// How Amazon Connect reads a function's answer (`ResponseValidation.ResponseType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseType {
    /// A flat map of strings.
    StringMap,
    /// Nested JSON.
    Json,
}

/// How a block calls its function (`InvocationType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Invocation {
    /// The contact waits for the answer.
    Sync,
    /// The contact goes on.
    Async,
}

/// A flow: its whole content, or only the blocks bound in a flow that somebody else owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The instances that it stands on; never empty.
    pub instances: Vec<Label>,
    /// Its name in Amazon Connect.
    pub name: String,
    /// Its type; a live flow of another type is an error.
    pub kind: FlowType,
    /// The whole content; without it the flow must exist and only `bindings` are managed.
    pub content: Option<FlowText>,
    /// Block to binding; a block is named by its identifier or its friendly name.
    pub bindings: BTreeMap<String, Binding>,
    /// Where it is declared.
    pub origin: Origin,
}

/// The text of a flow file; `${var.x}` is replaced, the other tokens still stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowText {
    /// The file, for messages.
    pub path: String,
    /// Its text.
    pub text: String,
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
