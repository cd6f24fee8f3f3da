//! What is known around a flow: plain data, where `None` always means "unknown" and never "no".
//!
//! Rules judge only what is known; a flow read alone has no facts at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::flow::document::Document;
use crate::flow::invocation::ResponseType;
use crate::flow::resources::ResourceKind;
use crate::flow::stub::FlowType;

/// What is known around one flow.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The type of the flow.
    pub flow_type: Option<FlowType>,
    /// The ARN of the instance that the flow is on.
    pub instance_arn: Option<String>,
    /// What the ARN of that instance begins with, up to its id.
    pub instance_site: Option<String>,
    /// Whether a manifest names the flow's file; else it may be a template of another tool.
    pub in_manifest: bool,
    /// The ids that the instance has, of each kind whose list was read.
    pub ids: BTreeMap<ResourceKind, BTreeSet<String>>,
    /// Whether another flow hands contacts over to this one, and with them the answer of its latest function.
    pub transferred_to: Option<bool>,
    /// The functions, by the text that stands in the flow: an ARN, or a token such as `${function.x.arn}`.
    pub functions: BTreeMap<String, FunctionFacts>,
    /// The modules and flows that it may refer to, by the text that stands in the flow.
    pub callees: BTreeMap<String, CalleeFacts>,
}

/// What is known of a function.
#[derive(Debug, Clone, Default)]
pub struct FunctionFacts {
    /// What to call it.
    pub name: Option<String>,
    /// Whether it exists.
    pub exists: Option<bool>,
    /// Whether the instance has it associated.
    pub associated: Option<bool>,
    /// Whether the qualifier that is called lets the instance invoke it.
    pub granted: Option<bool>,
    /// Why neither it nor its policy could be read, where that was tried or is impossible.
    pub unread: Option<String>,
    /// Whether its state is `Active`.
    pub active: Option<bool>,
    /// Its reserved concurrency; 0 blocks every call.
    pub reserved_concurrency: Option<u32>,
    /// The qualifier that the manifest wants called, where the manifest binds it: the inner `None` is "no qualifier".
    pub qualifier: Option<Option<String>>,
    /// Whether the manifest binds this block's function or declares it at all.
    pub declared: Option<bool>,
    /// An example of its answer, as JSON text.
    pub response_example: Option<String>,
    /// Its own time-out, in seconds.
    pub timeout_seconds: Option<u32>,
    /// The form of its answers.
    pub response_type: Option<ResponseType>,
    /// The keys of its answers.
    pub response_keys: Option<BTreeSet<String>>,
}

/// What is known of a module or another flow.
#[derive(Debug, Clone, Default)]
pub struct CalleeFacts {
    /// What to call it.
    pub name: Option<String>,
    /// Its content, where it is at hand: what it refers to is found in the same [`Facts::callees`].
    pub document: Option<Arc<Document>>,
}
