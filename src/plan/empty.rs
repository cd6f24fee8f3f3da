//! Where a plan begins that is not made of a manifest and what was seen.

use std::collections::BTreeMap;

use super::{Outline, Plan, Undeclared};
use crate::resource::SetName;

impl Plan {
    /// A plan of a set that says nothing yet.
    pub(crate) fn empty(set: SetName) -> Self {
        Self {
            set,
            manifest: String::new(),
            actions: Vec::new(),
            problems: Vec::new(),
            gaps: Vec::new(),
            withheld: Vec::new(),
            in_sync: 0,
            policies: BTreeMap::new(),
            claims: Vec::new(),
            fingerprints: BTreeMap::new(),
            partial: None,
            force: None,
            undeclared: Undeclared::default(),
            outline: Outline::default(),
        }
    }
}
