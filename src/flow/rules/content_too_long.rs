//! A flow of more than 256,000 characters.

use super::super::limits::ProblemKind;
use super::shape::{self, Shape};
use super::{Confidence, RuleMeta, Severity};

pub(super) static RULE: Shape = Shape {
    kind: ProblemKind::TooLong,
    meta: &RuleMeta {
        code: "content-too-long",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds flows of more than 256,000 characters.",
        why: "Amazon Connect refuses them (API reference, \"Content\" of `CreateContactFlow`).",
        fix: "Move parts of the flow into modules, or into flows that it transfers to.",
        bad: "",
        good: shape::END,
    },
};
