//! What `flowbind drift` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::help::{OUTPUT, SELECTION};
use super::{AwsArgs, ManifestArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct DriftArgs {
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    #[command(flatten)]
    pub(in crate::cli) aws: AwsArgs,
    /// Ignore what this YAML file lists, each with a reason and an optional expiry date.
    #[arg(long, help_heading = SELECTION, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) ignore: Option<PathBuf>,
    /// Show what the ignore file suppresses, with the reasons.
    #[arg(long, help_heading = OUTPUT, requires = "ignore")]
    pub(in crate::cli) show_ignored: bool,
    /// Read every flow, module and function, and check unmanaged ones too.
    #[arg(long, help_heading = SELECTION)]
    pub(in crate::cli) audit: bool,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: DriftOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DriftOutput {
    Text,
    Json,
    /// A page for an issue or a comment.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0.
    Sarif,
    /// A page for a browser, with pictures of the flows.
    Html,
}
