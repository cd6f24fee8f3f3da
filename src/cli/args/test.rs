//! What `flowbind test` takes.

use clap::{Args, ValueEnum};

use super::ManifestArgs;
use super::help::{AWS, OUTPUT, SELECTION};

#[derive(Debug, Args)]
#[command(mut_arg("paths", super::tested))]
pub(in crate::cli) struct TestArgs {
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    /// Play only the scenarios of this name; `*` stands for any text. Repeatable.
    #[arg(long = "name", help_heading = SELECTION, value_name = "NAME")]
    pub(in crate::cli) names: Vec<String>,
    /// Run the functions that no scenario answers for, on an embedded AWS of its own to which the manifests are applied.
    #[arg(long, help_heading = AWS)]
    pub(in crate::cli) sandbox: bool,
    /// Start a new process for each call of a function, as Lambda does when it was not called for long.
    #[arg(long, help_heading = AWS, requires = "sandbox")]
    pub(in crate::cli) cold: bool,
    /// Seed for all random choices.
    #[arg(long, value_name = "N", default_value = "0")]
    pub(in crate::cli) seed: u64,
    /// Fail if the scenarios come to fewer of the blocks, or of the branches.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(in crate::cli) min_coverage: Option<u8>,
    /// Write what happened into the files of the scenarios, as what they expect.
    #[arg(long)]
    pub(in crate::cli) accept: bool,
    /// Let every call of a function fail in every way, one at a time, and show what the caller hears then.
    #[arg(long, conflicts_with_all = ["accept", "min_coverage", "sandbox"])]
    pub(in crate::cli) sweep: bool,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: TestOutput,
}

/// The formats of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TestOutput {
    Text,
    Json,
    /// JUnit XML.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
}
