//! An answer that is read before any function was asked.

use std::collections::BTreeSet;

use super::super::dataflow::Answer;
use super::super::stub::FlowType;
use super::answer_reads::{Verdict, reads, report};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};
use crate::flow::analysis::carried::Read;

pub(super) struct ExternalBeforeInvocation;

static META: RuleMeta = RuleMeta {
    code: "external-before-invocation",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    what: "Finds reads of `$.External` (or `$.LambdaInvocation.ResultData`) that a contact can reach before \
          any function was invoked. In a flow that relies on the answer that an earlier flow left there, only the first such read is reported, as information. A comparison with a no-match branch handles an empty value and is not reported, and modules are not checked: what their callers leave is unknown.",
    why: "`$.External` holds the answer of the latest function and nothing before the first one: prompts \
          are incomplete, and attributes are set to nothing (administrator guide, \"Lambda functions and \
          attributes\").",
    fix: "Invoke the function first, or send contacts without an answer to blocks that do not need it.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "ask", "Actions": [
  {"Identifier": "ask", "Type": "Compare", "Parameters": {"ComparisonValue": "$.Channel"}, "Transitions": {
    "Conditions": [{"NextAction": "lookup", "Condition": {"Operator": "Equals", "Operands": ["VOICE"]}}],
    "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "hello"}]}},
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "ask", "Actions": [
  {"Identifier": "ask", "Type": "Compare", "Parameters": {"ComparisonValue": "$.Channel"}, "Transitions": {
    "Conditions": [{"NextAction": "lookup", "Condition": {"Operator": "Equals", "Operands": ["VOICE"]}}],
    "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "end"}]}},
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:f", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "hello", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.External.name"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for ExternalBeforeInvocation {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        if is_module(flow, facts) {
            return;
        }
        let (reads, data) = (reads(flow, facts), flow.data_flow());
        let entering = |read: &&Read| read.via.is_none() && data.holds(read.block, Answer::Entry);
        let reading: BTreeSet<usize> = reads.iter().filter(entering).map(|read| read.block).collect();
        let leans =
            facts.transferred_to != Some(false) && data.reads_first(flow.document, &flow.graph, &reading);
        let first = reads.iter().filter(entering).find(|read| !read.guarded).map(|read| read.block);
        report(&META, flow, &reads, out, |read| {
            if !data.holds(read.block, Answer::Entry) || read.guarded {
                return None;
            }
            let says = ", and on a path to it no function was invoked: there is nothing to read";
            let verdict = Verdict::new(&META, Answer::Entry, says.to_owned());
            if !leans {
                return Some(verdict);
            }
            let mention = first == Some(read.block) && read.via.is_none() && facts.transferred_to.is_none();
            let says = ", and this flow has invoked no function before: it is empty unless an earlier \
                        flow invoked one";
            mention.then(|| Verdict {
                severity: Severity::Info,
                confidence: Confidence::Low,
                says: says.to_owned(),
                ..verdict
            })
        });
    }
}

fn is_module(flow: &FlowView<'_>, facts: &Facts) -> bool {
    let ends = |block: &super::Block| block.kind == "EndFlowModuleExecution";
    facts.flow_type == Some(FlowType::Module) || flow.document.blocks().iter().any(ends)
}

#[cfg(test)]
mod tests {
    use super::super::{Document, check};
    use super::*;

    /// Reads before it asks, as a flow does that is handed contacts with an answer.
    const EARLY: &str = r#"{"Version": "2019-10-30", "StartAction": "hello", "Actions": [
      {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "$.External.name"},
       "Transitions": {"NextAction": "ask"}},
      {"Identifier": "ask", "Type": "InvokeLambdaFunction", "Parameters": {"LambdaFunctionARN": "f"},
       "Transitions": {"NextAction": "hello"}}]}"#;

    fn severities(text: &str, facts: &Facts) -> Vec<(Severity, Confidence)> {
        let document = Document::parse(text).unwrap();
        let found = check(&FlowView::new(&document, None), facts, &[&ExternalBeforeInvocation]);
        found.into_iter().map(|finding| (finding.severity, finding.confidence)).collect()
    }

    #[test]
    fn who_hands_contacts_over_decides_how_bad_an_early_read_is() {
        let of = |transferred_to| severities(EARLY, &Facts { transferred_to, ..Facts::default() });
        assert_eq!(of(None), [(Severity::Info, Confidence::Low)]);
        assert_eq!(of(Some(true)), []);
        assert_eq!(of(Some(false)), [(Severity::Warning, Confidence::Medium)]);
    }

    #[test]
    fn what_a_module_is_given_is_not_known() {
        let module = Facts { flow_type: Some(FlowType::Module), ..Facts::default() };
        assert_eq!(severities(EARLY, &module), []);
        let ends = EARLY.replace("MessageParticipant", "EndFlowModuleExecution");
        assert_eq!(severities(&ends, &Facts::default()), []);
    }
}
