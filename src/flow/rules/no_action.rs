//! A flow without any action.

use super::super::limits::ProblemKind;
use super::shape::{self, Shape};
use super::{Confidence, RuleMeta, Severity};

pub(super) static RULE: Shape = Shape {
    kind: ProblemKind::NoAction,
    meta: &RuleMeta {
        code: "no-action",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds flows without any action.",
        why: "There is nothing to start with; Amazon Connect refuses the flow (flow language, page \"Amazon Connect \
              Flow language\").",
        fix: "Add an action and name it in `StartAction`.",
        bad: r#"{"Version": "2019-10-30", "StartAction": "{{start}}", "Actions": []}"#,
        good: shape::END,
    },
};
