//! What `flowbind simulate` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::help::{ANSWERS, OUTPUT, SELECTION};
use super::{ContactArgs, ManifestArgs, assignment};
use crate::flow::engine::Assumption;

#[derive(Debug, Args)]
pub(in crate::cli) struct SimulateArgs {
    /// The flow that the contact meets, such as `flow/main-ivr`.
    #[arg(value_name = "ADDRESS")]
    pub(in crate::cli) address: String,
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    /// Read the contact and the answers from this file; options win.
    #[arg(long, help_heading = ANSWERS, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) scenario: Option<PathBuf>,
    /// The scenario of the file, where it has several.
    #[arg(long, help_heading = SELECTION, value_name = "NAME", requires = "scenario")]
    pub(in crate::cli) name: Option<String>,
    /// What the customer enters next: digits, or `none`. Repeatable.
    #[arg(long = "input", help_heading = ANSWERS, value_name = "DIGITS", allow_hyphen_values = true)]
    pub(in crate::cli) inputs: Vec<String>,
    /// What a block comes to: a result, `done`, `none`, `error` or `error:TYPE`. Repeatable.
    #[arg(long = "answer", help_heading = ANSWERS, value_name = "BLOCK=RESULT", value_parser = assignment)]
    pub(in crate::cli) answers: Vec<(String, String)>,
    /// What a function answers: JSON, or `error`, `timeout`, `throttled`, `unavailable` or `denied`. Repeatable.
    #[arg(long = "function", help_heading = ANSWERS, value_name = "BLOCK=ANSWER", value_parser = assignment)]
    pub(in crate::cli) functions: Vec<(String, String)>,
    /// Run the flow that was set for an event, such as CustomerRemaining, afterwards. Repeatable.
    #[arg(long = "event", help_heading = ANSWERS, value_name = "EVENT")]
    pub(in crate::cli) events: Vec<String>,
    /// Assume something else about what AWS leaves undocumented, such as `S1=unset-as-written`. Repeatable.
    #[arg(long = "assume", value_name = "ASSUMPTION")]
    pub(in crate::cli) assumptions: Vec<Assumption>,
    /// Seed for all random choices.
    #[arg(long, value_name = "N", default_value = "0")]
    pub(in crate::cli) seed: u64,
    /// Go forward and back, a block at a time, on a terminal.
    #[arg(long)]
    pub(in crate::cli) step: bool,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: SimulateOutput,
    #[command(flatten)]
    pub(in crate::cli) contact: ContactArgs,
}

/// The formats of a contact's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SimulateOutput {
    /// A transcript, block by block.
    Text,
    Json,
    /// The flow's picture, with the path drawn in it.
    Svg,
}
