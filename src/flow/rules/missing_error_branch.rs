//! An action without a branch for an error that it must have one for.

use super::super::catalog::action_of;
use super::super::document::Format;
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct MissingErrorBranch;

static META: RuleMeta = RuleMeta {
    code: "missing-error-branch",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds actions that lack a branch, or its target, for an error that the flow language requires of their \
           type: mostly `NoMatchingError`, for `Compare` and `DistributeByPercentage` `NoMatchingCondition`, for \
           `CheckMetricData` both. Types that the console itself exports without a branch, such as \
           `MessageParticipant`, are not checked; invocations of functions have `lambda-error-branch`.",
    why: "Amazon Connect refuses the flow: \"Action is missing required error\" (flow language, the page of each \
          action).",
    fix: "Add the branch to `Transitions.Errors` and lead it to a block that helps the contact on.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"x": "1"}}, "Transitions": {
    "NextAction": "end", "Errors": []}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"x": "1"}}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for MissingErrorBranch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, _: &Facts, out: &mut Findings) {
        if flow.document.format() == Format::Legacy {
            return;
        }
        for block in flow.document.blocks() {
            let Some(action) = action_of(&block.kind) else { continue };
            let caught =
                |error: &&&str| block.transitions.error(error).is_some_and(|branch| branch.target.is_some());
            let missing: Vec<_> = action
                .errors
                .iter()
                .filter(|error| !caught(error))
                .map(|error| format!("`{error}`"))
                .collect();
            if !missing.is_empty() {
                let message = format!(
                    "`{}` ({}) needs an error branch for {}",
                    block.name,
                    block.kind,
                    missing.join(" and ")
                );
                out.add(&META, flow, Some(block), &format!("{}/Transitions", block.pointer), message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Document, check};
    use super::*;

    #[test]
    fn what_the_console_exports_is_enough() {
        // A Compare with a `NextAction`, which its page does not name, and a prompt without an error branch.
        let text = |error: &str| {
            format!(
                r#"{{"Version": "2019-10-30", "StartAction": "c", "Actions": [
  {{"Identifier": "c", "Type": "Compare", "Parameters": {{"ComparisonValue": "$.Channel"}}, "Transitions": {{
    "NextAction": "say", "Errors": [{{"ErrorType": "{error}", "NextAction": "say"}}], "Conditions": []}}}},
  {{"Identifier": "say", "Type": "MessageParticipant", "Parameters": {{"Text": "x"}}, "Transitions": {{"NextAction": "end"}}}},
  {{"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {{}}, "Transitions": {{}}}}]}}"#
            )
        };
        let found = |text: &str| {
            let document = Document::parse(text).unwrap();
            let found = check(&FlowView::new(&document, None), &Facts::default(), super::super::ALL);
            found.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        assert_eq!(found(&text("NoMatchingCondition")), [""; 0]);
        assert_eq!(
            found(&text("NoMatchingError")),
            ["`c` (Compare) needs an error branch for `NoMatchingCondition`"]
        );
    }
}
