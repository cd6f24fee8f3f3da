//! `flowbind explore`: every way through the flows of manifests, offline.

use anyhow::anyhow;

use crate::cli::args::{ExploreArgs, Output};
use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::flow::engine::Assumptions;
use crate::flow::explore::{self, Problem};
use crate::manifest::Manifest;
use crate::report::{self, ExploreDocument, ExploredInstance};
use crate::resource::{Address, Kind};
use crate::simulate;

pub(in crate::cli) fn run(args: &ExploreArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load_or_show(&args.manifest, None, terminal)?;
    let several = loaded.manifests.len() > 1;
    let mut all = Vec::new();
    for manifest in &loaded.manifests {
        instances(manifest, several, &mut all)?;
    }
    if all.is_empty() {
        let error =
            anyhow!("no flow of these manifests has `content:`, so only Amazon Connect knows their blocks");
        return Err(Failure::new(Exit::Error, error));
    }
    match args.output {
        Output::Text => {
            terminal.result(&report::explore_text(&all, terminal.is_verbose(), &terminal.layout()))?;
        }
        Output::Json => terminal.json(&ExploreDocument::new(&all))?,
    }
    let mut findings = all.iter().flat_map(|one| &one.explored.findings);
    let wrong = findings.any(|finding| finding.problem != Problem::LongestSilence);
    Ok(if wrong { Exit::Differences } else { Exit::Done })
}

/// Explores the flows of each instance together, since contacts go from one to the other.
fn instances(manifest: &Manifest, several: bool, all: &mut Vec<ExploredInstance>) -> Result<(), Failure> {
    for instance in manifest.instances.keys() {
        let on_it =
            |flow: &crate::manifest::Flow| flow.content.is_some() && flow.instances.contains(instance);
        let Some((name, _)) = manifest.flows.iter().find(|(_, flow)| on_it(flow)) else { continue };
        let address = Address { at: Some(instance.clone()), ..Address::new(Kind::Flow, name) };
        let subject =
            simulate::subject(manifest, &address).map_err(|error| Failure::new(Exit::Error, error))?;
        let starts: Vec<_> = subject.program.flows.keys().cloned().collect();
        let explored = explore::explore(&subject.program, &starts, &Assumptions::default());
        all.push(ExploredInstance {
            set: several.then(|| manifest.set.to_string()),
            instance: instance.to_string(),
            program: subject.program,
            explored,
        });
    }
    Ok(())
}
