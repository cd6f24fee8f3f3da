//! A flow with what is derived from it, each thing once and only where it is asked for.

use std::sync::OnceLock;

use crate::flow::dataflow::DataFlow;
use crate::flow::document::Document;
use crate::flow::graph::Graph;
use crate::flow::limits::{self, Problem};
use crate::flow::references::{Reference, references};

/// A flow as rules see it.
#[derive(Debug, Clone)]
pub struct FlowView<'a> {
    /// The flow.
    pub document: &'a Document,
    /// Its graph.
    pub graph: Graph,
    /// The file, as the caller named it.
    pub file: Option<&'a str>,
    /// Made when the first rule asks for it.
    data: OnceLock<(DataFlow, Vec<Reference>)>,
    problems: OnceLock<Vec<Problem>>,
}

impl<'a> FlowView<'a> {
    /// Creates a view, graph included.
    pub fn new(document: &'a Document, file: Option<&'a str>) -> Self {
        Self { document, graph: Graph::of(document), file, data: OnceLock::new(), problems: OnceLock::new() }
    }

    /// Returns the analysis of which function's answer is there.
    pub fn data_flow(&self) -> &DataFlow {
        &self.data().0
    }

    /// Returns the references of all blocks.
    pub fn references(&self) -> &[Reference] {
        &self.data().1
    }

    fn data(&self) -> &(DataFlow, Vec<Reference>) {
        self.data.get_or_init(|| {
            let references = references(self.document);
            (DataFlow::of(self.document, &self.graph, &references), references)
        })
    }

    /// Returns what is wrong with its sizes, names and members.
    pub fn problems(&self) -> &[Problem] {
        self.problems.get_or_init(|| limits::check(self.document))
    }
}
