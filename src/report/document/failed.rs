//! Why a command could not do what it is for: every document and page has a place for it, so that stdout is never empty
//! where a format was asked for that a program or a browser reads.

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

/// A command that ended early, for every format.
#[derive(Debug, Clone)]
pub struct Failed {
    /// The command.
    pub command: &'static str,
    /// What it had found until then.
    pub found: Found,
    /// Why it ended.
    pub error: ErrorLine,
}

impl Failed {
    /// The heading of a page.
    pub(in crate::report) fn title(&self) -> String {
        format!("flowbind {} failed", self.command)
    }
}

impl ErrorLine {
    /// What happened, then why and what it is about, then what to do: a line each.
    pub(in crate::report) fn lines(&self) -> Vec<String> {
        let Self { message, caused_by, details, hint, exit_code: _ } = self;
        let causes = caused_by.iter().map(|cause| format!("caused by: {cause}"));
        let first = [message.clone()].into_iter().chain(causes).chain(details.iter().cloned());
        first.chain(hint.clone()).collect()
    }
}

/// `flowbind.error/v1`: takes the place of a document that has no room for an error, such as a saved plan.
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

/// A command that ended early, in a stranger's words.
#[cfg(test)]
pub(in crate::report) fn hostile(text: &str) -> Failed {
    use crate::resource::{Address, Code, Kind, Label};
    let gap = Gap {
        operation: Operation::GetPolicy,
        address: Address::new(Kind::Function, &Label::parse("f").unwrap()),
        denied: true,
        message: text.to_owned(),
        hint: Some(text.to_owned()),
        cut_off: None,
    };
    let found = Found {
        problems: vec![Problem::error(Code::Rule("c"), text).hint(text)],
        gaps: vec![gap],
        calls: BTreeMap::new(),
    };
    let error = ErrorLine {
        message: text.to_owned(),
        caused_by: vec![text.to_owned()],
        details: vec![text.to_owned()],
        hint: Some(text.to_owned()),
        exit_code: 1,
    };
    Failed { command: "plan", found, error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{failed_github, failed_junit, failed_sarif};

    #[test]
    fn no_name_of_a_stranger_becomes_a_command_or_markup() {
        let failed = hostile("a\n::error::b<script>\u{202e}");
        let github = failed_github(&failed);
        assert!(
            github.lines().all(|line| line.starts_with("::")) && !github.contains("\n::error::b"),
            "{github}"
        );
        let without = Failed { found: Found::default(), ..failed.clone() };
        assert!(failed_github(&without).starts_with("::error title=flowbind plan failed::"));
        let junit = failed_junit(&failed).unwrap();
        assert!(junit.contains("errors=\"1\"") && !junit.contains("<script"), "{junit}");
        let sarif = failed_sarif(&failed).unwrap();
        let log: serde_json::Value = serde_json::from_str(&sarif).unwrap();
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 2, "{sarif}");
        assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 1);
    }
}
