//! What a manifest declares and nothing uses.

use std::collections::BTreeSet;

use crate::flow::document::Document;
use crate::flow::graph::Graph;
use crate::manifest::{Flow, Function, Manifest, Names};
use crate::resource::{Address, Code, FunctionArn, FunctionRef, Kind, Label, Problem};

/// Names declared functions that no flow, module or instance uses, those that more than the declared instances may call,
/// handlers that their runtime refuses, and bindings of blocks to which no contact comes.
pub fn manifest_findings(desired: &Manifest) -> Vec<Problem> {
    let mut problems = unused_functions(desired);
    problems.extend(super::grants::declared_wide(desired));
    problems.extend(super::callback_handler::callback_handlers(desired));
    for (kind, name, flow) in desired.contents() {
        problems.extend(uninvoked(kind, name, flow));
    }
    problems
}

fn unused_functions(desired: &Manifest) -> Vec<Problem> {
    let named: BTreeSet<&Label> =
        desired.instances.values().flat_map(|instance| &instance.functions).collect();
    // A file may name it by its ARN, with whatever qualifier.
    let holds = |names: &Names, function: &FunctionRef| {
        names.literal.iter().any(|found| found.place == function.place && found.name == function.name)
    };
    let uses = |name: &Label, function: &Function| {
        let mut flows = desired.contents().map(|(_, _, flow)| &flow.names);
        flows.any(|names| names.functions.contains(name) || holds(names, &function.target))
    };
    let unused =
        desired.functions.iter().filter(|(name, function)| !named.contains(name) && !uses(name, function));
    let problem = |name: &Label| {
        let message = format!("no flow, module or instance uses the function `{name}`");
        let hint = "bind a block to it, list it at an instance, or remove it.";
        Problem::warning(Code::UnusedFunction, message).on(&Address::new(Kind::Function, name)).hint(hint)
    };
    unused.map(|(name, function)| problem(name).at(&function.origin)).collect()
}

/// The ARNs that the blocks of a flow invoke.
pub(super) fn arns(document: &Document) -> Vec<FunctionArn> {
    let invocations = document.invocations().into_iter();
    invocations.filter_map(|found| FunctionArn::parse(found.function?.literal()?).ok()).collect()
}

/// Names the bindings of a flow file's blocks to which no contact comes: such a function is never invoked.
fn uninvoked(kind: Kind, name: &Label, flow: &Flow) -> Vec<Problem> {
    let Some(document) = flow.content.as_ref().and_then(|file| file.text.document().ok()) else {
        return Vec::new();
    };
    let graph = Graph::of(document);
    // A transition that names no block may be a placeholder: it may lead anywhere.
    if graph.start().is_none() || graph.edges().iter().any(|edge| edge.to.is_none()) {
        return Vec::new();
    }
    let never = flow
        .bindings
        .iter()
        .filter(|(block, _)| document.find(block).is_ok_and(|block| !graph.is_reachable(block.index)));
    let problem = |(block, binding): (&String, &crate::manifest::Binding)| {
        let message = format!(
            "no contact reaches the block `{block}`, so `{}` is never invoked there",
            binding.function
        );
        let hint = "add a transition to the block, or remove the block and its binding.";
        let address = Address::new(kind, name).block(block);
        Problem::warning(Code::BindingNeverInvoked, message).on(&address).at(&binding.origin).hint(hint)
    };
    never.map(problem).collect()
}
