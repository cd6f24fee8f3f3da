//! The blocks that a scenario names, held against the flows.

use std::collections::BTreeSet;

use crate::manifest::{Manifest, Scenario, suggest};
use crate::resource::{Code, Label, Origin, Problem};

/// Finds the blocks that a scenario names and no flow of the instance has.
pub fn unknown_blocks(manifest: &Manifest, instance: &Label, scenario: &Scenario) -> Vec<Problem> {
    let mut known = BTreeSet::new();
    for (kind, name, flow) in manifest.contents().filter(|(_, _, flow)| flow.instances.contains(instance)) {
        let document = flow.content.as_ref().and_then(|content| content.text.document().ok());
        for block in document.iter().flat_map(|document| document.blocks()) {
            let names = [&block.name, &block.identifier];
            let whole = |of: &String| format!("{}/{name}#{of}", kind.word());
            known.extend(names.into_iter().flat_map(|of| [of.clone(), whole(of)]));
        }
    }
    let first = |origin: Option<&Option<Origin>>| origin.cloned().flatten();
    let answers =
        scenario.answers.iter().map(|(block, list)| (block, first(list.first().map(|told| &told.origin))));
    let functions =
        scenario.functions.iter().map(|(block, list)| (block, first(list.first().map(|told| &told.origin))));
    let path = scenario.expect.iter().flat_map(|expect| &expect.path);
    let path = path.map(|told| (&told.value.block, told.origin.clone()));
    let unknown = answers.chain(functions).chain(path).filter(|(block, _)| !known.contains(*block));
    unknown
        .map(|(block, origin)| {
            let message = format!("no flow on {instance} has a block `{block}`");
            let problem = Problem::error(Code::UnknownBlock, message);
            let problem = match suggest(block, known.iter().map(String::as_str)) {
                Some(hint) => problem.hint(hint),
                None => problem.hint(format!("`flowbind graph` shows the blocks of flow/{}", scenario.flow)),
            };
            Problem { origin: origin.or_else(|| scenario.origin.clone()), ..problem }
        })
        .collect()
}
