//! A key that occurs twice in an object.

use super::super::limits::ProblemKind;
use super::shape::{self, Shape};
use super::{Confidence, RuleMeta, Severity};

pub(super) static RULE: Shape = Shape {
    kind: ProblemKind::DuplicateKey,
    meta: &RuleMeta {
        code: "duplicate-key",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds keys that occur twice in their object.",
        why: "JSON leaves open which one counts; Amazon Connect keeps only one, and what the other says is lost \
              (RFC 8259, section 4).",
        fix: "Remove one of the two.",
        bad: r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Parameters": {}, "Transitions": {}}
]}"#,
        good: shape::END,
    },
};
