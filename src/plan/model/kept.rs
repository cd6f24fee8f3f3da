//! Flow contents that a run overwrote or deleted, and what is there today.

use crate::snapshot::Look;
use std::collections::BTreeMap;

use crate::flow::FlowText;
use crate::resource::{Address, InstanceArn, Kind, Label};
use crate::snapshot::FlowSeen;

/// A flow or module as it was before a run overwrote or deleted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFlow {
    /// Its address in the set.
    pub address: Address,
    /// Flow or module, and its logical name.
    pub key: (Kind, Label),
    /// The instance.
    pub instance: InstanceArn,
    /// The instance's logical name.
    pub instance_name: Label,
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its type as the service words it: it may be one that flowbind does not know.
    pub kind: String,
    /// Whether it was archived.
    pub archived: bool,
    /// Whether the content was published; else it was a draft.
    pub published: bool,
    /// Its description.
    pub description: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its content.
    pub content: FlowText,
    /// The draft that was newer than that, if there was one.
    pub draft: Option<FlowText>,
}

/// What stands today where something was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFlow {
    /// What has the kept id; absent if it was deleted.
    pub flow: Look<FlowSeen>,
    /// Whether another one has the kept name.
    pub name_taken: bool,
}
