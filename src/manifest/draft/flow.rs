//! The part of a draft that says what a flow or module holds.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::resource::{FlowType, Label};

use super::super::grammar::scalar::{self, Scalar};
use super::super::model::{Invocation, ResponseType, State, Status};
use super::super::yaml::{Node, NodeValue, Position};
use super::{At, Given, field, formed, is_true, label, labels, response_type, texts};

/// A flow or module.
#[derive(Debug)]
pub(in super::super) struct FlowDraft {
    /// Empty also when the document names none.
    pub(in super::super) instances: Vec<At<Label>>,
    pub(in super::super) name: Given<String>,
    pub(in super::super) kind: Given<FlowType>,
    pub(in super::super) content: Given<String>,
    pub(in super::super) bindings: BTreeMap<String, At<BindingDraft>>,
    pub(in super::super) description: Given<String>,
    pub(in super::super) status: Given<Status>,
    pub(in super::super) state: Given<State>,
    pub(in super::super) adopt: bool,
    pub(in super::super) protect: bool,
    /// Where an empty list of instances stands.
    pub(in super::super) nowhere: Option<Position>,
}

/// A binding.
#[derive(Debug)]
pub(in super::super) struct BindingDraft {
    pub(in super::super) function: Given<Label>,
    pub(in super::super) time_limit: Given<Duration>,
    pub(in super::super) invocation: Given<Invocation>,
    pub(in super::super) response_type: Given<ResponseType>,
    pub(in super::super) parameters: Option<BTreeMap<String, String>>,
}

/// A module has the shape of a flow, without a type of its own.
pub(super) fn module(node: &Node) -> FlowDraft {
    FlowDraft { kind: Given::Is(At { value: FlowType::Module, position: node.position }), ..flow(node) }
}

pub(super) fn flow(node: &Node) -> FlowDraft {
    let one = field(node, "instance", label);
    let several = labels(node.get("instances"));
    let bindings = node.get("bindings").map_or(&[][..], Node::entries);
    FlowDraft {
        instances: one.at().cloned().into_iter().chain(several).collect(),
        name: field(node, "name", formed(Scalar::FlowName)),
        kind: field(node, "type", FlowType::from_word),
        content: field(node, "content", formed(Scalar::Path)),
        bindings: bindings
            .iter()
            .map(|(key, node)| (key.text.clone(), At { value: binding(node), position: key.position }))
            .collect(),
        description: field(node, "description", formed(Scalar::Description(usize::MAX))),
        status: field(node, "status", |t| match t {
            "published" => Some(Status::Published),
            "saved" => Some(Status::Saved),
            _ => None,
        }),
        state: field(node, "state", |t| match t {
            "active" => Some(State::Active),
            "archived" => Some(State::Archived),
            _ => None,
        }),
        adopt: is_true(node, "adopt"),
        protect: is_true(node, "protect"),
        nowhere: node
            .get("instances")
            .filter(|list| matches!(&list.value, NodeValue::Seq(items) if items.is_empty()))
            .map(|list| list.position),
    }
}

fn binding(node: &Node) -> BindingDraft {
    BindingDraft {
        function: field(node, "function", label),
        time_limit: field(node, "timeLimit", |t| scalar::duration(t).ok()),
        invocation: field(node, "invocation", |t| match t {
            "sync" => Some(Invocation::Sync),
            "async" => Some(Invocation::Async),
            _ => None,
        }),
        response_type: field(node, "responseType", response_type),
        parameters: node.get("parameters").map(|node| texts(Some(node))),
    }
}
