//! Draws a flow, with what the analyser says about it: as SVG, or behind the file `dot` or `mermaid`.
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
    let text = match std::env::args().nth(2).as_deref() {
        None | Some("svg") => graph::svg(&picture),
        Some("dot") => graph::dot(&picture),
        Some("mermaid") => graph::mermaid(&picture),
        Some(other) => {
            return Err(format!("there is no format `{other}`; svg, dot and mermaid are known").into());
        }
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
