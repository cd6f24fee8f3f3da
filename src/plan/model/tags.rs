//! Tags that are written alone.

use std::collections::BTreeMap;

use crate::resource::{FunctionRef, InstanceArn, Kind, Place};

/// Tags to be written to something that agrees otherwise; those that it has besides stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagsSpec {
    /// What gets them.
    pub target: TagTarget,
    /// The tags, by key.
    pub tags: BTreeMap<String, String>,
    /// The tags that were seen: nothing is written when those that tell whose it is differ by then.
    pub before: BTreeMap<String, String>,
}

/// What carries tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagTarget {
    /// A flow or module.
    Content {
        /// The instance.
        instance: InstanceArn,
        /// The ARN of the flow or module.
        arn: String,
    },
    /// An instance.
    Instance(InstanceArn),
    /// A function, whatever the qualifier.
    Function(FunctionRef),
    /// A role.
    Role {
        /// The account; IAM has no Regions, and is called from this one.
        place: Place,
        /// Its name.
        name: String,
    },
}

impl TagTarget {
    /// The instance of a flow or module.
    pub fn instance(&self) -> Option<&InstanceArn> {
        let Self::Content { instance, arn: _ } = self else { return None };
        Some(instance)
    }

    /// The kind and id of a flow or module.
    pub fn content(&self) -> Option<(Kind, &str)> {
        let Self::Content { instance: _, arn } = self else { return None };
        Some((kind_of_arn(arn), arn.rsplit('/').next().unwrap_or(arn)))
    }
}

/// Whether an ARN is one of a flow or of a module.
pub(in crate::plan) fn kind_of_arn(arn: &str) -> Kind {
    if arn.contains("/flow-module/") { Kind::Module } else { Kind::Flow }
}
