//! Tags that are written alone.

use std::collections::BTreeMap;

use crate::resource::{FunctionRef, InstanceArn, Place};

/// Tags to be written to something that agrees otherwise; those that it has besides stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagsSpec {
    /// What gets them.
    pub target: TagTarget,
    /// The tags, by key.
    pub tags: BTreeMap<String, String>,
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
