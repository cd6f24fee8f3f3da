//! What was seen of AWS, and the gaps where nothing could be seen.
//!
//! Plain data: no client, no clock. A gap is never read as "absent".

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde::Serialize;

mod live;
mod removal;

pub use live::LiveInstance;
pub use removal::{FunctionFound, RemovalSeen, RoleFound};
mod source;

pub use source::{
    ADOPTED_TAG, APPLIED_TAG, AliasSeen, CREATED, FunctionConfiguration, FunctionSeen, FunctionState,
    REGION_TAG, RolePolicies, RoleSeen, SET_TAG, UNFINISHED,
};

use crate::flow::FlowText;
use crate::manifest::NamedKind;
use crate::operations::Operation;
use crate::resource::{
    AccountId, Address, FlowType, FunctionRef, InstanceArn, Kind, Label, Place, ResourcePolicy,
};

/// One look at AWS.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Who called, for each account: the caller's ARN.
    pub identities: BTreeMap<AccountId, String>,
    /// The instances, by logical name.
    pub instances: BTreeMap<Label, Look<InstanceSeen>>,
    /// The ARNs in each instance's list of functions.
    pub associations: BTreeMap<Label, Look<BTreeSet<String>>>,
    /// The policy of each function and qualifier; a function that exists and has none has an empty one.
    pub policies: BTreeMap<FunctionRef, Look<ResourcePolicy>>,
    /// The policies of functions that flows call by a literal ARN and that the manifest does not bind under that
    /// qualifier; unknown where the caller may not read them.
    pub called: BTreeMap<FunctionRef, Look<ResourcePolicy>>,
    /// The settings of each instance that declares some, by the API's names.
    pub attributes: BTreeMap<Label, Look<BTreeMap<String, bool>>>,
    /// The flows and the modules of each instance, by name.
    pub lists: BTreeMap<(Kind, Label), Look<BTreeMap<String, FlowSummary>>>,
    /// The owner tags of the flows and modules of each instance, by id, where they were asked for.
    pub owners: BTreeMap<(Kind, Label), Look<BTreeMap<String, String>>>,
    /// The tags of flows and modules that were read because of their names and are none of the declared ones, by kind,
    /// instance and id.
    pub namesakes: BTreeMap<(Kind, Label, String), BTreeMap<String, String>>,
    /// Which live flow or module each declared one is, by kind, instance and logical name; none where nothing live is it.
    pub resolved: BTreeMap<(Kind, Label, Label), Resolved>,
    /// The declared flows and modules that exist, by kind, instance and logical name.
    pub flows: BTreeMap<(Kind, Label, Label), Look<FlowSeen>>,
    /// The queues, prompts and hours of each instance, by name, where tokens ask for them.
    pub named: BTreeMap<(Label, NamedKind), Look<BTreeMap<String, FlowIds>>>,
    /// The functions in an instance's list that nothing declared needs. Unknown where their owner could not be read.
    pub unmanaged: BTreeMap<(Place, String), Look<FunctionFound>>,
    /// The tags of functions that are in an instance's list and that nothing declares, where a function that is to be
    /// made is not there: it may have had that name before.
    pub former: BTreeMap<(Place, String), BTreeMap<String, String>>,
    /// What only removal looks at; none where nothing is to be removed.
    pub removal: Option<RemovalSeen>,
    /// The functions that have a `source:`, by logical name.
    pub sources: BTreeMap<Label, Look<FunctionSeen>>,
    /// The roles that are managed, by the logical name of their function.
    pub roles: BTreeMap<Label, Look<RoleSeen>>,
    /// What could not be read, and why.
    pub gaps: Vec<Gap>,
    /// The calls that it took, retries and pages included.
    pub calls: BTreeMap<Operation, u32>,
}

/// What a look showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look<T> {
    /// It is there.
    Found(T),
    /// It is surely not there; near misses where a name was looked up.
    Absent {
        /// Names that do exist and are close.
        close: Vec<String>,
    },
    /// It could not be read; a gap says why.
    Unknown,
}

impl<T> Look<T> {
    /// Returns what was found.
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Found(value) => Some(value),
            Self::Absent { .. } | Self::Unknown => None,
        }
    }
}

/// An instance as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceSeen {
    /// Its ARN.
    pub arn: InstanceArn,
    /// Its alias.
    pub alias: Option<String>,
    /// How far its creation is.
    pub status: InstanceStatus,
    /// Why it could not be made, where the service says so.
    pub status_reason: Option<String>,
    /// Who keeps its users (`IdentityManagementType`), where the service says so.
    pub identity: Option<String>,
    /// Its tags; none where only a list of instances was read, which does not show them.
    pub tags: Option<BTreeMap<String, String>>,
}

/// How far the creation of an instance is (`InstanceStatus`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceStatus {
    /// It can be used: nothing can be written before.
    Active,
    /// It is being created.
    Creating,
    /// It could not be created.
    Failed,
    /// What the service calls otherwise.
    Other(String),
}

impl InstanceStatus {
    /// Reads what the service says, if it says anything.
    pub fn of(wire: Option<&str>) -> Self {
        match wire {
            Some("ACTIVE") => Self::Active,
            Some("CREATION_IN_PROGRESS") => Self::Creating,
            Some("CREATION_FAILED") => Self::Failed,
            other => Self::Other(other.unwrap_or("unknown").to_owned()),
        }
    }
}

impl fmt::Display for InstanceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "ACTIVE",
            Self::Creating => "CREATION_IN_PROGRESS",
            Self::Failed => "CREATION_FAILED",
            Self::Other(word) => word,
        })
    }
}

/// What AWS calls a thing of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowIds {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

/// Which live flow or module a declared one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// This one.
    Is(FlowIds),
    /// Each of these carries its tag, and none has its name: their names and ids.
    Several(Vec<(String, String)>),
    /// This one, which another declaration means too.
    Shared {
        /// The name of the live one.
        name: String,
        /// Its id.
        id: String,
        /// The logical name of the other declaration.
        with: Label,
    },
    /// The tags that tell could not be read; a gap says why.
    Unread,
}

/// A line of an instance's list of flows or modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowSummary {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its type, if it is one that flowbind knows.
    pub kind: Option<FlowType>,
    /// The type as the service words it.
    pub kind_text: String,
    /// Whether it was ever published; a list of modules does not say, so that they count as published.
    pub published: bool,
    /// Whether it is archived.
    pub archived: bool,
}

/// A flow with its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowSeen {
    /// Its line in the list.
    pub summary: FlowSummary,
    /// Its name on AWS: another than declared where only the tag tells that it is the one.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What callers meet; none for a flow that was never published.
    pub published: Option<FlowContent>,
    /// The draft (`$SAVED`), as the service returned it, whether or not it differs.
    pub draft: Option<FlowContent>,
}

/// One content of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowContent {
    /// The flow-language text.
    pub text: FlowText,
    /// When it was last modified, in milliseconds since 1970, where the service says so.
    pub modified_ms: Option<i64>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gap {
    /// The call that failed.
    #[cfg_attr(test, schemars(with = "String"))]
    pub operation: Operation,
    /// What it was made for.
    #[cfg_attr(test, schemars(with = "String"))]
    pub address: Address,
    /// Whether the caller lacked a permission, rather than the service an answer.
    pub denied: bool,
    /// What the service said.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The run's time limit, where only that kept it from being read.
    #[serde(skip)]
    pub cut_off: Option<Duration>,
}
