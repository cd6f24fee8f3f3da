//! What `flowbind explore` takes.

use clap::Args;

use super::help::OUTPUT;
use super::{ManifestArgs, Output};

#[derive(Debug, Args)]
pub(in crate::cli) struct ExploreArgs {
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: Output,
}
