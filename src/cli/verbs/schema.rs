//! `flowbind schema`: the JSON Schema of manifests and scenarios, and of every JSON document that flowbind writes.

use crate::cli::args::{SchemaArgs, SchemaDocument};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::manifest;

pub(in crate::cli) fn run(args: &SchemaArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    match shipped(args.document) {
        None => terminal.json(&manifest::schema())?,
        Some(text) => terminal.result(text)?,
    }
    Ok(Exit::Done)
}

/// Returns the shipped schema of a document; that of manifests is made when it is asked for.
const fn shipped(document: SchemaDocument) -> Option<&'static str> {
    match document {
        SchemaDocument::Manifest => None,
        SchemaDocument::Scenario => Some(include_str!("../../../manifests/schema/scenario.v1alpha1.json")),
        SchemaDocument::Plan => Some(include_str!("../../../manifests/schema/plan.v1.json")),
        SchemaDocument::SavedPlan => Some(include_str!("../../../manifests/schema/saved-plan.v1.json")),
        SchemaDocument::Apply => Some(include_str!("../../../manifests/schema/apply.v1.json")),
        SchemaDocument::Drift => Some(include_str!("../../../manifests/schema/drift.v1.json")),
        SchemaDocument::Lint => Some(include_str!("../../../manifests/schema/lint.v1.json")),
        SchemaDocument::Explore => Some(include_str!("../../../manifests/schema/explore.v1.json")),
        SchemaDocument::Invoke => Some(include_str!("../../../manifests/schema/invoke.v1.json")),
        SchemaDocument::Error => Some(include_str!("../../../manifests/schema/error.v1.json")),
        SchemaDocument::Simulate => Some(include_str!("../../../manifests/schema/simulate.v1.json")),
        SchemaDocument::Test => Some(include_str!("../../../manifests/schema/test.v1.json")),
        SchemaDocument::Sweep => Some(include_str!("../../../manifests/schema/sweep.v1.json")),
        SchemaDocument::Event => Some(include_str!("../../../manifests/schema/event.v1.json")),
        SchemaDocument::Validate => Some(include_str!("../../../manifests/schema/validate.v1.json")),
    }
}
