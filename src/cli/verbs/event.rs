//! `flowbind event`: what Amazon Connect sends to the function of a block. Offline.

use std::collections::BTreeMap;

use anyhow::anyhow;
use serde_json::Value;

use crate::cli::args::{EventArgs, EventFields};
use crate::cli::inputs::{bindings, contact, load};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::manifest;
use crate::report::{self, EventNote};
use crate::runtime::contact::Contact;
use crate::runtime::event::{Event, Fields};
use crate::runtime::parameters::{self, Given, GivenError};

pub(in crate::cli) fn run(args: &EventArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load_or_show(&args.manifest, terminal)?;
    let bound = bindings::find(&loaded.manifests, &args.address)?;
    let (profile, contact) = contact::contact(&args.contact, &bound, args.seed)?;
    let given = given(args, &contact)?;
    let mut wanted: BTreeMap<String, Value> = bound.parameters.clone().unwrap_or_default();
    wanted.extend(args.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
    let filled = parameters::fill(&wanted, &contact, &given).map_err(|error| {
        let hint = manifest::suggest(&error.root, error.known.iter().map(String::as_str));
        Failure::new(Exit::Error, anyhow!("{}: {error}", bound.address)).hint(hint)
    })?;
    let fields = match args.fields {
        EventFields::Documented => Fields::Documented,
        EventFields::Observed => Fields::Observed,
    };
    terminal.json(&Event::new(&contact, filled.parameters, fields))?;
    for EventNote { text, warns } in report::event_notes(&bound, &profile, &filled.notes) {
        match warns {
            true => terminal.note(&Note::warning("warning:", text)),
            false => terminal.say(&format!("note: {text}")),
        }
    }
    Ok(Exit::Done)
}

fn given(args: &EventArgs, contact: &Contact) -> Result<Vec<Given>, Failure> {
    let given = args.set.iter().map(|(reference, value)| Given::new(reference, value, contact));
    given.collect::<Result<_, _>>().map_err(|error| {
        let hint = match &error {
            GivenError::NotAReference(_) => Some("quote it, so that the shell leaves `$` alone.".to_owned()),
            GivenError::OfContact(_) => {
                Some("set it with an option such as `--attribute`, or in the file of `--contact`.".to_owned())
            }
            GivenError::UnknownRoot { root, known, .. } => {
                manifest::suggest(root, known.iter().map(String::as_str))
            }
        };
        Failure::new(Exit::Usage, anyhow!("--set {error}")).hint(hint)
    })
}
