//! Writes of instances and of their settings.

use std::collections::BTreeMap;

use crate::manifest::CreateInstance;
use crate::resource::{InstanceArn, Place};

/// An instance to be made.
#[derive(Debug, Clone)]
pub struct InstanceSpec {
    /// Where.
    pub place: Place,
    /// Its alias.
    pub alias: String,
    /// How.
    pub create: CreateInstance,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its id, where an earlier run began to make it: then it is only waited for.
    pub begun: Option<String>,
}

/// Settings of an instance to be set.
#[derive(Debug, Clone)]
pub struct AttributesSpec {
    /// The instance.
    pub instance: InstanceArn,
    /// The settings that differ, by their names in the API, with their new values.
    pub attributes: BTreeMap<String, bool>,
}
