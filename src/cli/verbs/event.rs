//! `flowbind event`: what Amazon Connect sends to the function of a block. Offline.

use std::collections::BTreeMap;

use anyhow::anyhow;
use serde_json::Value;

use crate::cli::args::EventArgs;
use crate::cli::inputs::{bindings, contact, load};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::manifest;
use crate::report::{self, EventNote};
use crate::runtime::event::Event;
use crate::runtime::parameters;

pub(in crate::cli) fn run(args: &EventArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load_or_show(&args.manifest, None, terminal)?;
    let (_, bound) = bindings::find(&loaded.manifests, &args.address)?;
    let (profile, contact) = contact::contact(&args.sent.contact, &bound, args.sent.seed)?;
    let given = contact::given(&args.sent, &contact)?;
    let mut wanted: BTreeMap<String, Value> = bound.parameters.clone().unwrap_or_default();
    wanted.extend(args.sent.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
    let filled = parameters::fill(&wanted, &contact, &given).map_err(|error| {
        let hint = manifest::suggest(&error.root, error.known.iter().map(String::as_str));
        Failure::new(Exit::Error, anyhow!("{}: {error}", bound.address)).hint(hint)
    })?;
    terminal.json(&Event::new(&contact, filled.parameters, contact::fields(&args.sent)))?;
    for EventNote { text, warns } in report::event_notes(&bound, &profile, &filled.notes) {
        match warns {
            true => terminal.note(&Note::warning("warning:", text)),
            false => terminal.say(&format!("note: {text}")),
        }
    }
    Ok(Exit::Done)
}
