//! `flowbind validate`: the manifest's own checks, offline.

use std::io;

use super::args::{ValidateArgs, ValidateOutput};
use super::exit::{Exit, Failure};
use super::load;
use super::terminal::Terminal;
use crate::audit::references;
use crate::report::{self, ValidateDocument};

pub(super) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load(&args.manifest, terminal);
    let (problems, sources) = match &loaded {
        Ok(loaded) => {
            let named = loaded.manifests.iter().flat_map(references);
            let mut problems: Vec<_> = loaded.warnings.iter().cloned().chain(named).collect();
            problems.dedup();
            (problems, &loaded.sources)
        }
        Err(problems) => (problems.problems.clone(), &problems.sources),
    };
    match args.output {
        ValidateOutput::Json => terminal.json(&ValidateDocument::new(&problems, sources))?,
        ValidateOutput::Text => load::show(&problems, sources, terminal),
        ValidateOutput::Github => terminal.result(&report::problems_github(&problems))?,
        ValidateOutput::Sarif => {
            let head = args.manifest.paths.first().map(|path| path.display().to_string());
            let log = report::problems_sarif("flowbind/validate/", &problems, head.as_deref());
            terminal.result(&log.map_err(io::Error::from)?)?;
        }
    }
    let Ok(loaded) = &loaded else { return Ok(Exit::Differences) };
    if args.output == ValidateOutput::Text {
        for manifest in &loaded.manifests {
            let parts = [
                report::count(manifest.instances.len(), "instance"),
                report::count(manifest.functions.len(), "function"),
                report::count(manifest.flows.len(), "flow"),
            ];
            terminal.page(&format!("{}: valid ({}).\n", manifest.set, parts.join(", ")))?;
        }
    }
    Ok(Exit::Done)
}
