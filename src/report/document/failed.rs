//! Why a command could not do what it is for, in the documents that a program reads: every document has a place for it, so
//! that stdout is never empty where JSON was asked for.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::operations::Operation;
use crate::plan::Plan;
use crate::resource::Problem;
use crate::snapshot::Gap;

/// Why a command ended early, as its last lines on stderr say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorLine {
    /// What went wrong.
    pub message: String,
    /// Why, the nearest cause first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caused_by: Vec<String>,
    /// What it is about, a line each: what has changed since a review, or what is protected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The code that the process ends with.
    pub exit_code: u8,
}

/// What a command has found before it ended early.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What is wrong with manifests, or between them and AWS.
    pub problems: Vec<Problem>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// The calls that it took.
    pub calls: BTreeMap<Operation, u32>,
}

impl Found {
    /// Takes problems alone: AWS was not looked at.
    pub fn problems(problems: Vec<Problem>) -> Self {
        Self { problems, ..Self::default() }
    }

    /// Takes what plans have found.
    pub fn of_plans<'p>(plans: impl IntoIterator<Item = &'p Plan>) -> Self {
        let mut found = Self::default();
        for plan in plans {
            found.problems.extend(plan.problems.iter().cloned());
            found.gaps.extend(plan.gaps.iter().cloned());
        }
        found
    }
}

/// `flowbind.error/v1`: stands in place of a document that has no room for an error, such as a saved plan.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorDocument {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.error/v1")))]
    format: &'static str,
    /// What is wrong with the manifests.
    problems: Vec<Problem>,
    error: ErrorLine,
}

impl ErrorDocument {
    /// Creates the document.
    pub fn new(problems: Vec<Problem>, error: ErrorLine) -> Self {
        Self { format: "flowbind.error/v1", problems, error }
    }
}
