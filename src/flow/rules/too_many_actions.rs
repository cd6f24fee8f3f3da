//! A flow of more than 250 actions.

use super::super::limits::ProblemKind;
use super::shape::{self, Shape};
use super::{Confidence, RuleMeta, Severity};

pub(super) static RULE: Shape = Shape {
    kind: ProblemKind::TooManyActions,
    meta: &RuleMeta {
        code: "too-many-actions",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds flows of more than 250 actions.",
        why: "Amazon Connect refuses them (flow language, page \"Amazon Connect Flow language\").",
        fix: "Move parts of the flow into modules, or into flows that it transfers to.",
        bad: "",
        good: shape::END,
    },
};
