//! What `flowbind iam-policy` takes. `--for` names the command here, so that targets have another name.

use clap::{Args, ValueEnum};

use super::help::{OUTPUT, REMOVAL};
use super::{ManifestArgs, Output};

#[derive(Debug, Args)]
pub(in crate::cli) struct IamPolicyArgs {
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    /// The command to allow. `plan` and `drift` need the same.
    #[arg(long = "for", value_name = "COMMAND", required = true)]
    pub(in crate::cli) command: PolicyFor,
    /// Allow `--prune` too, which reads every function of the accounts to find orphaned resources.
    #[arg(long, help_heading = REMOVAL)]
    pub(in crate::cli) prune: bool,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PolicyFor {
    Plan,
    Drift,
    Apply,
    Invoke,
}

/// How targets are chosen where `--for` names a command.
pub(super) fn targets(targets: clap::Arg) -> clap::Arg {
    targets.long("target").help("Limit to these targets (elsewhere `--for`; default: all). Repeatable")
}
