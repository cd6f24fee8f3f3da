//! One field of a function or role that differs.

use crate::resource::Secret;

/// The path of the package in a list of changes.
pub(crate) const CODE: &str = "code";

/// The path of the description, which a version may have of its own.
pub(in crate::plan) const DESCRIPTION: &str = "description";

/// One field that is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field as the manifest names it, such as `timeout` or `environment.TABLE`.
    pub path: String,
    /// The value as it is, if there is one.
    pub from: Option<String>,
    /// The value as it is to be, if there is to be one.
    pub to: Option<String>,
    /// Whether the values are such as nobody may see; `from` and `to` hold a placeholder then.
    pub hidden: bool,
}

impl FieldChange {
    /// Makes the change of a value that may be seen.
    pub(in crate::plan) fn open(path: impl Into<String>, from: Option<String>, to: Option<String>) -> Self {
        Self { path: path.into(), from, to, hidden: false }
    }

    pub(in crate::plan) fn hidden(name: &str, from: Option<&Secret>, to: Option<&Secret>) -> Self {
        let shown = |value: Option<&Secret>| value.map(Secret::to_string);
        Self { path: format!("environment.{name}"), from: shown(from), to: shown(to), hidden: true }
    }
}
