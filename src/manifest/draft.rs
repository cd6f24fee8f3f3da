//! A document decoded into typed fields, each with its place, before references are followed.
//!
//! What the structural check refused is `Broken` here: it is declared, and nothing more is said about it.

use std::collections::BTreeMap;

use crate::resource::{AccountId, FunctionArn, InstanceArn, Label, Region, SetName};

use super::grammar::scalar::{self, Scalar, form};
use super::model::{Associate, Grants, Response, ResponseType};
use super::yaml::{Node, Position};

pub(super) mod example;
mod flow;
pub(super) mod policy;
mod source;

pub(super) use flow::{BindingDraft, FlowDraft};
pub(super) use source::{RoleDraft, SourceDraft};

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
    /// The name of the set, with the target behind it.
    pub(super) set: Given<SetName>,
    /// Where `spec` starts.
    pub(super) position: Position,
    pub(super) accounts: Named<AccountDraft>,
    pub(super) default_account: Given<Label>,
    pub(super) default_region: Given<Region>,
    pub(super) instances: Named<InstanceDraft>,
    pub(super) functions: Named<FunctionDraft>,
    pub(super) modules: Named<FlowDraft>,
    pub(super) flows: Named<FlowDraft>,
    pub(super) suppressions: Vec<At<SuppressionDraft>>,
}

/// Findings that are let pass.
#[derive(Debug)]
pub(super) struct SuppressionDraft {
    pub(super) code: Given<String>,
    pub(super) flow: Given<Label>,
    pub(super) block: Given<String>,
    pub(super) reason: Given<String>,
}

/// What the manifest's document itself does not say.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    /// The target.
    pub(super) target: Option<String>,
    /// The Region of what has none.
    pub(super) region: Option<Region>,
}

/// An account.
#[derive(Debug)]
pub(super) struct AccountDraft {
    pub(super) id: Given<AccountId>,
    pub(super) assume_role: Given<String>,
    pub(super) external_id: Given<String>,
    pub(super) regions: Vec<At<Region>>,
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
    /// By the names of the API.
    pub(super) attributes: BTreeMap<String, bool>,
    pub(super) create: Option<At<CreateDraft>>,
    pub(super) adopt: bool,
    pub(super) protect: bool,
}

/// How an instance is made.
#[derive(Debug)]
pub(super) struct CreateDraft {
    pub(super) identity: Given<String>,
    pub(super) directory: Given<String>,
    pub(super) inbound: Given<bool>,
    pub(super) outbound: Given<bool>,
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
    pub(super) source: Option<At<SourceDraft>>,
    pub(super) adopt: bool,
    pub(super) protect: bool,
}

/// Decodes a document that the structural check has gone over, for one target.
pub(super) fn decode(document: &Node, beside: &Beside) -> Draft {
    let spec = document.get("spec");
    let part = |key: &str| spec.and_then(|spec| spec.get(key));
    let position = spec.unwrap_or(document).position;
    let target = beside.target.as_ref().and_then(|target| part("targets")?.get(target));
    let default = |key: &str| {
        let of_target = target.and_then(|target| target.get(key));
        of_target.or_else(|| part("defaults").and_then(|defaults| defaults.get(key)))
    };
    let default_region = match (given(default("region"), region), &beside.region) {
        (Given::Absent, Some(region)) => Given::Is(At { value: region.clone(), position }),
        (declared, _) => declared,
    };
    Draft {
        set: set(document, beside),
        position,
        accounts: named(part("accounts"), account),
        default_account: given(default("account"), label),
        default_region,
        instances: named(part("instances"), instance),
        functions: named(part("functions"), function),
        modules: named(part("modules"), flow::module),
        flows: named(part("flows"), flow::flow),
        suppressions: suppressions(part("lint").and_then(|lint| lint.get("ignore"))),
    }
}

fn suppressions(list: Option<&Node>) -> Vec<At<SuppressionDraft>> {
    let entry = |node: &Node| {
        let value = SuppressionDraft {
            code: field(node, "code", formed(Scalar::Name)),
            flow: field(node, "flow", label),
            block: field(node, "block", formed(Scalar::Name)),
            reason: field(node, "reason", formed(Scalar::Name)),
        };
        At { value, position: node.position }
    };
    list.map_or(&[][..], Node::items).iter().map(entry).collect()
}

/// Names the set; with a target behind it, its name has another limit than alone.
fn set(document: &Node, beside: &Beside) -> Given<SetName> {
    let name = document.get("metadata").and_then(|node| node.get("name"));
    given(name, |text| {
        Scalar::SetName.check(text).ok()?;
        match &beside.target {
            Some(target) => SetName::parse(&format!("{text}-{target}")).ok(),
            None => SetName::parse(text).ok(),
        }
    })
}

fn account(node: &Node) -> AccountDraft {
    AccountDraft {
        id: field(node, "id", |t| AccountId::parse(t).ok()),
        assume_role: field(node, "assumeRole", formed(Scalar::Form(&form::ROLE_ARN))),
        external_id: field(node, "externalId", formed(Scalar::Form(&form::EXTERNAL_ID))),
        regions: node.get("regions").map_or(&[][..], Node::items).iter().filter_map(at_region).collect(),
    }
}

fn at_region(node: &Node) -> Option<At<Region>> {
    Some(At { value: region(node.text()?)?, position: node.position })
}

fn instance(node: &Node) -> InstanceDraft {
    let attributes = node.get("attributes").map_or(&[][..], Node::entries);
    InstanceDraft {
        alias: field(node, "alias", formed(Scalar::InstanceAlias)),
        id: field(node, "id", formed(Scalar::InstanceId)),
        arn: field(node, "arn", |t| InstanceArn::parse(t).ok()),
        account: field(node, "account", label),
        region: field(node, "region", region),
        functions: labels(node.get("functions")),
        values: texts(node.get("values")),
        attributes: attributes
            .iter()
            .filter_map(|(key, value)| Some((scalar::attribute_wire(&key.text)?, bool(value.text()?)?)))
            .collect(),
        create: node.get("create").map(|node| At { value: create(node), position: node.position }),
        adopt: is_true(node, "adopt"),
        protect: is_true(node, "protect"),
    }
}

fn create(node: &Node) -> CreateDraft {
    CreateDraft {
        identity: field(node, "identity", |t| Some(t.to_owned())),
        directory: field(node, "directory", formed(Scalar::Form(&form::DIRECTORY_ID))),
        inbound: field(node, "inbound", bool),
        outbound: field(node, "outbound", bool),
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
            "exact" => Some(Grants::Exact),
            "account" => Some(Grants::Account),
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
        source: node.get("source").map(|node| At { value: source::source(node), position: node.position }),
        adopt: is_true(node, "adopt"),
        protect: is_true(node, "protect"),
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

fn response_type(text: &str) -> Option<ResponseType> {
    match text {
        "string-map" => Some(ResponseType::StringMap),
        "json" => Some(ResponseType::Json),
        _ => None,
    }
}

fn bool(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn is_true(node: &Node, key: &str) -> bool {
    field(node, key, bool).value().copied().unwrap_or(false)
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
