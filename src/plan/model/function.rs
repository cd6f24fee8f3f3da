//! Writes of functions and of their roles.

use std::collections::BTreeMap;

use super::field::FieldChange;
use crate::manifest::Source;
use crate::resource::{FunctionRef, Place};
use crate::snapshot::{FunctionSeen, RolePolicies};

/// A function to be written: in the order code, configuration, version, alias, each only where it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSpec {
    /// The function, without a qualifier.
    pub function: FunctionRef,
    /// The tags by which it is recognised, where it does not have them: its owner's when it is created.
    pub marks: BTreeMap<String, String>,
    /// Whether it gets the digest of what is applied: not where another set notes its own.
    pub noted: bool,
    /// What it is to be.
    pub source: Source,
    /// The ARN of its role.
    pub role: String,
    /// What it is; none if it is to be created.
    pub before: Option<FunctionSeen>,
    /// What differs.
    pub fields: Vec<FieldChange>,
}

/// A role to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSpec {
    /// The account; IAM has no Regions, and is called from this one.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// The tags by which it is recognised, where it does not have them: its owner's when it is created.
    pub marks: BTreeMap<String, String>,
    /// Whether it gets the digest of what is applied: not where another set notes its own.
    pub noted: bool,
    /// What it is to be.
    pub wanted: RolePolicies,
    /// What it is; none if it is to be created.
    pub before: Option<RolePolicies>,
    /// What differs.
    pub fields: Vec<FieldChange>,
}
