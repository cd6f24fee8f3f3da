//! The contact that options and a file describe.

use std::path::Path;

use anyhow::anyhow;
use serde_json::Value;

use crate::cli::args::{ContactArgs, EventFields, SentArgs};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::flow::decode;
use crate::manifest::{self, Disk, Files, MAX_MANIFEST_BYTES, ScenarioContact};
use crate::report::EventNote;
use crate::runtime::binding::Bound;
use crate::runtime::contact::{Channel, Contact, ContactError, Endpoint, Initiation, Profile};
use crate::runtime::event::Fields;
use crate::runtime::parameters::{Given, GivenError};
use crate::runtime::trial::Asked;

/// Makes up the contact that reaches a binding, with what was given of it.
pub(in crate::cli) fn contact(
    args: &ContactArgs,
    bound: &Bound<'_>,
    seed: u64,
) -> Result<(Profile, Contact), Failure> {
    let file = args.file.as_deref().map(members).transpose()?;
    let of_file = |name: &str| file.as_ref()?.get(name)?.as_str();
    // clap has checked the options; what a file says wrong is reported below.
    let channel = args.channel.as_deref().or(of_file("Channel")).and_then(Channel::of_word);
    let initiation = args.initiation.as_deref().or(of_file("InitiationMethod")).and_then(Initiation::of_word);
    let profile = Profile {
        channel: channel.unwrap_or(Channel::Voice),
        initiation,
        instance: bound.instance_arn.clone(),
        flow: bound.flow.kind,
        seed,
    };
    let mut contact = profile.contact();
    if let (Some(members), Some(path)) = (&file, &args.file) {
        contact = contact.with(members).map_err(|error| wrong(path, &error))?;
        contact.channel = profile.channel;
        contact.initiation_method = profile.initiation();
    }
    let endpoint = |address: &str| (address != "none").then(|| Endpoint::new(address));
    if let Some(address) = &args.customer {
        contact.customer_endpoint = endpoint(address);
    }
    if let Some(address) = &args.system {
        contact.system_endpoint = endpoint(address);
    }
    if let Some(name) = &args.queue {
        contact.queue = (name != "none").then(|| profile.queue(name));
    }
    contact.attributes.extend(args.attributes.iter().cloned());
    Ok((profile, contact))
}

/// What the options say of every event that is made for a contact.
pub(in crate::cli) fn asked(args: &SentArgs, contact: &Contact) -> Result<Asked, Failure> {
    let fields = match args.fields {
        EventFields::Documented => Fields::Documented,
        EventFields::Observed => Fields::Observed,
    };
    let (parameters, given) = (args.parameters.clone(), given(args, contact)?);
    Ok(Asked { parameters, given, fields, seed: args.seed })
}

/// Says what is worth knowing about an event.
pub(in crate::cli) fn show(notes: Vec<EventNote>, terminal: &Terminal) {
    for EventNote { text, warns } in notes {
        match warns {
            true => terminal.note(&Note::warning("warning:", text)),
            false => terminal.say(&format!("note: {text}")),
        }
    }
}

/// Reads what the flow learns while it runs.
fn given(args: &SentArgs, contact: &Contact) -> Result<Vec<Given>, Failure> {
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

/// Lays the members of a file over a contact; what was said of it by other means wins.
pub(in crate::cli) fn laid_over(
    contact: &Contact,
    path: &Path,
    said: &ScenarioContact,
) -> Result<Contact, Failure> {
    let mut laid = contact.with(&members(path)?).map_err(|error| wrong(path, &error))?;
    if said.channel.is_some() {
        laid.channel = contact.channel;
    }
    if said.initiation.is_some() {
        laid.initiation_method = contact.initiation_method;
    }
    if said.customer.is_some() {
        laid.customer_endpoint.clone_from(&contact.customer_endpoint);
    }
    if said.system.is_some() {
        laid.system_endpoint.clone_from(&contact.system_endpoint);
    }
    if said.queue.is_some() {
        laid.queue.clone_from(&contact.queue);
    }
    laid.attributes.extend(said.attributes.clone());
    Ok(laid)
}

/// Reads members of a contact: as they are, or out of an event.
fn members(path: &Path) -> Result<Value, Failure> {
    let name = path.display();
    let wrong = |error: &dyn std::fmt::Display| Failure::new(Exit::Error, anyhow!("{name}: {error}"));
    let bytes = Disk.read(path, MAX_MANIFEST_BYTES as u64).map_err(|error| wrong(&error))?;
    let text = decode(&bytes).map_err(|error| wrong(&error))?;
    let mut value: Value = if path.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str(&text).map_err(|error| wrong(&error))?
    } else {
        manifest::from_yaml(&text).map_err(|error| wrong(&error))?
    };
    Ok(value.pointer_mut("/Details/ContactData").map(Value::take).unwrap_or(value))
}

fn wrong(path: &Path, error: &ContactError) -> Failure {
    let hint = match error {
        ContactError::UnknownMember { path, known } => {
            manifest::suggest(path, known.iter().map(String::as_str))
        }
        ContactError::NotAnObject => None,
        ContactError::Form(_) => {
            Some("write it as `ContactData` has it, telephone numbers in quotes.".to_owned())
        }
    };
    Failure::new(Exit::Error, anyhow!("{}: {error}", path.display())).hint(hint)
}
