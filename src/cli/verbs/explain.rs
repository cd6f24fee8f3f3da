//! `flowbind explain`: a key of the manifest, from the grammar that manifests are checked against.

use anyhow::anyhow;

use crate::cli::args::ExplainArgs;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::{manifest, report};

pub(in crate::cli) fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let explained = manifest::explain(&args.path).map_err(|wrong| {
        let hint = "`flowbind explain` lists the keys of a manifest.".to_owned();
        Failure::new(Exit::Usage, anyhow!(wrong)).hint(hint)
    })?;
    terminal.result(&report::explained_text(&explained, &terminal.layout()))?;
    Ok(Exit::Done)
}
