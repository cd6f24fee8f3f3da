//! What the declared responses of functions hold, for the rules about keys.

use std::collections::BTreeSet;

use super::super::dataflow::Answer;
use super::super::invocation::Invocation;
use super::answer_reads::answered;
use super::{Facts, FlowView};
use crate::flow::analysis::carried::Read;

/// Returns the keys of a function's declared response; none where it declares none.
fn keys(facts: &Facts, invocation: &Invocation) -> Option<BTreeSet<String>> {
    let function = facts.functions.get(invocation.function.as_ref()?.literal()?)?;
    if let Some(keys) = function.response_keys.as_ref().filter(|keys| !keys.is_empty()) {
        return Some(keys.clone());
    }
    let example: serde_json::Value = serde_json::from_str(function.response_example.as_deref()?).ok()?;
    Some(example.as_object()?.keys().cloned().collect())
}

/// Returns the invocation whose declared response lacks the key that is read, if it can be the latest one. Where another
/// one can be, a comparison with a branch for no match may well tell them apart.
pub(super) fn missing(flow: &FlowView<'_>, facts: &Facts, read: &Read) -> Option<usize> {
    let key = read.reference.key()?;
    let whole = read.reference.path.join(".");
    let lacks = |invocation: &Invocation| {
        keys(facts, invocation).is_some_and(|keys| !keys.contains(key) && !keys.contains(&whole))
    };
    let others = flow.data_flow().answers(read.block).count() > 1;
    let (of, _) = answered(flow, read.block).find(|(_, invocation)| lacks(invocation))?;
    (!(others && read.guarded)).then_some(of)
}

/// Returns an invocation before `latest` whose declared response holds the key.
pub(super) fn earlier_with(flow: &FlowView<'_>, facts: &Facts, latest: usize, key: &str) -> Option<usize> {
    let data = flow.data_flow();
    let (mut open, mut seen) = (vec![latest], BTreeSet::from([latest]));
    while let Some(at) = open.pop() {
        let block = data.invocation(at)?.index;
        for answer in data.answers(block) {
            let (Answer::Of(of) | Answer::Failed(of)) = answer else { continue };
            if !seen.insert(of) {
                continue;
            }
            let holds = data.invocation(of).and_then(|earlier| keys(facts, earlier));
            if matches!(answer, Answer::Of(_)) && holds.is_some_and(|keys| keys.contains(key)) {
                return Some(of);
            }
            open.push(of);
        }
    }
    None
}

/// Makes facts of functions of one account with the keys that they answer.
pub(super) fn answers_of(functions: &[(&str, &[&str])]) -> Facts {
    let mut facts = Facts::default();
    for (name, keys) in functions {
        let arn = format!("arn:aws:lambda:us-east-1:111122223333:function:{name}");
        let function = facts.functions.entry(arn).or_default();
        function.response_keys = Some(keys.iter().map(|key| (*key).to_owned()).collect());
    }
    facts
}
