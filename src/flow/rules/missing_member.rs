//! A flow or an action without a required member.

use super::super::limits::ProblemKind;
use super::shape::{self, Shape};
use super::{Confidence, RuleMeta, Severity};

pub(super) static RULE: Shape = Shape {
    kind: ProblemKind::Missing,
    meta: &RuleMeta {
        code: "missing-member",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds flows without `Version` or `StartAction`, and actions without `Identifier` or `Type`.",
        why: "Amazon Connect refuses the flow (flow language, pages \"Amazon Connect Flow language\" and \"Actions\").",
        fix: "Add the member that the message names.",
        bad: r#"{"StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
        good: shape::END,
    },
};
