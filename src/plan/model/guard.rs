//! What a person has to allow by name.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::resource::Address;

/// Why an action is not carried out unless it is allowed by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Guard {
    /// A stable kebab-case code.
    pub code: &'static str,
    /// The reason.
    pub message: String,
    /// What `--allow` takes.
    #[cfg_attr(test, schemars(with = "String"))]
    pub allow: Address,
    /// What must be allowed as well, since one does not go without the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub with: Vec<Address>,
}

impl Guard {
    /// Makes one that this address alone lifts.
    pub(in crate::plan) fn new(code: &'static str, message: String, allow: &Address) -> Self {
        Self { code, message, allow: allow.clone(), with: Vec::new() }
    }

    /// What the manifest protects is only changed by name.
    pub(in crate::plan) fn protected(address: &Address) -> Self {
        Self::new("protected", format!("{address} is protected"), address)
    }

    /// The same, of what has its address beside it wherever it is shown.
    pub(in crate::plan) fn declared(address: &Address) -> Self {
        Self::new("protected", "the manifest protects it".to_owned(), address)
    }

    /// Everything that must be allowed.
    pub fn needs(&self) -> impl Iterator<Item = &Address> {
        std::iter::once(&self.allow).chain(&self.with)
    }

    /// The first that is not among what was allowed; none where the guard is lifted.
    pub fn missing(&self, allowed: &BTreeSet<Address>) -> Option<&Address> {
        self.needs().find(|address| !allowed.contains(address))
    }
}
