//! What `flowbind event` takes.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, ValueHint};

use super::help::CONTACT;
use super::{ManifestArgs, assignment};
use crate::runtime::contact::{Channel, Initiation};

#[derive(Debug, Args)]
pub(in crate::cli) struct EventArgs {
    /// The block, such as `flow/main-ivr#Look up caller`; its flow alone where that invokes only one function.
    #[arg(value_name = "ADDRESS")]
    pub(in crate::cli) address: String,
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    #[command(flatten)]
    pub(in crate::cli) sent: SentArgs,
}

/// What a function is sent.
#[derive(Debug, Args)]
pub(in crate::cli) struct SentArgs {
    /// Set a parameter of the block; a reference in it is filled in. Repeatable.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(in crate::cli) parameters: Vec<(String, String)>,
    /// Set what a flow learns while it runs, such as `$.External.name=Ann`. Repeatable.
    #[arg(long = "set", value_name = "REFERENCE=VALUE", value_parser = assignment)]
    pub(in crate::cli) set: Vec<(String, String)>,
    /// Members of the contact: those that AWS documents, or all that captured events have.
    #[arg(long, value_name = "FIELDS", default_value = "observed")]
    pub(in crate::cli) fields: EventFields,
    /// Seed for all random choices.
    #[arg(long, value_name = "N", default_value = "0")]
    pub(in crate::cli) seed: u64,
    #[command(flatten)]
    pub(in crate::cli) contact: ContactArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = CONTACT)]
pub(in crate::cli) struct ContactArgs {
    /// The channel (default: voice).
    #[arg(long, value_name = "CHANNEL", value_parser = channels())]
    pub(in crate::cli) channel: Option<String>,
    /// How the contact began (default: inbound; of chats and tasks: api).
    #[arg(long, value_name = "METHOD", value_parser = initiations())]
    pub(in crate::cli) initiation: Option<String>,
    /// The customer's number or email address, or `none`.
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    pub(in crate::cli) customer: Option<String>,
    /// The number or email address that the customer reached, or `none`.
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    pub(in crate::cli) system: Option<String>,
    /// Name of the queue that is set, or `none`.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) queue: Option<String>,
    /// Set an attribute of the contact. Repeatable.
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(in crate::cli) attributes: Vec<(String, String)>,
    /// Members of the contact, in JSON or YAML as `ContactData` has them, or a captured event; options win.
    #[arg(long = "contact", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) file: Option<PathBuf>,
}

fn channels() -> PossibleValuesParser {
    PossibleValuesParser::new(Channel::ALL.iter().map(|channel| channel.word()))
}

fn initiations() -> PossibleValuesParser {
    PossibleValuesParser::new(Initiation::ALL.iter().map(|initiation| initiation.word()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EventFields {
    Documented,
    Observed,
}
