//! What exploring flows found: which branches no contact takes, and what can go wrong, with the shortest way to it.
//!
//! Each problem is a rule as those of `lint` are, so SARIF and GitHub are written by the same code.

mod json;
mod listed;
mod rules;
mod text;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use json::ExploreDocument;
pub use listed::{explore_github, explore_sarif};
pub use text::explore_text;

use crate::flow::Document;
use crate::flow::engine::{Key, Place, Program};
use crate::flow::explore::{Cover, Explored, Shows};
use crate::flow::finding::nearest;
use crate::flow::position::Position;
use crate::lint::Report;
use crate::manifest::{Scenario, Sources};

/// What was explored, and what could not be.
#[derive(Debug)]
pub struct Exploration {
    /// The flows that were explored.
    pub all: Vec<ExploredFlows>,
    /// The files that are no flows although they claim to be.
    pub unreadable: Report,
    /// The inputs that could not be read.
    pub unread: Vec<super::lint::Notice>,
    /// The texts of the files.
    pub sources: Sources,
    /// Whether scenarios are written of the ways.
    pub saved: bool,
}

/// Flows that were explored together: those of one instance of a manifest, or one file.
#[derive(Debug)]
pub struct ExploredFlows {
    /// The set, where there are several.
    pub set: Option<String>,
    /// The instance, by its name in the manifest; none for a file.
    pub instance: Option<String>,
    /// The flows.
    pub program: Program,
    /// What is known of the ways through them.
    pub explored: Explored,
    /// The files of the flows, in which places are reported.
    pub files: BTreeMap<Key, FlowSource>,
    /// The scenarios that show findings, by their place among them.
    pub scenarios: BTreeMap<usize, Scenario>,
}

/// The file of a flow.
#[derive(Debug, Clone)]
pub struct FlowSource {
    /// Its name, as the caller or the manifest gave it.
    pub name: String,
    /// What is written in it.
    pub document: Arc<Document>,
}

/// Names the scenario of a way by what it is there for: the finding, or the branch.
pub fn scenario_name(flows: &ExploredFlows, cover: &Cover) -> String {
    let (what, place) = match &cover.shows {
        Shows::Finding(at) => match flows.explored.findings.get(*at) {
            Some(found) => (rules::rule_of(found.problem).code.to_owned(), &found.at),
            None => return at.to_string(),
        },
        Shows::Branch(place, of) => (words::branch(&flows.program, place, *of), place),
    };
    let name = flows.program.block(place).map(|block| block.name.as_str()).unwrap_or_default();
    let elsewhere = (place.flow != cover.way.start).then(|| format!("{} ", place.flow));
    format!("{}{name}: {what}", elsewhere.unwrap_or_default())
}

impl ExploredFlows {
    /// Returns the file and the place in it where a block is written.
    fn at(&self, place: &Place) -> Option<(&str, Position)> {
        let source = self.files.get(&place.flow)?;
        let block = self.program.block(place)?;
        Some((&source.name, nearest(&source.document, &block.pointer)))
    }
}
