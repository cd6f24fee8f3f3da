//! A condition of a statement.

use std::collections::BTreeSet;

/// A condition with one operator and one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition {
    pub(super) operator: &'static str,
    pub(super) key: String,
    pub(super) values: BTreeSet<String>,
}

impl Condition {
    pub(super) fn new(
        operator: &'static str,
        key: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self { operator, key: key.into(), values: values.into_iter().map(Into::into).collect() }
    }
}
