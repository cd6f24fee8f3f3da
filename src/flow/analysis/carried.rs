//! Reads of a function's answer, those of flows to which a contact is handed with it included.
//!
//! `TransferToFlow` takes the contact's `$.External` along; into a module, or a flow that Amazon Connect starts at an
//! event, nothing is followed.

use std::collections::BTreeSet;

use crate::flow::dataflow::{Answer, DataFlow};
use crate::flow::document::{Block, Document};
use crate::flow::facts::{CalleeFacts, Facts};
use crate::flow::graph::{CallKind, Graph};
use crate::flow::references::{Reference, references};

/// The most flows that are followed from one: a manifest whose flows form a net is judged from each of them anyway.
const MAX_FLOWS: usize = 64;

/// A read of a function's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::flow) struct Read {
    /// The block in this flow: the one that reads, or the one that hands the contact over.
    pub(in crate::flow) block: usize,
    /// The JSON pointer in this flow.
    pub(in crate::flow) pointer: String,
    /// What is read.
    pub(in crate::flow) reference: Reference,
    /// Whether the block has a way for a value that is not there: a comparison with a branch for no match.
    pub(in crate::flow) guarded: bool,
    /// The flow and block that read, where they are not this flow's.
    pub(in crate::flow) via: Option<(String, String)>,
}

/// Returns whether a block copes with an empty value.
fn is_guard(block: &Block) -> bool {
    let caught = block.transitions.error("NoMatchingCondition").is_some_and(|branch| branch.target.is_some());
    block.kind == "Compare" && caught
}

/// Returns the reads of answers in a flow whose analysis is at hand, and behind its transfers.
pub(in crate::flow) fn reads(
    document: &Document,
    graph: &Graph,
    data: &DataFlow,
    own: &[Reference],
    facts: &Facts,
) -> Vec<Read> {
    let answers = own.iter().filter(|found| found.namespace.is_answer());
    let mut reads: Vec<Read> = answers
        .map(|found| Read {
            block: found.block,
            pointer: found.pointer.clone(),
            reference: found.clone(),
            guarded: document.blocks().get(found.block).is_some_and(is_guard),
            via: None,
        })
        .collect();
    for (block, pointer, callee) in transfers(graph, facts) {
        if data.answers(block).next().is_some() {
            reads.extend(exposed(callee, facts).into_iter().map(|read| Read {
                block,
                pointer: pointer.to_owned(),
                ..read
            }));
        }
    }
    reads
}

/// The transfers to flows that are known: the block, the pointer of the reference, and its text with the facts.
fn transfers<'g, 'f>(
    graph: &'g Graph,
    facts: &'f Facts,
) -> impl Iterator<Item = (usize, &'g str, (&'f str, &'f CalleeFacts))> {
    let calls = graph.calls().iter().filter(|call| call.kind == CallKind::Flow && !call.is_dynamic());
    calls.filter_map(|call| {
        let (reference, callee) = facts.callees.get_key_value(&call.reference)?;
        Some((call.block, call.pointer.as_str(), (reference.as_str(), callee)))
    })
}

/// Returns what a flow reads before it has asked a function itself, with what the flows behind it read so.
fn exposed(first: (&str, &CalleeFacts), facts: &Facts) -> Vec<Read> {
    let mut seen: BTreeSet<String> = BTreeSet::from([first.0.to_owned()]);
    let mut open = vec![(first.0.to_owned(), first.1)];
    let mut found = Vec::new();
    while let Some((reference, callee)) = open.pop() {
        let Some(document) = callee.document.as_deref() else { continue };
        let name = callee.name.clone().unwrap_or(reference);
        let graph = Graph::of(document);
        let own = references(document);
        let data = DataFlow::of(document, &graph, &own);
        for read in own {
            let Some(block) = document.blocks().get(read.block) else { continue };
            if read.namespace.is_answer() && data.holds(read.block, Answer::Entry) {
                let via = Some((name.clone(), block.name.clone()));
                let guarded = is_guard(block);
                found.push(Read { block: 0, pointer: String::new(), reference: read, guarded, via });
            }
        }
        for (block, _, (reference, callee)) in transfers(&graph, facts) {
            let new = data.holds(block, Answer::Entry)
                && seen.len() < MAX_FLOWS
                && seen.insert(reference.to_owned());
            if new {
                open.push((reference.to_owned(), callee));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::flow::rules::{self, FlowView};

    const FIRST: &str = r#"{"Version": "2019-10-30", "StartAction": "ask", "Actions": [
      {"Identifier": "ask", "Type": "InvokeLambdaFunction", "Parameters": {
        "LambdaFunctionARN": "f", "InvocationTimeLimitSeconds": "3"},
       "Transitions": {"NextAction": "on", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "on"}]}},
      {"Identifier": "on", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": "second"},
       "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
      {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;

    /// Hands on at once, so that what it was handed is read in the flow behind it.
    const SECOND: &str = r#"{"Version": "2019-10-30", "StartAction": "on", "Actions": [
      {"Identifier": "on", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": "third"},
       "Transitions": {"NextAction": "on", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "on"}]}}]}"#;

    const THIRD: &str = r#"{"Version": "2019-10-30", "StartAction": "say", "Actions": [
      {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"Text": "$.External.name"},
       "Transitions": {"NextAction": "back", "Errors": []}},
      {"Identifier": "back", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": "second"}, "Transitions": {}}]}"#;

    fn findings(first: &str, third: &str) -> Vec<String> {
        let mut facts = Facts::default();
        for (name, text) in [("second", SECOND), ("third", third)] {
            let document = Some(Arc::new(Document::parse(text).unwrap()));
            let callee = CalleeFacts { name: Some(name.to_owned()), document };
            facts.callees.insert(name.to_owned(), callee);
        }
        let document = Document::parse(first).unwrap();
        let found = rules::check(&FlowView::new(&document, None), &facts, rules::ALL);
        let found = found.into_iter().filter(|finding| finding.code.starts_with("external-"));
        found.map(|finding| format!("{} {}: {}", finding.code, finding.pointer, finding.message)).collect()
    }

    #[test]
    fn an_answer_is_followed_over_transfers_and_round_circles_of_them() {
        let expected = "external-after-failure /Actions/1/Parameters/ContactFlowId: `on` hands the contact to the flow \
                        `third`, whose block `say` reads `$.External.name`, and on a path to it `ask` failed: there is \
                        no answer to read";
        assert_eq!(findings(FIRST, THIRD), [expected]);
        let caught = FIRST.replacen(
            r#""ErrorType": "NoMatchingError", "NextAction": "on""#,
            r#""ErrorType": "NoMatchingError", "NextAction": "end""#,
            1,
        );
        assert_eq!(findings(&caught, THIRD), [""; 0]);
    }

    #[test]
    fn what_a_flow_asks_itself_was_not_handed_to_it() {
        let asks = THIRD.replace(
            r#""StartAction": "say", "Actions": ["#,
            r#""StartAction": "a", "Actions": [
          {"Identifier": "a", "Type": "InvokeLambdaFunction", "Parameters": {"LambdaFunctionARN": "g"},
           "Transitions": {"NextAction": "say", "Errors": []}},"#,
        );
        assert_eq!(findings(FIRST, &asks), [""; 0]);
        assert_eq!(findings(&FIRST.replace("\"second\"", "\"$.Attributes.next\""), THIRD), [""; 0]);
    }
}
