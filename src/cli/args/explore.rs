//! What `flowbind explore` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ManifestArgs;
use super::help::OUTPUT;

#[derive(Debug, Args)]
pub(in crate::cli) struct ExploreArgs {
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    /// Write scenarios to this folder, until they take every branch that a contact can take. No file is overwritten.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) scenarios: Option<PathBuf>,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: ExploreOutput,
}

/// The formats of what exploring found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExploreOutput {
    Text,
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}
