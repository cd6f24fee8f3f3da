//! The codes that a finding can have: those of the rules, and a few of linting itself.

use crate::flow::finding::{Confidence, Severity};
use crate::flow::rules::{self, RuleMeta};

/// A file that cannot be read as a flow.
pub static UNREADABLE_FLOW: RuleMeta = RuleMeta {
    code: "unreadable-flow",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Tells a flow that cannot be read: text that is not JSON, another version of the flow language, or a value \
           of the wrong kind where Amazon Connect expects a name, a list or an object. In a folder, JSON files that \
           never claim to be a flow are passed over.",
    why: "Amazon Connect refuses such a flow, and no rule can judge it.",
    fix: "Mend the file where the message points to; a flow of another version is exported again from the console.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

/// An entry of `spec.lint.ignore` that lets nothing pass.
pub static UNUSED_SUPPRESSION: RuleMeta = RuleMeta {
    code: "unused-suppression",
    severity: Severity::Info,
    confidence: Confidence::High,
    what: "Finds entries of `spec.lint.ignore` that match no finding. Codes that are not selected are not judged.",
    why: "What it excused is gone, or its code, flow or block is misspelt; left in place it would hide the next \
          finding of that kind.",
    fix: "Take the entry out, or correct its code, flow or block.",
    bad: "spec:\n  lint:\n    ignore:\n      - { code: unreachable-block, flow: main-ivr, block: Old menu, reason: kept for the \
          campaign in May }  # the block is gone",
    good: "spec:\n  lint:\n    ignore: []",
};

/// Gives the contracts of all codes, ordered by code.
pub fn codes() -> Vec<&'static RuleMeta> {
    let mut codes: Vec<_> = rules::ALL.iter().map(|rule| rule.meta()).collect();
    codes.extend([&UNREADABLE_FLOW, &UNUSED_SUPPRESSION]);
    codes.sort_by_key(|meta| meta.code);
    codes
}

/// Finds the contract of a code.
pub fn find(code: &str) -> Option<&'static RuleMeta> {
    codes().into_iter().find(|meta| meta.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ordered_and_different() {
        let codes = codes();
        assert!(codes.is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(find("unused-suppression"), Some(&UNUSED_SUPPRESSION));
        assert_eq!(find("unused"), None);
    }
}
