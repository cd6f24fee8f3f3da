//! The part of a draft that says how a function is made.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::draft::policy;
use super::super::grammar::scalar::{self, Scalar, form};
use super::super::secret::Secret;
use super::super::yaml::{Node, NodeValue};
use super::{At, Given, field, formed, given};

/// How a function is made.
#[derive(Debug)]
pub(in super::super) struct SourceDraft {
    pub(in super::super) runtime: Given<String>,
    pub(in super::super) handler: Given<String>,
    pub(in super::super) code: Given<String>,
    pub(in super::super) exclude: Vec<At<String>>,
    pub(in super::super) role: RoleDraft,
    pub(in super::super) timeout: Given<Duration>,
    pub(in super::super) memory: Given<u32>,
    pub(in super::super) environment: Option<BTreeMap<String, At<Secret>>>,
    pub(in super::super) description: Given<String>,
    pub(in super::super) publish: Given<String>,
}

/// A function's role.
#[derive(Debug)]
pub(in super::super) enum RoleDraft {
    /// One that exists.
    Arn(Given<String>),
    /// One to make.
    Managed {
        name: Given<String>,
        policies: Vec<At<String>>,
        /// Canonical documents; what could not be read was reported.
        inline: BTreeMap<String, At<String>>,
    },
}

pub(super) fn source(node: &Node) -> SourceDraft {
    SourceDraft {
        runtime: field(node, "runtime", formed(Scalar::Form(&form::RUNTIME))),
        handler: field(node, "handler", formed(Scalar::Form(&form::HANDLER))),
        code: field(node, "code", formed(Scalar::Path)),
        exclude: texts(node.get("exclude")),
        role: role(node.get("role")),
        timeout: field(node, "timeout", |t| scalar::duration(t).ok()),
        memory: field(node, "memory", |t| scalar::memory(t).ok()),
        environment: node.get("environment").map(environment),
        description: field(node, "description", |t| Some(t.to_owned())),
        publish: field(node, "publish", formed(Scalar::Form(&form::ALIAS))),
    }
}

/// The texts of a list; what is none was reported.
fn texts(node: Option<&Node>) -> Vec<At<String>> {
    let items = node.map_or(&[][..], Node::items).iter();
    items.filter_map(|node| Some(At { value: node.text()?.to_owned(), position: node.position })).collect()
}

fn role(node: Option<&Node>) -> RoleDraft {
    let Some(map) = node.filter(|node| matches!(node.value, NodeValue::Map(_))) else {
        return RoleDraft::Arn(given(node, formed(Scalar::Form(&form::ROLE_ARN))));
    };
    let inline = map.get("inlinePolicies").map_or(&[][..], Node::entries);
    RoleDraft::Managed {
        name: field(map, "name", formed(Scalar::Form(&form::ROLE_NAME))),
        policies: texts(map.get("managedPolicies")),
        inline: inline
            .iter()
            .map(|(key, node)| {
                (key.text.clone(), At { value: policy::canonical(node), position: key.position })
            })
            .collect(),
    }
}

/// The position of each variable is that of its name.
fn environment(node: &Node) -> BTreeMap<String, At<Secret>> {
    let entries = node.entries().iter();
    let secrets = entries.map(|(key, node)| {
        let value = Secret::new(node.text().unwrap_or_default());
        (key.text.clone(), At { value, position: key.position })
    });
    secrets.collect()
}
