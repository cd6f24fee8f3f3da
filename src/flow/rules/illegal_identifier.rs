//! An identifier that Amazon Connect refuses.

use super::super::limits::ProblemKind;
use super::shape::{self, Shape};
use super::{Confidence, RuleMeta, Severity};

pub(super) static RULE: Shape = Shape {
    kind: ProblemKind::BadIdentifier,
    meta: &RuleMeta {
        code: "illegal-identifier",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds identifiers of more than 50 characters, with one of `% : ( \\ / ) = $ , ; [ ] { }`, or that are \
               reserved, such as `constructor`. A placeholder is not checked.",
        why: "Amazon Connect refuses the flow (flow language, page \"Actions\").",
        fix: "Rename the action, and the transitions that mean it.",
        bad: r#"{"Version": "2019-10-30", "StartAction": "a:b", "Actions": [
  {"Identifier": "a:b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
        good: shape::END,
    },
};
