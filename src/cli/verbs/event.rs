//! `flowbind event`: what Amazon Connect sends to the function of a block. Offline.

use anyhow::anyhow;

use crate::cli::args::EventArgs;
use crate::cli::inputs::{bindings, contact, load};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::manifest;
use crate::report;

pub(in crate::cli) fn run(args: &EventArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load_or_show(&args.manifest, None, terminal)?;
    let (_, bound) = bindings::find(&loaded.manifests, &args.address)?;
    let (profile, contact) = contact::contact(&args.sent.contact, &bound, args.sent.seed)?;
    let (event, notes) = contact::asked(&args.sent, &contact)?.event(&bound, &contact).map_err(|error| {
        let hint = manifest::suggest(&error.root, error.known.iter().map(String::as_str));
        Failure::new(Exit::Error, anyhow!("{}: {error}", bound.address)).hint(hint)
    })?;
    terminal.json(&event)?;
    contact::show(report::event_notes(&bound, &profile, &notes), terminal);
    Ok(Exit::Done)
}
