//! What `flowbind show` takes.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::ShowOutput;
use super::help::OUTPUT;

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The file that `flowbind plan --out` wrote.
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) plan: PathBuf,
    /// How to write the plan.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: ShowOutput,
    /// Write one line for each thing that changes, without reasons and differences.
    #[arg(long, help_heading = OUTPUT)]
    pub(in crate::cli) compact: bool,
}
