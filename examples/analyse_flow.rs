//! Reads a flow and says which functions it calls, and how long a caller may wait for each.
//!
//! `cargo run --example analyse_flow -- FLOW.json`; without a file it reads one of the demo.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::path::PathBuf;

use flowbind::flow::{self, Document};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("manifests/demo/flows/main-ivr.json");
    let path = std::env::args_os().nth(1).map_or(demo, PathBuf::from);
    let bytes = std::fs::read(&path)?;
    let document = Document::parse(&flow::decode(&bytes)?)?;
    println!("{} blocks", document.blocks().len());
    for invocation in document.invocations() {
        let function = invocation.function.as_ref().map_or("nothing", |arn| arn.text());
        let limit = invocation.time_limit.as_ref().and_then(|limit| limit.seconds());
        let limit = limit.map_or_else(|| "no limit".to_owned(), |seconds| format!("{seconds} s"));
        println!("{}: calls {function}, {} ({limit})", invocation.block, invocation.kind.as_str());
    }
    Ok(())
}
