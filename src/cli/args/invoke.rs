//! What `flowbind invoke` takes.

use clap::{Args, ValueEnum};

use super::help::{APPROVAL, OUTPUT, SELECTION};
use super::{AwsArgs, ManifestArgs, SentArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct InvokeArgs {
    /// The block, such as `flow/main-ivr#Look up caller`; its flow alone where that invokes only one function. Not with
    /// `--all`, which takes paths alone.
    #[arg(value_name = "ADDRESS", required_unless_present = "all")]
    pub(in crate::cli) address: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    /// Call the functions of all blocks; of a flow on several instances, those of the first.
    #[arg(long, help_heading = SELECTION)]
    pub(in crate::cli) all: bool,
    /// Send also the events of contacts that handlers often do not expect: chats, tasks, callbacks, no queue.
    #[arg(long, help_heading = SELECTION)]
    pub(in crate::cli) shapes: bool,
    /// Call all functions of a real account without asking.
    #[arg(long, help_heading = APPROVAL)]
    pub(in crate::cli) auto_approve: bool,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: InvokeOutput,
    #[command(flatten)]
    pub(in crate::cli) sent: SentArgs,
    #[command(flatten)]
    pub(in crate::cli) aws: AwsArgs,
}

/// The formats of trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum InvokeOutput {
    Text,
    Json,
    /// JUnit XML.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
}
