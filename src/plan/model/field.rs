//! One field of a function or role that differs.

use std::fmt;

use crate::resource::Secret;

/// A field as the manifest names it, such as `timeout` or `environment.TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldPath {
    /// The runtime of a function.
    Runtime,
    /// Its handler.
    Handler,
    /// The ARN of its role.
    Role,
    /// How long it may run.
    Timeout,
    /// Its memory.
    Memory,
    /// Its description; a version may have one of its own.
    Description,
    /// Its package, by digest.
    Code,
    /// One variable of its environment.
    Variable(String),
    /// The alias that points at what is published.
    Publish(String),
    /// Who may assume a role.
    TrustPolicy,
    /// A managed policy of a role.
    ManagedPolicies,
    /// An inline policy of a role, by its name.
    InlinePolicy(String),
}

impl FieldPath {
    /// Whether it is a part of a function's configuration: neither its code nor an alias.
    pub fn is_configuration(&self) -> bool {
        !matches!(self, Self::Code | Self::Publish(_))
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runtime => f.write_str("runtime"),
            Self::Handler => f.write_str("handler"),
            Self::Role => f.write_str("role"),
            Self::Timeout => f.write_str("timeout"),
            Self::Memory => f.write_str("memory"),
            Self::Description => f.write_str("description"),
            Self::Code => f.write_str("code"),
            Self::Variable(name) => write!(f, "environment.{name}"),
            Self::Publish(alias) => write!(f, "publish.{alias}"),
            Self::TrustPolicy => f.write_str("trust policy"),
            Self::ManagedPolicies => f.write_str("managedPolicies"),
            Self::InlinePolicy(name) => write!(f, "inline.{name}"),
        }
    }
}

/// One field that is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub path: FieldPath,
    /// The value as it is, if there is one.
    pub from: Option<String>,
    /// The value as it is to be, if there is to be one.
    pub to: Option<String>,
    /// Whether the values are secret; `from` and `to` hold a placeholder then.
    pub hidden: bool,
}

impl FieldChange {
    /// Creates the change of a value that may be seen.
    pub(in crate::plan) fn open(path: FieldPath, from: Option<String>, to: Option<String>) -> Self {
        Self { path, from, to, hidden: false }
    }

    /// Creates the change of a variable, whose values nobody may see.
    pub(in crate::plan) fn variable(name: &str, from: Option<&Secret>, to: Option<&Secret>) -> Self {
        let shown = |value: Option<&Secret>| value.map(Secret::to_string);
        Self { path: FieldPath::Variable(name.to_owned()), from: shown(from), to: shown(to), hidden: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_what_saved_plans_and_reports_call_them() {
        let named = |of: fn(String) -> FieldPath| of("X.y".to_owned());
        for (path, text, configuration) in [
            (FieldPath::Runtime, "runtime", true),
            (FieldPath::Handler, "handler", true),
            (FieldPath::Role, "role", true),
            (FieldPath::Timeout, "timeout", true),
            (FieldPath::Memory, "memory", true),
            (FieldPath::Description, "description", true),
            (FieldPath::Code, "code", false),
            (named(FieldPath::Variable), "environment.X.y", true),
            (named(FieldPath::Publish), "publish.X.y", false),
            (FieldPath::TrustPolicy, "trust policy", true),
            (FieldPath::ManagedPolicies, "managedPolicies", true),
            (named(FieldPath::InlinePolicy), "inline.X.y", true),
        ] {
            assert_eq!((path.to_string().as_str(), path.is_configuration()), (text, configuration));
        }
    }
}
