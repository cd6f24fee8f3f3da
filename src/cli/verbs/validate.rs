//! `flowbind validate`: the manifest's own checks, offline.

use std::io;

use crate::audit::references;
use crate::cli::args::{ValidateArgs, ValidateOutput};
use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::manifest::Manifest;
use crate::report::{self, ValidateDocument, count};
use crate::resource::{Problem, Severity};

pub(in crate::cli) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<Exit, Failure> {
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
    if args.output == ValidateOutput::Text {
        let manifests = loaded.as_ref().map_or(&[][..], |loaded| &loaded.manifests);
        terminal.page(&sum(&problems, manifests))?;
    }
    Ok(if loaded.is_ok() { Exit::Done } else { Exit::Differences })
}

/// Sums up: each set that is valid with what it holds, and how many problems there are.
fn sum(problems: &[Problem], manifests: &[Manifest]) -> String {
    let mut sum = String::new();
    for manifest in manifests {
        let Manifest { set, instances, functions, modules, flows, .. } = manifest;
        let parts = [
            (instances.len(), "instance"),
            (functions.len(), "function"),
            (modules.len(), "module"),
            (flows.len(), "flow"),
        ];
        let held =
            parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what));
        let held: Vec<String> = held.collect();
        let held = if held.is_empty() { String::new() } else { format!(" ({})", held.join(", ")) };
        sum.push_str(&format!("{set}: valid{held}.\n"));
    }
    let of = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let found = [(of(Severity::Error), "error"), (of(Severity::Warning), "warning")];
    let found = found.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what));
    let found: Vec<String> = found.collect();
    if !found.is_empty() {
        sum.push_str(&format!("{}.\n", found.join(", ")));
    }
    sum
}
