//! Loads manifests, and shows everything that is wrong with them.

use super::args::{EmulatorArgs, ManifestArgs};
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::manifest::{self, Disk, Inputs, Loaded, Problems, Sources};
use crate::report::source;
use crate::resource::Problem;

/// Reads manifests.
pub(super) fn load(args: &ManifestArgs) -> Result<Loaded, Problems> {
    let inputs = Inputs {
        vars: args.vars.clone(),
        var_files: args.var_files.clone(),
        targets: args.targets.clone(),
        region: args.region.clone(),
    };
    manifest::load(&args.paths, &inputs, &Disk)
}

/// Reads manifests, or shows what is wrong and fails.
pub(super) fn load_or_show(args: &ManifestArgs, terminal: &Terminal) -> Result<Loaded, Failure> {
    load_or_report(args, terminal, |_| None)
}

/// Reads manifests, or shows what is wrong, writes the result that `page` makes of it, and fails.
pub(super) fn load_or_report(
    args: &ManifestArgs,
    terminal: &Terminal,
    page: impl Fn(&[Problem]) -> Option<String>,
) -> Result<Loaded, Failure> {
    let loaded = load(args);
    if let Ok(loaded) = &loaded {
        show(&loaded.warnings, &loaded.sources, terminal);
    }
    if let Err(Problems { problems, .. }) = &loaded
        && let Some(page) = page(problems)
    {
        terminal.result(&page)?;
    }
    loaded.map_err(|Problems { problems, sources }| {
        show(&problems, &sources, terminal);
        let count = problems.len();
        let what = if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") };
        Failure::new(
            Exit::Error,
            anyhow::anyhow!("the manifest has {what}: nothing was read from AWS or written"),
        )
    })
}

/// Shows problems where they are.
pub(super) fn show(problems: &[Problem], sources: &Sources, terminal: &Terminal) {
    for problem in problems {
        terminal.error(source::render(problem, sources, true).trim_end());
    }
}

/// The same for the world of an emulator.
pub(super) fn world(args: &EmulatorArgs, terminal: &Terminal) -> Result<Loaded, Failure> {
    let (paths, vars, targets) = (args.world.clone(), args.vars.clone(), args.targets.clone());
    load_or_show(&ManifestArgs { paths, vars, targets, var_files: Vec::new(), region: None }, terminal)
}
