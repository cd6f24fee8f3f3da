//! An identifier that two actions have.

use super::super::limits::ProblemKind;
use super::shape::{self, Shape};
use super::{Confidence, RuleMeta, Severity};

pub(super) static RULE: Shape = Shape {
    kind: ProblemKind::DuplicateIdentifier,
    meta: &RuleMeta {
        code: "duplicate-identifier",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds actions whose identifier an earlier action has.",
        why: "Amazon Connect refuses the flow; transitions could mean either (flow language, page \"Actions\").",
        fix: "Rename one of the actions, and the transitions that mean it.",
        bad: r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
        good: shape::END,
    },
};
