//! A document decoded into typed fields, each with its place, before references are followed.
//!
//! What the structural check refused is `Broken` here: it is declared, and nothing more is said about it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::resource::{AccountId, FlowType, FunctionArn, InstanceArn, Label, Region, SetName};

use super::example;
use super::model::{Associate, Grants, Invocation, Response, ResponseType};
use super::scalar::{self, Scalar};
use super::yaml::{Node, Position};

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At<T> {
    /// The value.
    pub(super) value: T,
    /// Where it stands.
    pub(super) position: Position,
}

/// What a manifest says about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given<T> {
    /// Nothing.
    Absent,
    /// Something that was reported already.
    Broken,
    /// A value.
    Is(At<T>),
}

impl<T> Given<T> {
    /// Gives the value with its place.
    pub(super) fn at(&self) -> Option<&At<T>> {
        match self {
            Self::Is(at) => Some(at),
            Self::Absent | Self::Broken => None,
        }
    }

    /// Gives the value.
    pub(super) fn value(&self) -> Option<&T> {
        self.at().map(|at| &at.value)
    }

    /// Says whether the manifest is silent about the field.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// Resources by their logical names; the place is that of the name.
pub(super) type Named<T> = BTreeMap<Label, At<T>>;

/// A whole document.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) set: Given<SetName>,
    /// Where `spec` starts.
    pub(super) position: Position,
    pub(super) accounts: Named<Given<AccountId>>,
    pub(super) default_account: Given<Label>,
    pub(super) default_region: Given<Region>,
    pub(super) instances: Named<InstanceDraft>,
    pub(super) functions: Named<FunctionDraft>,
    pub(super) flows: Named<FlowDraft>,
}

/// An instance.
#[derive(Debug)]
pub(super) struct InstanceDraft {
    pub(super) alias: Given<String>,
    pub(super) id: Given<String>,
    pub(super) arn: Given<InstanceArn>,
    pub(super) account: Given<Label>,
    pub(super) region: Given<Region>,
    pub(super) functions: Vec<At<Label>>,
    pub(super) values: BTreeMap<String, String>,
}

/// A function.
#[derive(Debug)]
pub(super) struct FunctionDraft {
    pub(super) name: Given<String>,
    pub(super) arn: Given<FunctionArn>,
    pub(super) account: Given<Label>,
    pub(super) region: Given<Region>,
    pub(super) qualifier: Given<String>,
    pub(super) grants: Given<Grants>,
    pub(super) associate: Given<Associate>,
    pub(super) response: Option<At<Response>>,
}

/// A flow.
#[derive(Debug)]
pub(super) struct FlowDraft {
    pub(super) instances: Vec<At<Label>>,
    pub(super) name: Given<String>,
    pub(super) kind: Given<FlowType>,
    pub(super) content: Given<String>,
    pub(super) bindings: BTreeMap<String, At<BindingDraft>>,
}

/// A binding.
#[derive(Debug)]
pub(super) struct BindingDraft {
    pub(super) function: Given<Label>,
    pub(super) time_limit: Given<Duration>,
    pub(super) invocation: Given<Invocation>,
    pub(super) response_type: Given<ResponseType>,
    pub(super) parameters: Option<BTreeMap<String, String>>,
}

/// Decodes a document that the structural check has gone over.
pub(super) fn decode(document: &Node) -> Draft {
    let spec = document.get("spec");
    let defaults = spec.and_then(|spec| spec.get("defaults"));
    let part = |key: &str| spec.and_then(|spec| spec.get(key));
    Draft {
        set: given(document.get("metadata").and_then(|node| node.get("name")), |t| SetName::parse(t).ok()),
        position: spec.unwrap_or(document).position,
        accounts: named(part("accounts"), |node| field(node, "id", |t| AccountId::parse(t).ok())),
        default_account: given(defaults.and_then(|node| node.get("account")), label),
        default_region: given(defaults.and_then(|node| node.get("region")), region),
        instances: named(part("instances"), instance),
        functions: named(part("functions"), function),
        flows: named(part("flows"), flow),
    }
}

fn instance(node: &Node) -> InstanceDraft {
    InstanceDraft {
        alias: field(node, "alias", formed(Scalar::InstanceAlias)),
        id: field(node, "id", formed(Scalar::InstanceId)),
        arn: field(node, "arn", |t| InstanceArn::parse(t).ok()),
        account: field(node, "account", label),
        region: field(node, "region", region),
        functions: labels(node.get("functions")),
        values: texts(node.get("values")),
    }
}

fn function(node: &Node) -> FunctionDraft {
    FunctionDraft {
        name: field(node, "name", formed(Scalar::FunctionName)),
        arn: field(node, "arn", |t| FunctionArn::parse(t).ok()),
        account: field(node, "account", label),
        region: field(node, "region", region),
        qualifier: field(node, "qualifier", formed(Scalar::Qualifier)),
        grants: field(node, "grants", |t| match t {
            "own" => Some(Grants::Own),
            "any" => Some(Grants::Any),
            _ => None,
        }),
        associate: field(node, "associate", |t| match t {
            "unqualified" => Some(Associate::Unqualified),
            "exact" => Some(Associate::Exact),
            "none" => Some(Associate::None),
            _ => None,
        }),
        response: node.get("response").and_then(response),
    }
}

fn response(node: &Node) -> Option<At<Response>> {
    let kind = field(node, "type", response_type).value().copied()?;
    let keys = node.get("keys").map_or(&[][..], Node::items);
    let value = Response {
        kind,
        keys: keys.iter().filter_map(Node::text).map(str::to_owned).collect(),
        example: node.get("example").map(|example| example::json(example, kind).to_string()),
    };
    Some(At { value, position: node.position })
}

fn flow(node: &Node) -> FlowDraft {
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

fn response_type(text: &str) -> Option<ResponseType> {
    match text {
        "string-map" => Some(ResponseType::StringMap),
        "json" => Some(ResponseType::Json),
        _ => None,
    }
}

fn label(text: &str) -> Option<Label> {
    Label::parse(text).ok()
}

fn region(text: &str) -> Option<Region> {
    Region::parse(text).ok()
}

/// A text whose form the structural check knows.
fn formed(kind: Scalar) -> impl Fn(&str) -> Option<String> {
    move |text| kind.check(text).is_ok().then(|| text.to_owned())
}

fn field<T>(node: &Node, key: &str, parse: impl Fn(&str) -> Option<T>) -> Given<T> {
    given(node.get(key), parse)
}

fn given<T>(node: Option<&Node>, parse: impl Fn(&str) -> Option<T>) -> Given<T> {
    let Some(node) = node else { return Given::Absent };
    match node.text().and_then(parse) {
        Some(value) => Given::Is(At { value, position: node.position }),
        None => Given::Broken,
    }
}

fn named<T>(node: Option<&Node>, decode: impl Fn(&Node) -> T) -> Named<T> {
    let entries = node.map_or(&[][..], Node::entries);
    let decoded = entries.iter().filter_map(|(key, node)| {
        let label = Label::parse(&key.text).ok()?;
        Some((label, At { value: decode(node), position: key.position }))
    });
    decoded.collect()
}

fn labels(node: Option<&Node>) -> Vec<At<Label>> {
    let items = node.map_or(&[][..], Node::items).iter();
    items.filter_map(|node| Some(At { value: label(node.text()?)?, position: node.position })).collect()
}

fn texts(node: Option<&Node>) -> BTreeMap<String, String> {
    let entries = node.map_or(&[][..], Node::entries).iter();
    entries.map(|(key, node)| (key.text.clone(), node.text().unwrap_or_default().to_owned())).collect()
}
