//! Judges all flows of a folder by all rules, as `flowbind lint` does, with the library alone.
//!
//! `cargo run --no-default-features --example lint_flows -- FOLDER`; without a folder it judges those of the demo. A
//! leading `lint` is passed over, so that `tests/bench/lint.py` can measure it in the command's place.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flowbind::flow::{decode, finding::Severity};
use flowbind::lint::{Linter, Selection};
use flowbind::manifest::Sources;
use flowbind::report::lint::{sarif, text};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "lint").collect();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/demo/flows");
    let folder = arguments.first().map_or(demo, PathBuf::from);
    let selection = Selection::new(&[], &[], Severity::Info)?;
    let (mut linter, mut sources) = (Linter::new(&selection), Sources::default());
    for path in flows(&folder)? {
        let (name, bytes) = (path.display().to_string(), std::fs::read(&path)?);
        let text = decode(&bytes)?;
        if linter.file(&name, &text, false) {
            sources.insert(name, text);
        }
    }
    let report = linter.finish();
    let shown = match arguments.last().map(String::as_str) {
        Some("sarif") => sarif(&report, &sources, &[])?,
        _ => text(&report, &sources, false, &flowbind::report::Layout::default()),
    };
    Ok(io::stdout().write_all(shown.as_bytes())?)
}

/// Lists the JSON files of a folder and those in it, in order.
fn flows(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut found = Vec::new();
    for path in entries.iter().map(std::fs::DirEntry::path) {
        if path.is_dir() {
            found.extend(flows(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(found)
}
