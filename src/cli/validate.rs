//! `flowbind validate`: the manifest's own checks, offline.

use super::args::{Output, ValidateArgs};
use super::exit::{Exit, Failure};
use super::load;
use super::terminal::Terminal;
use crate::report::ValidateDocument;

pub(super) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load(&args.manifest);
    let (problems, sources) = match &loaded {
        Ok(loaded) => (loaded.warnings.as_slice(), &loaded.sources),
        Err(problems) => (problems.problems.as_slice(), &problems.sources),
    };
    match args.output {
        Output::Json => terminal.json(&ValidateDocument::new(problems, sources))?,
        Output::Text => load::show(problems, sources, terminal),
    }
    let Ok(loaded) = &loaded else { return Ok(Exit::Differences) };
    if args.output == Output::Text {
        for manifest in &loaded.manifests {
            let (i, f, w) = (manifest.instances.len(), manifest.functions.len(), manifest.flows.len());
            terminal
                .result(&format!("{}: valid ({i} instances, {f} functions, {w} flows).\n", manifest.set))?;
        }
    }
    Ok(Exit::Done)
}
