//! Draws a flow as SVG, with what the analyser says about it.
//!
//! `cargo run --no-default-features --example picture -- FLOW.json > flow.svg`; without a file one of the demo.

use std::io::Write;
use std::path::PathBuf;

use flowbind::flow::facts::Facts;
use flowbind::flow::rules::{self, FlowView};
use flowbind::flow::{self, Document};
use flowbind::report::graph;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("manifests/demo/flows/main-ivr.json");
    let path = std::env::args_os().nth(1).map_or(demo, PathBuf::from);
    let bytes = std::fs::read(&path)?;
    let document = Document::parse(&flow::decode(&bytes)?)?;
    let view = FlowView::new(&document, None);
    let findings = rules::check(&view, &Facts::default(), rules::ALL);
    let picture = graph::of_flow(&document, &view.graph, &findings);
    std::io::stdout().write_all(graph::svg(&picture).as_bytes())?;
    Ok(())
}
