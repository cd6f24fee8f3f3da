//! The rules about sizes, names and members that Amazon Connect refuses: one check, of which each kind of problem is a rule
//! in a file of its own.

use super::super::limits::ProblemKind;
use super::{Facts, Findings, FlowView, Rule, RuleMeta};

/// A rule for one kind of problem.
pub(super) struct Shape {
    pub(super) kind: ProblemKind,
    pub(super) meta: &'static RuleMeta,
}

/// A flow that ends at once.
pub(super) const END: &str = r#"{"Version": "2019-10-30", "StartAction": "end", "Actions": [
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#;

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
        assert_eq!(
            found(super::super::illegal_identifier::RULE.meta.bad),
            [("illegal-identifier", Some("a:b".to_owned()))]
        );
    }
}
