//! What only import looks at: the whole of one instance, whoever made it.

use std::collections::{BTreeMap, BTreeSet};

use super::{FlowIds, FlowSeen, InstanceSeen};
use crate::manifest::NamedKind;
use crate::resource::Kind;

/// An instance with its flows, its modules and everything that they may name.
#[derive(Debug, Clone)]
pub struct LiveInstance {
    /// The instance itself.
    pub instance: InstanceSeen,
    /// Its settings, by the API's names; none where they may not be read.
    pub attributes: Option<BTreeMap<String, bool>>,
    /// Its flows and modules, ordered by kind and name.
    pub contents: Vec<(Kind, FlowSeen)>,
    /// The ARNs in its list of functions.
    pub associations: BTreeSet<String>,
    /// Its queues, prompts and hours by kind, in the service's order; names may be there twice.
    pub named: BTreeMap<NamedKind, Vec<(String, FlowIds)>>,
}
