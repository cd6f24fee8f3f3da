//! Sizes, names and members that Amazon Connect refuses: one check, of which each kind of problem is a rule.

use super::super::limits::ProblemKind;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

/// A rule for one kind of problem.
pub(super) struct Shape {
    kind: ProblemKind,
    meta: &'static RuleMeta,
}

const END: &str = r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#;

pub(super) static CONTENT_TOO_LONG: Shape = Shape {
    kind: ProblemKind::TooLong,
    meta: &RuleMeta {
        code: "content-too-long",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds flows of more than 256,000 characters.",
        why: "Amazon Connect refuses them (API reference, \"Content\" of `CreateContactFlow`).",
        fix: "Move parts of the flow into modules, or into flows that it transfers to.",
        bad: "",
        good: END,
    },
};

pub(super) static DUPLICATE_IDENTIFIER: Shape = Shape {
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
        good: END,
    },
};

pub(super) static DUPLICATE_KEY: Shape = Shape {
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
        good: END,
    },
};

pub(super) static ILLEGAL_IDENTIFIER: Shape = Shape {
    kind: ProblemKind::BadIdentifier,
    meta: &RuleMeta {
        code: "illegal-identifier",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds identifiers of more than 50 characters, with one of `% : ( \\ / ) = $ , ; [ ] { }`, or that are \
               reserved, such as `constructor`. A placeholder is not judged.",
        why: "Amazon Connect refuses the flow (flow language, page \"Actions\").",
        fix: "Rename the action, and the transitions that mean it.",
        bad: r#"{"Version": "2019-10-30", "StartAction": "a:b", "Actions": [
  {"Identifier": "a:b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
        good: END,
    },
};

pub(super) static MISSING_MEMBER: Shape = Shape {
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
        good: END,
    },
};

pub(super) static NO_ACTION: Shape = Shape {
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
        good: END,
    },
};

pub(super) static TOO_MANY_ACTIONS: Shape = Shape {
    kind: ProblemKind::TooManyActions,
    meta: &RuleMeta {
        code: "too-many-actions",
        severity: Severity::Error,
        confidence: Confidence::High,
        what: "Finds flows of more than 250 actions.",
        why: "Amazon Connect refuses them (flow language, page \"Amazon Connect Flow language\").",
        fix: "Move parts of the flow into modules, or into flows that it transfers to.",
        bad: "",
        good: END,
    },
};

impl Rule for Shape {
    fn meta(&self) -> &'static RuleMeta {
        self.meta
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        for problem in flow.problems().iter().filter(|problem| problem.kind == self.kind) {
            let index = problem
                .pointer
                .strip_prefix("/Actions/")
                .and_then(|rest| rest.split('/').next()?.parse().ok());
            let block = index.and_then(|index: usize| flow.document.blocks().get(index));
            out.add(self.meta, flow, block, &problem.pointer, problem.message.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::limits::{MAX_ACTIONS, MAX_CHARACTERS};
    use super::super::{Document, check};
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, Option<String>)> {
        let document = Document::parse(text).unwrap();
        let found = check(&FlowView::new(&document, None), &Facts::default(), super::super::ALL);
        found.into_iter().map(|finding| (finding.code, finding.block)).collect()
    }

    #[test]
    fn a_flow_at_its_limits_is_allowed_and_one_more_is_not() {
        let long = |characters: usize| {
            END.replace(
                "\"Parameters\": {}",
                &format!("\"Parameters\": {{\"x\": \"{}\"}}", "é".repeat(characters)),
            )
        };
        let rest = long(0).chars().count();
        assert_eq!(found(&long(MAX_CHARACTERS - rest)), []);
        assert_eq!(found(&long(MAX_CHARACTERS - rest + 1)), [("content-too-long", None)]);
        let many = |actions: usize| {
            let action = |n: usize| {
                format!(
                    r#"{{"Identifier": "{n}", "Type": "MessageParticipant", "Parameters": {{}}, "Transitions": {{"NextAction": "{}"}}}}, "#,
                    if n + 2 == actions { "end".to_owned() } else { (n + 1).to_string() }
                )
            };
            let actions: String = (0..actions - 1).map(action).collect();
            END.replace("\"StartAction\": \"end\"", "\"StartAction\": \"0\"")
                .replace("[\n", &format!("[\n{actions}"))
        };
        assert_eq!(found(&many(MAX_ACTIONS)), []);
        assert_eq!(found(&many(MAX_ACTIONS + 1)), [("too-many-actions", None)]);
    }

    #[test]
    fn a_problem_of_an_action_names_its_block() {
        assert_eq!(found(ILLEGAL_IDENTIFIER.meta.bad), [("illegal-identifier", Some("a:b".to_owned()))]);
    }
}
