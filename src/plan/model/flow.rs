//! Writes of flows and modules.

use std::collections::BTreeMap;

use super::text::LateText;
use crate::flow::FlowText;
use crate::flow::compare::FlowDiff;
use crate::manifest::{State, Status};
use crate::resource::{FlowType, InstanceArn, Kind, Label};
use crate::snapshot::FlowSeen;

/// A flow or module to be written.
#[derive(Debug, Clone)]
pub struct FlowSpec {
    /// Flow or module, and its logical name.
    pub key: (Kind, Label),
    /// The instance.
    pub instance: InstanceArn,
    /// The instance's logical name.
    pub instance_name: Label,
    /// Its id; none for one that does not exist yet, or not before this run.
    pub id: Option<String>,
    /// Its ARN, where it exists.
    pub arn: Option<String>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: FlowType,
    /// Whether it is published, or saved only.
    pub status: Status,
    /// The description that a new one gets.
    pub description: Option<String>,
    /// The tags that it gets, but for the digest of what is applied; none where the set does not own it.
    pub tags: BTreeMap<String, String>,
    /// Whether a tag keeps the digest of what is applied, so that later somebody else's edit shows as theirs: of every
    /// whole content, adopted ones too.
    pub marked: bool,
    /// The content to be sent.
    pub content: LateText,
    /// The live content that is overwritten.
    pub before: Option<FlowText>,
    /// The draft that is newer than what is published, and is overwritten too.
    pub draft: Option<FlowText>,
    /// All that was seen of it: it is read again right before the write, and nothing is written when it differs.
    pub base: Option<Box<FlowSeen>>,
    /// How the two differ.
    pub diff: FlowDiff,
}

/// Name, description and state to be written; what is `None` stays.
#[derive(Debug, Clone)]
pub struct FlowMetadataSpec {
    /// Flow or module, and its logical name.
    pub key: (Kind, Label),
    /// The instance.
    pub instance: InstanceArn,
    /// The instance's logical name.
    pub instance_name: Label,
    /// Its id; none for one that this run makes.
    pub id: Option<String>,
    /// Its new name.
    pub name: Option<String>,
    /// Its new description.
    pub description: Option<String>,
    /// Its new state.
    pub state: Option<State>,
    /// All that was seen of it: it is read again right before the write, and nothing is written when it differs.
    pub base: Option<Box<FlowSeen>>,
}

/// A temporary name to be written.
#[derive(Debug, Clone)]
pub struct AsideSpec {
    /// What gets the temporary name, and that name.
    pub metadata: FlowMetadataSpec,
    /// The name that it gets in the end.
    pub at_last: String,
}
