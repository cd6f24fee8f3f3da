//! The blocks that a scenario names, held against the flows.

use std::collections::BTreeSet;

use super::program::Subject;
use crate::manifest::{Scenario, suggest};
use crate::resource::{Code, Origin, Problem};

/// Finds the blocks that a scenario names and no flow has.
pub fn unknown_blocks(subject: &Subject<'_>, scenario: &Scenario) -> Vec<Problem> {
    let mut known = BTreeSet::new();
    for (key, code) in &subject.program.flows {
        for block in code.document.blocks() {
            let names = [&block.name, &block.identifier];
            known.extend(names.into_iter().flat_map(|name| [name.clone(), format!("{key}#{name}")]));
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
            let message = format!("no flow on {} has a block `{block}`", subject.instance);
            let hint = suggest(block, known.iter().map(String::as_str));
            let problem = Problem::error(Code::UnknownBlock, message);
            let problem = match hint {
                Some(hint) => problem.hint(hint),
                None => problem.hint(format!("`flowbind graph` shows the blocks of flow/{}", scenario.flow)),
            };
            Problem { origin: origin.or_else(|| scenario.origin.clone()), ..problem }
        })
        .collect()
}
