//! The way of a contact on the picture of its flow.

use std::collections::BTreeSet;

use crate::flow::graph::Graph;
use crate::report::graph::{Picture, of_flow};
use crate::simulate::{Simulation, Taken};

/// Draws the flow that a contact met first: what it came through is strong, and the rest faint.
pub fn path_picture(simulation: &Simulation<'_>, steps: &[Taken]) -> Option<Picture> {
    let key = simulation.subject.key();
    let document = &simulation.subject.program.flows.get(&key)?.document;
    let mut picture = of_flow(document, &Graph::of(document), &[]);
    let (mut blocks, mut ways) = (BTreeSet::new(), BTreeSet::new());
    for taken in steps {
        let own = Some((&taken.went.at, taken.went.branch));
        let back = taken.went.back.as_ref().map(|(place, branch)| (place, *branch));
        for (place, branch) in own.into_iter().chain(back).filter(|(place, _)| place.flow == key) {
            blocks.insert(place.block);
            let block = document.blocks().get(place.block);
            let to = block.and_then(|block| document.block(&branch.target(block)?.identifier));
            ways.extend(to.map(|to| (place.block, to.index)));
        }
    }
    let first = document.start().and_then(|start| document.block(start)).map(|block| block.index);
    for (index, tile) in picture.boxes.iter_mut().enumerate().take(document.blocks().len()) {
        tile.faint = !blocks.contains(&index);
    }
    for arrow in &mut picture.arrows {
        let begins = arrow.from >= document.blocks().len() && Some(arrow.to) == first && !steps.is_empty();
        arrow.strong = begins || ways.contains(&(arrow.from, arrow.to));
    }
    picture.title = format!("flow/{}", simulation.subject.flow);
    Some(picture)
}
