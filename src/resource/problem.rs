//! A problem that a person has to fix: in a manifest, or between a manifest and what AWS holds.

use std::fmt;

use serde::Serialize;

use super::Code;
use super::address::Address;

/// A place in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Origin {
    /// The file, as it was named or reached on the command line.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is written until it is fixed.
    Error,
    /// What it concerns is left alone; the rest goes on.
    Held,
    /// Worth knowing.
    Warning,
}

/// Something that is wrong, where it is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Problem {
    /// A stable kebab-case code.
    #[cfg_attr(test, schemars(with = "String"))]
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where in the files it is, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Which resource it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub address: Option<Address>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// Starts an error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            origin: None,
            address: None,
            message: message.into(),
            hint: None,
        }
    }

    /// Starts a problem that holds back what it concerns and nothing else.
    pub fn held(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Held, ..Self::error(code, message) }
    }

    /// Starts a warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Says where in the files it is.
    #[must_use]
    pub fn at(mut self, origin: &Origin) -> Self {
        self.origin = Some(origin.clone());
        self
    }

    /// Says which resource it is about.
    #[must_use]
    pub fn on(mut self, address: &Address) -> Self {
        self.address = Some(address.clone());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
