//! Findings about reads of a function's answer: one for each block and cause, however much the block reads.

use std::collections::BTreeMap;

use super::super::dataflow::Answer;
use super::super::invocation::Invocation;
use super::{Confidence, Facts, Findings, FlowView, PathStep, RuleMeta, Severity};
use crate::flow::analysis::carried::{self, Read};

/// The most references that a message names.
const NAMED: usize = 3;

/// What is told in one finding: a block, the flow and block behind it, and the cause.
type Group<'a> = (usize, Option<&'a (String, String)>, String);

/// What a rule says of a read.
pub(super) struct Verdict {
    /// The answer that makes it bad, which gives the way that is shown.
    pub(super) answer: Answer,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    /// The end of the message, behind what is read.
    pub(super) says: String,
}

impl Verdict {
    /// Creates a verdict as its rule gives it as a rule.
    pub(super) fn new(meta: &RuleMeta, answer: Answer, says: String) -> Self {
        Self { answer, severity: meta.severity, confidence: meta.confidence, says }
    }
}

/// Returns the reads of answers, those behind transfers included.
pub(super) fn reads(flow: &FlowView<'_>, facts: &Facts) -> Vec<Read> {
    carried::reads(flow.document, &flow.graph, flow.data_flow(), flow.references(), facts)
}

/// Returns the invocations whose answers can be there when a contact comes to a block.
pub(super) fn answered<'v>(
    flow: &'v FlowView<'_>,
    block: usize,
) -> impl Iterator<Item = (usize, &'v Invocation)> {
    let data = flow.data_flow();
    data.answers(block).filter_map(|answer| match answer {
        Answer::Of(of) => Some((of, data.invocation(of)?)),
        _ => None,
    })
}

/// Returns the name of an invocation's block.
pub(super) fn name_of<'v>(flow: &'v FlowView<'_>, of: usize) -> &'v str {
    let invocation = flow.data_flow().invocation(of);
    let block = invocation.and_then(|invocation| flow.document.blocks().get(invocation.index));
    block.map_or("", |block| block.name.as_str())
}

/// Names blocks in a sentence.
pub(super) fn names_of(flow: &FlowView<'_>, invocations: &[usize]) -> String {
    let names: Vec<_> = invocations.iter().map(|of| format!("`{}`", name_of(flow, *of))).collect();
    names.join(" or ")
}

/// Adds a finding for each block and cause among the reads for which `judge` has a verdict.
pub(super) fn report(
    meta: &RuleMeta,
    flow: &FlowView<'_>,
    reads: &[Read],
    out: &mut Findings,
    judge: impl Fn(&Read) -> Option<Verdict>,
) {
    let mut groups: BTreeMap<Group<'_>, (Verdict, Vec<&Read>)> = BTreeMap::new();
    for read in reads {
        let Some(verdict) = judge(read) else { continue };
        let key = (read.block, read.via.as_ref(), verdict.says.clone());
        groups.entry(key).or_insert_with(|| (verdict, Vec::new())).1.push(read);
    }
    for ((block, via, says), (verdict, reads)) in groups {
        let (Some(block), Some(first)) = (flow.document.blocks().get(block), reads.first()) else { continue };
        let subject = match via {
            None => format!("`{}`", block.name),
            Some((to, inner)) => {
                format!("`{}` hands the contact to the flow `{to}`, whose block `{inner}`", block.name)
            }
        };
        let message = format!("{subject} reads {}{says}", listed(&reads));
        let way = flow.data_flow().way(flow.document, &flow.graph, block.index, verdict.answer);
        let finding = out.add(meta, flow, Some(block), &first.pointer, message);
        (finding.severity, finding.confidence) = (verdict.severity, verdict.confidence);
        finding.path = way.into_iter().map(|edge| PathStep::of(flow.document, edge)).collect();
    }
}

/// Names what is read, each reference once.
fn listed(reads: &[&Read]) -> String {
    let mut names: Vec<String> = Vec::new();
    for read in reads {
        let name = format!("`{}`", read.reference.text());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
