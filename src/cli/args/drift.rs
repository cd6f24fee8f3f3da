//! What `flowbind drift` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{AwsArgs, ManifestArgs};

#[derive(Debug, Args)]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    pub(crate) manifest: ManifestArgs,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// Let pass what this YAML file names, with a reason and, if wanted, a last day.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ignore: Option<PathBuf>,
    /// Show what the ignore file lets pass, with the reasons.
    #[arg(long, requires = "ignore")]
    pub(crate) show_ignored: bool,
    /// Read every flow, module and function, and judge those that are not managed as well.
    #[arg(long)]
    pub(crate) audit: bool,
    /// How to write the result.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: DriftOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriftOutput {
    Text,
    Json,
}
